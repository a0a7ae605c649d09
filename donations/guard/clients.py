"""Who sends: the address the proxy saw, its network, and the e-mail; kept only as keyed hashes of one day."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from public_pages.callers import address_of, network_of


@dataclass(frozen=True)
class Client:
    """The hashes of one sender: today's first, then yesterday's, so that a window of a day is seen whole."""

    address: tuple[str, str]
    network: tuple[str, str]
    email: tuple[str, str]

    @classmethod
    def of(cls, request: HttpRequest, email: str) -> "Client":
        """Return the sender of a request; those without an address count as one."""
        address = address_of(request)
        return cls(
            _hashes("address", str(address)),
            _hashes("network", network_of(address) if address else "None"),
            _hashes("email", email.strip().casefold()),
        )


def _hashes(what: str, value: str) -> tuple[str, str]:
    today = timezone.now().astimezone(datetime.UTC).date()
    yesterday = today - datetime.timedelta(days=1)
    first, second = (
        salted_hmac(f"donations.guard.{what}.{day}", value, algorithm="sha256").hexdigest()[:32] for day in (today, yesterday)
    )
    return first, second
