"""What the tests of the giving desk share: one row of each, and many gifts made at once."""

import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from donations.models import (
    CharityDetails,
    Gift,
    GiftAidDeclaration,
    LedgerEntry,
    ProviderNotice,
    ReconciliationRun,
    RefundRequest,
)
from letters.models import Letter
from supporters.models import Supporter
from tests import factories as make
from tests import giving


def notice(state: str = "quarantined", **fields: Any) -> ProviderNotice:
    """Make a kept message."""
    number = ProviderNotice.objects.count() + 1
    defaults = {"provider": "sandbox", "notice": f"evt_{number}", "kind": "payment.succeeded", "payload": {"id": f"evt_{number}"}}
    return ProviderNotice.objects.create(**defaults | {"state": state} | fields)


def able_to_print() -> None:
    """Give the charity all that its receipts must say."""
    CharityDetails.objects.filter(pk=1).update(
        name="Hope", address="1 Road\nLondon", registration="Registered charity 1", signatory="A B", signatory_role="Director",
        place_of_issue="London",
    )  # fmt: skip


def one_of_each() -> dict[str, int]:
    """Make one of each row of giving; return their numbers."""
    able_to_print()
    gift = giving.received_gift()
    pledge = giving.pledge()
    asker = make.staff("Fundraising")
    refund = RefundRequest.objects.create(gift=gift, amount=1000, currency="GBP", reason="Asked", asked_by=asker)
    declaration = GiftAidDeclaration.objects.create(
        supporter=gift.supporter,
        charity="Hope",
        first_name="Ada",
        last_name="Obi",
        house="1",
        address="Road",
        words="…",
        version="1",
    )
    return {
        "gift": gift.pk,
        "pledge": pledge.pk,
        "entry": LedgerEntry.objects.filter(gift=gift).get(kind="gift").pk,
        "notice": notice().pk,
        "receipt": gift.receipts.get().pk,
        "letter": Letter.objects.filter(about=f"gift:{gift.reference}").first().pk,
        "appeal": giving.general().pk,
        "declaration": declaration.pk,
        "supporter": gift.supporter_id,
        "refund": refund.pk,
        "run": ReconciliationRun.objects.get_or_create(day=datetime.date(2026, 1, 2), provider="sandbox", agreeing=3)[0].pk,
    }


def many_gifts(count: int, supporters: int = 500) -> list[Gift]:
    """Make many received gifts at once, a minute apart, newest last, without ledger or receipts."""
    people = Supporter.objects.bulk_create(
        Supporter(email=f"many{number}@example.org", first_name=f"First{number}", last_name=f"Last{number:05d}")
        for number in range(supporters)
    )
    start, appeal, zone = timezone.now() - datetime.timedelta(minutes=count), giving.general(), datetime.UTC
    gifts = Gift.objects.bulk_create(
        (
            Gift(
                provider="stripe",
                status="received",
                amount=1000 + number % 5000,
                currency="GBP",
                appeal=appeal,
                supporter=people[number % supporters],
                payment=f"pi_{number}",
                given_on=(start + datetime.timedelta(minutes=number)).astimezone(zone).date(),
                created_at=start + datetime.timedelta(minutes=number),
            )
            for number in range(count)
        ),
        batch_size=500,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return gifts
