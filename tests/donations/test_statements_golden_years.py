"""Two years in every jurisdiction: what the statements say is what the ledger holds is what the bank holds."""

import datetime
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
import time_machine

from donations import giving as attempts
from donations import notices
from donations.models import Gift, LedgerEntry, Statement
from donations.providers import sandbox
from donations.statements import issuing, reading
from donations.tax_years import FIRST_DAYS, tax_year
from sandbox_bank import checkouts, payments, schedules
from sandbox_bank import messages as bank_messages
from sandbox_bank.models import Checkout, Message, Payment, Schedule
from supporters.models import Supporter
from tests import giving
from tests.donations.test_statements import CHARITIES, charity

__all__ = ["charity"]  # a fixture
pytestmark = pytest.mark.django_db
MONTHS = 24


def pay(at, currency, frequency="once", email="ada@example.org", minor=2500):
    """Give through the bank at a moment; return the payment."""
    gift = giving.pending_gift(minor, currency, frequency, details=giving.details(email=email))
    Gift.objects.filter(pk=gift.pk).update(created_at=at)  # a pledge is due on the day it began
    gift.refresh_from_db()
    attempts.checkout(gift)
    checkout = Checkout.objects.get(ref=gift.checkout)
    checkouts.pay(checkout, at)
    return checkout.payments.get()


def tell_everything():
    """Bring every message of the bank to the door."""
    now = datetime.datetime.now(datetime.UTC)
    for message in Message.objects.order_by("pk"):
        body = message.body.encode()
        row = notices.receive("sandbox", body, {bank_messages.HEADER: bank_messages.signature(body, now)})
        notices.at_the_door(row)
        row.refresh_from_db()
        assert row.state in {"done", "absorbed"}, (row.kind, row.reason)


def two_years(jurisdiction, currency, zone):
    """Live through 24 months; return the gifts' moments on each side of each boundary, by tax year."""
    begins = datetime.date(2026, *FIRST_DAYS[jurisdiction])
    boundaries = [begins.replace(year=begins.year + number) for number in range(3)]

    def local(day, hour, minute):
        return datetime.datetime.combine(day, datetime.time(hour, minute), zone).astimezone(datetime.UTC)

    expected = Counter()
    for boundary in boundaries:
        before, after = local(boundary - datetime.timedelta(days=1), 23, 59), local(boundary, 0, 1)
        for at, year in ((before, boundary.year - 1), (after, boundary.year)):
            pay(at, currency, minor=1000 + boundary.year % 100)
            expected[year] += 1000 + boundary.year % 100
    pay(local(begins + datetime.timedelta(days=30), 12, 0), currency, "monthly")
    schedule = Schedule.objects.get()
    while schedule.payments.count() < MONTHS:
        schedules.act(schedule)
        schedule.refresh_from_db()
    day = local(begins + datetime.timedelta(days=200), 12, 0)
    part, whole, lost, won = (pay(day, currency, email="ben@example.org", minor=minor) for minor in (5000, 6000, 7000, 8000))
    late = local(boundaries[1] + datetime.timedelta(days=5), 12, 0)  # in the next tax year: the gift's own year counts
    payments.refund(part, 1500, late)
    payments.refund(part, 500, late)
    payments.refund(whole, 6000, late)
    payments.open_dispute(lost, late)
    payments.close_dispute(payments.open_dispute(won, late), True, late)
    payments.close_dispute(lost.dispute, False, late)
    expected[begins.year] += 3000 + 8000
    return expected


@pytest.mark.parametrize("jurisdiction", CHARITIES)
def test_statements_ledger_and_bank_agree_over_24_months(charity, settings, jurisdiction):
    settings.SITE_URL = "http://127.0.0.1:9"
    currency = charity(jurisdiction)
    zone = ZoneInfo(settings.CHARITY_TIME_ZONE)
    expected = two_years(jurisdiction, currency, zone)
    tell_everything()
    monthly = Gift.objects.filter(pledge__isnull=False).received()
    assert monthly.count() == MONTHS
    for given_on in monthly.values_list("given_on", flat=True):
        expected[tax_year(given_on, jurisdiction).start.year] += 2500

    Supporter.objects.update(address={"lines": ["1 Hope Street", "Anytown"]})
    people = list({gift.supporter for gift in Gift.objects.received()})
    with time_machine.travel(datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC), tick=False):
        for year in reading.years(people):
            issued = issuing.issue_all(people, year)
            assert not issued.refused
    said = Counter()
    for statement in Statement.objects.in_force():
        assert set(statement.totals) == {currency}
        said[statement.year] += statement.totals[currency]
    assert said == expected
    assert len(said) == 4

    ledger = LedgerEntry.objects.kept().total(currency).minor
    beginning, end = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (2025, 2030))
    book = [line for line in sandbox.make().movements(beginning, end) if line.kind not in {"fee", "payout"}]
    assert sum(said.values()) == ledger == sum(line.amount.minor for line in book)
    assert ledger == sum(payment.minor for payment in Payment.objects.filter(state="paid")) - 2000 - 6000 - 7000
    lines = [line for statement in Statement.objects.in_force() for line in statement.lines]
    assert len(lines) == len({reference for reference, *_rest in lines}), "no gift stands on two statements"
