"""Reviewing: two people publish a story, and the second judges exactly what goes out (safeguarding rules 11 and 12).

Each verb locks the story, checks the move (publishing.MOVES) and who asks for it, and writes the letters that follow.
"""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from stories import checking, history, publishing, review_letters
from stories.models import Review, ReviewComment, Story, StoryRevision
from stories.models.reviews import Judgement
from stories.models.stories import Stage, State
from stories.publishing import NotPublishable
from stories.snapshots import blocks_in_order, clips_in


def held(story: Story) -> Review | None:
    """Return the review that counts now: open, or approved and not yet used."""
    return story.reviews.holding().select_related("revision", "asked_by", "decided_by").first()


@transaction.atomic
def saved(story: Story, by: Any, note: str = "") -> bool:
    """Keep what was saved in the history; return whether that voided a review. Call after every save of a working copy."""
    revision = history.keep(story, by, note)
    review = held(story)
    if review is None or review.revision.digest == revision.digest:
        return False
    found = publishing.locked(story, "edit")
    found.save(update_fields=publishing.step(found, "edit"))
    story.stage = found.stage
    return True


@transaction.atomic
def ask(story: Story, by: Any, note: str = "") -> Review:
    """Ask a second person to judge the working copy as it stands; raises NotPublishable.

    A clip that is still being prepared gets its still and length later: what was asked about would no longer be what is there.
    """
    found = publishing.locked(story, "ask")
    if reasons := publishing.unready(clips_in(blocks_in_order(found))):
        raise NotPublishable(reasons)
    revision = history.keep(found, by, note)
    review = Review.objects.create(story=found, revision=revision, asked_by=by)
    found.save(update_fields=publishing.step(found, "ask"))
    review_letters.asked(review, _writers(found) | {by.pk})
    return review


@transaction.atomic
def approve(story: Story, by: Any) -> Review:
    """Approve what was asked about; raises NotPublishable when it has changed, or when the person wrote or asked."""
    found = publishing.locked(story, "approve")
    review = found.reviews.holding().select_related("revision", "asked_by").get()
    if reason := why_not_approve(review, found, by):
        raise NotPublishable([reason])
    _decide(review, Judgement.APPROVED, by)
    found.save(update_fields=publishing.step(found, "approve"))
    review_letters.decided(review, "approved")
    return review


def why_not_approve(review: Review, story: Story, by: Any) -> str:
    """Return why this person may not approve, or "". Whoever wrote since the last approval, or asked, is not the second."""
    if wrote(review, story, by):
        return _("You wrote or asked for this version: a second person has to approve it.")
    if history.working_copy(story).digest != review.revision.digest:
        return _("The story has changed since the review was asked for: ask for it again.")
    return ""


def wrote(review: Review, story: Story, by: Any) -> bool:
    """Return whether a person asked for a review, or changed what it is about since the last approval."""
    return by.pk == review.asked_by_id or by.pk in _writers(story)


def _writers(story: Story) -> set[int]:
    """Return who changed the working copy since the last approval."""
    approved = story.reviews.approving().aggregate(last=Max("revision__number"))["last"]
    return history.writers_since(story, approved or 0)


@transaction.atomic
def give_back(story: Story, by: Any, words: str = "") -> Review:
    """Give a story back to its writers with what should change; an approval ends with it. Raises NotPublishable."""
    found = publishing.locked(story, "return")
    review = found.reviews.holding().select_related("revision", "asked_by").get()
    if words.strip():
        ReviewComment.objects.create(review=review, words=words.strip(), by=by)
    _decide(review, Judgement.RETURNED, by)
    found.save(update_fields=publishing.step(found, "return"))
    review_letters.decided(review, "returned")
    return review


@transaction.atomic
def recall(story: Story) -> None:
    """Take a story back from its review to go on writing; raises NotPublishable."""
    found = publishing.locked(story, "recall")
    found.save(update_fields=publishing.step(found, "recall"))


def _decide(review: Review, judgement: str, by: Any) -> None:
    review.judgement, review.decided_by, review.decided_at = judgement, by, timezone.now()
    review.save(update_fields=["judgement", "decided_by", "decided_at"])


# --- to the readers ---------------------------------------------------------------------------------
@transaction.atomic
def publish(story: Story, by: Any) -> StoryRevision:
    """Publish what a second person approved, exactly that. Raises NotPublishable with every reason."""
    found = publishing.locked(story, "publish")
    if reason := why_not_publish(found):
        raise NotPublishable([reason])
    red = checking.reds(found)
    try:
        with transaction.atomic():
            revision = publishing.publish(found, by)
    except NotPublishable as refused:
        raise NotPublishable([*refused.reasons, *red]) from refused
    if red:
        raise NotPublishable(red)
    return revision


def why_not_publish(story: Story) -> str:
    """Return what is missing of a second person's approval, or ""."""
    review = held(story) if story.stage == Stage.APPROVED else None
    if review is None or review.judgement != Judgement.APPROVED:
        return _("A second person has to approve the story first: ask for a review.")
    if review.decided_by_id is None or history.working_copy(story).digest != review.revision.digest:
        return _("The story has changed since it was approved: ask for a review of the new version.")
    return ""


@transaction.atomic
def schedule(story: Story, by: Any, at: datetime.datetime | None = None) -> None:
    """Let an approved story go out at a time ahead (default: its own `publish_at`), or move that time."""
    found = publishing.locked(story, "publish")
    at = at or found.publish_at
    if at is None or at <= timezone.now():
        raise NotPublishable([_("Set “publish at” to a time ahead, then schedule.")])
    state = found.state()
    if state == State.PUBLISHED:
        raise NotPublishable([_("Readers see this story already: publish its changes when they should see them.")])
    if state == State.SCHEDULED and found.stage == Stage.WRITING:
        publishing.reschedule(found, at)
        return
    found.publish_at = at
    found.save(update_fields=["publish_at"])
    publish(found, by)


# --- comments ---------------------------------------------------------------------------------------
@transaction.atomic
def comment(review: Review, by: Any, words: str, *, block: str = "", answers: ReviewComment | None = None) -> ReviewComment:
    """Say something about a story under review, about one of its blocks, or in answer to a comment."""
    if answers is not None:
        block, answers = "", answers.answers or answers  # one level: an answer to an answer stands beside it
    said = ReviewComment.objects.create(review=review, by=by, words=words, block=block, answers=answers)
    review_letters.commented(said)
    return said


def settle(said: ReviewComment, by: Any) -> None:
    """Mark a comment as seen to; once is enough."""
    ReviewComment.objects.filter(pk=said.pk, settled_at=None).update(settled_by=by, settled_at=timezone.now())
