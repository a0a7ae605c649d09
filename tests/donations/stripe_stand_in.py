"""What the tests of the Stripe provider share: a provider on a fresh stand-in, one request, and messages fed by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from donations.money import Money
from donations.providers.base import CheckoutRequest, Fact
from donations.providers.stripe import StripeProvider
from tests.services.stripe import Stripe


class Desk:
    """A provider and the account it talks to."""

    def __init__(self, now: datetime | None = None) -> None:
        self.fake = Stripe(now)
        self.provider = StripeProvider(self.fake.key, self.fake.secret, self.fake.url)
        self.told = 0

    def at(self) -> datetime:
        """Return the account's moment."""
        return datetime.fromtimestamp(self.fake.now, UTC)

    def tell(self, events: Iterable[Any]) -> list[Fact]:
        """Return the facts of messages, verified as at the door."""
        facts: list[Fact] = []
        for event in events:
            body, headers = self.fake.signed(event)
            facts += self.provider.facts(self.provider.verify(body, headers, self.at())) or []
        return facts

    def news(self) -> list[Fact]:
        """Return the facts of all messages since the last time, in order."""
        self.told, events = len(self.fake.events), self.fake.events[self.told :]
        return self.tell(events)

    def last(self, kind: str) -> dict[str, Any]:
        """Return the newest message of a type."""
        return next(event for event in reversed(self.fake.events) if event["type"] == kind)

    def give(self, how: str = "succeeds", **changes: Any) -> str:
        """Start a checkout, do something on its page, and return its id."""
        checkout = self.provider.start(asking(**changes))
        self.fake.pay(checkout.id, how)
        return checkout.id

    def pledge(self, **changes: Any) -> str:
        """Return the name of a monthly promise just begun, its messages read."""
        checkout = self.give(monthly=True, **changes)
        self.news()
        return str(self.fake.things[checkout]["subscription"])


def asking(**changes: Any) -> CheckoutRequest:
    """Return a request for £25, once."""
    fields: dict[str, Any] = {
        "reference": "GIFT2025",
        "key": "attempt-1",
        "total": Money(2500, "GBP"),
        "monthly": False,
        "anchor_day": 22,
        "email": "giver@example.org",
        "name": "Ama Mensah",
        "description": "A gift to Hope",
        "language": "en",
        "return_url": "https://hope.example.org/give/thanks/x/",
        "cancel_url": "https://hope.example.org/give/",
    }
    return CheckoutRequest(**fields | changes)
