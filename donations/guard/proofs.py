"""What a sender shows during an attack: a proof of work solved by the browser, or a pass for having waited.

Both are signed for one form, live ten minutes and serve once (GivingTry.spent is unique). Nothing is stored until one is
spent, and no third party is asked.
"""

import base64
import datetime
import hashlib
import json
import math
import secrets
from dataclasses import dataclass
from typing import Any

from altcha import v1 as altcha
from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

# A phone of ten years ago solves it in some seconds, while its owner types; a robot pays it for every card.
MAX_NUMBER = 50_000
EXPIRES_SECONDS = 600
WAIT_SECONDS = 10
_PASS = "donations.guard.pass"  # noqa: S105  the name of a purpose, no password
_LONGEST = 2000


@dataclass(frozen=True)
class Shown:
    """What came with a sending: `spends` is the token it uses up, `waits` how many seconds a pass is short of its time."""

    spends: str
    by_waiting: bool = False
    waits: int = 0


def new_challenge(form: str) -> dict[str, Any]:
    """Return a challenge for a form's id, as altcha's widgets and challenge.js read it."""
    return altcha.create_challenge(
        altcha.ChallengeOptions(
            algorithm="SHA-256",
            max_number=MAX_NUMBER,
            hmac_key=_key(),
            expires=timezone.now() + datetime.timedelta(seconds=EXPIRES_SECONDS),
            params={"form": form},
        )
    ).to_dict()


def proof(sent: str, form: str) -> Shown | None:
    """Return a solved challenge of this form, None for anything else."""
    try:
        told = json.loads(base64.b64decode(sent[:_LONGEST], validate=True))
        solution = altcha.Payload("SHA-256", told["challenge"], told["number"], told["salt"], told["signature"])
        if type(solution.number) is not int or type(solution.salt) is not str:
            return None
        right, _ = altcha.verify_solution(solution, _key())
        if not right or solution.parse_salt()[2].get("form") != [form]:
            return None
    except (ValueError, TypeError, KeyError, RecursionError):  # whatever a robot may write there
        return None
    # By what was signed: the same solution in other clothes (spaces, more fields) is the same.
    return Shown(hashlib.sha256(f"proof {solution.challenge}".encode()).hexdigest())


def new_pass(form: str) -> str:
    """Return a pass that lets a form's sender through once they have waited."""
    said = {"form": form, "id": secrets.token_urlsafe(12), "at": timezone.now().timestamp()}
    return signing.dumps(said, salt=_PASS)


def waited(sent: str, form: str) -> Shown | None:
    """Return a pass of this form, None for anything else; `waits` is 0 once it may be used."""
    try:
        said = signing.loads(sent[:_LONGEST], salt=_PASS)
    except signing.BadSignature:
        return None
    age = timezone.now().timestamp() - said["at"]
    if said["form"] != form or age > EXPIRES_SECONDS:
        return None
    spends = hashlib.sha256(f"pass {said['id']}".encode()).hexdigest()
    return Shown(spends, by_waiting=True, waits=max(0, math.ceil(WAIT_SECONDS - age)))


def _key() -> bytes:
    return salted_hmac("donations.guard.proof", "key", algorithm="sha256").digest()
