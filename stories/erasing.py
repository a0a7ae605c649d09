"""Erase a contributor: stories with all their versions, pictures and clips with their files, the vault, what logs say (rule 13).

What stays is a row that somebody was erased, named by a random reference, and the same in a file beside the media: a
backup of the database brings the person back, `manage.py erasures apply` sends them away again.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Cast
from django.utils import timezone

from letters.models import Letter
from public_pages.models import Edition
from safeguarding import vault
from safeguarding.models import Cause, Contributor, Erasure, Takedown, VaultEntry
from stories import manifest, media_storage, purging, renditions, search, takedown
from stories.models import Chapter, Clip, Collection, Picture, Story

LIST = "erasures"  # a folder of the private store
WIPED = "[…]"
# Where a name could stand. Givers and their papers are other people's, whatever they are called.
_ROOMS = ("stories", "safeguarding", "letters", "admin", "django_tasks_database")
_KEPT = ("safeguarding.Look", "safeguarding.Erasure", "safeguarding.VaultEntry", "safeguarding.VaultMark")


def stories_about(contributor: Contributor) -> list[Story]:
    """Return every story that tells of the person or shows them, in any version."""
    theirs = (
        Q(story_contributors__contributor=contributor)
        | Q(lead__contributors=contributor)
        | Q(revisions__pictures__contributors=contributor)
        | Q(revisions__clips__contributors=contributor)
        | Q(revisions__content__people__has_key=contributor.reference)
    )
    for kind, path in (("pictureblock", "picture"), ("clipblock", "clip"), ("clipblock", "clip__poster")):
        theirs |= Q(**{f"stories_{kind}_set__{path}__contributors": contributor})
    return list(Story.objects.filter(pk__in=Story.objects.filter(theirs).values("pk")))


def erase(contributor: Contributor, by: Any = None) -> Erasure:
    """Take down what is public, tell the caches, then erase everything. Can be done again after a restore.

    Caches of others are told once, before their addresses are forgotten: what they miss ends within a minute.
    """
    records = [record.pk for record in takedown.take_down_all(contributor, Cause.STAFF, by)]
    purging.send_due(most=1000)
    for record in Takedown.objects.filter(pk__in=records):
        manifest.check(record)
    _keep_on_the_list(contributor.reference)
    return _erase_rows(contributor, by)


def apply_list() -> int:
    """Erase again everybody on the list whom a restored backup has brought back; return how many."""
    done = 0
    for name in sorted(media_storage.names_in(LIST)):
        with default_storage.open(name) as file:
            reference = json.loads(file.read())["contributor"]
        back = Contributor.objects.filter(reference=reference, erased_at=None).first()
        if back is not None:
            erase(back)
            done += 1
    return done


def _keep_on_the_list(reference: str) -> None:
    content = json.dumps({"contributor": reference, "at": timezone.now().isoformat()}).encode()
    media_storage.put(f"{LIST}/{reference}.json", content)


@transaction.atomic
def _erase_rows(contributor: Contributor, by: Any) -> Erasure:
    contributor = Contributor.objects.select_for_update().get(pk=contributor.pk)
    entry = VaultEntry.objects.filter(contributor=contributor).first()
    private = vault.opened(entry) if entry else vault.Private()
    gone: Counter[str] = Counter()
    files: list[str] = []
    stories = stories_about(contributor)
    _wipe_log(gone, contributor, [*stories, *contributor.consents.all()])
    _delete_letters(gone, contributor, stories)
    for story in stories:
        Takedown.objects.filter(story_id=story.pk).update(title=WIPED, reason="")
        for record in Takedown.objects.filter(story_id=story.pk):
            gone["manifest lines"] += record.manifest.all().delete()[0] + record.purges.all().delete()[0]
        search.remove(story)
        story.delete()
        gone["stories"] += 1
    files += _delete_media(gone, contributor)
    for consent in contributor.consents.all():
        files += consent.evidence.values_list("file", flat=True)
        gone["evidence"] += consent.evidence.all().delete()[0]
        consent.withdrawn_at = consent.withdrawn_at or timezone.now()
        consent.note = consent.withdrawn_reason = ""
        consent.save(update_fields=["withdrawn_at", "note", "withdrawn_reason"])
    contributor.decisions.update(reason="", made_by="")
    contributor.previews.all().delete()
    gone["vault"] += VaultEntry.objects.filter(contributor=contributor).delete()[0]
    _wipe_names(gone, {name for name in (private.name, *private.aliases) if len(name) > 3})
    contributor.public_name, contributor.note, contributor.erased_at = f"Erased {contributor.pk}", "", timezone.now()
    contributor.save(update_fields=["public_name", "note", "erased_at"])
    erasure, _made = Erasure.objects.update_or_create(
        contributor=contributor.reference, defaults={"by": str(by or ""), "removed": dict(gone), "at": timezone.now()}
    )
    Edition.advance()
    for name in files:
        transaction.on_commit(partial(default_storage.delete, name))
    return erasure


def _delete_media(gone: Counter[str], contributor: Contributor) -> list[str]:
    """Delete the clips and pictures of the person; return the names of their files."""
    files: list[str] = []
    clips = Clip.objects.filter(Q(contributors=contributor) | Q(poster__contributors=contributor)).distinct()
    pictures = Picture.objects.filter(contributors=contributor)
    Collection.objects.filter(lead__in=pictures).update(lead=None)
    Chapter.objects.filter(clip__in=clips).update(clip=None)
    for clip in clips:
        files += [file.name for file in (clip.file, clip.incoming) if file]
        _wipe_log(gone, contributor, [clip])
        clip.delete()
        gone["clips"] += 1
    for picture in pictures:
        files += [picture.master.name, *media_storage.names_in(renditions.folder(picture))]
        _wipe_log(gone, contributor, [picture])
        picture.delete()
        gone["pictures"] += 1
    return [name for name in files if name]


def _wipe_log(gone: Counter[str], contributor: Contributor, objects: Iterable[models.Model]) -> None:
    """Take the words out of the admin's log about these objects; that something was done, when and by whom stays."""
    for thing in [contributor, *objects]:
        entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(thing), object_id=str(thing.pk))
        gone["log entries"] += entries.exclude(object_repr="").update(object_repr="", change_message="")


def _delete_letters(gone: Counter[str], contributor: Contributor, stories: list[Story]) -> None:
    about = {f"contributor:{contributor.reference}"} | {f"story:{story.pk}" for story in stories}
    about |= {f"consent:{consent.pk}" for consent in contributor.consents.all()}
    gone["letters"] += Letter.objects.filter(Q(about__in=about) | Q(within__in=about)).delete()[0]


# --- wherever else the name stands ----------------------------------------------------------------------
def _wipe_names(gone: Counter[str], names: set[str]) -> None:
    """Replace the names in every text of our rooms, whichever table holds it."""
    if not names:
        return
    spelt = sorted(names, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(name) for name in spelt), re.IGNORECASE)
    named = Q()
    for name in spelt:
        named |= Q(search_document__title__icontains=name) | Q(search_document__text__icontains=name)
    found = list(Story.objects.filter(named))
    for story in found:
        search.remove(story)  # with the words that the index counted, while they still stand in its document
    for model in apps.get_models():
        if model._meta.app_label in _ROOMS and model._meta.managed and model._meta.label not in _KEPT:
            gone["texts"] += sum(_wipe_column(model, field, spelt, pattern) for field in model._meta.concrete_fields)
    for story in Story.objects.filter(pk__in=[story.pk for story in found]).select_related("live_revision"):
        if story.live_revision is not None:
            search.put(story, story.live_revision)


def _wipe_column(model: type[models.Model], field: Any, names: list[str], pattern: re.Pattern[str]) -> int:
    is_json = isinstance(field, models.JSONField)
    if not (is_json or isinstance(field, (models.CharField, models.TextField))) or field.primary_key or field.choices:
        return 0
    text = Cast(field.name, models.TextField())
    rows = model._default_manager.annotate(_text=text).filter(_any(names, is_json)).values_list("pk", field.name)
    count = 0
    for pk, value in list(rows):
        wiped = json.loads(pattern.sub(WIPED, json.dumps(value, ensure_ascii=False))) if is_json else pattern.sub(WIPED, value)
        model._default_manager.filter(pk=pk).update(**{field.name: Value(wiped, output_field=field) if is_json else wiped})
        count += 1
    return count


def _any(names: list[str], is_json: bool) -> Q:
    found = Q()
    for name in names:
        found |= Q(_text__icontains=name)
        if is_json and not name.isascii():
            found |= Q(_text__icontains=json.dumps(name)[1:-1])  # as SQLite keeps it
    return found
