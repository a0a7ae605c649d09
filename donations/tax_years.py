"""Tax years as data: on which day a year begins in each jurisdiction whose receipts and statements we write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext

# Month and day on which a person's tax year begins, as each authority states it: HM Revenue & Customs, the Internal Revenue
# Service (Publication 538), the Canada Revenue Agency, the Australian Taxation Office, Inland Revenue of New Zealand.
FIRST_DAYS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "GB": (4, 6),
        "US": (1, 1),
        "CA": (1, 1),
        "AU": (7, 1),
        "NZ": (4, 1),
    }
)

# For how many years after a gift's tax year its papers are kept, name and address among them: HMRC's guidance on Gift Aid
# records; IRS Publication 583 with the longest period of limitations; Income Tax Act (Canada) 230(4); ATO, record keeping
# for not-for-profits; Tax Administration Act 1994 (New Zealand), section 22.
KEPT_YEARS: Mapping[str, int] = MappingProxyType({"GB": 6, "US": 7, "CA": 6, "AU": 5, "NZ": 7})


@dataclass(frozen=True)
class TaxYear:
    """One tax year of one jurisdiction (ISO 3166 two letters); both days belong to it."""

    jurisdiction: str
    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def kept_until(self) -> date:
        """The last day on which the papers of its gifts have to be there."""
        return _first_day(self.start.year + 1 + KEPT_YEARS[self.jurisdiction], self.jurisdiction) - timedelta(days=1)

    @property
    def name(self) -> str:
        """The short name: "2026" for a calendar year, "2026-27" for one that spans two."""
        if self.start.year == self.end.year:
            return f"{self.start.year}"
        return f"{self.start.year}-{self.end.year % 100:02d}"

    def label(self, language: str) -> str:
        """Return both days in words, in the language named: "6 April 2026 to 5 April 2027"."""
        locale = _date_locale(language)
        with translation.override(language):
            return gettext("%(start)s to %(end)s") % {
                "start": format_date(self.start, "long", locale=locale),
                "end": format_date(self.end, "long", locale=locale),
            }


def tax_year(day: date, jurisdiction: str) -> TaxYear:
    """Return the tax year a charity's day falls in. Raises ValueError for a jurisdiction the table lacks."""
    year = day.year if day >= _first_day(day.year, jurisdiction) else day.year - 1
    return TaxYear(jurisdiction, _first_day(year, jurisdiction), _first_day(year + 1, jurisdiction) - timedelta(days=1))


def tax_years(first: date, last: date, jurisdiction: str) -> list[TaxYear]:
    """Return every tax year that holds a day from first to last, both included, oldest first.

    Raises ValueError for a jurisdiction the table lacks, or when last comes before first.
    """
    if last < first:
        raise ValueError(f"{last} comes before {first}: there is no tax year between them.")
    years = [tax_year(first, jurisdiction)]
    while years[-1].end < last:
        years.append(tax_year(years[-1].end + timedelta(days=1), jurisdiction))
    return years


def _first_day(year: int, jurisdiction: str) -> date:
    try:
        month, day = FIRST_DAYS[jurisdiction]
    except KeyError:
        raise ValueError(
            f"No tax year is known for the jurisdiction {jurisdiction!r}. Known: {', '.join(sorted(FIRST_DAYS))}."
        ) from None
    return date(year, month, day)


@lru_cache(maxsize=32)
def _date_locale(language: str) -> Locale:
    # The site's plain English is British: 6 April 2026, not April 6, 2026.
    return Locale.parse("en-GB" if language == "en" else language, sep="-")
