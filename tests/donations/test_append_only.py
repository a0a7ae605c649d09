"""What the database itself refuses: tests here go past the models."""

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from donations.models import Gift, LedgerEntry
from tests import giving

pytestmark = pytest.mark.django_db


def refused(sql, *params):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
    return True


def test_no_line_of_the_ledger_can_be_changed_or_deleted():
    entry = giving.received_gift().entries.get()
    assert refused("UPDATE donations_ledgerentry SET amount = 1 WHERE id = %s", entry.pk)
    assert refused("UPDATE donations_ledgerentry SET reason = 'x' WHERE id = %s", entry.pk)
    assert refused("DELETE FROM donations_ledgerentry WHERE id = %s", entry.pk)
    assert LedgerEntry.objects.get().amount == 2500


def test_no_receipt_can_be_changed_or_deleted_but_voided_once():
    receipt = giving.received_gift().receipts.get()
    assert refused("UPDATE donations_receipt SET number = 'X' WHERE id = %s", receipt.pk)
    assert refused("UPDATE donations_receipt SET digest = 'X' WHERE id = %s", receipt.pk)
    assert refused("DELETE FROM donations_receipt WHERE id = %s", receipt.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE donations_receipt SET voided_at = issued_at, voided_because = 'refund' WHERE id = %s", [receipt.pk]
        )
    assert refused("UPDATE donations_receipt SET voided_at = NULL WHERE id = %s", receipt.pk)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 0},
        {"amount": -5},
        {"fee_cover": 2500},
        {"currency": "gbp"},
        {"status": "received"},  # without day and supporter
    ],
)
def test_a_gift_that_cannot_be_is_refused(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Gift.objects.create(**{**giving.gift_fields(), **fields})


def test_a_month_of_a_pledge_is_charged_once_at_most():
    pledge = giving.pledge()
    day = datetime.date(2026, 3, 31)
    Gift.objects.create(**giving.gift_fields(), pledge=pledge, due_on=day, bill="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        Gift.objects.create(**giving.gift_fields(), pledge=pledge, due_on=day, bill="two")


@pytest.mark.parametrize(("kind", "amount"), [("gift", -1), ("gift", 0), ("refund", 1), ("dispute", 5), ("reversal", -5)])
def test_a_ledger_line_with_the_wrong_sign_is_refused(kind, amount):
    gift = giving.received_gift()
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(
            kind=kind, amount=amount, currency="GBP", day="2026-01-01", key="x", provider="sandbox", gift=gift, reason="by hand"
        )


def test_a_ledger_line_without_a_cause_is_refused():
    gift = giving.received_gift()
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(
            kind="refund", amount=-1, currency="GBP", day="2026-01-01", key="x", provider="sandbox", gift=gift
        )
