"""The totals of lists: kept when a story is published or leaves, and when the clock shows or ends one.

How exact: publishing, unpublishing and withdrawing change the totals in their own transaction. A story that goes live
at a set hour, or whose time ends, is counted by the next sweep, within a minute; `refresh_due` then begins a new edition,
so that no cached page keeps the old number. The stories that a page shows are never taken from here: each is asked for
by the clock. A search counts what it found and says when there is more.
"""

import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from public_pages.models import Edition
from stories import search, shelves
from stories.models import SearchDocument, Shelf, ShelvedStory, Story
from stories.models.search import last_position
from stories.models.stories import Status


@transaction.atomic
def refresh_due(at: datetime.datetime | None = None) -> int:
    """Count stories the clock has shown, forget those it has ended; return how many there were.

    Three indexed queries when nothing is due. Ended stories leave search and shelves as well, words and all. A story
    whose end was moved without publishing is put right when the earlier of its two ends comes.
    """
    at = at or timezone.now()
    ended = SearchDocument.objects.filter(story__status=Status.PUBLISHED, story__live_until__lte=at)
    moved = SearchDocument.objects.filter(live_until__lte=at).exclude(story__live_until__lte=at)
    begun = SearchDocument.objects.filter(counted=False, position__lte=last_position(at))
    if not (ended.exists() or moved.exists() or begun.exists()):
        return 0
    search.lock()
    gone = list(ended)
    search.forget_documents(gone)
    for document in (changed := list(moved.select_related("story__live_revision"))):
        search.put(document.story, document.story.live_revision)  # type: ignore[arg-type]
    for document in (come := list(begun)):
        shelves.count(document)
    Edition.advance()
    return len(gone) + len(changed) + len(come)


@transaction.atomic
def refresh() -> int:
    """Count everything anew and return how many shelves were wrong.

    Mends what went past the verbs of publishing: a story deleted, or its publishing time changed, by other means.
    Reads every live story once: for a daily sweep, not for a page.
    """
    search.lock()
    refresh_due()
    _mend_documents()
    right = Subquery(
        ShelvedStory.objects.filter(shelf=OuterRef("pk"), story__search_document__counted=True)
        .order_by()
        .values("shelf")
        .annotate(stories=Count("pk"))
        .values("stories")
    )
    wrong = [shelf for shelf in Shelf.objects.annotate(right=Coalesce(right, 0)) if shelf.total != shelf.right]
    for shelf in wrong:
        shelf.total = shelf.right
    Shelf.objects.bulk_update(wrong, ["total"], batch_size=200)
    Shelf.objects.filter(total=0, entries=None).delete()
    if wrong:
        Edition.advance()
    return len(wrong)


def _mend_documents() -> None:
    """Put or forget every story whose document does not say what its row says."""
    search.forget_documents(SearchDocument.objects.exclude(story__in=Story.objects.exclude(live_revision=None)))
    at = timezone.now()
    lost = Q(search_document=None) & (Q(live_until=None) | Q(live_until__gt=at))
    live = Story.objects.exclude(live_revision=None).select_related("live_revision")
    for story in live.filter(lost):
        search.put(story, story.live_revision)  # type: ignore[arg-type]
    for document in SearchDocument.objects.select_related("story").defer("text").iterator(chunk_size=500):
        if not search.agrees(document):
            story = live.get(pk=document.story_id)
            search.put(story, story.live_revision)  # type: ignore[arg-type]
