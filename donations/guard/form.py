"""What the giving form carries for the guard: hidden fields, none of which a person has to fill."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from donations.guard import alarm, proofs
from donations.guard.refused import Kind, Refused

MINIMUM_SECONDS = 3
OLDEST_SECONDS = 24 * 60 * 60
# The fields' names: one a robot likes to fill, the rest are ours.
ROBOT, STAMP, PROOF, PASS = "website", "guard", "proof", "waited"
_FORM = "donations.guard.form"


@dataclass(frozen=True)
class Stamp:
    """What a form says of itself: an id that proofs are bound to, and its age in seconds since it was first shown."""

    form: str
    age: float
    text: str

    @property
    def stale(self) -> bool:
        """Return whether the form must be sent again."""
        return self.age > OLDEST_SECONDS


def stamp(at: datetime | None = None) -> str:
    """Return the signed field of a form first shown at a moment (default now)."""
    return signing.dumps({"form": secrets.token_urlsafe(9), "at": (at or timezone.now()).timestamp()}, salt=_FORM)


def stamp_of(request: HttpRequest) -> Stamp | None:
    """Return what the sent form's stamp says, None where it is missing or not ours."""
    text = request.POST.get(STAMP, "")
    try:
        said = signing.loads(text[:500], salt=_FORM)
    except signing.BadSignature:
        return None
    return Stamp(said["form"], timezone.now().timestamp() - said["at"], text)


def fields(request: HttpRequest, refused: Refused | None = None) -> SafeString:
    """Return the hidden fields, to stand inside the form; `refused` is what check raised, if it did."""
    sent = stamp_of(request)
    if sent is None or sent.stale:
        text = stamp()
        form = signing.loads(text, salt=_FORM)["form"]
    else:
        text, form = sent.text, sent.form
    challenged = refused is not None and refused.kind == Kind.CHALLENGE
    asks = challenged or alarm.state().asks
    # A pass that was sent and not used keeps its time; a new one is given to those alone who came without a proof.
    waited = request.POST.get(PASS, "")
    if not proofs.waited(waited, form):
        waited = proofs.new_pass(form) if challenged else ""
    context = {
        "names": {"robot": ROBOT, "stamp": STAMP, "proof": PROOF, "waited": PASS},
        "stamp": text,
        "challenge": json.dumps(proofs.new_challenge(form)) if asks else "",
        "waited": waited,
    }
    return render_to_string("components/challenge.html", context)
