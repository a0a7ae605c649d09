"""People whose stories are told, and what was decided about each."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_reference() -> str:
    """Return a random public id of 128 bits."""
    return secrets.token_urlsafe(16)


class Support(models.TextChoices):
    """Whether the charity looks after the person (safeguarding rule 3)."""

    UNKNOWN = "", _("not said yet")
    NEVER = "never", _("never in our support")
    ONGOING = "ongoing", _("in our support now")
    ENDED = "ended", _("support has ended")


class Risk(models.TextChoices):
    """What danger remains for the person when the story is told with every care."""

    UNKNOWN = "", _("not weighed yet")
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high: nothing may be published")


class Court(models.TextChoices):
    """Whether a court is still to decide."""

    NONE = "none", _("none that we know of")
    PENDING = "pending", _("pending")
    ENDED = "ended", _("ended")


class Contributor(models.Model):
    """A person whose story it is, under the name that is published (never a vault name)."""

    reference = models.CharField(max_length=32, unique=True, default=new_reference, editable=False)
    public_name = models.CharField(
        _("published name"), max_length=120, help_text=_("As it appears in stories. Never a name that must stay private.")
    )
    was_minor = models.BooleanField(
        _("is or was a minor"), default=False, help_text=_("When it happened, or now. Then they are never shown recognisably.")
    )
    of_age_on = models.DateField(
        _("of age since"), null=True, blank=True, help_text=_("From this day on their own agreement is enough.")
    )
    support = models.CharField(_("our support"), max_length=8, choices=Support.choices, blank=True, default=Support.UNKNOWN)
    support_ended_on = models.DateField(_("support ended on"), null=True, blank=True)
    risk = models.CharField(_("remaining risk"), max_length=8, choices=Risk.choices, blank=True, default=Risk.UNKNOWN)
    court = models.CharField(_("court proceedings"), max_length=8, choices=Court.choices, default=Court.NONE)
    sees_first = models.BooleanField(
        _("sees every story first"),
        default=False,
        help_text=_("Nothing is published before they have approved that very version."),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("No private name: those live in the vault."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        ordering = ("public_name",)
        permissions = [
            ("take_down", _("Can take stories down at once")),
            ("see_desk", _("Can see the safeguarding desk")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(support="ended") | Q(support_ended_on__isnull=False),
                name="contributor_support_ended_some_day",
                violation_error_message=_("Say on which day the support ended."),
            ),
        ]

    def __str__(self) -> str:
        return self.public_name


class Decided(models.TextChoices):
    """What a recorded decision is about."""

    RECENT_SUPPORT = "recent_support", _("Recognisable pictures though support ended less than two years ago")
    LEGAL = "legal", _("Legal sign-off while a court is still to decide")
    AGREED_OTHERWISE = "agreed_otherwise", _("They approved the story by another way than their link")


class Decision(models.Model):
    """A decision that lets something be published which otherwise may not be: by whom, when and why. Never edited."""

    contributor = models.ForeignKey(
        Contributor, on_delete=models.CASCADE, related_name="decisions", verbose_name=_("contributor")
    )
    kind = models.CharField(_("about"), max_length=20, choices=Decided.choices)
    made_on = models.DateField(_("decided on"))
    made_by = models.CharField(
        _("decided by"), max_length=120, help_text=_("For a legal sign-off: the lawyer's name and office.")
    )
    reason = models.TextField(_("reason"))
    digest = models.CharField(max_length=64, blank=True, editable=False)  # of the story's version, where it is about one
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-made_on", "-pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.made_on}"
