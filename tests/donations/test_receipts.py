"""Receipts: numbers without gaps whatever happens at once, contents that never change, replacements that name what they replace."""

import copy

import pytest
from django.db import transaction
from django.utils import timezone

from donations import letters, providers, receipts
from donations.models import CharityDetails, LedgerEntry, Receipt
from donations.money import Money
from donations.providers import base
from tests import giving
from tests.donations import proving
from tests.donations.proving import at, paid


@pytest.fixture(autouse=True)
def teller(monkeypatch):
    provider = proving.Teller()
    monkeypatch.setattr(providers, "named", lambda name: provider)
    return provider


def serials():
    return sorted(Receipt.objects.values_list("serial", flat=True))


def refund(gift, minor, name="re"):
    return base.Refunded(
        happened_at=at(5), payment=paid(gift).payment, refund=f"{name}_{gift.pk}", amount=Money(minor, gift.currency)
    )


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_when_gifts_come_at_once_and_some_are_rolled_back(monkeypatch):
    """The year's first among them: its series is made by whoever comes first."""
    gifts = [giving.pending_gift() for _ in range(12)]
    thank, doomed = letters.gift_received, {gift.reference for gift in gifts[::3]}

    def fail_for_some(gift, **more):
        if gift.reference in doomed:
            doomed.discard(gift.reference)
            raise RuntimeError("the number was taken already")
        thank(gift, **more)

    monkeypatch.setattr(letters, "gift_received", fail_for_some)
    bodies = [proving.message(paid(gift)) for gift in gifts]
    for number in range(0, 12, 4):
        proving.together(*[lambda body=body: proving.deliver(body) for body in bodies[number : number + 4]])
    assert serials() == list(range(1, 9))
    for body in bodies:  # the provider, or the sweep, comes again
        proving.deliver(body)
    assert serials() == list(range(1, 13))
    assert not list(proving.faults_of_the_books())


@pytest.mark.django_db
def test_a_number_taken_in_a_transaction_that_is_rolled_back_is_given_again():
    giving.received_gift()
    with transaction.atomic():
        giving.received_gift()
        assert serials() == [1, 2]
        transaction.set_rollback(True)
    giving.received_gift()
    assert serials() == [1, 2]


@pytest.mark.django_db
def test_each_year_and_jurisdiction_counts_for_itself_and_tests_apart(settings, monkeypatch):
    giving.received_gift()
    settings.TAX_JURISDICTION = "AU"
    giving.received_gift()
    settings.TAX_JURISDICTION = "GB"
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now.replace(year=now.year + 1))
    giving.received_gift()
    assert [number.split("-")[-1] for number in Receipt.objects.values_list("number", flat=True)] == ["000001"] * 3
    assert len(set(Receipt.objects.values_list("jurisdiction", "year"))) == 3


@pytest.mark.django_db
def test_the_digest_is_of_the_content_and_of_nothing_less():
    receipt = giving.received_gift().receipts.get()
    assert receipts.digest(receipt.content) == receipt.digest
    for name in receipt.content:
        other = copy.deepcopy(receipt.content)
        other[name] = "something else"
        assert receipts.digest(other) != receipt.digest, name
    assert (receipt.content["number"], receipt.content["verify_code"]) == (receipt.number, receipt.code)


@pytest.mark.django_db
def test_a_receipt_prints_the_same_bytes_each_time_whatever_became_of_its_donor():
    gift = giving.received_gift()
    receipt = gift.receipts.get()
    once = receipts.pdf(receipt)
    gift.supporter.first_name = "Another"
    gift.supporter.save()
    CharityDetails.objects.update(name="Another Charity")
    assert receipts.pdf(Receipt.objects.get()) == once
    assert receipts.pdf(receipt, duplicate=True) != once


@pytest.mark.django_db
def test_a_refund_voids_and_once_all_is_quiet_a_replacement_names_what_it_replaces(monkeypatch):
    gift = giving.pending_gift()
    proving.told(paid(gift))
    first = gift.receipts.get()
    proving.told(refund(gift, 500))
    first.refresh_from_db()
    assert (first.voided_because, first.content["total"]) == ("refund", "£25")
    assert not receipts.issue_due(), "another refund may be on its way"
    monkeypatch.setattr(receipts, "QUIET", receipts.QUIET * 0)
    receipts.issue_due()
    second = gift.receipts.get(voided_at=None)
    assert second.replaces == first
    assert (second.content["replaces"], second.content["kind"]) == (first.number, "replacement")
    assert second.content["total"] == "£20"
    assert not receipts.issue_due()
    assert serials() == [1, 2]


@pytest.mark.django_db
def test_a_gift_that_went_back_whole_gets_no_replacement(monkeypatch):
    monkeypatch.setattr(receipts, "QUIET", receipts.QUIET * 0)
    gift = giving.pending_gift()
    proving.told(paid(gift))
    proving.told(refund(gift, 2500))
    assert not receipts.issue_due()
    assert not gift.receipts.filter(voided_at=None).exists()
    assert LedgerEntry.objects.filter(gift=gift).kept().total("GBP").minor == 0


@pytest.mark.django_db
def test_what_a_jurisdiction_requires_is_waited_for(settings, monkeypatch):
    monkeypatch.setattr(receipts, "QUIET", receipts.QUIET * 0)
    settings.TAX_JURISDICTION = "CA"
    CharityDetails.objects.update(registration="")
    gift = giving.received_gift()
    assert not gift.receipts.exists()
    assert receipts.lacking(gift)
    CharityDetails.objects.update(registration="123456789 RR 0001")
    gift.supporter.address = {"lines": ["1 Main Street", "Ottawa ON K1A 0A1"]}
    gift.supporter.save()
    receipts.issue_due()
    assert gift.receipts.get().serial == 1
