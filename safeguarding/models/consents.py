"""What contributors have agreed to: which materials, in which channels, from when, until when."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safeguarding.models.people import Contributor, new_reference

MAX_TERM_MONTHS = 36  # safeguarding rule 2


class Material(models.TextChoices):
    """What of a person a story shows."""

    STORY = "story", _("their story in words")
    NAME = "name", _("their name as published")
    PICTURE = "picture", _("a picture of them")
    CLIP = "clip", _("a clip of them")
    VOICE = "voice", _("their voice")


class Channel(models.TextChoices):
    """Where a story goes out."""

    WEB = "web", _("this website")
    FEED = "feed", _("the feed")
    EMAIL = "email", _("e-mail")
    SOCIAL = "social", _("social media")
    PRINT = "print", _("print")
    ASK = "ask", _("asking for gifts")


def add_months(day: datetime.date, months: int) -> datetime.date:
    """Return the same day of the month `months` later, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = datetime.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(
        datetime.date(year, month + 1, 1) + datetime.timedelta(days=day.day - 1), first_of_next - datetime.timedelta(days=1)
    )


def check_choices(values: object, choices: type[models.TextChoices]) -> None:
    """Raise ValidationError unless `values` is a list of distinct members of `choices`."""
    if not isinstance(values, list) or len(set(values)) != len(values) or not set(values) <= set(choices.values):
        raise ValidationError(_("Choose from: %(choices)s."), params={"choices": ", ".join(choices.values)})


def check_materials(values: object) -> None:
    """Raise ValidationError unless `values` are materials."""
    check_choices(values, Material)


def check_channels(values: object) -> None:
    """Raise ValidationError unless `values` are channels."""
    check_choices(values, Channel)


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Consents, by whether they hold."""

    def live(self, day: datetime.date) -> "ConsentQuerySet":
        """Keep consents that hold on `day` (a day in the charity's time zone)."""
        return self.filter(withdrawn_at=None, given_on__lte=day, ends_on__gt=day)


class Consent(models.Model):
    """What a contributor agreed to: which materials, in which channels, from when, until when.

    Never edited after it is given: a change of mind is a withdrawal and a new consent.
    """

    contributor = models.ForeignKey(Contributor, on_delete=models.PROTECT, related_name="consents", verbose_name=_("contributor"))
    materials = models.JSONField(_("materials"), default=list, validators=[check_materials])
    channels = models.JSONField(_("channels"), default=list, validators=[check_channels])
    given_on = models.DateField(_("given on"))
    term_months = models.PositiveSmallIntegerField(_("term in months"), default=24)
    ends_on = models.DateField(_("ends on"), editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    note = models.TextField(_("note"), blank=True, help_text=_("How it was given and to whom. No private name."))
    # Both are needed for somebody who was not of age when they agreed (safeguarding rule 6).
    guardian_agreed_on = models.DateField(_("guardian agreed on"), null=True, blank=True)
    child_agreed_on = models.DateField(_("child agreed on"), null=True, blank=True, help_text=_("In words they understood."))

    objects: ClassVar[ConsentQuerySet] = ConsentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("-given_on", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(term_months__gte=1, term_months__lte=MAX_TERM_MONTHS),
                name="consent_has_an_end",
                violation_error_message=_("A consent lasts from 1 to 36 months."),
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("given_on")), name="consent_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.contributor}: {self.given_on} – {self.ends_on}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep `ends_on` in step with the term (no other effect)."""
        self.ends_on = add_months(self.given_on, self.term_months)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def withdraw(self, reason: str = "") -> None:
        """End the consent now; it stays on record. Taking stories down is the caller's next step."""
        self.withdrawn_at = timezone.now()
        self.withdrawn_reason = reason
        self.save(update_fields=["withdrawn_at", "withdrawn_reason"])

    def covers(self, material: str, channel: str) -> bool:
        """Return whether this consent names both the material and the channel."""
        return material in self.materials and channel in self.channels


class Evidence(models.Model):
    """A file that shows how a consent was given: sealed in the private store, never at a public address."""

    reference = models.CharField(max_length=32, unique=True, default=new_reference, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("consent"))
    file = models.CharField(max_length=120, editable=False)  # the sealed bytes, under a random name
    kind = models.CharField(_("kind"), max_length=60, editable=False)  # as its content says, never its name
    size = models.PositiveIntegerField(_("size in bytes"), editable=False)
    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of the file as it was given
    key_mark = models.CharField(max_length=16, editable=False, db_index=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return f"{self.kind}, {self.size} B"
