"""Pictures: a clean master under a random name, and the renditions made of it."""

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safeguarding.models import Contributor
from stories.models.preparation import Prepared, Readiness

__all__ = ["Origin", "Picture", "Readiness", "new_token"]


def new_token() -> str:
    """Return a random public id of 128 bits."""
    return secrets.token_urlsafe(16)


class Origin(models.TextChoices):
    """Where a picture comes from (safeguarding rule 10)."""

    OWN = "own", _("our own photograph")
    MODEL = "model", _("photograph of a model")
    STOCK = "stock", _("stock photograph")
    ILLUSTRATION = "illustration", _("illustration")
    GENERATED = "generated", _("computer-generated picture")


class Picture(Prepared):
    """A picture as the site holds it: re-encoded without metadata, under a random name."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    title = models.CharField(_("name in the library"), max_length=120)
    master = models.FileField(_("master"), max_length=120, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(
        _("alternative text"), max_length=300, blank=True, help_text=_("What the picture shows, for someone who cannot see it.")
    )
    decorative = models.BooleanField(
        _("decorative"), default=False, help_text=_("Adds nothing that the words do not say: screen readers skip it.")
    )
    credit = models.CharField(_("credit"), max_length=120, blank=True)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices)
    focal_x = models.FloatField(_("focal point, across"), default=0.5, help_text=_("0 left, 1 right: crops keep this point."))
    focal_y = models.FloatField(_("focal point, down"), default=0.5, help_text=_("0 top, 1 bottom."))
    contributors = models.ManyToManyField(
        Contributor, blank=True, related_name="+", verbose_name=_("people who can be recognised in it")
    )
    # Uploaded, its words still to come: kept so that no upload is ever lost, offered to no story.
    draft = models.BooleanField(_("without words yet"), default=False, db_default=False, editable=False)
    colour = models.CharField(max_length=7, blank=True, editable=False)  # dominant colour, "#rrggbb"
    stand_in = models.TextField(blank=True, editable=False)  # tiny blurred picture as a data: address
    # {"full": {"width": int, "height": int, "widths": [int, …]}, "wide": {…}} once ready: see renditions.py
    renditions = models.JSONField(default=dict, editable=False)
    share_bytes = models.PositiveIntegerField(default=0, editable=False)  # size of the share card, for the feed
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["title", "alt"], name="picture_words")]  # small enough to be searched through
        constraints = [
            models.CheckConstraint(
                condition=Q(decorative=True) | ~Q(alt="") | Q(draft=True),
                name="picture_has_words_or_is_decorative",
                violation_error_message=_("Write the alternative text, or say that the picture is decorative."),
            ),
            models.CheckConstraint(
                condition=Q(focal_x__gte=0, focal_x__lte=1, focal_y__gte=0, focal_y__lte=1),
                name="picture_focal_point_inside",
                violation_error_message=_("The focal point lies between 0 and 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a picture with neither words nor the word decorative."""
        super().clean()
        if not self.decorative and not self.draft and not self.alt.strip():
            raise ValidationError({"alt": _("Write the alternative text, or say that the picture is decorative.")})

    def as_data(self) -> dict[str, Any]:
        """Return what a page needs to show the picture, as plain data for a snapshot."""
        return {
            "token": self.token,
            "alt": "" if self.decorative else self.alt,
            "credit": self.credit,
            "origin": self.origin,
            "focal": [self.focal_x, self.focal_y],
            "colour": self.colour,
            "stand_in": self.stand_in,
            "crops": self.renditions,
            "share_bytes": self.share_bytes,
        }
