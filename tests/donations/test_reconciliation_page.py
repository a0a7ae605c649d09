"""Reconciliation in the admin and by night: what differs is shown, what is missing is adopted once, and it is kept."""

import datetime
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from donations import nightly, providers
from donations.calendar import start_of_day, today
from donations.models import Gift, LedgerEntry, ReconciliationRun
from donations.money import Money
from donations.providers import base
from tests import factories as make
from tests import giving
from tests.staff import said, signed_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/donations/reconciliationrun/"


class Book:
    """A provider whose book the test writes."""

    name = "sandbox"

    def __init__(self) -> None:
        self.lines: list[base.Movement] = []
        self.away = False

    def movements(self, since: datetime.datetime, until: datetime.datetime) -> list[base.Movement]:
        if self.away:
            raise base.ProviderUnavailable("no answer")
        return [line for line in self.lines if since <= line.happened_at <= until]

    def says(self, kind: str, name: str, amount: Money, *facts: base.Fact, at: datetime.datetime | None = None) -> None:
        self.lines.append(base.Movement(kind=kind, id=name, amount=amount, happened_at=at or timezone.now(), facts=facts))


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Book:
    made = Book()
    monkeypatch.setattr(providers, "named", lambda name: made)
    return made


@pytest.fixture
def finance(db: None) -> Client:
    return signed_in(make.staff("Finance"))


def today_page(**more: str) -> str:
    return f"{PAGE}?first={today()}&last={today()}"


def missing_gift(book: Book) -> Gift:
    """Make a gift of whose payment only the provider knows."""
    gift = giving.pending_gift()
    book.says("gift", f"pay_{gift.pk}", gift.total, giving.paid(gift))
    return gift


def test_the_page_opens_on_yesterday(finance: Client, book: Book):
    form = finance.get(PAGE).context["form"]
    assert form.cleaned_data["first"] == form.cleaned_data["last"] == today() - datetime.timedelta(days=1)


def test_books_that_agree_say_so(finance: Client, book: Book):
    gift = giving.received_gift()
    book.says("gift", gift.payment, gift.total)
    page = finance.get(today_page())
    assert page.context["comparison"].agreeing == 1
    assert "Both books say the same" in page.content.decode()


def test_each_planted_difference_is_shown_with_its_gift(finance: Client, book: Book):
    extra, differing = giving.received_gift(1100), giving.received_gift(2200)
    book.says("gift", differing.payment, Money(2300, "GBP"))
    missing = missing_gift(book)
    lines = finance.get(today_page()).context["lines"]
    told = {(line["difference"].id, line["difference"].what, line["adoptable"]) for line in lines}
    assert told == {
        (extra.payment, "extra", False),
        (differing.payment, "differing", False),
        (f"pay_{missing.pk}", "missing", True),
    }
    assert f"/admin/donations/gift/{extra.pk}/change/" in finance.get(today_page()).content.decode()


def test_a_missing_line_is_adopted_by_one_click_once_and_leaves_a_trace(finance: Client, book: Book):
    gift = missing_gift(book)
    posted = {"kind": "gift", "id": f"pay_{gift.pk}"}
    response = finance.post(today_page(), posted, follow=True)
    assert "Entered from the provider" in said(response)
    gift.refresh_from_db()
    entry = LedgerEntry.objects.get()
    assert (gift.status, entry.amount, entry.reason) == ("received", 2500, "adopted in reconciliation")
    assert entry.by is not None
    trace = LogEntry.objects.get()
    assert (trace.object_id, "Adopted" in trace.change_message) == (str(entry.pk), True)
    assert "not missing any more" in said(finance.post(today_page(), posted, follow=True))
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("posted", [{}, {"kind": "gift", "id": "pay_nobody"}, {"kind": "refund", "id": "pay_1"}])
def test_only_a_line_that_is_missing_can_be_adopted(finance: Client, book: Book, posted: dict[str, str]):
    gift = giving.received_gift()  # extra: the provider knows nothing of it
    finance.post(today_page(), posted or {"kind": "gift", "id": gift.payment})
    assert LedgerEntry.objects.count() == 1
    assert not LogEntry.objects.exists()


def test_what_does_not_fit_is_not_adopted_but_said(finance: Client, book: Book):
    gift = giving.pending_gift()
    book.says("gift", "pay_x", Money(9900, "GBP"), giving.paid(gift, amount=Money(9900, "GBP"), payment="pay_x"))
    response = finance.post(today_page(), {"kind": "gift", "id": "pay_x"}, follow=True)
    assert "could not be entered" in said(response)
    assert not LedgerEntry.objects.exists()


def test_a_provider_that_is_away_gives_a_clear_page(finance: Client, book: Book):
    book.away = True
    page = finance.get(today_page())
    assert page.status_code == 503
    assert "The provider does not answer now" in page.content.decode()
    finance.post(today_page(), {"kind": "gift", "id": "x"})
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    "query", ["first=2026-02-30&last=2026-03-01", "first=2026-03-02&last=2026-03-01", "first=2026-01-01&last=2026-03-01", "first=x", "last=2999-01-01"]
)  # fmt: skip
def test_days_that_are_none_are_refused_beside_their_field(finance: Client, book: Book, query: str):
    page = finance.get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert page.context["form"].errors
    assert page.context["comparison"] is None


def test_fundraising_neither_sees_nor_adopts(book: Book):
    client = signed_in(make.staff("Fundraising"))
    gift = missing_gift(book)
    assert client.get(today_page()).status_code == 403
    assert client.post(today_page(), {"kind": "gift", "id": f"pay_{gift.pk}"}).status_code == 403
    assert not LedgerEntry.objects.exists()


# --- by night ---------------------------------------------------------------------------------------
DAY = datetime.date(2026, 5, 12)
MORNING = datetime.datetime(2026, 5, 13, 4, 0, tzinfo=datetime.UTC)  # five o'clock in London


def test_each_day_is_compared_once_and_what_differs_is_kept(book: Book, caplog: pytest.LogCaptureFixture):
    with time_machine.travel(MORNING, tick=False):
        book.says("gift", "pay_1", Money(2500, "GBP"), at=start_of_day(DAY) + datetime.timedelta(hours=3))
        assert nightly.nightly() == 1
        assert nightly.nightly() == 0
    run = ReconciliationRun.objects.get()
    assert (run.day, run.provider, run.agreeing) == (DAY, "sandbox", 0)
    assert run.differences == [
        {"what": "missing", "kind": "gift", "id": "pay_1", "ours": "", "theirs": "25.00 GBP", "gift": None}
    ]
    assert "differ from the book of sandbox" in caplog.text


def test_a_night_without_differences_raises_no_alarm(book: Book, caplog: pytest.LogCaptureFixture):
    with time_machine.travel(MORNING, tick=False):
        assert nightly.nightly() == 1
    assert ReconciliationRun.objects.get().differences == []
    assert "differ" not in caplog.text


def test_before_three_in_the_morning_the_day_is_not_over(book: Book):
    with time_machine.travel(MORNING - datetime.timedelta(hours=3), tick=False):
        nightly.nightly()
    assert ReconciliationRun.objects.get().day == DAY - datetime.timedelta(days=1)


def test_a_provider_that_was_away_is_made_up_for(book: Book):
    with time_machine.travel(MORNING, tick=False):
        nightly.nightly()
    book.away = True
    with time_machine.travel(MORNING + datetime.timedelta(days=1), tick=False):
        assert nightly.nightly() == 0
    book.away = False
    with time_machine.travel(MORNING + datetime.timedelta(days=3), tick=False):
        assert nightly.nightly() == 3
    days = list(ReconciliationRun.objects.order_by("day").values_list("day", flat=True))
    assert days == [DAY + datetime.timedelta(days=number) for number in range(4)]


def test_the_page_shows_the_nights(finance: Client, book: Book):
    ReconciliationRun.objects.create(day=DAY, provider="sandbox", agreeing=214, differences=[{"what": "missing"}])
    page = finance.get(PAGE).content.decode()
    assert "214" in page
    assert f"?first={DAY}&amp;last={DAY}" in page


def test_a_day_reaches_from_the_charitys_midnight_to_the_next(settings: Any):
    settings.CHARITY_TIME_ZONE = "Pacific/Auckland"
    first, last = nightly.between(DAY, DAY)
    assert (first, last + datetime.timedelta(microseconds=1)) == (
        start_of_day(DAY),
        start_of_day(DAY + datetime.timedelta(days=1)),
    )
