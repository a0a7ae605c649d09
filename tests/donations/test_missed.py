"""What never reached the door, and attempts whose page has closed."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from donations import giving as attempts
from donations import nightly, notices, providers, reconciliation
from donations.calendar import charity_day
from donations.models import Gift, LedgerEntry, ProviderNotice
from donations.providers.base import Failed, Notice, Refused
from sandbox_bank import running
from sandbox_bank.models import Message
from tests import giving
from tests.sandbox_bank import bank

pytestmark = pytest.mark.django_db


def test_a_message_that_was_lost_is_fetched_and_entered_once():
    gift = giving.pending_gift()
    attempts.checkout(gift)
    gift.refresh_from_db()
    pay_at_the_bank(gift)
    assert Message.objects.exists()
    assert not ProviderNotice.objects.exists()  # the control: nothing came by itself
    assert reconciliation.fetch_missed() > 0
    gift.refresh_from_db()
    assert gift.status == "received"
    assert LedgerEntry.objects.filter(kind="gift").get().amount == 2500
    assert reconciliation.fetch_missed() == 0


def test_a_gift_that_failed_once_and_was_paid_since_is_found_by_the_mop_up_too():
    gift = giving.pending_gift()
    attempts.checkout(gift)
    giving.enter(Failed(happened_at=timezone.now(), reference=gift.reference, attempt="1", reason="declined"))
    gift.refresh_from_db()
    assert gift.status == "failed"
    pay_at_the_bank(gift)
    Gift.objects.update(checkout_at=timezone.now() - datetime.timedelta(hours=4))
    assert reconciliation.mop_up() == 1
    gift.refresh_from_db()
    assert gift.status == "received"


def test_one_message_that_cannot_be_worked_on_does_not_keep_the_other_missed_ones(monkeypatch):
    gifts = [giving.pending_gift() for _ in range(2)]
    for gift in gifts:
        attempts.checkout(gift)
        gift.refresh_from_db()
        pay_at_the_bank(gift)
    step = notices.enter

    def broken(fact, cause):
        if getattr(fact, "reference", "") == gifts[0].reference:
            raise RuntimeError("our own fault")
        return step(fact, cause)

    monkeypatch.setattr(notices, "enter", broken)
    reconciliation.fetch_missed()
    assert Gift.objects.get(pk=gifts[1].pk).status == "received"
    assert ProviderNotice.objects.filter(state="new").exists()  # kept, and tried again


def test_what_was_typed_into_an_attempt_without_money_is_forgotten_after_a_month():
    old, new, paid = giving.pending_gift(), giving.pending_gift(), giving.received_gift()
    for gift in (old, new):
        gift.step("expired")
    Gift.objects.filter(pk__in=[old.pk, paid.pk]).update(created_at=timezone.now() - datetime.timedelta(days=31))
    reconciliation.mop_up()
    assert Gift.objects.get(pk=old.pk).details == {}
    assert Gift.objects.get(pk=new.pk).details["email"]
    assert Gift.objects.get(pk=paid.pk).supporter.email


def test_a_renewal_of_the_banks_clock_moved_ahead_is_no_difference_today(settings):
    settings.SITE_URL = "http://127.0.0.1:9"
    gift = giving.pending_gift(frequency="monthly")
    attempts.checkout(gift)
    gift.refresh_from_db()
    pay_at_the_bank(gift)
    ahead = timezone.now() + datetime.timedelta(days=40)
    bank.set_clock(ahead.year, ahead.month, ahead.day)
    running.run_due()
    reconciliation.fetch_missed()
    assert Gift.objects.received().count() == 2
    today = nightly.between(charity_day(timezone.now()), charity_day(timezone.now()))
    found = reconciliation.compare("sandbox", *today)
    assert (found.differences, found.agreeing) == ([], 2)  # today's gift and its fee, nothing of next month


def pay_at_the_bank(gift):
    """Pay on the bank's page, with no line to our door."""
    page = Client()
    path = "/" + gift.checkout_url.split("/", 3)[3]
    answer = page.post(path, {"outcome": "pays"})
    assert answer.status_code == 303, answer.content


def test_a_provider_that_refuses_to_tell_leaves_the_message_to_staff(monkeypatch):
    class Refusing:
        def facts(self, notice: Notice):
            raise Refused("no such object")

    monkeypatch.setattr(providers, "named", lambda name: Refusing())
    row = ProviderNotice.objects.create(provider="stripe", notice="evt_1", kind="invoice.paid", payload={})
    notices.work(row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("quarantined", 1)


def test_the_same_form_sent_two_days_later_is_another_attempt():
    intent = giving.intent()
    first = attempts.begin(intent)
    assert attempts.begin(intent).pk == first.pk  # the control
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2)):
        second = attempts.begin(intent)
    assert second.pk != first.pk
    assert second.key != first.key
    assert Gift.objects.count() == 2


def test_an_attempt_that_was_given_up_can_be_made_again_with_the_same_form():
    intent = giving.intent()
    first = attempts.begin(intent)
    first.step("expired")
    assert attempts.begin(intent).pk != first.pk
