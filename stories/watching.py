"""What the lead watches over: stories to be looked at again, originals kept too long, reminders of both (rules 8 and 14)."""

import datetime
import logging

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from safeguarding import gate, letters
from safeguarding.models import StoryReview, add_months
from stories.models import Clip, Story
from stories.models.stories import Status

ORIGINAL_DAYS = 30  # rule 8

logger = logging.getLogger(__name__)


def due_reviews(today: datetime.date | None = None, within: int = max(letters.STEPS)) -> list[tuple[Story, datetime.date]]:
    """Return the live stories about people that somebody must look at within so many days, with the day they end.

    Their end is part of `live_until`: the clock takes them down though nothing runs. Two queries.
    """
    today = today or gate.charity_today()
    soon = gate.start_of_day(today + datetime.timedelta(days=within + 1))
    live = Story.objects.filter(status=Status.PUBLISHED, live_until__gt=gate.start_of_day(today), live_until__lte=soon)
    stories = list(live.select_related("live_revision").defer("live_revision__body_html", "live_revision__card_html"))
    reviewed: dict[int, datetime.datetime] = {}
    for review in StoryReview.objects.filter(story_id__in=[story.pk for story in stories]).order_by("at"):
        reviewed[review.story_id] = review.at
    found = []
    for story in stories:
        revision = story.live_revision
        assert revision is not None  # a published story has one: the database says so
        last = max(filter(None, [reviewed.get(story.pk), revision.published_at or revision.created_at]))
        due = add_months(timezone.localdate(last, timezone=gate.charity_zone()), gate.REVIEW_MONTHS)
        if due <= today + datetime.timedelta(days=within):
            found.append((story, due))
    return sorted(found, key=lambda each: each[1])


def remind(today: datetime.date | None = None) -> int:
    """Write the letters about stories to be looked at again; return how many were asked for."""
    today = today or gate.charity_today()
    to = list(letters.leads())
    return sum(
        letters.ask("review", f"story:{story.pk}", due, (due - today).days, reverse("admin:safeguarding_desk"), to)
        for story, due in due_reviews(today)
    )


def overdue_originals() -> list[Clip]:
    """Return the clips whose file as it was uploaded is still kept after 30 days. Of pictures none is ever kept."""
    before = timezone.now() - datetime.timedelta(days=ORIGINAL_DAYS)
    return list(Clip.objects.exclude(incoming="").filter(created_at__lt=before).order_by("pk"))


def delete_overdue_originals() -> int:
    """Delete those files; return how many went. A clip that still was to be prepared has failed."""
    gone = 0
    for clip in overdue_originals():
        default_storage.delete(str(clip.incoming.name))
        Clip.objects.filter(pk=clip.pk).update(incoming="", readiness="failed" if not clip.file else clip.readiness)
        logger.warning("The original of clip %s was still kept after %s days; it is deleted", clip.pk, ORIGINAL_DAYS)
        gone += 1
    return gone
