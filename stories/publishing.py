"""Publishing: the only door through which a story becomes public, changes in public, or leaves.

Each verb locks the story, checks the move, writes named fields and begins a new edition, in one transaction.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from public_pages.models import Edition
from safeguarding import gate
from safeguarding.models import Channel, Material
from stories import rendering, search
from stories.models import OldSlug, Story, StoryRevision
from stories.models.pictures import Readiness
from stories.models.stories import Status
from stories.snapshots import blocks_in_order, clips_in, content_of, pictures_in

# from -> the states a story may move to. Publishing a published story puts a new snapshot live.
MOVES: dict[str, set[str]] = {
    Status.DRAFT: {Status.PUBLISHED},
    Status.PUBLISHED: {Status.PUBLISHED, Status.DRAFT, Status.WITHDRAWN},
    Status.WITHDRAWN: {Status.DRAFT},
}


class NotPublishable(Exception):
    """The story may not go out as it stands; `reasons` says why, each a sentence for the editor."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(self.reasons))


def _locked(story: Story, to: str) -> Story:
    """Return the story re-read under a row lock; raises NotPublishable when it may not move to `to`."""
    locked = Story.objects.select_for_update(of=("self",)).select_related("lead", "place").get(pk=story.pk)
    if to not in MOVES[locked.status]:
        raise NotPublishable(
            [
                _("A story that is %(now)s cannot become %(next)s.")
                % {"now": locked.get_status_display(), "next": Status(to).label}
            ]
        )
    return locked


def uses_of(story: Story, blocks: list[Any]) -> set[gate.Use]:
    """Return every use of a person that publishing the story as it stands would make."""
    channels = {Channel.WEB.value, *story.channels}
    people = {
        (whose.contributor, material)
        for whose in story.story_contributors.select_related("contributor")
        for material in whose.materials_used
    }
    for picture in pictures_in(story, blocks):
        people |= {(contributor, Material.PICTURE.value) for contributor in picture.contributors.all()}
    for clip in clips_in(blocks):
        people |= {(contributor, Material.CLIP.value) for contributor in clip.contributors.all()}
    return {gate.Use(contributor, material, channel) for contributor, material in people for channel in channels}


def obstacles(story: Story, blocks: list[Any], verdict: gate.Verdict) -> list[str]:
    """Return the sentences that say why the story may not go out now; none means it may."""
    reasons = [str(refusal) for refusal in verdict.refusals]
    if story.lead is None:
        reasons.append(_("Choose a lead picture."))
    if not blocks:
        reasons.append(_("The story has no words yet."))
    for media in [*pictures_in(story, blocks), *clips_in(blocks)]:
        if media.readiness == Readiness.WAITING:
            reasons.append(_("“%(title)s” is still being prepared: try again in a few seconds.") % {"title": media})
        elif media.readiness == Readiness.FAILED:
            reasons.append(_("“%(title)s” could not be prepared: upload it again.") % {"title": media})
    if story.expire_at and story.expire_at <= (story.publish_at or timezone.now()):
        reasons.append(_("The story would expire before it is published."))
    return reasons


@transaction.atomic
def publish(story: Story, by: Any = None) -> StoryRevision:
    """Put a snapshot of the working copy live, now or at `publish_at` when that lies ahead.

    Raises NotPublishable with every reason when consent, pictures or words are wanting.
    """
    locked = _locked(story, Status.PUBLISHED)
    blocks = blocks_in_order(locked)
    verdict = gate.judge(uses_of(locked, blocks))
    if reasons := obstacles(locked, blocks, verdict):
        raise NotPublishable(reasons)
    locked.status = Status.PUBLISHED
    locked.publish_at = locked.publish_at or timezone.now()
    revision = _take_snapshot(locked, blocks, by)
    locked.live_until = _earliest(locked.expire_at, gate.start_of_day(verdict.ends_on) if verdict.ends_on else None)
    locked.in_feed = Channel.FEED in locked.channels
    locked.live_revision = revision
    locked.save(update_fields=["status", "publish_at", "live_until", "in_feed", "live_revision", "changed_at"])
    search.put(locked, revision)
    rendering.refresh_family(locked)
    Edition.advance()
    return revision


@transaction.atomic
def unpublish(story: Story) -> None:
    """Take the story back to draft; its address answers 410 until it is published again."""
    _leave(story, Status.DRAFT)


@transaction.atomic
def withdraw(story: Story) -> None:
    """Take the story down because a person in it, or the lead, says so."""
    _leave(story, Status.WITHDRAWN)


def _leave(story: Story, to: str) -> None:
    locked = _locked(story, to)
    locked.status = to
    locked.live_revision = None
    locked.in_feed = False
    locked.save(update_fields=["status", "live_revision", "in_feed", "changed_at"])
    search.remove(locked)
    rendering.refresh_family(locked)
    Edition.advance()


@transaction.atomic
def change_slug(story: Story, old_slug: str) -> None:
    """Remember a story's former address so that it redirects; call after the slug has changed."""
    OldSlug.objects.filter(slug=story.slug).delete()
    if story.revisions.exists():
        OldSlug.objects.update_or_create(slug=old_slug, defaults={"story": story})
    if story.live_revision:
        rendering.render(story.live_revision)
        story.live_revision.save(update_fields=rendering.RENDERED_FIELDS)
    rendering.refresh_family(story)
    Edition.advance()


def _take_snapshot(story: Story, blocks: list[Any], by: Any) -> StoryRevision:
    number = (story.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    revision = StoryRevision(story=story, number=number, content=content_of(story, blocks), created_by=by)
    rendering.render(revision)
    revision.save()
    revision.pictures.set(pictures_in(story, blocks))
    revision.clips.set(clips_in(blocks))
    return revision


def _earliest(*times: datetime.datetime | None) -> datetime.datetime | None:
    return min((time for time in times if time), default=None)
