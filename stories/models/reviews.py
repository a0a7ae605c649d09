"""Reviews: a second person judges a story before readers see it (safeguarding rule 12)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models.revisions import StoryRevision
from stories.models.stories import Story


class Judgement(models.TextChoices):
    """What became of a review."""

    OPEN = "open", _("waits for a reviewer")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("changes asked for")
    RECALLED = "recalled", _("taken back by the writers")
    OVERTAKEN = "overtaken", _("overtaken by later changes")
    PUBLISHED = "published", _("approved and published")


HOLDS = (Judgement.OPEN, Judgement.APPROVED)


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, as the story asks for them."""

    def holding(self) -> "ReviewQuerySet":
        """Keep reviews that still count: asked for, or approved and not yet used."""
        return self.filter(judgement__in=HOLDS)

    def approving(self) -> "ReviewQuerySet":
        """Keep reviews that somebody approved, whether or not the story has gone out since."""
        return self.filter(judgement__in=(Judgement.APPROVED, Judgement.PUBLISHED))

    def end(self, judgement: str) -> None:
        """Close what still counts. Only what was approved ends as published; an open one was overtaken."""
        ended = self.holding().filter(judgement=Judgement.APPROVED) if judgement == Judgement.PUBLISHED else self.holding()
        ended.update(judgement=judgement, decided_at=Coalesce("decided_at", Now()))
        self.holding().update(judgement=Judgement.OVERTAKEN, decided_at=Coalesce("decided_at", Now()))


class Review(models.Model):
    """One request for review and what came of it. It is about one revision: any later edit overtakes it."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("story"))
    revision = models.ForeignKey(StoryRevision, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("revision"))
    judgement = models.CharField(_("judgement"), max_length=10, choices=Judgement.choices, default=Judgement.OPEN)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects: ClassVar[ReviewQuerySet] = ReviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["story"], condition=Q(judgement__in=["open", "approved"]), name="review_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(judgement__in=["approved", "published"]) | ~Q(decided_by=F("asked_by")),
                name="review_by_a_second_person",
            ),
            models.CheckConstraint(condition=Q(judgement="open") | Q(decided_at__isnull=False), name="review_decided_when"),
        ]

    def __str__(self) -> str:
        return f"{self.revision}: {self.get_judgement_display()}"


class ReviewComment(models.Model):
    """A word about a story under review, or about one of its blocks; an answer belongs to the comment it answers."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments", verbose_name=_("review"))
    answers = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="answered_by")
    block = models.CharField(max_length=40, blank=True)  # the block it is about, as in the revision ("textblock:12")
    words = models.TextField(_("comment"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("review comment")
        verbose_name_plural = _("review comments")
        ordering = ("at", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(answers=None) | Q(block=""), name="comment_answer_is_about_its_comment"),
        ]

    def __str__(self) -> str:
        return self.words[:60]
