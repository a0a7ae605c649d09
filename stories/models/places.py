"""Where a story happened (never closer than a region) and what it is about."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField


class Place(models.Model):
    """A country, or a region of one. Nothing closer is ever stored (safeguarding)."""

    country = CountryField(_("country"))
    region = models.CharField(_("region"), max_length=80, blank=True, help_text=_("A state or province, never a town."))
    slug = models.SlugField(_("slug"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ("country", "region")
        constraints = [models.UniqueConstraint(fields=["country", "region"], name="place_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return "Region, Country" in the active language."""
        country = str(self.country.name)
        return f"{self.region}, {country}" if self.region else country


class Theme(models.Model):
    """What a story is about, in one or two words."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    translations = models.JSONField(
        _("translations"), default=dict, blank=True, help_text=_('The name in other languages: {"es": "…"}.')
    )
    slug = models.SlugField(_("slug"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Return the name in the active language, or as entered where there is no translation."""
        return self.translations.get((get_language() or "").split("-")[0]) or self.name
