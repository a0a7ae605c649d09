"""What never reached the door, and attempts whose page has closed."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from donations import giving as attempts
from donations import notices, providers, reconciliation
from donations.models import Gift, LedgerEntry, ProviderNotice
from donations.providers.base import Notice, Refused
from sandbox_bank.models import Message
from tests import giving

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
