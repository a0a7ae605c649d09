"""What somebody proved in this session and when: an address by a code, themselves by a passkey."""

import time
from typing import Any

from django.http import HttpRequest

from supporters import people

_KEY = "proofs"
PASSKEY = "passkey"


def note(request: HttpRequest, what: str) -> None:
    """Remember that an address, or PASSKEY, was proven just now."""
    session: Any = request.session
    session[_KEY] = {**session.get(_KEY, {}), what: int(time.time())}


def clear(request: HttpRequest) -> None:
    """Forget what was proven before."""
    request.session.pop(_KEY, None)


def lately(request: Any, minutes: int) -> bool:
    """Return whether somebody proved within so many minutes that it is they: by a passkey or any address of theirs."""
    proven = request.session.get(_KEY, {})
    since = time.time() - 60 * minutes
    own = {PASSKEY, *people.addresses(request.user)}
    return any(at >= since for what, at in proven.items() if what in own)


def address_lately(request: HttpRequest, email: str, minutes: int) -> bool:
    """Return whether this very address was proven within so many minutes."""
    return bool(request.session.get(_KEY, {}).get(email, 0) >= time.time() - 60 * minutes)
