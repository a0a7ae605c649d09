"""The hosted checkout: every outcome, by plain forms."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from sandbox_bank import delivery
from sandbox_bank.models import Checkout, Message, Payment, Schedule
from tests.pages import html_valid, max_queries
from tests.sandbox_bank import bank

pytestmark = pytest.mark.django_db


def address(checkout):
    return f"/sandbox/checkout/{checkout.ref}/"


def press(checkout, outcome, client=None):
    return (client or Client()).post(address(checkout), {"outcome": outcome})


def text(response):
    return " ".join("".join(html_valid(response.content).itertext()).split())


def test_it_says_what_is_charged_and_that_no_money_moves(client):
    checkout = bank.opened(minor=1234567)
    with max_queries(3):
        response = client.get(address(checkout))
    said = text(response)
    assert "£12,345.67" in said and "TEST, no money moves" in said and "Amal Haddad" in said
    assert "every month" not in said
    assert "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"]
    assert response["Content-Language"] == "en"


def test_a_monthly_one_says_when_again(client):
    bank.set_clock(2027, 1, 31)
    said = text(client.get(address(bank.opened(monthly=True, anchor_day=31))))
    assert "£25.00 on 28 February 2027, then every month" in said


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [(2500, "JPY", "en", "JP¥2,500"), (2500, "KWD", "en", "KWD2.500"), (123450, "EUR", "es", "1.234,50 €")],
)
def test_amounts_follow_currency_and_language(client, minor, currency, language, shown):
    checkout = bank.opened(minor=minor, currency=currency, language=language)
    response = client.get(address(checkout))
    assert shown in text(response).replace("\xa0", " ")
    assert f'lang="{language}"' in response.content.decode()


def test_paying_once_sends_the_notice_and_then_the_payer_back(door):
    checkout = bank.opened()
    response = press(checkout, "pays")
    assert (response.status_code, response["Location"]) == (303, checkout.request["return_url"])
    assert door.kinds == ["payment.paid"]
    data = bank.told()[0]["data"]
    assert (data["reference"], data["minor"], data["currency"], data["fee"]) == (checkout.reference, 2500, "GBP", 58)
    assert (data["schedule"], data["bill"], data["due_on"]) == ("", "", None)


def test_paying_monthly_begins_a_schedule(door):
    bank.set_clock(2027, 1, 31)
    checkout = bank.opened(monthly=True, anchor_day=31)
    assert press(checkout, "pays").status_code == 303
    assert door.kinds == ["schedule.started", "payment.paid"]
    started, paid = bank.told()
    assert started["data"]["next_on"] == "2027-02-28"
    assert paid["data"]["due_on"] == "2027-01-31" and paid["data"]["bill"]
    assert paid["data"]["schedule"] == started["data"]["schedule"] == Schedule.objects.get().ref
    assert paid["happened_at"].startswith("2027-01-31")


def test_a_declined_card_leaves_the_page_open_for_another_try(door):
    checkout = bank.opened()
    client = Client()
    stays = client.post(address(checkout), {"outcome": "declined"}, follow=True)
    assert "The card was declined. Nothing was charged." in text(stays)
    assert door.kinds == ["payment.failed"]
    assert bank.told()[0]["data"]["reason"] == "declined"
    assert press(checkout, "pays", client)["Location"] == checkout.request["return_url"]
    assert door.kinds == ["payment.failed", "payment.paid"]


def test_each_declined_try_has_a_name_of_its_own(no_door):
    checkout = bank.opened()
    for _ in range(3):
        press(checkout, "declined")
    assert len({body["data"]["attempt"] for body in bank.told("payment.failed")}) == 3


def test_the_bank_asks_and_the_payer_confirms(door):
    checkout = bank.opened()
    asked = Client().post(address(checkout), {"outcome": "confirm"}, follow=True)
    assert "Your bank asks: is this you?" in text(asked)
    assert door.kinds == []
    assert press(checkout, "confirmed")["Location"] == checkout.request["return_url"]
    assert door.kinds == ["payment.paid"]


def test_the_bank_asks_and_the_payer_refuses(door):
    checkout = bank.opened()
    press(checkout, "confirm")
    stays = Client().post(address(checkout), {"outcome": "refused"}, follow=True)
    assert "declined" in text(stays)
    assert bank.told()[0]["data"]["reason"] == "bank_refused"
    assert Payment.objects.count() == 0


def test_confirming_what_nobody_asked_changes_nothing(no_door):
    checkout = bank.opened()
    assert press(checkout, "confirmed")["Location"] == address(checkout)
    assert Payment.objects.count() == 0


def test_leaving_goes_back_to_the_form(door):
    checkout = bank.opened()
    assert press(checkout, "abandon")["Location"] == checkout.request["cancel_url"]
    assert door.kinds == ["checkout.expired"]
    assert "Nothing was charged." in text(Client().get(address(checkout)))


def test_paying_after_leaving_charges_nothing(no_door):
    checkout = bank.opened()
    press(checkout, "abandon")
    assert press(checkout, "pays")["Location"] == checkout.request["cancel_url"]
    assert Payment.objects.count() == 0


def test_paid_but_never_sent_back(door):
    checkout = bank.opened()
    stays = Client().post(address(checkout), {"outcome": "no_return"}, follow=True)
    assert "You are not sent back" in text(stays)
    assert door.kinds == ["payment.paid"]


def test_a_late_notice_waits_two_minutes(door):
    checkout = bank.opened()
    assert press(checkout, "late")["Location"] == checkout.request["return_url"]
    assert door.kinds == []
    waits = Message.objects.get().due_at - timezone.now()
    assert datetime.timedelta(seconds=110) < waits <= datetime.timedelta(seconds=120)
    Message.objects.update(due_at=timezone.now())
    assert delivery.deliver_due() == 1
    assert door.kinds == ["payment.paid"]


def test_a_notice_that_comes_twice_is_the_same_twice(door):
    press(bank.opened(), "twice")
    assert door.kinds == ["payment.paid"] * 2
    assert door.got[0][2] == door.got[1][2]
    assert delivery.deliver_due() == 0


@pytest.mark.parametrize(
    ("monthly", "order"),
    [
        (False, ["fee.taken", "payment.paid", "payment.on_its_way"]),
        (True, ["fee.taken", "payment.paid", "payment.on_its_way", "schedule.started"]),
    ],
)
def test_notices_in_the_wrong_order_come_last_first(door, monthly, order):
    press(bank.opened(monthly=monthly), "shuffled")
    assert door.kinds == order
    assert bank.told("payment.paid")[0]["data"]["fee"] is None
    assert bank.told("fee.taken")[0]["data"]["minor"] == 58


@pytest.mark.parametrize("monthly", [False, True])
def test_a_bank_debit_is_on_its_way_before_it_arrives(door, monthly):
    checkout = bank.opened(monthly=monthly)
    assert press(checkout, "debit")["Location"] == checkout.request["return_url"]
    assert door.kinds[-1] == "payment.on_its_way"
    assert Payment.objects.get().state == "on_its_way"


def test_pressing_twice_pays_once(door):
    checkout = bank.opened(monthly=True)
    answers = {press(checkout, "pays")["Location"] for _ in range(3)}
    assert answers == {checkout.request["return_url"]}
    assert Payment.objects.count() == Schedule.objects.count() == 1


def test_an_expired_page_charges_nothing(no_door):
    checkout = bank.opened()
    Checkout.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert press(checkout, "pays")["Location"] == checkout.request["cancel_url"]
    assert bank.kinds() == ["checkout.expired"]


def test_an_unknown_outcome_is_a_bad_request_and_an_unknown_checkout_is_not_found(no_door):
    assert press(bank.opened(), "jackpot").status_code == 400
    assert Client().get("/sandbox/checkout/co_nobody/").status_code == 404


def test_another_site_cannot_press_a_button():
    checkout = bank.opened()
    assert press(checkout, "pays", Client(enforce_csrf_checks=True)).status_code == 403
    assert Payment.objects.count() == 0


def test_a_shop_that_does_not_answer_keeps_nobody_from_returning(no_door):
    checkout = bank.opened()
    assert press(checkout, "pays").status_code == 303
    message = Message.objects.get()
    assert (message.deliveries, message.tries) == (0, 1)
    assert "refused" in message.last_fault


def test_every_page_of_a_checkout_is_valid_and_marked_as_a_test(no_door):
    for state in Checkout.State.values:
        checkout = bank.opened()
        if state in {"paid", "on_its_way"}:
            press(checkout, "pays" if state == "paid" else "debit")
        Checkout.objects.filter(pk=checkout.pk).update(state=state)
        assert "TEST, no money moves" in text(Client().get(address(checkout)))
