"""The charity as its receipts name it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CharityDetails(models.Model):
    """The one row with what tax authorities want to read of the charity; Finance keeps it in the admin."""

    name = models.CharField(_("registered name"), max_length=120)
    address = models.TextField(_("address"), blank=True, help_text=_("One line each."))
    registration = models.CharField(
        _("registration"),
        max_length=80,
        blank=True,
        help_text=_("With its label: “Registered charity 123456”, “EIN 12-3456789”."),
    )
    signatory = models.CharField(_("who signs"), max_length=80, blank=True)
    signatory_role = models.CharField(_("their role"), max_length=80, blank=True)
    place_of_issue = models.CharField(_("place of issue"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("charity's details")
        verbose_name_plural = _("charity's details")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="charity_is_one_row")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "CharityDetails":
        """Return the row (donations.general_appeal makes it)."""
        return cls.objects.get(pk=1)
