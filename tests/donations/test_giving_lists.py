"""Lists of giving: they stay quick among many gifts, find by what staff have in hand, and go out as a harmless spreadsheet."""

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from donations.admin.looking import gifts_of
from donations.models import Gift
from donations.money import Money
from public_pages.spreadsheets import defused
from supporters.models import Supporter
from tests import factories as make
from tests import giving
from tests.donations import desk
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(db: None) -> Client:
    """Give the browser of somebody in Finance."""
    return signed_in(make.staff("Finance"))


@pytest.fixture
def numbers(db: None) -> dict[str, int]:
    """Give the numbers of one of each."""
    return desk.one_of_each()


# --- lists ------------------------------------------------------------------------------------------
LISTS = ["gift", "pledge", "ledgerentry", "providernotice", "receipt", "giftaiddeclaration", "refundrequest"]


def queries(client: Client, address: str) -> list[str]:
    """Return the statements a page asks for."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in asked]


@pytest.mark.parametrize("model", LISTS)
def test_a_list_asks_as_much_with_many_rows_as_with_few(finance: Client, model: str):
    desk.one_of_each()
    client, address = finance, f"/admin/donations/{model}/"
    queries(client, address)
    few = queries(client, address)
    for _more in range(12):
        desk.one_of_each()
    many = queries(client, address)
    assert len(many) == len(few) <= 12
    assert not [sql for sql in many if "COUNT(" in sql.upper()]


def test_supporters_are_listed_with_the_same_queries_whatever_their_number(finance: Client):
    giving.supporter()
    queries(finance, "/admin/supporters/supporter/")
    few = queries(finance, "/admin/supporters/supporter/")
    desk.many_gifts(60, supporters=60)
    assert len(queries(finance, "/admin/supporters/supporter/")) == len(few)


def test_a_gifts_page_asks_as_much_with_many_lines_as_with_few(finance: Client):
    gift = giving.received_gift(50_000)
    address = f"/admin/donations/gift/{gift.pk}/change/"
    queries(finance, address)
    few = len(queries(finance, address))
    for number in range(12):
        giving.enter(
            giving.base.Refunded(happened_at=timezone.now(), payment=gift.payment, refund=f"r{number}", amount=Money(100, "GBP"))
        )
    assert len(queries(finance, address)) == few <= 25


@pytest.fixture
def twenty_thousand(db: None) -> list[Gift]:
    """Give many gifts, made at once."""
    return desk.many_gifts(20_000)


def scans(sql: str) -> bool:
    """Return whether the engine would read the whole table of gifts for a statement."""
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql)
        plan = "\n".join(str(row) for row in cursor.fetchall())
    if connection.vendor == "postgresql":
        return "Seq Scan on donations_gift" in plan or "Seq Scan on supporters_supporter" in plan
    return any(
        f"SCAN {table}" in line and "USING" not in line
        for line in plan.splitlines()
        for table in ("donations_gift", "supporters_supporter")
    )


ASKED = [
    "",
    "?p=100",
    "?status__exact=received",
    "?status__exact=disputed",
    "?q=many7@",
    "?q=last00017",
    "?q=First21+Last00021",
    "?q=pi_12345",
    "?q=nobody_is_called_this",
    "?when={year}",
    "?when={year}-{month:02d}",
    "?frequency__exact=once",
    "?provider=stripe",
]


def test_no_list_of_twenty_thousand_gifts_reads_them_all(finance: Client, twenty_thousand: list[Gift]):
    newest = twenty_thousand[-1].created_at
    for query in ASKED:
        address = "/admin/donations/gift/" + query.format(year=newest.year, month=newest.month)
        asked = [sql for sql in queries(finance, address) if '"donations_gift"' in sql or '"supporters_supporter"' in sql]
        assert len(asked) <= 6, address
        assert not [sql for sql in asked if scans(sql)], address
    # The control: what the stock admin would ask.
    assert scans("SELECT id FROM donations_gift WHERE designation LIKE '%none%'")


def test_a_page_too_far_back_leads_to_the_first_instead_of_reading_all(finance: Client):
    giving.received_gift()
    assert finance.get("/admin/donations/gift/?p=1000000000").status_code == 302
    assert finance.get("/admin/donations/gift/?p=x").status_code in {200, 302}
    assert finance.get("/admin/donations/gift/?o=3.2&p=1").status_code == 200


def test_pages_lead_to_older_and_newer_without_a_count(finance: Client):
    desk.many_gifts(120, supporters=5)
    first = finance.get("/admin/donations/gift/").content.decode()
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    last = finance.get("/admin/donations/gift/?p=3").content.decode()
    assert "101 to 120" in last
    assert 'rel="next"' not in last


# --- finding ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        lambda gift: gift.reference,
        lambda gift: gift.payment,
        lambda gift: f" {gift.payment} ",
        lambda gift: gift.receipts.get().number,
        lambda gift: gift.supporter.email,
        lambda gift: gift.supporter.email.split("@")[0].upper() + "@",
        lambda gift: "okaf",
        lambda gift: "NGOZI",
        lambda gift: "ngozi okafor",
        lambda gift: "Okafor, Ngozi",
    ],
)
def test_a_gift_is_found_by_what_staff_have_in_hand(typed: Callable[[Gift], str]):
    desk.able_to_print()
    gift = giving.received_gift(details=giving.details(email="ngozi.o@example.org", first_name="Ngozi", last_name="Okafor"))
    giving.received_gift()
    assert list(Gift.objects.filter(gifts_of(typed(gift)))) == [gift]


@pytest.mark.parametrize("typed", ["fo", "@example.org", "%", "_", "x' OR 1=1", "\x00", "a" * 5000, "ngozi%", "🜁"])
def test_a_search_for_what_is_not_there_finds_nothing_and_breaks_nothing(finance: Client, typed: str):
    giving.received_gift(details=giving.details(email="ngozi@example.org", first_name="Ngozi", last_name="Okafor"))
    assert not Gift.objects.filter(gifts_of(typed.replace("\x00", ""))).exists()
    for model in (*(f"donations/{model}" for model in LISTS), "supporters/supporter"):
        assert finance.get(f"/admin/{model}/", {"q": typed}).status_code == 200


def test_every_list_finds_by_the_givers_name(finance: Client, numbers: dict[str, int]):
    Supporter.objects.filter(pk=numbers["supporter"]).update(last_name="Featherstonehaugh")
    for model in LISTS:
        if model in {"providernotice", "pledge"}:  # entered by hand here; the pledge is another's
            continue
        response = finance.get(f"/admin/donations/{model}/", {"q": "feathers"})
        assert len(response.context["cl"].result_list) >= 1, model
        assert not finance.get(f"/admin/donations/{model}/", {"q": "nobodyatall"}).context["cl"].result_list, model


@pytest.mark.parametrize("when", ["2026-13", "20260", "2026-02-30", "x", "2026-1", "9999-12-31-1", "２０２６"])
def test_a_time_that_is_none_is_refused_kindly(finance: Client, when: str):
    assert finance.get("/admin/donations/gift/", {"when": when}).status_code == 302


def test_a_month_begins_and_ends_where_the_charity_is(finance: Client, settings: Any):
    settings.CHARITY_TIME_ZONE = "Pacific/Auckland"
    gift = giving.received_gift()
    Gift.objects.filter(pk=gift.pk).update(created_at=datetime.datetime(2026, 5, 31, 13, tzinfo=datetime.UTC))  # 1 June there
    shown = lambda when: list(finance.get("/admin/donations/gift/", {"when": when}).context["cl"].result_list)  # noqa: E731
    assert shown("2026-06") == shown("2026-06-01") == shown("2026") == [gift]
    assert shown("2026-05") == shown("2025") == []


# --- the export -------------------------------------------------------------------------------------
def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    """Return the rows of an export."""
    response = client.get(f"/admin/donations/gift/export/{query}")
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_export_holds_the_filtered_list_and_leaves_a_trace(finance: Client):
    kept, _other = giving.received_gift(2550), giving.received_gift(700)
    giving.enter(giving.base.Refunded(happened_at=timezone.now(), payment=kept.payment, refund="r", amount=Money(50, "GBP")))
    assert len(exported(finance)) == 2
    (row,) = exported(finance, f"?q={kept.payment}")
    assert (row["Reference"], row["Amount"], row["Still with us"]) == (defused(kept.reference), "25.50", "25.00")
    assert row["E-mail"] == kept.supporter.email
    entry = LogEntry.objects.order_by("-pk").first()
    assert kept.payment in entry.change_message


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u00a0=1",
        "\u3000=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "\n=1",
        "\t",
        "\r",
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_defused(cell: str):
    assert defused(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "Ada", "25.00", "a=b", "pay@example.org", "2026-01-02", " Ada"])
def test_a_harmless_cell_is_left_as_it_is(cell: str):
    assert defused(cell) == cell


def test_no_name_in_the_export_can_run_as_a_formula(finance: Client):
    giving.received_gift(details=giving.details(first_name="=cmd|' /C calc'!A0", last_name="＋1"))
    (row,) = exported(finance)
    assert row["First name"].startswith("'=")
    assert row["Last name"].startswith("'＋")


def test_an_export_asks_nothing_more_for_each_gift(finance: Client):
    desk.many_gifts(3, supporters=3)
    counted = []
    for more in (0, 60):
        desk.Supporter.objects.filter(gifts=None).delete()
        for _number in range(more):
            giving.received_gift()
        with CaptureQueriesContext(connection) as asked:
            exported(finance)
        counted.append(len(asked))
    assert counted[0] == counted[1]
