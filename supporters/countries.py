"""Postal addresses by country: which parts one has, what they are called, how a postcode looks, how the label is written.

Gathered from the postal administrations' own pages by way of the Universal Postal Union's country sheets. A country
that is not in the table takes the general form: nothing is required but one line and a town.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_countries import countries

PARTS = ("line1", "line2", "city", "region", "postcode")
ANY = r"(.{2,12})"  # a country whose postcodes we do not know the form of: as it was typed

_POSTCODE, _TOWN = _("Postcode"), _("Town or city")


@dataclass(frozen=True)
class PostalForm:
    """How a country writes addresses.

    `postcode` is a pattern whose groups are joined by `joint`; "" where there are none. `region` is what the country
    calls its parts, "" where addresses name none. `last` is how the line of the town is written, and what follows it.
    """

    postcode: str = ANY
    joint: str = " "
    postcode_name: Any = _POSTCODE
    postcode_needed: bool = False
    region: Any = ""
    region_needed: bool = False
    city: Any = _TOWN
    last: tuple[str, ...] = ("{city}", "{region}", "{postcode}")

    def tidy(self, typed: str) -> str:
        """Return a postcode as the country writes it; raises ValueError where it cannot be one."""
        plain = " ".join(typed.split()) if self.postcode == ANY else re.sub(r"[\s\-]+", "", typed.upper())
        match = re.fullmatch(self.postcode, plain, re.ASCII)
        if match is None:
            raise ValueError("no postcode of this country")
        return self.joint.join(group for group in match.groups() if group)


_DIGITS = {number: rf"(\d{{{number}}})" for number in (3, 4, 5, 6)}
_CODE_FIRST = ("{postcode} {city}",)
_STATE, _PROVINCE, _COUNTY = _("State"), _("Province"), _("County")


def _code_first(digits: int | str, **more: Any) -> PostalForm:
    pattern = _DIGITS[digits] if isinstance(digits, int) else digits
    return PostalForm(pattern, **{"postcode_needed": True, "last": _CODE_FIRST, **more})


FORMS: dict[str, PostalForm] = {
    "GB": PostalForm(
        r"(GIR|[A-Z]{1,2}\d[A-Z\d]?)(0AA|\d[ABD-HJLNP-UW-Z]{2})", postcode_needed=True, city=_("Town"), last=("{city}", "{postcode}")
    ),
    "IE": PostalForm(
        r"([AC-FHKNPRTV-Y]\d[\dW])([\dAC-FHKNPRTV-Y]{4})", postcode_name=_("Eircode"), region=_COUNTY,
        last=("{city}", "{region}", "{postcode}"),
    ),
    "US": PostalForm(
        r"(\d{5})(?:(\d{4}))?", "-", _("ZIP code"), postcode_needed=True, region=_STATE, region_needed=True,
        city=_("City"), last=("{city}, {region} {postcode}",),
    ),
    "CA": PostalForm(
        r"([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z])(\d[ABCEGHJ-NPRSTV-Z]\d)", postcode_name=_("Postal code"), postcode_needed=True,
        region=_PROVINCE, region_needed=True, city=_("City"), last=("{city} {region} {postcode}",),
    ),
    "AU": PostalForm(
        _DIGITS[4], postcode_needed=True, region=_("State or territory"), region_needed=True, city=_("Suburb or town"),
        last=("{city} {region} {postcode}",),
    ),
    "NZ": PostalForm(_DIGITS[4], postcode_needed=True, last=("{city} {postcode}",)),
    "IN": PostalForm(
        r"([1-9]\d{2})(\d{3})", postcode_name=_("PIN code"), postcode_needed=True, region=_STATE, region_needed=True,
        last=("{city} {postcode}", "{region}"),
    ),
    "ZA": PostalForm(_DIGITS[4], postcode_needed=True, last=("{city}", "{postcode}")),
    "DE": _code_first(5), "FR": _code_first(5), "FI": _code_first(5),
    "AT": _code_first(4), "BE": _code_first(4), "CH": _code_first(4), "DK": _code_first(4), "NO": _code_first(4),
    "NL": _code_first(r"([1-9]\d{3})([A-Z]{2})"),
    "SE": _code_first(r"(\d{3})(\d{2})"), "CZ": _code_first(r"(\d{3})(\d{2})"), "GR": _code_first(r"(\d{3})(\d{2})"),
    "PL": _code_first(r"(\d{2})(\d{3})", joint="-"),
    "PT": _code_first(r"(\d{4})(\d{3})", joint="-"),
    "ES": _code_first(5, region=_PROVINCE, last=("{postcode} {city}", "{region}")),
    "IT": _code_first(5, region=_PROVINCE, region_needed=True, last=("{postcode} {city} {region}",)),
    "MX": _code_first(5, region=_STATE, region_needed=True, last=("{postcode} {city}, {region}",)),
    "GT": _code_first(5, postcode_needed=False, region=_("Department"), last=("{postcode} {city}", "{region}")),
    "BR": PostalForm(
        r"(\d{5})(\d{3})", "-", _("CEP"), postcode_needed=True, region=_STATE, region_needed=True, last=("{city} - {region}", "{postcode}")
    ),
    "PH": _code_first(4, region=_PROVINCE, last=("{postcode} {city}", "{region}")),
    "TH": PostalForm(_DIGITS[5], postcode_needed=True, region=_PROVINCE, region_needed=True, city=_("District"),
                     last=("{city}", "{region} {postcode}")),
    "KH": PostalForm(r"(\d{5,6})", region=_PROVINCE, last=("{city} {postcode}", "{region}")),
    "LK": PostalForm(_DIGITS[5], last=("{city}", "{postcode}")),
    "KE": PostalForm(_DIGITS[5], last=("{city}", "{postcode}")),
    "SG": PostalForm(_DIGITS[6], postcode_needed=True, city=_("City"), last=("{city} {postcode}",)),
    "JP": PostalForm(r"(\d{3})(\d{4})", "-", postcode_needed=True, region=_("Prefecture"), region_needed=True,
                     last=("{city}, {region} {postcode}",)),
    "HK": PostalForm("", city=_("District")), "GH": PostalForm(city=_("City")), "UG": PostalForm("", city=_("City")),
    "AE": PostalForm("", region=_("Emirate"), region_needed=True),
}  # fmt: skip
_GENERAL = PostalForm(region=_("Region"))


def form_of(country: str) -> PostalForm:
    """Return how a country (ISO code, "" for none chosen yet) writes addresses."""
    return FORMS.get(country, _GENERAL)


def label(country: str, parts: dict[str, str]) -> list[str]:
    """Return an address as the lines of a label; the country is named where the charity's own post would not know it."""
    lines = [parts.get("line1", ""), parts.get("line2", "")]
    given = {part: parts.get(part, "") for part in PARTS}
    lines += [line.format(**given).strip(" ,-") for line in form_of(country).last]
    if country != settings.TAX_JURISDICTION:
        with translation.override("en"):  # post abroad reads it in English
            lines.append(str(countries.name(country)))
    return [" ".join(line.split()) for line in lines if line.strip()]
