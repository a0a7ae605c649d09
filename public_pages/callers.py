"""Where a request comes from: the address the proxy saw, and its network."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

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
