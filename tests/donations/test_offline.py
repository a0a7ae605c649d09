"""Gifts that came by hand: booked by the one handler, entered once, known by name where there is no address."""

import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from donations import offline
from donations.calendar import today
from donations.models import Gift, GiftAidDeclaration, LedgerEntry
from donations.money import Money
from letters import outbox
from letters.models import Letter
from supporters.models import Supporter
from tests import factories as make
from tests import giving
from tests.donations import desk
from tests.staff import said, signed_in

pytestmark = pytest.mark.django_db

ADD = "/admin/donations/gift/add/"
TYPED = {
    "token": "t" * 24,
    "method": "cheque",
    "number": "001234",
    "amount": "£1,250.50",
    "currency": "GBP",
    "received_on": "2026-11-02",
    "posted_on": "2026-11-04",
    "first_name": "Ngozi",
    "last_name": "Okafor",
    "email": "Ngozi@Example.org",
    "language": "en",
}
DECLARED = {
    "gift_aid": "on",
    "title": "Mrs",
    "declared_first_name": "Ngozi",
    "declared_last_name": "Okafor",
    "house": "12",
    "home": "High Street, Leeds",
    "postcode": "ls1  4dy",
    "future": "on",
}


@pytest.fixture
def client(db: None) -> Client:
    return signed_in(make.staff("Fundraising"))


@pytest.fixture
def by(db: None) -> Any:
    return make.staff("Finance")


def typed(**more: Any) -> dict[str, Any]:
    return TYPED | {"appeal": giving.general().pk} | more


def entry(**more: Any) -> offline.Entry:
    fields: dict[str, Any] = {
        "token": "token-of-this-form-0001",
        "method": "cash",
        "total": Money(5000, "GBP"),
        "received_on": today(),
        "posted_on": today(),
        "giver": offline.Giver(last_name="Okafor"),
        "appeal": giving.general(),
    }
    return offline.Entry(**fields | more)


def test_a_cheque_is_entered_through_the_one_handler_with_both_its_days(client: Client):
    response = client.post(ADD, typed(), follow=True)
    assert "is entered" in said(response)
    gift = Gift.objects.get()
    assert (gift.provider, gift.status, gift.amount, gift.method) == ("offline", "received", 125_050, "Cheque 001234")
    assert (gift.given_on, gift.posted_on) == (datetime.date(2026, 11, 2), datetime.date(2026, 11, 4))
    assert gift.supporter.email == "ngozi@example.org"
    line = LedgerEntry.objects.get()
    assert (line.kind, line.amount, line.day, line.by) == ("gift", 125_050, gift.given_on, gift.entered_by)
    assert "Cheque 001234" in LogEntry.objects.get().change_message


def test_the_same_form_sent_twice_is_one_gift(client: Client):
    for _time in range(2):
        client.post(ADD, typed())
    assert Gift.objects.count() == LedgerEntry.objects.count() == Supporter.objects.count() == 1


def test_the_same_cheque_on_another_form_asks_before_it_is_entered_again(client: Client):
    client.post(ADD, typed())
    again = typed(token="u" * 24)
    page = client.post(ADD, again)
    assert "was entered for this day already" in page.content.decode()
    assert 'name="sure"' in page.content.decode()
    assert Gift.objects.count() == 1
    client.post(ADD, again | {"sure": "on"})
    assert Gift.objects.count() == 2
    assert "already" in LogEntry.objects.order_by("-pk").first().change_message


def test_another_cheque_of_the_same_sum_asks_nothing(client: Client):
    client.post(ADD, typed())
    client.post(ADD, typed(token="u" * 24, number="001235"))
    assert Gift.objects.count() == 2


@pytest.mark.parametrize(
    "more,field",
    [
        ({"amount": "1e5"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "１２"}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"number": ""}, "number"),
        ({"method": "barter"}, "method"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"received_on": "yesterday"}, "received_on"),
        ({"posted_on": "2999-01-01"}, "posted_on"),
        ({"last_name": ""}, "last_name"),
        ({"email": "no address"}, "email"),
        ({"supporter": "999999"}, "supporter"),
        ({"appeal": "999999"}, "appeal"),
        (DECLARED | {"postcode": "12345"}, "postcode"),
        (DECLARED | {"house": ""}, "house"),
        (DECLARED | {"currency": "USD", "amount": "25"}, "gift_aid"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(client: Client, more: dict[str, str], field: str):
    page = client.post(ADD, typed(**more))
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Gift.objects.exists()
    assert not Supporter.objects.exists()
    if field != "last_name":
        assert page.context["form"]["last_name"].value() == "Okafor"  # what was typed is kept


def test_a_known_giver_is_chosen_and_not_typed_as_well(client: Client):
    known = giving.supporter("ada@example.org", first_name="Ada", last_name="Obi")
    assert "supporter" in client.post(ADD, typed(supporter=known.pk)).context["form"].errors
    client.post(ADD, typed(supporter=known.pk, first_name="", last_name="", email=""))
    assert Gift.objects.get().supporter == known
    assert Supporter.objects.count() == 1


def test_a_typed_address_that_is_known_finds_its_giver(client: Client):
    known = giving.supporter("ngozi@example.org", last_name="Okafor")
    client.post(ADD, typed(address="1 Road\n\n Leeds "))
    assert Gift.objects.get().supporter == known
    known.refresh_from_db()
    assert known.address == {"lines": ["1 Road", "Leeds"]}


def test_givers_without_an_address_are_each_their_own_and_get_no_mail(by: Any):
    desk.able_to_print()
    for token in ("one", "two"):
        offline.enter(entry(token=token), by)
    assert Supporter.objects.filter(email=None, last_name="Okafor").count() == 2
    assert set(Letter.objects.values_list("to", flat=True)) == {""}
    assert outbox.send_due() == 0
    assert set(Letter.objects.values_list("state", "reason")) == {("dropped", "no address")}
    assert Gift.objects.first().receipts.count() == 1  # it can be printed


def test_a_namesake_a_large_sum_and_an_old_day_give_second_thoughts(by: Any):
    assert offline.warnings(entry()) == []  # the control
    giving.supporter(last_name="Okafor")
    assert len(offline.warnings(entry())) == 1
    assert len(offline.warnings(entry(giver=offline.Giver(last_name="Okafor", email="o@example.org")))) == 0
    large = entry(giver=offline.Giver(last_name="New"), total=Money(10_000_01, "GBP"))
    assert len(offline.warnings(large)) == 1
    assert len(offline.warnings(entry(giver=offline.Giver(last_name="New"), received_on=today() - datetime.timedelta(400)))) == 1


def test_a_declaration_on_paper_is_kept_with_its_words_and_the_gift(client: Client):
    client.post(ADD, typed(**DECLARED))
    declaration = GiftAidDeclaration.objects.get()
    gift = Gift.objects.get()
    assert (declaration.gift, declaration.supporter, declaration.channel) == (gift, gift.supporter, "paper")
    assert (declaration.postcode, declaration.future, declaration.past_four_years) == ("LS1 4DY", True, False)
    assert "UK taxpayer" in declaration.words
    assert "in the future" in declaration.words
    assert "past 4 years" not in declaration.words


def test_a_contradiction_leaves_nothing_behind(by: Any, monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: Any) -> None:
        raise offline.notices.Quarantined("does not fit")

    monkeypatch.setattr(offline.notices, "enter_facts", refuse)
    with pytest.raises(offline.notices.Quarantined):
        offline.enter(entry(), by)
    assert not Gift.objects.exists()
    assert not Supporter.objects.exists()


def test_givers_are_looked_up_by_typing_without_a_count(client: Client, django_assert_max_num_queries: Any):
    for number in range(30):
        giving.supporter(first_name="Ngozi", last_name=f"Okafor{number}")
    typing = {"term": "okaf", "app_label": "donations", "model_name": "gift", "field_name": "supporter"}
    with django_assert_max_num_queries(8):
        found = client.get("/admin/autocomplete/", typing).json()
    assert len(found["results"]) == 20
    assert found["pagination"] == {"more": True}
    assert signed_in(make.staff("Editor")).get("/admin/autocomplete/", typing).status_code == 403


def test_enter_and_the_next_leads_back_to_an_empty_form(client: Client):
    assert client.post(ADD, typed(_another="1")).url == ADD
    first, second = (client.get(ADD).context["form"]["token"].value() for _time in range(2))
    assert first != second
