"""The last traces of a forgotten person: in the provider's messages, and in the pretend bank's book where that is used.

A message is kept because it caused a line of the ledger; what it says of a person is not. Every text under a key that names
something personal goes, in each message that is about their gifts, their pledges or their customer at the provider.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from donations.models import Erasure, Gift, Pledge, ProviderNotice
from sandbox_bank.models import Checkout

ERASED = "[erased]"
# Keys, in providers' messages, whose texts say who somebody is or where they live.
PERSONAL = frozenset(
    "account_name address address_line1 address_line2 billing_details business_name city customer_address customer_details"
    " customer_email customer_name customer_phone email fingerprint individual_name ip last4 label line1 line2 name phone"
    " postal_code receipt_email receipt_url shipping state_province hosted_invoice_url invoice_pdf tax_ids description".split()
)
GROUP = 500


def clean_due(most: int = 5) -> int:
    """Clean the traces of people forgotten since the last round; return of how many."""
    due = list(Erasure.objects.filter(cleaned_at=None).order_by("erased_at", "pk")[:most])
    for erasure in due:
        clean(erasure)
    return len(due)


def clean(erasure: Erasure) -> None:
    """Clean the traces of one erased supporter; may be done any number of times."""
    gifts = Gift.objects.filter(supporter=erasure.supporter_id)
    pks = set(ProviderNotice.objects.filter(entries__gift__in=gifts).values_list("pk", flat=True))
    named = _names_there(erasure)
    for start in range(0, len(named), 50):
        about = Q()
        for name in named[start : start + 50]:
            about |= Q(payload__icontains=name)
        pks |= set(ProviderNotice.objects.filter(about).values_list("pk", flat=True))
    for notice in ProviderNotice.objects.filter(pk__in=pks).only("pk", "payload").iterator(chunk_size=GROUP):
        ProviderNotice.objects.filter(pk=notice.pk).update(payload=redacted(notice.payload))
    with transaction.atomic():
        if settings.SANDBOX:
            _pretend_bank([gift.reference for gift in gifts.only("reference")])
        Erasure.objects.filter(pk=erasure.pk).update(cleaned_at=timezone.now())


def _names_there(erasure: Erasure) -> list[str]:
    """Return by which names a provider's messages speak of a supporter's gifts and pledges."""
    gifts = Gift.objects.filter(supporter=erasure.supporter_id).values_list("reference", "checkout", "payment", "bill")
    pledges = Pledge.objects.filter(supporter=erasure.supporter_id).values_list("name_there", "reference")
    return sorted({name for row in (*gifts, *pledges) for name in row if len(name) > 8})


def redacted(payload: Any, key: str = "") -> Any:
    """Return a message without what it says of a person: ids, sums, days and types stay."""
    if isinstance(payload, dict):
        return {name: redacted(value, name if name in PERSONAL else key) for name, value in payload.items()}
    if isinstance(payload, list):
        return [redacted(value, key) for value in payload]
    return ERASED if key in PERSONAL and isinstance(payload, str) and payload else payload


def _pretend_bank(references: list[str]) -> None:
    for start in range(0, len(references), GROUP):
        for checkout in Checkout.objects.filter(request__reference__in=references[start : start + GROUP]):
            checkout.request = {**checkout.request, "name": "", "email": ""}
            checkout.save(update_fields=["request"])
