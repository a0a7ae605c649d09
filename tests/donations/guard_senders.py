"""What the tests of the guard share: senders of the giving form, and a provider that writes down who reached it."""

import base64
import datetime
import html
import json
import re
from typing import Any

from altcha import v1 as altcha
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from donations import giving as engine
from donations import guard, providers
from donations.models import Gift
from donations.providers.base import Checkout, CheckoutRequest, Failed
from tests import giving

POST = RequestFactory()


class RecordingProvider:
    """A provider that opens a page for everybody and remembers whom."""

    def __init__(self) -> None:
        self.started: list[CheckoutRequest] = []

    def start(self, request: CheckoutRequest) -> Checkout:
        """Open a page."""
        self.started.append(request)
        return Checkout(f"page_{request.key}", "https://pay.example/page", timezone.now() + datetime.timedelta(hours=1))


def recording_provider(monkeypatch: Any) -> RecordingProvider:
    """Put a recording provider in the place of the real one."""
    provider = RecordingProvider()
    monkeypatch.setattr(providers, "named", lambda name: provider)
    return provider


def take_in(request: HttpRequest) -> HttpResponse:
    """Do with a valid form what the giving page does: ask the guard, begin, go to the provider."""
    email = request.POST["email"]
    try:
        guard.check(request, email=email)
    except guard.Refused as refused:
        shown = f"{refused.message}<form>{guard.fields(request, refused)}</form>"
        return HttpResponse(shown, status=refused.status, headers=refused.headers)
    gift = engine.begin(giving.intent(attempt=request.POST["attempt"], details=giving.details(email=email)))
    return HttpResponse(status=303, headers={"Location": engine.checkout(gift)})


def aged(seconds: float = 30) -> str:
    """Return the stamp of a form shown some seconds ago."""
    return guard.stamp(timezone.now() - datetime.timedelta(seconds=seconds))


_attempts = iter(range(10**9))


NO_STAMP = "(none)"


def send(address: str = "203.0.113.7", email: str = "", stamp: str | None = None, **more: str) -> HttpResponse:
    """Send the form; headers as META names, everything else as fields."""
    number = next(_attempts)
    headers = {name: more.pop(name) for name in list(more) if name.startswith(("HTTP_", "REMOTE_"))}
    if stamp is None and "guard" not in more:
        stamp = aged()
    more |= {} if stamp is None else {"guard": stamp}
    if more.get("guard") == NO_STAMP:
        del more["guard"]
    fields = {"email": email or f"card{number}@example.org", "attempt": f"try-{number}", **more}
    return take_in(POST.post("/give/", fields, **{"REMOTE_ADDR": address, **headers}))


def hidden(response: HttpResponse | str, name: str) -> str:
    """Return the value of a hidden field of an answer."""
    text = response if isinstance(response, str) else response.content.decode()
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    return html.unescape(found[1]) if found else ""


def challenge_in(response: HttpResponse | str) -> dict[str, Any]:
    """Return the challenge of an answer, empty where there is none."""
    text = response if isinstance(response, str) else response.content.decode()
    found = re.search(r'data-challenge="([^"]*)"', text)
    return json.loads(html.unescape(found[1])) if found else {}


def solved(challenge: dict[str, Any], /, **changed: Any) -> str:
    """Return what a browser sends for a challenge; `changed` spoils it."""
    solution = altcha.solve_challenge(challenge["challenge"], challenge["salt"], "SHA-256", challenge["maxNumber"])
    assert solution is not None
    told = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(told | {"number": solution.number} | changed).encode()).decode()


def declined(gifts: int) -> None:
    """Let gifts be begun and declined now."""
    for _ in range(gifts):
        fail(giving.pending_gift())


def fail(gift: Gift) -> None:
    """Let a provider decline a gift."""
    giving.enter(Failed(happened_at=timezone.now(), reference=gift.reference, attempt=f"a{gift.pk}", reason="declined"))
