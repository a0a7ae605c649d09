"""Refunds and payouts that come back later: the books, the giver's state, what staff see, and both banks' own words."""

import pytest
from django.db.models import Sum
from django.utils import timezone

from donations import providers, receipts, reconciliation, refunds
from donations.bookkeeping import CAME_BACK
from donations.models import LedgerEntry
from donations.models.refunds import RefundState
from donations.money import Money
from donations.providers import base, sandbox
from letters import outbox
from letters.models import Letter, LetterState
from sandbox_bank import clock, payments
from sandbox_bank.models import Message, Payment, Payout
from tests import giving
from tests.donations import proving
from tests.factories import staff
from tests.pages import html_valid
from tests.sandbox_bank import bank
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


def told(gift, kind=base.Refunded, minor=2500, refund="re_1", **more):
    fact = kind(happened_at=proving.at(3), payment=gift.payment, refund=refund, amount=Money(minor, gift.currency), **more)
    giving.enter(fact, provider=gift.provider)
    gift.refresh_from_db()


def came_back(gift, minor=2500, refund="re_1"):
    told(gift, base.RefundFailed, minor, refund, refunded_at=proving.at(2))


def left(gift):
    return LedgerEntry.objects.filter(gift=gift).kept().aggregate(all=Sum("amount"))["all"]


def test_a_whole_refund_that_came_back_leaves_the_gift_received_with_a_new_receipt(monkeypatch):
    monkeypatch.setattr(receipts, "QUIET", receipts.QUIET * 0)
    gift = giving.received_gift()
    told(gift)
    assert (gift.status, left(gift)) == ("refunded", 0)
    came_back(gift)
    assert (gift.status, left(gift)) == ("received", 2500)
    came_back(gift)
    assert gift.entries.count() == 3, "told twice, entered once"
    (new,) = receipts.issue_due()
    assert new.content["total"] == "£25" and new.replaces.voided_because == "refund"
    assert not list(proving.faults_of_the_books())


def test_the_giver_is_told_and_never_that_it_is_on_its_way():
    gift = giving.received_gift()
    told(gift, minor=700)
    came_back(gift, 700)
    states = dict(Letter.objects.filter(kind__startswith="refund").values_list("kind", "state"))
    assert states == {"refunded": LetterState.DROPPED, "refund_failed": LetterState.QUEUED}
    letter = Letter.objects.get(kind="refund_failed")
    mail = outbox.message(letter)
    assert "£7" in mail.body and "could not take it" in mail.body and mail.subject == "Your money could not be sent back yet"
    html_valid(mail.alternatives[0][0])


def test_after_it_came_back_it_may_be_refunded_again():
    gift = giving.received_gift()
    told(gift)
    came_back(gift)
    told(gift, refund="re_2")
    assert (gift.status, left(gift)) == ("refunded", 0)


def test_staff_see_that_the_refund_they_asked_for_came_back(monkeypatch, caplog):
    monkeypatch.setattr(providers, "named", lambda name: proving.Teller())
    gift = giving.received_gift()
    request = refunds.RefundRequest.objects.create(
        gift=gift, amount=2500, currency="GBP", reason="asked", asked_by=staff(), four_eyes=False, state="sent", there="re_1"
    )
    late = refunds.RefundRequest.objects.create(
        gift=gift, amount=700, currency="GBP", reason="asked", asked_by=staff(), four_eyes=False, state="sent", there=""
    )
    told(gift)
    refunds.send_due()
    request.refresh_from_db()
    assert request.state == RefundState.DONE
    came_back(gift)
    request.refresh_from_db()
    assert (request.state, request.said) == (RefundState.REFUSED, CAME_BACK)
    assert "came back" in caplog.text and gift.email not in caplog.text
    came_back(gift, 700, "re_9")  # told before our own row knew its name there
    late.there = "re_9"
    late.save()
    refunds.send_due()
    late.refresh_from_db()
    assert late.state == RefundState.REFUSED
    assert refunds.left(gift) == gift.total


def test_a_sum_that_does_not_fit_is_held_for_staff():
    gift = giving.received_gift()
    fact = base.RefundFailed(
        happened_at=proving.at(3), payment=gift.payment, refund="re", amount=Money(9900, "GBP"), refunded_at=proving.at(2)
    )
    from donations.outcomes import Quarantined  # noqa: PLC0415

    with pytest.raises(Quarantined):
        giving.enter(fact)
    assert left(gift) == 2500


def test_the_pretend_bank_tells_of_both_and_its_book_is_ours(settings):
    settings.SITE_URL = "http://127.0.0.1:9"
    gift = giving.pending_gift()
    payment = bank.paid(reference=gift.reference, minor=2500)
    with clock.at_work() as now:
        made = payments.refund(payment, 1000, now)
        payments.fail_refund(made, now)
        (payout,) = payments.pay_out(now)
        payments.fail_payout(payout, now)
    provider = sandbox.make()
    for message in Message.objects.order_by("pk"):
        body = message.body.encode()
        row = proving.notices.receive("sandbox", body, {bank_header(): signature(body)})
        proving.notices.at_the_door(row)
        row.refresh_from_db()
        assert row.state == "done", (row.kind, row.reason)
    gift.refresh_from_db()
    assert (gift.status, left(gift)) == ("received", 2500)
    assert payments.balances() == {"GBP": 2500 - payment.fee}
    assert LedgerEntry.objects.filter(kind="payout").aggregate(all=Sum("amount"))["all"] == 0
    hour = timezone.timedelta(hours=1)
    comparison = reconciliation.compare("sandbox", timezone.now() - hour, timezone.now() + hour)
    assert (comparison.agreeing, comparison.differences) == (6, [])
    assert {line.kind for line in provider.movements(timezone.now() - hour, timezone.now() + hour)} == {
        "gift", "fee", "refund", "reversal", "payout",
    }  # fmt: skip


def bank_header():
    from sandbox_bank import messages  # noqa: PLC0415

    return messages.HEADER


def signature(body):
    from sandbox_bank import messages  # noqa: PLC0415

    return messages.signature(body, timezone.now())


def test_staff_let_a_refund_and_a_payout_come_back_on_the_banks_page(settings):
    settings.SITE_URL = "http://127.0.0.1:9"
    payment = bank.paid()
    client = signed_in(staff())
    page = "/sandbox/bank/"
    for action in ("refund", "fail-refund"):
        client.post(page, {"action": action, "ref": payment.ref})
    assert payment.refunds.get().failed_at
    client.post(page, {"action": "pay-out"})
    shown = client.get(page)
    html_valid(shown.content)
    assert "Last payout comes back" in shown.text and "Refund comes back" not in shown.text
    client.post(page, {"action": "fail-payout"})
    assert Payout.objects.get().failed_at
    assert payments.balances() == {"GBP": Payment.objects.get().minor - Payment.objects.get().fee}
