"""Every promised day through Stripe's calendar: month ends, changes of the clocks, zones far from UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from donations.calendar import charity_day, instalments
from donations.money import Money
from donations.providers.base import Paid
from donations.providers.stripe_read import charge_second, moved_day
from tests.donations.stripe_stand_in import Desk, asking


def gifts(desk, months):
    """Return all gifts of so many months by their payments, messages read within days as a running site does."""
    paid = {}
    for _ in range(months * 2 + 3):
        paid |= {fact.payment: fact for fact in desk.news() if isinstance(fact, Paid)}
        desk.fake.move(days=15.3)
    return list(paid.values())


ZONES = ["UTC", "Europe/London", "America/New_York", "Pacific/Niue", "Pacific/Kiritimati", "Pacific/Auckland"]


NIGHT, LATE, LEAP = (2026, 1, 31, 0, 10), (2026, 8, 31, 23, 50), (2028, 2, 29, 12, 0)


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("UTC", LATE),
        ("Europe/London", NIGHT),
        ("Europe/London", LATE),
        ("America/New_York", LATE),
        ("America/New_York", LEAP),
        ("Pacific/Niue", LATE),
        ("Pacific/Kiritimati", NIGHT),
        ("Pacific/Kiritimati", LEAP),
        ("Pacific/Auckland", NIGHT),
    ],
)
def test_a_pledge_from_a_month_end_is_charged_24_times_in_24_months_each_on_its_day(settings, zone, local):
    settings.CHARITY_TIME_ZONE = zone
    begun = datetime(*local, tzinfo=ZoneInfo(zone))
    desk = Desk(begun.astimezone(UTC))
    try:
        desk.give(monthly=True, anchor_day=begun.day)
        paid = gifts(desk, 24)[:24]
        assert [fact.due_on for fact in paid] == instalments(begun.date(), begun.day, 24)
        assert [charity_day(fact.happened_at) for fact in paid] == instalments(begun.date(), begun.day, 24)
        assert {fact.amount for fact in paid} == {Money(2500, "GBP")}
    finally:
        desk.fake.stop()


def test_a_page_opened_on_the_31st_and_paid_on_the_1st_keeps_the_31st():
    desk = Desk(datetime(2026, 1, 31, 22, 0, tzinfo=UTC))
    try:
        checkout = desk.provider.start(asking(monthly=True, anchor_day=31))
        desk.fake.move(hours=8)
        desk.fake.pay(checkout.id)
        days = [fact.due_on for fact in gifts(desk, 4)][:5]
        assert days == [date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    finally:
        desk.fake.stop()


def test_control_a_site_that_reads_no_messages_gets_stripes_own_calendar_and_misses_the_day(settings):
    settings.CHARITY_TIME_ZONE = "America/New_York"
    desk = Desk(datetime(2026, 1, 31, 1, 0, tzinfo=UTC))  # still 30 January in New York
    try:
        desk.give(monthly=True, anchor_day=30)
        desk.fake.move(days=70)
        bills = sorted({charity_day(datetime.fromtimestamp(bill["created"], UTC)) for bill in desk.fake.of("invoice")})
        assert bills == [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 30)]
    finally:
        desk.fake.stop()


def test_five_days_of_silence_cost_no_gift_and_double_none():
    desk = Desk(datetime(2026, 1, 31, 12, 0, tzinfo=UTC))
    try:
        desk.pledge(anchor_day=31)
        desk.fake.move(days=33)  # the messages of 28 February are read five days late, and again
        late = list(desk.fake.events)
        paid = desk.tell(late) + desk.tell(reversed(late))
        assert {fact.due_on for fact in paid if isinstance(fact, Paid)} == {date(2026, 1, 31), date(2026, 2, 28)}
        assert len(desk.fake.of("charge")) == 2
    finally:
        desk.fake.stop()


@pytest.mark.parametrize("zone", [*ZONES, "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"])
def test_the_second_of_a_charge_has_the_same_date_in_utc_and_where_the_charity_is(settings, zone):
    settings.CHARITY_TIME_ZONE = zone
    day = date(2026, 1, 1)
    for _ in range(366):
        at = datetime.fromtimestamp(charge_second(day), UTC)
        assert at.date() == charity_day(at) == charity_day(at + timedelta(hours=2)) == day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("due", "chosen", "today", "moved"),
    [
        (date(2026, 2, 22), 5, date(2026, 1, 22), date(2026, 2, 5)),
        (date(2026, 2, 22), 31, date(2026, 1, 22), date(2026, 2, 28)),
        (date(2026, 2, 22), 5, date(2026, 2, 5), date(2026, 3, 5)),
        (date(2026, 2, 22), 6, date(2026, 2, 5), date(2026, 2, 6)),
        (date(2026, 12, 22), 1, date(2026, 12, 3), date(2027, 1, 1)),
    ],
)
def test_a_moved_day_stays_in_its_month_unless_it_is_past(due, chosen, today, moved):
    assert moved_day(due, chosen, today) == moved
