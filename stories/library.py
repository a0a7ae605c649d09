"""The library of pictures and clips: where one is used, and how one leaves."""

import functools

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from stories import media_storage
from stories.models import Clip, Collection, Picture, Story, StoryRevision


def stories_with(media: Picture | Clip) -> list[Story]:
    """Return the stories that show a picture or clip, in their working copy or in what readers see."""
    if isinstance(media, Clip):
        ways = [Q(stories_clipblock_set__clip=media), Q(live_revision__clips=media)]
    else:
        ways = [
            Q(lead=media),
            Q(stories_pictureblock_set__picture=media),
            Q(stories_clipblock_set__clip__poster=media),
            Q(live_revision__pictures=media),
        ]
    # One query for each way, put together: asked as one "or" the database would look through every story.
    first, *others = [Story.objects.order_by().filter(way).values("pk") for way in ways]
    return list(Story.objects.filter(pk__in=first.union(*others)).only("title", "status"))


def collections_with(media: Picture | Clip) -> list[Collection]:
    """Return the collections that show a picture or clip."""
    where = Q(chapters__clip=media) if isinstance(media, Clip) else Q(lead=media) | Q(chapters__clip__poster=media)
    return list(Collection.objects.filter(where).distinct())


def is_needed(media: Picture | Clip) -> bool:
    """Return whether a story, a snapshot of one (former ones too) or a collection holds the picture or clip."""
    if isinstance(media, Picture) and Clip.objects.filter(poster=media).exists():
        return True
    shown = Q(clips=media) if isinstance(media, Clip) else Q(pictures=media)
    return bool(StoryRevision.objects.filter(shown).exists() or stories_with(media) or collections_with(media))


def discard(media: Picture | Clip) -> None:
    """Delete a picture or clip that nothing needs, its files with it once the row is gone."""
    if isinstance(media, Picture):
        names = {media.master.name or ""} | media_storage.names_in(f"pictures/{media.token}")
    else:
        names = {media.incoming.name or "", media.file.name or ""}
    with transaction.atomic():
        media.delete()
        transaction.on_commit(functools.partial(_delete_files, names - {""}))


def _delete_files(names: set[str]) -> None:
    for name in names:
        default_storage.delete(name)
