"""Links in letters that open one thing for one pledge, without signing in: putting another card, or ending it.

A link is signed, holds for two months (the next letter brings another) and is good for its one purpose: signed with the
purpose, so that the same text means nothing at another address. It names the pledge by its random reference alone.
"""

import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from donations.models import Pledge

HOLDS = datetime.timedelta(days=62)
PURPOSES = ("card", "cancel")


def _signer(purpose: str) -> signing.TimestampSigner:
    if purpose not in PURPOSES:
        raise ValueError(f"No link is for {purpose!r}")
    return signing.TimestampSigner(salt=f"donations.pledge_links.{purpose}", sep=".")


def token(pledge: Pledge, purpose: str) -> str:
    """Return the text that stands in a link."""
    return _signer(purpose).sign(pledge.reference)


def address(pledge: Pledge, purpose: str) -> str:
    """Return the absolute address of a link."""
    return settings.SITE_URL + reverse("portal-link", args=[purpose, token(pledge, purpose)])


def pledge_of(purpose: str, text: str) -> Pledge | None:
    """Return the pledge that a link is for; None where the link is forged, too old, or for something else."""
    try:
        reference = _signer(purpose).unsign(text, max_age=HOLDS)
    except (signing.BadSignature, ValueError):
        return None
    return Pledge.objects.select_related("appeal", "supporter").filter(reference=reference).first()
