"""Letters about reviews. Their subjects say nothing of a story: somebody may look over a shoulder (safeguarding rule 15)."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from letters import outbox
from letters.kinds import Kind
from letters.models import Letter
from stories.models import Review, ReviewComment
from stories.models.reviews import Judgement

MOST_REVIEWERS = 50


class ReviewNews(Kind):
    """Somebody asks for a review, has judged, or has said something about one."""

    name = "review_news"
    folder = "stories/letters"

    def not_needed(self, letter: Letter) -> str:
        """Drop a request that has been answered meanwhile."""
        waits = Review.objects.filter(pk=letter.data["review"], judgement=Judgement.OPEN).exists()
        return "" if waits or letter.data["what"] != "asked" else "the review is no longer open"


def asked(review: Review, writers: set[int]) -> None:
    """Tell those who may approve, but not those who wrote."""
    for reviewer in reviewers().exclude(pk__in=writers)[:MOST_REVIEWERS]:
        _write(review, "asked", f"{review.pk}-{reviewer.pk}", to=reviewer, by=review.asked_by)


def decided(review: Review, what: str) -> None:
    """Tell whoever asked that their story was approved or given back."""
    if review.asked_by and review.asked_by_id != review.decided_by_id:
        _write(review, what, f"{review.pk}-{what}", to=review.asked_by, by=review.decided_by)


def commented(said: ReviewComment) -> None:
    """Tell whoever asked for the review, and whom it answers, of a comment that is not their own."""
    people = [said.review.asked_by, said.answers.by if said.answers else None]
    for person in {person for person in people if person and person != said.by}:
        _write(said.review, "commented", f"{said.review_id}-comment-{said.pk}-{person.pk}", to=person, by=said.by)


def reviewers() -> Any:
    """Return the active staff who were given the right to approve; who has every right anyway is not written to."""
    accounts = get_user_model().objects
    right = {"codename": "publish_story", "content_type__app_label": "stories"}
    by_group = accounts.filter(pk=OuterRef("pk"), **{f"groups__permissions__{name}": value for name, value in right.items()})
    by_hand = accounts.filter(pk=OuterRef("pk"), **{f"user_permissions__{name}": value for name, value in right.items()})
    return accounts.filter(Q(Exists(by_group)) | Q(Exists(by_hand)), is_active=True, is_staff=True).order_by("pk")


def _write(review: Review, what: str, key: str, *, to: Any, by: Any) -> None:
    outbox.write(
        ReviewNews.name,
        key,
        to=to.email,
        language=settings.LANGUAGE_CODE,
        about=f"review:{review.pk}",
        data={
            "review": review.pk,
            "what": what,
            "who": by.get_full_name() if by else "",
            "address": settings.SITE_URL + reverse("admin:stories_story_change", args=[review.story_id]),
        },
    )
