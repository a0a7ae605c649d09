"""Tell networks of caches to forget addresses: Cloudflare, Fastly or Varnish, by configuration.

The site's own caches follow the edition and need no telling. A purge is a row, written with the takedown and tried
until the network says yes; a network that stays silent is no longer believed after a minute, since no answer of ours
may be kept for longer.
"""

import http.client
import json
import logging
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from safeguarding.models import Purge, Takedown

TIMEOUT_SECONDS = 10

logger = logging.getLogger(__name__)


class NotPurged(Exception):
    """The network did not say yes."""


class Network(Protocol):
    """A network of caches."""

    name: str
    at_once: int  # addresses in one purge

    def forget(self, addresses: list[str]) -> None:
        """Make the network forget absolute addresses; raises NotPurged."""


class Cloudflare:
    """Cloudflare: 30 files a call (its API's limit on most plans)."""

    name = "cloudflare"
    at_once = 30

    def __init__(self) -> None:
        self.base = next(iter(settings.CDN_ADDRESSES), "https://api.cloudflare.com/client/v4")

    def forget(self, addresses: list[str]) -> None:
        """Purge files by address."""
        headers = {"Authorization": f"Bearer {settings.CDN_TOKEN}", "Content-Type": "application/json"}
        body = json.dumps({"files": addresses}).encode()
        said = _send("POST", f"{self.base}/zones/{settings.CDN_ZONE}/purge_cache", headers, body)
        try:
            agreed = json.loads(said).get("success") is True
        except (ValueError, AttributeError):
            agreed = False
        if not agreed:
            raise NotPurged("Cloudflare did not say success")


class Fastly:
    """Fastly: one call an address."""

    name = "fastly"
    at_once = 50

    def __init__(self) -> None:
        self.base = next(iter(settings.CDN_ADDRESSES), "https://api.fastly.com")

    def forget(self, addresses: list[str]) -> None:
        """Purge each address."""
        for address in addresses:
            _send("POST", f"{self.base}/purge/{address.partition('://')[2]}", {"Fastly-Key": settings.CDN_TOKEN})


class Varnish:
    """Varnish: a PURGE to every server, which its configuration must allow from here (docs/safeguarding.md)."""

    name = "varnish"
    at_once = 200

    def forget(self, addresses: list[str]) -> None:
        """Purge each address on each server; every one must say yes."""
        for server in settings.CDN_ADDRESSES:
            for address in addresses:
                parts = urlsplit(address)
                path = f"{parts.path}?{parts.query}" if parts.query else parts.path
                _send("PURGE", server.rstrip("/") + path, {"Host": parts.netloc})


_NETWORKS: dict[str, type[Network]] = {"cloudflare": Cloudflare, "fastly": Fastly, "varnish": Varnish}


def _send(method: str, address: str, headers: dict[str, str], body: bytes | None = None) -> str:
    """Send a request and return what was answered with a 2xx; raises NotPurged for anything else."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers)
        with connection.getresponse() as response:
            said = response.read(65_536).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise NotPurged(type(error).__name__) from error
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise NotPurged(f"answered {response.status}")
    return said


def ask_for(takedown: Takedown, addresses: Iterable[str]) -> None:
    """Write the purges of a takedown, if there is a network to tell. Call inside its transaction."""
    if not settings.CDN:
        return
    wanted = list(dict.fromkeys(addresses))
    size = _NETWORKS[settings.CDN].at_once
    parts = [wanted[start : start + size] for start in range(0, len(wanted), size)]
    Purge.objects.bulk_create([Purge(takedown=takedown, network=settings.CDN, addresses=part) for part in parts])


def send_due(most: int = 20) -> int:
    """Send the purges that are due; return how many were accepted. What fails is tried again, ever later.

    A purge may be sent twice, by two processes or after a crash: forgetting twice is no harm.
    """
    done = 0
    for purge in Purge.objects.due()[:most]:
        try:
            _NETWORKS[purge.network]().forget(purge.addresses)
        except NotPurged as failure:
            logger.warning("Purge %s at %s failed: %s", purge.pk, purge.network, failure)
            purge.failed(str(failure))
        else:
            purge.succeeded()
            done += 1
    return done
