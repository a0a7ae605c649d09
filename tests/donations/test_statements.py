"""Statements: read from the ledger, numbered without gaps, never changed, void when money moves, replaced by what names them."""

import dataclasses
import datetime
import io
import json
import os
from pathlib import Path

import pypdf
import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from donations import providers
from donations.documents import printed
from donations.models import CharityDetails, GiftAidDeclaration, Statement, StatementSeries
from donations.money import Money
from donations.providers import base
from donations.statements import issuing, reading, writing
from donations.statements.issuing import NotIssued
from donations.tax_years import FIRST_DAYS, tax_year
from supporters.models import Supporter
from tests import giving
from tests.donations import proving
from tests.pages import Reader

GOLDEN = Path(__file__).parent / "golden"
CHARITIES = {
    "GB": ("Registered charity 1099126", "GBP", "Europe/London"),
    "US": ("EIN 12-3456789", "USD", "America/New_York"),
    "CA": ("CRA registration number 123456789 RR0001", "CAD", "America/Toronto"),
    "AU": ("ABN 51 824 753 556", "AUD", "Australia/Sydney"),
    "NZ": ("CC12345", "NZD", "Pacific/Auckland"),
}
LATER = datetime.datetime(2028, 7, 10, 12, tzinfo=datetime.UTC)  # every jurisdiction's year that began in 2026 is over


@pytest.fixture(autouse=True)
def teller(monkeypatch):
    provider = proving.Teller()
    monkeypatch.setattr(providers, "named", lambda name: provider)
    return provider


@pytest.fixture
def charity(db, settings):
    """Give a function that makes the charity one of a jurisdiction; returns its currency."""

    def made(jurisdiction):
        registration, currency, zone = CHARITIES[jurisdiction]
        settings.TAX_JURISDICTION, settings.CHARITY_TIME_ZONE = jurisdiction, zone
        CharityDetails.objects.update(
            name="Canal Street Hope", address="12 Canal Street\nManchester M1 3HE", registration=registration,
            signatory="Eleanor Hughes", signatory_role="Treasurer", place_of_issue="Manchester",
        )  # fmt: skip
        return currency

    return made


def ada(**fields) -> Supporter:
    known = {"first_name": "Ada", "last_name": "Obi", "address": {"lines": ["Flat 2", "1 Hope Street", "Leeds LS6 2AB"]}}
    return giving.supporter("ada@example.org", **{**known, **fields})


def gave(of: Supporter, on: datetime.date, minor: int, currency: str = "GBP", **fields):
    """Let somebody give, so that the charity's day is the one named; return the gift."""
    gift = giving.pending_gift(minor, currency, details=giving.details(email=of.email), **fields)
    noon = datetime.datetime.combine(on, datetime.time(3), datetime.UTC) + datetime.timedelta(hours=11)
    proving.told(proving.paid(gift, happened_at=noon, payment=f"pay_{gift.reference}"))
    gift.refresh_from_db()
    return gift


def refunded(gift, minor, name="re"):
    fact = base.Refunded(happened_at=LATER, payment=gift.payment, refund=f"{name}_{gift.pk}", amount=Money(minor, gift.currency))
    row = proving.told(fact)
    assert row.state == "done", row.reason


def days_of(jurisdiction, year=2026):
    return tax_year(datetime.date(year, *FIRST_DAYS[jurisdiction]), jurisdiction)


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\u200b", "")


def golden_year(jurisdiction, currency):
    """A year with all that a statement can say: single, large, monthly, partly returned, returned whole; two currencies."""
    year, who = days_of(jurisdiction), ada()
    gave(who, year.start, 2500, currency)
    gave(who, year.start + datetime.timedelta(days=40), 250_00, currency)
    part = gave(who, year.start + datetime.timedelta(days=80), 1_250_50, currency)
    whole = gave(who, year.start + datetime.timedelta(days=120), 4000, currency)
    gave(who, year.end, 10_00, "EUR")
    gave(who, year.end + datetime.timedelta(days=1), 99_00, currency)  # the next year's
    refunded(part, 250_50)
    refunded(whole, 4000)
    return who, year


@pytest.mark.parametrize("jurisdiction", CHARITIES)
def test_the_document_is_the_golden_one(charity, jurisdiction, settings):
    """To take a change over, look at it and write the files anew: UPDATE_GOLDEN=1."""
    settings.SANDBOX, settings.SITE_URL = True, "https://hope.example"
    currency = charity(jurisdiction)
    with time_machine.travel(LATER, tick=False):
        who, year = golden_year(jurisdiction, currency)
        GiftAidDeclaration.objects.create(
            supporter=who, charity="Canal Street Hope", first_name="Ada", last_name="Obi", house="2", address="1 Hope Street",
            postcode="LS6 2AB", future=True, words="…", version="1", at=datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC),
        )  # fmt: skip
        statement = issuing.issue(who, year)
    code = "Q" * 26  # the only chance in it
    document = dataclasses.replace(
        writing.document_of(statement.content),
        verify_code=code,
        verify_address=statement.content["verify_address"].replace(statement.code, code),
    )
    _compare(f"statement-{jurisdiction}.json", json.dumps(writing.plain(document), indent=1, ensure_ascii=False) + "\n")
    _compare(f"statement-{jurisdiction}.txt", text(printed(document)) + "\n")


def _compare(name: str, said: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(said)
    assert (GOLDEN / name).read_text() == said


# --- issuing ------------------------------------------------------------------------------------------
@pytest.fixture
def british(charity):
    """Make the charity British, two years on from the year 2026-27; give that year."""
    charity("GB")
    with time_machine.travel(LATER, tick=False) as clock:
        yield days_of("GB"), clock


def test_a_statement_is_issued_once_and_only_when_its_year_is_over(british):
    year, clock = british
    who = ada()
    gave(who, year.start, 2500)
    clock.move_to(datetime.datetime(2027, 4, 5, 22, 58, tzinfo=datetime.UTC))  # 23:58 in London
    with pytest.raises(NotIssued, match="not over"):
        issuing.issue(who, year)
    clock.move_to(datetime.datetime(2027, 4, 5, 23, 1, tzinfo=datetime.UTC))
    first = issuing.issue(who, year)
    assert issuing.issue(who, year) == first
    assert Statement.objects.count() == StatementSeries.objects.get().last == 1
    assert (first.totals, first.sums) == ({"GBP": 2500}, [Money(2500, "GBP")])


def test_a_refund_voids_at_once_and_the_replacement_names_what_it_cancels(british):
    year, clock = british
    who = ada()
    gift = gave(who, year.start, 5000)
    first = issuing.issue(who, year)
    clock.shift(3600)
    refunded(gift, 2000)
    first.refresh_from_db()
    assert (first.voided_because, first.content["total"]) == ("refund", "£50.00")
    assert "VOID" in text(issuing.pdf(first))
    assert not issuing.issue_due(), "another refund may be on its way"
    clock.shift(601)
    (second,) = issuing.issue_due()
    assert (second.replaces, second.serial, second.totals) == (first, 2, {"GBP": 3000})
    says = " ".join(text(issuing.pdf(second)).split())
    assert f"This statement cancels and replaces statement {first.number}." in says
    assert f"Since statement {first.number} was issued, £20.00 of this year's gifts went back." in says
    assert not issuing.issue_due()


def test_a_year_of_which_nothing_is_left_gets_no_statement_until_money_comes_back(british):
    year, clock = british
    who = ada()
    gift = gave(who, year.start, 5000)
    issuing.issue(who, year)
    about = {"payment": gift.payment, "dispute": "d1", "amount": Money(5000, "GBP")}
    proving.told(base.DisputeOpened(happened_at=LATER, reason="general", **about))
    clock.shift(601)
    assert issuing.issue_due() == []
    assert not Statement.objects.to_be_replaced().exists(), "it is not looked at again and again"
    with pytest.raises(NotIssued, match="nothing"):
        issuing.issue(who, year)
    proving.told(base.DisputeClosed(happened_at=LATER, won=True, **about))
    clock.shift(601)
    (second,) = issuing.issue_due()
    assert (second.replaces.voided_because, second.totals) == ("reversal", {"GBP": 5000})


def test_a_gift_that_is_entered_late_voids_the_statement_of_its_year_and_no_other(british):
    year, clock = british
    who = ada()
    gave(who, year.start, 5000)
    gave(who, year.end + datetime.timedelta(days=9), 700)
    first, other = issuing.issue(who, year), issuing.issue(who, days_of("GB", 2027))
    clock.shift(60)
    gave(who, year.end, 1000)
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.voided_because, other.voided_at) == ("gift", None)
    second = issuing.issue(who, year)
    assert "£10.00 more of this year's gifts has been entered." in " ".join(second.content["statements"])


def test_a_declaration_that_reaches_back_voids_what_it_changes(british):
    year, _clock = british
    who = ada()
    gave(who, year.start, 5000)
    first = issuing.issue(who, year)
    issuing.void_changed(who, "Gift Aid")
    assert Statement.objects.in_force().get() == first
    GiftAidDeclaration.objects.create(
        supporter=who, charity="C", first_name="Ada", last_name="Obi", house="2", address="x", past_four_years=True,
        words="…", version="1",
    )  # fmt: skip
    issuing.void_changed(who, "Gift Aid")
    assert issuing.issue(who, year).replaces == first
    assert "Gift Aid of some gifts has changed" in " ".join(Statement.objects.in_force().get().content["statements"])


@pytest.mark.parametrize(
    "jurisdiction,lost,lacking",
    [
        ("GB", {"registration": ""}, ["charity.registration"]),
        ("US", {"registration": "12"}, ["charity.registration (an EIN)"]),
        ("CA", {"place_of_issue": "", "signatory": ""}, ["place_of_issue", "charity.signatory"]),
        ("AU", {"registration": "ABN 51"}, ["charity.registration (an ABN)"]),
        ("NZ", {"signatory": ""}, ["charity.signatory"]),
    ],
)
def test_what_the_charity_lacks_refuses_with_a_list_and_takes_no_number(charity, jurisdiction, lost, lacking):
    currency = charity(jurisdiction)
    CharityDetails.objects.update(**lost)
    with time_machine.travel(LATER, tick=False):
        who, year = ada(), days_of(jurisdiction)
        gave(who, year.start, 2500, currency)
        with pytest.raises(NotIssued) as refused:
            issuing.issue(who, year)
    assert refused.value.lacking == lacking
    assert not StatementSeries.objects.exists()


def test_what_the_giver_lacks_is_named_too(charity):
    charity("CA")
    with time_machine.travel(LATER, tick=False):
        who, year = ada(address={}), days_of("CA")
        gave(who, year.start, 2500, "CAD")
        with pytest.raises(NotIssued) as refused:
            issuing.issue(who, year)
    assert refused.value.lacking == ["donor.address"]


def test_sandbox_gifts_count_only_where_the_sandbox_is_configured(british, settings):
    year, _clock = british
    who = ada()
    gave(who, year.start, 5000)
    settings.SANDBOX = False
    assert reading.years([who]) == {}
    with pytest.raises(NotIssued):
        issuing.issue(who, year)


def test_the_database_refuses_to_change_or_delete_a_statement(british):
    year, _clock = british
    who = ada()
    gave(who, year.start, 5000)
    statement = issuing.issue(who, year)
    for column in ("number", "content", "lines", "totals", "digest", "issued_at", "supporter_id"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE donations_statement SET {column} = NULL WHERE id = %s", [statement.pk])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM donations_statement WHERE id = %s", [statement.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(content={})
    Statement.objects.filter(pk=statement.pk).update(voided_at=LATER, voided_because="refund")
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(voided_at=None)


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_when_statements_are_asked_for_at_once(charity):
    charity("GB")
    with time_machine.travel(LATER, tick=False):
        year, people = days_of("GB"), [giving.supporter(first_name="Ada", last_name="Obi") for _ in range(8)]
        for who in people:
            gave(who, year.start, 2500)
        proving.together(
            *[lambda part=part: issuing.issue_all(part, year) for part in (people[:5], people[2:], people, people[::-1])]
        )
    assert sorted(Statement.objects.values_list("serial", flat=True)) == list(range(1, 9))
    assert Statement.objects.values("supporter").distinct().count() == 8


def test_the_verify_page_says_whether_a_statement_holds_and_never_who_gave(british):
    year, clock = british
    who = ada()
    gift = gave(who, year.start, 5000)
    first = issuing.issue(who, year)
    address = f"/give/statements/{first.code}/"
    page = Reader().get(address, queries=2)
    assert "In force" in page.text and "£50.00" in page.text and first.digest in page.text
    assert not any(word in page.text for word in ("Ada", "Obi", "Hope Street", "ada@"))
    refunded(gift, 1000)
    assert "No longer valid" in Reader().get(address.lower(), queries=2).text
    clock.shift(3600)
    second = issuing.issue(who, year)
    assert second.number in Reader().get(address, queries=2).text
    assert Reader().get("/give/statements/NOSUCHCODE/", status=404, queries=2)


@pytest.mark.parametrize("name", ["யாழினி தமிழ்ச்செல்வி", "สมชาย น้ำผึ้ง", "សុខា ចាន់ណារិទ្ធ", "محمد عليّ الحسينيّ"])
def test_a_statement_prints_in_the_givers_script_and_says_it_is_accessible(british, name):
    year, _clock = british
    who = ada(first_name=name, last_name="")
    gave(who, year.start, 5000)
    statement = issuing.issue(who, year)
    assert issuing.pdf(statement) == issuing.pdf(statement), "the same bytes each time"
    pdf = pypdf.PdfReader(io.BytesIO(issuing.pdf(statement)))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.xmp_metadata.stream.get_data()
    fonts = [font for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    assert len({font["/BaseFont"].partition("+")[2] for font in fonts}) >= 3, "a font of the script is in it"
