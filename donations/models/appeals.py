"""Appeals: what we ask for."""

import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models import Picture, Story
from stories.text import ProseField

GENERAL_SLUG = "general"


class Frequency(models.TextChoices):
    """How often somebody gives."""

    ONCE = "once", _("Once")
    MONTHLY = "monthly", _("Monthly")


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Appeals."""

    def open(self, at: datetime.datetime | None = None) -> "AppealQuerySet":
        """Keep those that can be given to at a moment (default now)."""
        at = at or timezone.now()
        return self.filter(Q(starts_at=None) | Q(starts_at__lte=at), Q(ends_at=None) | Q(ends_at__gt=at), published=True)

    def in_language(self, language: str) -> "AppealQuerySet":
        """Add what `Appeal.worded` says in another language than the site's first; no query more."""
        if language == settings.LANGUAGE_CODE:
            return self
        there = AppealTranslation.objects.filter(appeal=OuterRef("pk"), language=language)
        return self.annotate(title_there=Subquery(there.values("title")[:1]), words_there=Subquery(there.values("words")[:1]))

    def general(self) -> "Appeal":
        """Return the general appeal, which always exists (donations.general_appeal)."""
        return self.get(slug=GENERAL_SLUG)


class Appeal(models.Model):
    """What we ask for: words, amounts to choose from, a goal perhaps, and what the money must be spent on."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    words = ProseField(_("words"), blank=True)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    story = models.ForeignKey(
        Story,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The story this appeal grows from."),
    )
    designation = models.CharField(
        _("designation"),
        max_length=120,
        blank=True,
        help_text=_("What the money must be spent on. Empty: where it is needed most."),
    )
    goal = models.BigIntegerField(
        _("goal"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In minor units (pence) of the goal's currency."),
    )
    goal_currency = models.CharField(_("goal's currency"), max_length=3, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    published = models.BooleanField(_("published"), default=False)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.CheckConstraint(
                condition=Q(goal=None) | ~Q(goal_currency=""),
                name="appeal_goal_has_currency",
                violation_error_message=_("A goal needs its currency."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="appeal_ends_after_start",
                violation_error_message=_("An appeal ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def worded(self) -> dict[str, str]:
        """Return title and words, in the language they were asked for in (AppealQuerySet.in_language) where they are translated."""
        if title := getattr(self, "title_there", None):
            return {"title": title, "words": getattr(self, "words_there", "")}
        return {"title": self.title, "words": self.words}

    @property
    def is_general(self) -> bool:
        """Return whether this is the appeal that always exists."""
        return self.slug == GENERAL_SLUG


class AppealTranslation(models.Model):
    """An appeal's words in another language."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(_("language"), max_length=10)
    title = models.CharField(_("title"), max_length=120)
    words = ProseField(_("words"), blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["appeal", "language"], name="appeal_language_once")]

    def __str__(self) -> str:
        return self.title


class SuggestedAmount(models.Model):
    """One amount to choose, for a frequency and currency, and what it makes possible."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="amounts")
    frequency = models.CharField(_("frequency"), max_length=8, choices=Frequency.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"), validators=[MinValueValidator(1)], help_text=_("In minor units (pence)."))
    impact = models.CharField(_("what it makes possible"), max_length=160)
    impact_translations = models.JSONField(_("translations"), default=dict, blank=True)
    default = models.BooleanField(_("chosen at first"), default=False)

    class Meta:
        verbose_name = _("suggested amount")
        verbose_name_plural = _("suggested amounts")
        ordering = ["frequency", "currency", "amount"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "frequency", "currency", "amount"], name="suggested_amount_once"),
            models.UniqueConstraint(
                fields=["appeal", "frequency", "currency"], condition=Q(default=True), name="one_default_amount"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="suggested_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.frequency}"
