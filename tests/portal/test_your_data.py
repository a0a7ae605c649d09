"""Your data: one file, taken once by who asked; and forgetting, after which no table says who it was."""

import csv
import datetime
import io
import json
import time
import zipfile

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection

from donations import promises, providers, receipts
from donations.models import (
    CharityDetails,
    DataDownload,
    Erasure,
    Gift,
    GiftAidDeclaration,
    LedgerEntry,
    Pledge,
    ProviderNotice,
    Receipt,
    Statement,
)
from donations.providers import base
from donations.providers.base import ProviderUnavailable
from donations.statements import issuing
from donations.tax_years import tax_year
from letters.models import Letter
from portal import forgetting, packing, traces
from public_pages.spreadsheets import defused
from supporters.models import Account, Code, Supporter, SupporterConsent
from tests import giving
from tests.donations import proving
from tests.factories import staff
from tests.pages import html_valid, max_queries
from tests.portal.visiting import account_of, signed_in
from updates.models import DoNotMail, ListImport, Report, SignUp

PAGE, ERASE = "/portal/data/", "/portal/data/erase/"
EMAIL = "wilhelmina.quartz@example.org"
TRACES = ("wilhelmina", "quartz", "sandpiper lane", "zz9 9zz", "grandmother opal", "4111", "0207 946 0099")


@pytest.fixture
def teller(monkeypatch, tmp_path):
    provider = proving.Teller(tmp_path / "book")
    monkeypatch.setattr(providers, "named", lambda name: provider)
    return provider


@pytest.fixture
def wilhelmina(db, settings, teller) -> Supporter:
    """Somebody who left traces in every room: gifts, a promise, papers, a declaration, letters, messages, sign-ups."""
    settings.TAX_JURISDICTION = "GB"
    CharityDetails.objects.update(registration="Registered charity 1099126")
    named = giving.details(
        email=EMAIL, first_name="Wilhelmina", last_name="Quartz",
        dedication={"kind": "memory", "name": "Grandmother Opal", "message": "", "tell": ""},
    )  # fmt: skip
    past = datetime.datetime(2025, 6, 1, 12, tzinfo=datetime.UTC)
    gift = giving.pending_gift(5000, details=named)
    proving.told(
        proving.paid(
            gift,
            happened_at=past,
            payment=f"pay_{gift.reference}",
            method=base.Method(kind="card", label="Visa 4111", ends_on=None),
        )
    )
    monthly = giving.pending_gift(2500, frequency="monthly", details=named)
    proving.told(proving.paid(monthly, payment=f"pay_{monthly.reference}"))
    giving.pending_gift(900, details=named)  # an attempt that no money came of
    who = Supporter.objects.get(email=EMAIL)
    who.address, who.phone = {"lines": ["9 Sandpiper Lane", "ZZ9 9ZZ"]}, "0207 946 0099"
    who.save()
    issuing.issue(who, tax_year(past.date(), "GB"))
    GiftAidDeclaration.objects.create(
        supporter=who, charity="C", first_name="Wilhelmina", last_name="Quartz", house="9", address="Sandpiper Lane",
        postcode="ZZ9 9ZZ", future=True, words="I want to Gift Aid", version="1",
    )  # fmt: skip
    SupporterConsent.objects.create(
        supporter=who, channel="email", purpose="updates", given=True, words="E-mail me", source="form"
    )
    ProviderNotice.objects.create(
        provider="sandbox", notice="evt_1", kind="customer.updated", state="ignored",
        payload={"data": {"object": {"id": "cus_1", "email": EMAIL, "metadata": {"gift": gift.reference},
                 "billing_details": {"name": "Wilhelmina Quartz", "address": {"line1": "9 Sandpiper Lane"}}, "amount": 5000}}},
    )  # fmt: skip
    SignUp.objects.create(email=EMAIL, inbox=EMAIL, first_name="Wilhelmina", network="x")
    Report.objects.create(key="r", kind="delayed", email=EMAIL)
    DoNotMail.objects.create(email=EMAIL, why="bounced")
    Code.objects.create(purpose="sign_in", email=EMAIL)
    ListImport.objects.create(name="f.csv", source="fair", words="w", bad=[[1, "why", EMAIL], [2, "why", "other@example.org"]])
    LogEntry.objects.create(
        user=staff(), action_flag=2, object_id=str(who.pk), object_repr=str(who), change_message="x",
        content_type=ContentType.objects.get_for_model(Supporter),
    )  # fmt: skip
    return who


def proven(client):
    """Let this browser have proven just now that it is they."""
    session = client.session
    session["proofs"] = {EMAIL: int(time.time())}
    session.save()
    return client


def dump() -> dict[str, str]:
    """Return every row of every table as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = json.dumps(cursor.fetchall(), default=str, ensure_ascii=False).lower()
    return found


def traced() -> list[str]:
    return [f"{table}: {trace}" for table, text in dump().items() for trace in (EMAIL, *TRACES) if trace in text]


# --- the file -----------------------------------------------------------------------------------------
def made(client) -> DataDownload:
    assert client.post(PAGE, {"do": "make"}).status_code == 303
    assert packing.make_waiting() == 1
    return DataDownload.objects.get()


def test_the_file_holds_everything_and_is_taken_once_by_who_asked(wilhelmina):
    client = signed_in(EMAIL)
    with max_queries(8):
        html_valid(client.get(PAGE).content)
    client.post(PAGE, {"do": "make"})
    waiting = client.get(PAGE)
    html_valid(waiting.content)
    assert waiting["Refresh"] == "5" and "is being made" in waiting.text
    client.post(PAGE, {"do": "make"})
    assert packing.make_waiting() == 1, "a second press asks for the same file"
    html_valid(client.get(PAGE).content)
    elsewhere = signed_in(EMAIL)
    assert "Take the file" not in elsewhere.get(PAGE).text
    assert elsewhere.post(PAGE, {"do": "take"}).status_code == 303
    answer = client.post(PAGE, {"do": "take"})
    assert answer["Content-Type"] == "application/zip" and answer["Cache-Control"] == "private, no-store"
    body = b"".join(answer.streaming_content)
    assert client.post(PAGE, {"do": "take"}).status_code == 303, "once"
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        names = packed.namelist()
        everything = {name: packed.read(name) for name in names}
    papers = [name for name in names if name.startswith("documents/")]
    assert len(papers) == Receipt.objects.count() + Statement.objects.count() and all(name.endswith(".pdf") for name in papers)
    assert all(everything[name].startswith(b"%PDF") for name in papers)
    gifts = json.loads(everything["json/gifts.json"])
    assert sorted(gift["amount"] for gift in gifts) == [900, 2500, 5000]
    rows = list(csv.DictReader(io.StringIO(everything["csv/gifts.csv"].decode("utf-8-sig"))))
    # A reference is random: one that begins as a formula does stands in the spreadsheet with an apostrophe before it.
    assert [row["reference"] for row in rows] == [defused(gift["reference"]) for gift in gifts]
    text = b"".join(everything[name] for name in names if name.startswith("json/")).decode().lower()
    assert all(trace in text for trace in (EMAIL, *TRACES))
    assert {f"json/{name}.json" for name in ("letters", "gift_aid", "sign_ups", "ledger", "agreed_to")} <= set(names)


def test_a_file_waits_an_hour_and_is_deleted_once_taken_or_too_old(wilhelmina):
    client = signed_in(EMAIL)
    download = made(client)
    name = download.file
    assert default_storage.exists(name)
    assert packing.forget() == 0
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=61), tick=False):
        assert packing.take(download) is None
        assert packing.forget() == 1
    assert not default_storage.exists(name)


def test_whose_process_is_killed_while_making_it_is_made_by_the_next(wilhelmina, monkeypatch):
    client = signed_in(EMAIL)
    client.post(PAGE, {"do": "make"})
    DataDownload.objects.update(claimed_at=datetime.datetime.now(datetime.UTC), tries=1)  # and then it was killed
    assert packing.make_waiting() == 0
    with time_machine.travel(
        datetime.datetime.now(datetime.UTC) + packing.LEFT_BEHIND + datetime.timedelta(seconds=1), tick=False
    ):
        assert packing.make_waiting() == 1


def test_nobody_has_it_made_without_end(wilhelmina):
    client = signed_in(EMAIL)
    account = Account.objects.get(email=EMAIL)
    for number in range(packing.A_DAY):
        DataDownload.objects.create(account=account, session=f"other{number}")
    client.post(PAGE, {"do": "make"})
    assert DataDownload.objects.count() == packing.A_DAY
    assert "several times today" in client.get(PAGE).text


# --- forgetting ---------------------------------------------------------------------------------------
def test_nobody_is_forgotten_without_a_fresh_proof_and_a_tick(wilhelmina):
    client = signed_in(EMAIL)
    for answer in (client.get(ERASE), client.post(ERASE, {"sure": "yes"})):
        assert answer.status_code == 302 and "prove" in answer["Location"]
    session = client.session
    session["proofs"] = {EMAIL: int(time.time()) - 5 * 60 - 1}
    session.save()
    assert client.post(ERASE, {"sure": "yes"}).status_code == 302, "five minutes"
    proven(client)
    page = client.get(ERASE)
    html_valid(page.content)
    assert "Your monthly gift" in page.text and "5 April 2032" in page.text
    assert client.post(ERASE, {}).status_code == 422
    assert not Erasure.objects.exists() and Supporter.objects.get().email == EMAIL


def test_no_table_says_who_it_was_and_the_books_are_what_they_were(wilhelmina, teller):
    assert len(traced()) > 30
    client = proven(signed_in(EMAIL))
    packed = made(client)
    books = list(LedgerEntry.objects.order_by("pk").values())
    digests = list(Receipt.objects.order_by("pk").values_list("number", "digest"))
    answer = client.post(ERASE, {"sure": "yes"})
    assert (answer.status_code, answer["Location"]) == (303, "/portal/data/erased/")
    traces.clean_due()
    assert traced() == []
    assert not default_storage.exists(packed.file)
    html_valid(client.get(answer["Location"]).content)
    assert client.get(PAGE).status_code == 302, "signed out"
    assert not Account.objects.filter(email=EMAIL).exists()
    assert list(LedgerEntry.objects.order_by("pk").values()) == books
    assert list(Receipt.objects.order_by("pk").values_list("number", "digest")) == digests
    assert [question["verb"] for question in teller.asked()] == ["cancel"]
    assert Pledge.objects.get().status == "cancelled"
    assert not SupporterConsent.objects.exists()
    assert ListImport.objects.get().bad == [[2, "why", "other@example.org"]]
    assert ProviderNotice.objects.get(notice="evt_1").payload["data"]["object"]["amount"] == 5000


def test_what_tax_law_keeps_is_sealed_proves_the_papers_and_is_destroyed_after_its_day(wilhelmina):
    receipt, address = Receipt.objects.first(), ["9 Sandpiper Lane", "ZZ9 9ZZ"]
    proven(client := signed_in(EMAIL)).post(ERASE, {"sure": "yes"})
    erasure = Erasure.objects.get()
    kept = forgetting.unsealed(erasure)
    assert (kept["name"], kept["address"]["lines"]) == ("Wilhelmina Quartz", address)
    assert kept["declarations"][0]["postcode"] == "ZZ9 9ZZ"
    receipt.refresh_from_db()
    assert receipt.content["donor"]["name"] == "" and receipt.erased_at
    assert receipts.digest({**receipt.content, "donor": kept["papers"][receipt.number]}) == receipt.digest
    assert client.get(f"/give/receipts/{receipt.code}/").status_code == 200
    assert forgetting.destroy_due() == 0
    with time_machine.travel(datetime.datetime.combine(erasure.kept_until, datetime.time(12), datetime.UTC), tick=False):
        assert forgetting.destroy_due() == 0
    with time_machine.travel(datetime.datetime(2032, 4, 6, 12, tzinfo=datetime.UTC), tick=False):
        assert forgetting.destroy_due() == 1
    assert forgetting.unsealed(Erasure.objects.get()) == {}


def test_while_the_bank_does_not_answer_nothing_is_erased(wilhelmina, monkeypatch):
    def away(*_wish, **_more):
        raise ProviderUnavailable("down")

    monkeypatch.setattr(promises, "cancel", away)
    answer = proven(signed_in(EMAIL)).post(ERASE, {"sure": "yes"})
    html_valid(answer.content)
    assert answer.status_code == 503 and "nothing was erased" in answer.text
    assert Supporter.objects.get().email == EMAIL and not Erasure.objects.exists()


def test_others_lose_nothing_by_it(wilhelmina):
    other = giving.received_gift(details=giving.details(email="ben@example.org", first_name="Ben", last_name="Oduya"))
    letters = list(Letter.objects.filter(to="ben@example.org").values())
    proven(signed_in(EMAIL)).post(ERASE, {"sure": "yes"})
    traces.clean_due()
    other.refresh_from_db()
    assert other.supporter.name == "Ben Oduya" and other.receipts.get().content["donor"]["name"] == "Ben Oduya"
    assert list(Letter.objects.filter(to="ben@example.org").values()) == letters != []


def test_money_that_is_on_its_way_arrives_without_a_name(wilhelmina):
    late = giving.pending_gift(700, details=giving.details(email=EMAIL))
    about = {"payment": f"pay_{late.reference}", "amount": late.total, "reference": late.reference}
    proving.told(base.OnItsWay(happened_at=proving.at(0), **about))
    proven(signed_in(EMAIL)).post(ERASE, {"sure": "yes"})
    row = proving.told(proving.paid(late, payment=f"pay_{late.reference}"))
    assert row.state == "done", row.reason
    traces.clean_due()
    assert traced() == [] and Gift.objects.get(pk=late.pk).status == "received"


def test_a_colleague_keeps_the_account_they_work_with(wilhelmina):
    account_of(EMAIL)
    Account.objects.filter(email=EMAIL).update(is_staff=True)
    page = proven(signed_in(EMAIL)).get(ERASE)
    if page.status_code == 200:  # where staff may come in by this door at all
        assert "The account you work with" in page.text
    forgetting.forget(forgetting.Whose.of(Account.objects.get(email=EMAIL), [wilhelmina]))
    assert Account.objects.get(email=EMAIL).is_active
    assert Supporter.objects.get().email is None
