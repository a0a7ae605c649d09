"""Publishing: the only door through which a story becomes public, changes in public, or leaves.

Each verb locks the story, checks the move, writes named fields and begins a new edition, in one transaction.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from public_pages.models import Edition
from safeguarding import gate
from safeguarding.models import Channel, Material
from stories import history, protecting, rendering, search
from stories.models import Clip, OldSlug, Picture, Story, StoryRevision
from stories.models.pictures import Readiness
from stories.models.reviews import Judgement
from stories.models.stories import Stage, State, Status
from stories.snapshots import blocks_in_order, clips_in, content_of, pictures_in


@dataclass(frozen=True)
class Move:
    """One step of a story: from what it may be taken, what it is called then, and what it makes of the story."""

    becomes: State
    statuses: frozenset[str]  # what readers get now
    stages: frozenset[str] = frozenset(Stage.values)  # where the working copy stands now
    status: str | None = None  # what readers get then; None: as before
    stage: str = Stage.WRITING  # where the working copy stands then


_OPEN = frozenset({Status.DRAFT, Status.PUBLISHED})  # a withdrawn story is first taken back to draft
_ON_ITS_WAY = frozenset({Stage.IN_REVIEW, Stage.APPROVED})

# The one list of moves. Scheduled, published and expired are one status: the clock tells them apart. A published story
# keeps what readers see while its working copy goes through the stages again.
MOVES: dict[str, Move] = {
    "ask": Move(State.IN_REVIEW, _OPEN, frozenset({Stage.WRITING}), stage=Stage.IN_REVIEW),
    "approve": Move(State.APPROVED, _OPEN, frozenset({Stage.IN_REVIEW}), stage=Stage.APPROVED),
    "return": Move(State.DRAFT, _OPEN, _ON_ITS_WAY),
    "recall": Move(State.DRAFT, _OPEN, _ON_ITS_WAY),
    "edit": Move(State.DRAFT, _OPEN, _ON_ITS_WAY),  # any edit voids what was judged
    "publish": Move(State.PUBLISHED, _OPEN, status=Status.PUBLISHED),  # asked for through reviewing, which wants an approval
    "reschedule": Move(State.SCHEDULED, frozenset({Status.PUBLISHED}), status=Status.PUBLISHED),
    "unpublish": Move(State.DRAFT, frozenset({Status.PUBLISHED, Status.WITHDRAWN}), status=Status.DRAFT),
    "withdraw": Move(State.WITHDRAWN, frozenset({Status.PUBLISHED}), status=Status.WITHDRAWN),
}


# What becomes of the review that held, where a move ends it.
REVIEW_ENDS = {"publish": Judgement.PUBLISHED, "return": Judgement.RETURNED, "recall": Judgement.RECALLED}


class NotPublishable(Exception):
    """The story may not go out as it stands; `reasons` says why, each a sentence for the editor."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(self.reasons))


def locked(story: Story, name: str) -> Story:
    """Return the story re-read under a row lock; raises NotPublishable when it may not take the move of that name."""
    found = Story.objects.select_for_update(of=("self",)).select_related("lead", "place").get(pk=story.pk)
    move = MOVES[name]
    if found.status not in move.statuses or found.stage not in move.stages:
        raise NotPublishable(
            [_("A story that is %(now)s cannot become %(next)s.") % {"now": where(found), "next": move.becomes.label}]
        )
    return found


def where(story: Story) -> str:
    """Return in words where a story stands: what readers get, and the stage of its working copy."""
    state = story.state()
    if story.stage not in {Stage.WRITING, state.value}:
        return _("%(state)s, with changes %(stage)s") % {"state": state.label, "stage": story.get_stage_display()}
    return str(state.label)


def step(story: Story, name: str) -> list[str]:
    """Set status and stage as the move says, and close a review that no longer holds; returns the fields to save."""
    move = MOVES[name]
    if move.stage == Stage.WRITING and story.stage != Stage.WRITING:
        story.reviews.end(REVIEW_ENDS.get(name, Judgement.OVERTAKEN))
    story.status, story.stage = move.status or story.status, move.stage
    return ["status", "stage"]


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
    reasons = [str(refusal) for refusal in verdict.refusals] + protecting.reasons(story, blocks)
    if story.lead is None:
        reasons.append(_("Choose a lead picture."))
    if not blocks:
        reasons.append(_("The story has no words yet."))
    reasons += unready([*pictures_in(story, blocks), *clips_in(blocks)])
    if story.expire_at and story.expire_at <= (story.publish_at or timezone.now()):
        reasons.append(_("The story would expire before it is published."))
    return reasons


def unready(shown: Sequence[Picture | Clip]) -> list[str]:
    """Return a sentence for each picture and clip that is not prepared, or could not be."""
    reasons = []
    for media in shown:
        if media.readiness == Readiness.WAITING:
            reasons.append(_("“%(title)s” is still being prepared: try again in a few seconds.") % {"title": media})
        elif media.readiness == Readiness.FAILED:
            reasons.append(_("“%(title)s” could not be prepared: upload it again.") % {"title": media})
    return reasons


@transaction.atomic
def publish(story: Story, by: Any = None) -> StoryRevision:
    """Put a snapshot of the working copy live, now or at `publish_at` when that lies ahead.

    Raises NotPublishable with every reason when consent, pictures or words are wanting. Whoever publishes by hand comes
    through reviewing.publish, which wants a second person's approval besides.
    """
    found = locked(story, "publish")
    blocks = blocks_in_order(found)
    verdict = gate.judge(uses_of(found, blocks))
    if reasons := obstacles(found, blocks, verdict):
        raise NotPublishable(reasons)
    now = timezone.now()
    fields = step(found, "publish")
    found.publish_at = found.publish_at or now
    revision = _take_snapshot(found, blocks, by, now)
    found.live_until = _earliest(found.expire_at, gate.start_of_day(verdict.ends_on) if verdict.ends_on else None)
    found.in_feed = Channel.FEED in found.channels
    found.live_revision = revision
    found.save(update_fields=[*fields, "publish_at", "live_until", "in_feed", "live_revision", "changed_at"])
    search.put(found, revision)
    rendering.refresh_family(found)
    Edition.advance()
    return revision


@transaction.atomic
def reschedule(story: Story, at: datetime.datetime) -> None:
    """Let a story that nobody has seen yet go out at another time ahead; what goes out stays as it was approved."""
    found = locked(story, "reschedule")
    if found.state() != State.SCHEDULED or found.live_revision is None:
        raise NotPublishable([_("Only a story that is still to go out can be given another time.")])
    if found.live_until and found.live_until <= at:
        raise NotPublishable([_("The story would expire before it is published.")])
    found.publish_at = at
    found.save(update_fields=["publish_at", "changed_at"])
    found.live_revision.story = found
    rendering.render(found.live_revision)  # its page says when it was published
    found.live_revision.save(update_fields=rendering.RENDERED_FIELDS)
    search.put(found, found.live_revision)
    Edition.advance()


@transaction.atomic
def unpublish(story: Story) -> None:
    """Take the story back to draft; its address answers 410 until it is published again."""
    _leave(story, "unpublish")


@transaction.atomic
def withdraw(story: Story) -> None:
    """Take the story down because a person in it, or the lead, says so."""
    _leave(story, "withdraw")


def _leave(story: Story, name: str) -> None:
    found = locked(story, name)
    fields = step(found, name)
    found.live_revision = None
    found.in_feed = False
    found.save(update_fields=[*fields, "live_revision", "in_feed", "changed_at"])
    search.remove(found)
    rendering.refresh_family(found)
    Edition.advance()


@transaction.atomic
def change_slug(story: Story, old_slug: str) -> None:
    """Remember a story's former address so that it redirects; call after the slug has changed."""
    OldSlug.objects.filter(slug=story.slug).delete()
    if story.was_published():
        OldSlug.objects.update_or_create(slug=old_slug, defaults={"story": story})
    if story.live_revision:
        rendering.render(story.live_revision)
        story.live_revision.save(update_fields=rendering.RENDERED_FIELDS)
    rendering.refresh_family(story)
    Edition.advance()


def _take_snapshot(story: Story, blocks: list[Any], by: Any, now: datetime.datetime) -> StoryRevision:
    """Return the revision that goes live: the newest one where it says the same and readers never saw it, else a new one."""
    content = content_of(story, blocks)
    digest = history.digest_of(story, content)
    revision = history.newest(story)
    if revision is None or revision.digest != digest or revision.published_at:
        revision = history.add(story, blocks, content=content, digest=digest, created_by=by)
    revision.story = story
    revision.content, revision.published_at = content, now  # the same words; its pictures may have been prepared since
    rendering.render(revision)
    revision.save(update_fields=["content", "published_at", *rendering.RENDERED_FIELDS])
    return revision


def _earliest(*times: datetime.datetime | None) -> datetime.datetime | None:
    return min((time for time in times if time), default=None)
