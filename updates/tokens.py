"""Signed links: each good for one purpose and one person, none of them naming anybody.

A token of one purpose is worth nothing for another: the purpose is part of what is signed.
"""

import datetime
from dataclasses import dataclass

from django.core import signing

CONFIRM, PREFERENCES, UNSUBSCRIBE = "confirm", "preferences", "unsubscribe"
# How long each is good for. Stopping never ends: whoever finds a mail of years ago may still say that it is enough.
LIFE: dict[str, datetime.timedelta | None] = {
    CONFIRM: datetime.timedelta(days=7),
    PREFERENCES: datetime.timedelta(days=365),
    UNSUBSCRIBE: None,
}
_LONGEST = 200


class BadToken(Exception):
    """The link is not ours, not for this purpose, or too old; `expired` says which."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__("expired" if expired else "not ours")
        self.expired = expired


@dataclass(frozen=True)
class Reader:
    """Whom a link to preferences or unsubscribing is about, and the digest it stood in (0: none)."""

    supporter: int
    digest: int = 0


def for_sign_up(reference: str) -> str:
    """Return the token that confirms a sign-up."""
    return _signer(CONFIRM).sign(reference)


def for_reader(purpose: str, supporter: int, digest: int = 0) -> str:
    """Return the token by which a supporter changes or stops what they get."""
    return _signer(purpose).sign(f"{supporter}-{digest}")


def sign_up(token: str) -> str:
    """Return the reference of the sign-up a token confirms. Raises BadToken."""
    return _read(CONFIRM, token)


def reader(purpose: str, token: str) -> Reader:
    """Return whom a token is about. Raises BadToken."""
    supporter, _, digest = _read(purpose, token).partition("-")
    return Reader(int(supporter), int(digest))


def _signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"updates.{purpose}", sep=".")


def _read(purpose: str, token: str) -> str:
    try:
        return _signer(purpose).unsign(token[:_LONGEST], max_age=LIFE[purpose])
    except signing.SignatureExpired as error:
        raise BadToken(expired=True) from error
    except (signing.BadSignature, ValueError, OverflowError) as error:  # what was signed by us never fails to be read
        raise BadToken(expired=False) from error
