"""Tax years at every border day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from donations.tax_years import FIRST_DAYS, TaxYear, tax_year, tax_years

BORDERS = [  # jurisdiction, last day of a year, its name, the next year's name
    ("GB", date(2026, 4, 5), "2025-26", "2026-27"),
    ("GB", date(2000, 4, 5), "1999-00", "2000-01"),
    ("GB", date(2028, 4, 5), "2027-28", "2028-29"),  # after a 29 February
    ("US", date(2026, 12, 31), "2026", "2027"),
    ("CA", date(2026, 12, 31), "2026", "2027"),
    ("AU", date(2026, 6, 30), "2025-26", "2026-27"),
    ("NZ", date(2026, 3, 31), "2025-26", "2026-27"),
]


@pytest.mark.parametrize(("jurisdiction", "last", "name", "next_name"), BORDERS)
def test_a_year_ends_with_its_last_day_and_the_next_begins_on_the_morrow(jurisdiction, last, name, next_name):
    first = last + timedelta(days=1)
    ending, beginning = tax_year(last, jurisdiction), tax_year(first, jurisdiction)
    assert (ending.name, ending.end, ending.jurisdiction) == (name, last, jurisdiction)
    assert (beginning.name, beginning.start, beginning.jurisdiction) == (next_name, first, jurisdiction)
    assert last in ending and first not in ending
    assert first in beginning and last not in beginning


@pytest.mark.parametrize("jurisdiction", sorted(FIRST_DAYS))
def test_every_day_of_thirty_years_lies_in_exactly_one_tax_year(jurisdiction):
    day, seen = date(1999, 1, 1), {}
    while day < date(2029, 1, 1):
        year = tax_year(day, jurisdiction)
        assert year.start <= day <= year.end
        seen.setdefault(year.name, set()).add(year)
        day += timedelta(days=1)
    assert all(len(years) == 1 for years in seen.values())
    years = sorted((years.pop() for years in seen.values()), key=lambda year: year.start)
    assert all(later.start - earlier.end == timedelta(days=1) for earlier, later in pairwise(years))
    assert {(year.end - year.start).days + 1 for year in years} == {365, 366}
    assert len(years) == (30 if FIRST_DAYS[jurisdiction] == (1, 1) else 31)


def test_the_label_is_written_as_the_language_does():
    year = tax_year(date(2026, 11, 22), "GB")
    assert year.label("en") == "6 April 2026 to 5 April 2027"
    assert year.label("en-us") == "April 6, 2026 to April 5, 2027"
    spanish = year.label("es")
    assert spanish.startswith("6 de abril de 2026 ") and spanish.endswith(" 5 de abril de 2027")
    assert tax_year(date(2026, 5, 1), "US").label("en") == "1 January 2026 to 31 December 2026"


def test_tax_years_between_two_days_are_all_that_hold_one_of_them():
    assert [year.name for year in tax_years(date(2024, 4, 5), date(2026, 4, 6), "GB")] == [
        "2023-24",
        "2024-25",
        "2025-26",
        "2026-27",
    ]
    assert [year.name for year in tax_years(date(2024, 4, 6), date(2026, 4, 5), "GB")] == ["2024-25", "2025-26"]
    assert tax_years(date(2026, 5, 5), date(2026, 5, 5), "US") == [TaxYear("US", date(2026, 1, 1), date(2026, 12, 31))]


def test_tax_years_are_not_counted_backwards():
    with pytest.raises(ValueError, match="comes before"):
        tax_years(date(2026, 1, 2), date(2026, 1, 1), "GB")


@pytest.mark.parametrize("jurisdiction", ["FR", "gb", "", "UK"])
def test_an_unknown_jurisdiction_is_named_in_the_refusal(jurisdiction):
    with pytest.raises(ValueError, match="No tax year is known") as refusal:
        tax_year(date(2026, 1, 1), jurisdiction)
    assert repr(jurisdiction) in str(refusal.value) and "AU, CA, GB, NZ, US" in str(refusal.value)


def test_a_tax_year_cannot_be_changed():
    with pytest.raises(AttributeError):
        tax_year(date(2026, 1, 1), "GB").end = date(2030, 1, 1)
