"""Replacing a picture or clip by another everywhere at once."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from safeguarding.models import Material
from stories import curation, library, reviewing
from stories.forms import refusals
from stories.models import Chapter, Clip, ClipBlock, Collection, PictureBlock, Story


class NotReplaceable(Exception):
    """The other one may not stand everywhere; the message is a sentence for the editor."""


@transaction.atomic
def everywhere(old: Any, new: Any, by: Any) -> list[Story]:
    """Put another picture or clip wherever one stands: blocks, leads, posters, collections. Return the stories it changed.

    Working copies change, and the review of what they were ends; readers of a live story go on seeing what was
    published until it is published anew. Collections have no working copy: readers see the other one at once, so its
    people must have agreed. Raises NotReplaceable.
    """
    if new.pk == old.pk or new.draft:
        raise NotReplaceable(_("Choose another one that has its words."))
    collections = library.collections_with(old)
    material = Material.CLIP if isinstance(old, Clip) else Material.PICTURE
    if any(collection.published for collection in collections) and (refused := refusals(new, material)):
        raise NotReplaceable(" ".join(map(str, refused)))
    changed = [story.pk for story in library.stories_with(old)]
    if isinstance(old, Clip):
        ClipBlock.objects.filter(clip=old).update(clip=new)
        Chapter.objects.filter(clip=old).update(clip=new)
    else:
        PictureBlock.objects.filter(picture=old).update(picture=new)
        Story.objects.filter(lead=old).update(lead=new)
        Clip.objects.filter(poster=old).update(poster=new)
        Collection.objects.filter(lead=old).update(lead=new)
    stories = list(Story.objects.filter(pk__in=changed))
    for story in stories:
        story.save(update_fields=["changed_at"])
        reviewing.saved(story, by, _("“%(old)s” replaced by “%(new)s”.") % {"old": old, "new": new})
    for collection in collections:
        curation.changed(collection, was_published=collection.published)
    return stories
