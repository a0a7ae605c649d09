"""What givers may do with a pledge, through the sandbox's bank: each verb does what its preview said."""

import datetime

import pytest
from django.test import Client

from donations import giving as attempts
from donations import promises, providers, reconciliation
from donations.calendar import next_instalment, today
from donations.models import Gift, Pledge
from donations.models.steps import NotAllowed
from donations.money import Money, NotAnAmount
from donations.providers.base import ProviderUnavailable
from letters.models import Letter
from sandbox_bank.models import Schedule
from tests import giving
from tests.sandbox_bank import bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def pledge(settings):
    return begun(settings)


def begun(settings):
    """A Freedom Partner of £25, begun on the bank's page today; messages are fetched, none is delivered."""
    settings.SITE_URL = "http://127.0.0.1:9"
    gift = giving.pending_gift(frequency="monthly")
    attempts.checkout(gift)
    gift.refresh_from_db()
    path = "/" + gift.checkout_url.split("/", 3)[3]
    assert Client().post(path, {"outcome": "pays"}).status_code == 303
    reconciliation.fetch_missed()
    gift.refresh_from_db()
    assert gift.status == "received"
    return gift.pledge


def test_a_new_pledge_says_when_the_next_gift_comes(pledge):
    assert promises.next_gift(pledge) == promises.NextGift(Money(2500, "GBP"), next_instalment(today(), today().day))


def test_another_sum_counts_from_the_next_gift_on(pledge):
    more = Money(4000, "GBP")
    expected = promises.preview_change(pledge, amount=more)
    promises.change(pledge, amount=more)
    assert promises.next_gift(pledge) == expected
    assert expected.amount == more
    assert Gift.objects.count() == 1  # nothing is charged now
    assert Schedule.objects.get().minor == 4000


def test_another_day_moves_the_next_gift(pledge):
    day = 5 if today().day != 5 else 6
    expected = promises.preview_change(pledge, anchor_day=day)
    promises.change(pledge, anchor_day=day)
    assert pledge.anchor_day == day
    assert promises.next_gift(pledge) == expected


@pytest.mark.parametrize("day", [1, 5, 21, 23, 28, 31])
def test_a_change_of_day_says_beforehand_what_the_bank_then_does(time_machine, settings, day):
    time_machine.move_to(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC))
    pledge = begun(settings)
    expected = promises.preview_change(pledge, anchor_day=day)
    promises.change(pledge, anchor_day=day)
    assert promises.next_gift(pledge) == expected
    assert expected.on.month == 12  # November is paid: a later day in it is no second charge


@pytest.mark.parametrize("minor", [1, 99_999_999])
def test_a_sum_outside_the_limits_is_refused_and_nothing_changes(pledge, minor):
    with pytest.raises(NotAnAmount):
        promises.change(pledge, amount=Money(minor, "GBP"))
    assert Schedule.objects.get().minor == 2500


def test_another_currency_is_refused(pledge):
    with pytest.raises(NotAllowed):
        promises.change(pledge, amount=Money(2500, "EUR"))


def test_a_skipped_month_leaves_out_one_gift(pledge):
    expected = promises.preview_skip(pledge)
    skipped = pledge.next_on
    promises.skip(pledge)
    assert promises.next_gift(pledge) == expected
    assert expected.on > skipped


def test_a_pause_charges_nothing_before_its_day_and_can_be_ended(pledge):
    until = today() + datetime.timedelta(days=80)
    expected = promises.preview_pause(pledge, until)
    promises.pause(pledge, until)
    assert (pledge.status, pledge.paused_until) == ("paused", until)
    assert promises.next_gift(pledge) == expected
    assert expected.on >= until
    expected = promises.preview_resume(pledge)
    promises.resume(pledge)
    assert (pledge.status, pledge.paused_until) == ("active", None)
    assert promises.next_gift(pledge) == expected


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_pause_ends_on_a_day_within_a_year(pledge, days):
    with pytest.raises(NotAllowed):
        promises.pause(pledge, today() + datetime.timedelta(days=days))


def test_cancelling_is_final_thanks_once_and_keeps_the_reason(pledge):
    promises.cancel(pledge, "moving abroad")
    promises.cancel(pledge, "again")
    assert (pledge.status, promises.next_gift(pledge).on) == ("cancelled", None)
    assert pledge.events.get(kind="cancel_asked").data["said"] == "moving abroad"
    assert Letter.objects.filter(kind="pledge_ended").count() == 1
    for verb in (promises.skip, promises.resume):
        with pytest.raises(NotAllowed):
            verb(pledge)
    with pytest.raises(NotAllowed):
        promises.new_card(pledge, "https://example.org/")
    bank.set_clock(today().year + 1, 12, 28)
    reconciliation.fetch_missed()
    assert Gift.objects.count() == 1  # no charge after a confirmed cancel


def test_a_new_card_is_put_on_the_banks_page(pledge):
    address = promises.new_card(pledge, "http://testserver/give/")
    assert "/sandbox/card/" in address


def test_a_bank_that_does_not_answer_changes_nothing_and_the_wish_can_be_asked_again(pledge, monkeypatch):
    there = providers.named("sandbox")
    keys = []

    def silent(name, amount, day, key):
        keys.append(key)
        raise ProviderUnavailable("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(there, "change", silent, raising=False)
        with pytest.raises(ProviderUnavailable):
            promises.change(pledge, amount=Money(3000, "GBP"))
    assert Pledge.objects.get().amount == 2500
    asked = there.change
    monkeypatch.setattr(there, "change", lambda *wish: keys.append(wish[3]) or asked(*wish), raising=False)
    promises.change(pledge, amount=Money(3000, "GBP"))
    assert len(set(keys)) == 1  # the same wish under the same key
    assert pledge.amount == 3000
