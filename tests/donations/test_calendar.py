"""The charity's days: zones from UTC-11 to UTC+14, changes of the clocks, short months and leap years."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from donations.calendar import (
    add_months,
    charity_day,
    instalment_day,
    instalments,
    next_instalment,
    start_of_day,
    today,
)

ZONES = [
    "Pacific/Pago_Pago",  # UTC-11
    "America/New_York",
    "America/Sao_Paulo",  # until 2019 its clocks leapt over midnight
    "Europe/London",
    "Asia/Kathmandu",  # UTC+5:45
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "Pacific/Auckland",
    "Pacific/Kiritimati",  # UTC+14
]
ANCHORS = [1, 15, 28, 29, 30, 31]


# --- which day ------------------------------------------------------------------------------------
def test_a_time_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="aware"):
        charity_day(datetime(2026, 4, 5, 23, 30))  # noqa: DTZ001


def test_the_day_is_the_one_where_the_charity_is(settings):
    at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    settings.CHARITY_TIME_ZONE = "Europe/London"
    assert charity_day(at) == date(2026, 7, 2)
    settings.CHARITY_TIME_ZONE = "America/New_York"
    assert charity_day(at) == date(2026, 7, 1)
    assert charity_day(at, "Pacific/Kiritimati") == date(2026, 7, 2)
    assert charity_day(at.astimezone(timezone(timedelta(hours=9))), "America/New_York") == date(2026, 7, 1)


def test_today_is_the_charitys(settings):
    with time_machine.travel(datetime(2026, 4, 5, 10, 30, tzinfo=UTC), tick=False):
        settings.CHARITY_TIME_ZONE = "Pacific/Pago_Pago"
        assert today() == date(2026, 4, 4)
        settings.CHARITY_TIME_ZONE = "Pacific/Kiritimati"
        assert today() == date(2026, 4, 6)


# --- when a day begins ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        (date(2026, 3, 29), "Europe/London", "2026-03-29T00:00"),  # the clocks change at one o'clock, after the start
        (date(2026, 3, 30), "Europe/London", "2026-03-29T23:00"),
        (date(2026, 10, 25), "Europe/London", "2026-10-24T23:00"),
        (date(2026, 10, 26), "Europe/London", "2026-10-26T00:00"),
        (date(2026, 3, 8), "America/New_York", "2026-03-08T05:00"),
        (date(2026, 3, 9), "America/New_York", "2026-03-09T04:00"),
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00"),  # midnight leaps to one o'clock
        (date(2018, 2, 18), "America/Sao_Paulo", "2018-02-18T03:00"),  # 23:00 to midnight came twice on the 17th
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00"),  # midnight strikes twice: the first counts
        (date(1919, 3, 31), "America/Toronto", "1919-03-31T04:30"),  # 23:30 leapt to 00:30, past midnight
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00"),  # a Friday that Samoa left out
        (date(2011, 12, 31), "Pacific/Apia", "2011-12-30T10:00"),
        (date(2026, 1, 1), "Pacific/Pago_Pago", "2026-01-01T11:00"),
        (date(2026, 1, 1), "Pacific/Kiritimati", "2025-12-31T10:00"),
    ],
)
def test_a_day_begins_with_its_first_instant(day, zone, begins):
    assert start_of_day(day, zone) == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert start_of_day(day, zone).tzinfo is UTC


def test_a_day_begins_where_the_settings_say(settings):
    settings.CHARITY_TIME_ZONE = "Pacific/Auckland"
    assert start_of_day(date(2026, 1, 1)) == datetime(2025, 12, 31, 11, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_of_twenty_years_begins_once_and_right_after_the_one_before(zone):
    day, starts = date(2010, 1, 1), []
    while day < date(2030, 1, 1):
        start = start_of_day(day, zone)
        assert charity_day(start, zone) == day
        assert charity_day(start - timedelta(seconds=1), zone) == day - timedelta(days=1)
        starts.append(start)
        day += timedelta(days=1)
    assert len(set(starts)) == 7305
    assert {later - earlier for earlier, later in pairwise(starts)} <= {
        timedelta(hours=hours) for hours in (23, 23.5, 24, 24.5, 25)
    }


# --- instalments ----------------------------------------------------------------------------------
@pytest.mark.parametrize("anchor", [0, 32, -1])
def test_a_pledge_falls_due_on_a_day_that_some_month_has(anchor):
    with pytest.raises(ValueError, match="from 1 to 31"):
        instalment_day(anchor, 2026, 1)


def test_a_short_month_charges_on_its_last_day():
    assert [instalment_day(31, 2026, month).day for month in range(1, 13)] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert [instalment_day(29, year, 2).day for year in (2026, 2027, 2028, 2100, 2400)] == [28, 28, 29, 28, 29]


def test_a_pledge_from_the_thirty_first_returns_to_it():
    days = instalments(date(2027, 12, 31), 31, 6)
    assert [day.isoformat() for day in days] == [
        "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31",
    ]  # fmt: skip


def test_a_pledge_from_the_twenty_ninth_of_february_keeps_the_twenty_ninth():
    days = instalments(date(2028, 2, 29), 29, 25)
    assert days[1] == date(2028, 3, 29)
    assert days[12] == date(2029, 2, 28)
    assert days[13] == date(2029, 3, 29)
    assert days[24] == date(2030, 2, 28)


def test_the_next_instalment_is_never_the_same_day():
    assert next_instalment(date(2026, 2, 27), 31) == date(2026, 2, 28)
    assert next_instalment(date(2026, 2, 28), 31) == date(2026, 3, 31)
    assert next_instalment(date(2026, 12, 31), 31) == date(2027, 1, 31)
    assert next_instalment(date(2026, 1, 15), 15) == date(2026, 2, 15)
    assert next_instalment(date(2026, 1, 14), 15) == date(2026, 1, 15)


def test_a_first_gift_off_its_day_is_followed_in_each_month_after():
    assert instalments(date(2026, 1, 10), 22, 3) == [date(2026, 1, 10), date(2026, 2, 22), date(2026, 3, 22)]
    assert instalments(date(2026, 1, 10), 22, 0) == []
    with pytest.raises(ValueError, match="fewer than no"):
        instalments(date(2026, 1, 10), 22, -1)


def test_months_are_added_over_years_and_backwards():
    assert add_months(date(2026, 1, 31), 13, 31) == date(2027, 2, 28)
    assert add_months(date(2026, 1, 31), -1, 31) == date(2025, 12, 31)
    assert add_months(date(2026, 12, 5), 0, 5) == date(2026, 12, 5)
    assert add_months(date(2026, 3, 31), -25, 31) == date(2024, 2, 29)


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("first", [date(2026, 1, 1), date(2027, 2, 1), date(2028, 2, 1), date(2026, 10, 1)])
def test_twenty_four_months_are_exactly_twenty_four_instalments(first, anchor):
    first = instalment_day(anchor, first.year, first.month)
    days = instalments(first, anchor, 24)
    assert len(set(days)) == 24
    months = [day.year * 12 + day.month for day in days]
    assert months == list(range(months[0], months[0] + 24))
    by_steps = [first]
    while len(by_steps) < 24:
        by_steps.append(next_instalment(by_steps[-1], anchor))
    assert by_steps == days


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("begun", [date(2027, 1, 28), date(2027, 1, 29), date(2027, 1, 30), date(2027, 1, 31), date(2028, 2, 29)])
def test_a_clock_that_looks_every_hour_for_two_years_charges_twenty_four_times(zone, begun):
    # What a scheduler does: at each tick, charge once for every instalment whose day has come where the charity is.
    end = start_of_day(add_months(begun, 24, begun.day), zone)
    clock, due, charged = start_of_day(begun, zone), begun, []
    while clock < end:
        if charity_day(clock, zone) >= due:
            charged.append(charity_day(clock, zone))
            due = next_instalment(due, begun.day)
        clock += timedelta(hours=1)
    assert charged == instalments(begun, begun.day, 24)


def test_control_adding_a_month_to_the_last_day_charged_loses_the_thirty_first():
    day, days = date(2027, 12, 31), []
    for _ in range(6):
        days.append(day)
        day = add_months(day, 1, day.day)  # the mistake: the anchor forgotten
    assert days != instalments(date(2027, 12, 31), 31, 6)
    assert days[-1].day == 29


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 31))
def test_no_instalment_lies_between_a_day_and_the_next_instalment(after, anchor):
    following = next_instalment(after, anchor)
    assert following > after
    assert following == instalment_day(anchor, following.year, following.month)
    between = [after + timedelta(days=step) for step in range(1, (following - after).days)]
    assert not [day for day in between if day == instalment_day(anchor, day.year, day.month)]
