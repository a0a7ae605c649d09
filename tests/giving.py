"""Makers for giving: attempts, gifts whose money came, pledges, and messages as a provider sends them."""

import datetime
import itertools
from typing import Any

from django.utils import timezone

from donations import giving, notices
from donations.bookkeeping import Cause
from donations.models import Appeal, Gift, Pledge
from donations.money import Money
from donations.outcomes import Outcome
from donations.providers import base
from supporters.models import Supporter

_numbers = itertools.count(1)


def general() -> Appeal:
    """Return the general appeal."""
    return Appeal.objects.general()


def gift_fields(**fields: Any) -> dict[str, Any]:
    """Return fields of a gift of £25, still pending."""
    return {"provider": "sandbox", "amount": 2500, "currency": "GBP", "appeal": general(), **fields}


def details(**fields: Any) -> dict[str, Any]:
    """Return what a giver typed."""
    return {"email": f"giver{next(_numbers)}@example.org", "first_name": "Ada", "last_name": "Obi", **fields}


def intent(minor: int = 2500, currency: str = "GBP", frequency: str = "once", **fields: Any) -> giving.Intent:
    """Return what somebody wants to give."""
    typed = fields.pop("details", None) or details()
    return giving.Intent(
        attempt=fields.pop("attempt", f"attempt-{next(_numbers)}"),
        frequency=frequency,
        total=Money(minor, currency),
        fee_cover=fields.pop("fee_cover", 0),
        appeal=fields.pop("appeal", None) or general(),
        language=fields.pop("language", "en"),
        details=typed,
        **fields,
    )


def pending_gift(minor: int = 2500, currency: str = "GBP", frequency: str = "once", **fields: Any) -> Gift:
    """Make an attempt that has not reached a provider's page."""
    return giving.begin(intent(minor, currency, frequency, **fields))


def paid(gift: Gift, **fields: Any) -> base.Paid:
    """Return the fact that a gift's money came."""
    return base.Paid(
        **{
            "happened_at": timezone.now(),
            "reference": gift.reference,
            "payment": f"pay_{gift.pk}",
            "amount": gift.total,
            "pledge": f"sched_{gift.pk}" if gift.frequency == "monthly" else "",
            "bill": f"bill_{gift.pk}" if gift.frequency == "monthly" else "",
            **fields,
        }
    )


def enter(*facts: base.Fact, provider: str = "sandbox") -> Outcome:
    """Enter facts as a member of staff would."""
    return notices.enter_facts(list(facts), Cause(provider, reason="a test"))


def received_gift(minor: int = 2500, currency: str = "GBP", **fields: Any) -> Gift:
    """Make a gift whose money came."""
    gift = pending_gift(minor, currency, **fields)
    enter(paid(gift), provider=gift.provider)
    gift.refresh_from_db()
    return gift


def pledge(minor: int = 2500, currency: str = "GBP", day: datetime.date | None = None, **fields: Any) -> Pledge:
    """Make a pledge whose first gift came; `day` is the charity's day on which it began."""
    gift = pending_gift(minor, currency, "monthly", **fields)
    at = timezone.now() if day is None else datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    Gift.objects.filter(pk=gift.pk).update(created_at=at)
    gift.refresh_from_db()
    enter(paid(gift, happened_at=at), provider=gift.provider)
    return Pledge.objects.get(provider=gift.provider, name_there=f"sched_{gift.pk}")


def supporter(email: str = "", **fields: Any) -> Supporter:
    """Make somebody we know."""
    return Supporter.objects.create(email=email or f"known{next(_numbers)}@example.org", **fields)
