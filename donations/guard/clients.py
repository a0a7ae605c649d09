"""Who sends: the address the proxy saw, its network, and the e-mail; kept only as keyed hashes of one day."""

import datetime
import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# What one household, office or rented machine holds at once.
PREFIX = {4: 24, 6: 64}


def address_of(request: HttpRequest) -> Address | None:
    """Return the client's address, or None where the server was told none.

    X-Forwarded-For is read only behind ALLAUTH_TRUSTED_PROXY_COUNT proxies, and only the entry that the outermost of
    them wrote: what stands left of it, the client wrote.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(entries) >= proxies and entries[-proxies].strip():
            told = entries[-proxies]
    try:
        address = ipaddress.ip_address(told.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(address: Address) -> str:
    """Return the address's network as text, like 198.51.100.0/24."""
    return str(ipaddress.ip_network(f"{address}/{PREFIX[address.version]}", strict=False))


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
