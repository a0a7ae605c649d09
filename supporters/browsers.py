"""Where somebody is signed in: noted as they come, shown to them, ended by them."""

import datetime
import re
import time
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from public_pages.callers import address_of, network_of
from supporters.models import Account, SignedInBrowser

_SEEN_EVERY = 60  # seconds: to the minute is exact enough, and a page costs no write
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"), ("Opera", r"OPR/|Opera"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"), ("Chrome", r"Chrome/|CriOS/|Chromium/"), ("Safari", r"Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Android", r"Android"), ("Windows", r"Windows"), ("ChromeOS", r"CrOS"),
    ("Mac", r"Macintosh|Mac OS X"), ("Linux", r"Linux|X11"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    """Return a browser and system as its owner calls them, like "Firefox · Windows"; "" where it does not say."""
    found = [next((name for name, sign in signs if re.search(sign, user_agent)), "") for signs in (_BROWSERS, _SYSTEMS)]
    return " · ".join(part for part in found if part)


def seen(request: Any) -> None:
    """Note that a signed-in session is in use: at once for a new one, then about once a minute."""
    session, now = request.session, int(time.time())
    if session.get("seen_at", 0) > now - _SEEN_EVERY:
        return
    session["seen_at"] = now
    if not session.session_key:
        session.save()
    address = address_of(request)
    fields = {
        "session_key": session.session_key,
        "device": device_of(request.META.get("HTTP_USER_AGENT", "")),
        "network": network_of(address) if address else "",
        "last_seen": timezone.now(),
        "shared": bool(session.get("idle")),
    }
    # A session that changed its key is still the same browser.
    known = session.get("browser")
    if known and SignedInBrowser.objects.filter(reference=known, account=request.user).update(**fields):
        return
    key = fields.pop("session_key")
    row, _new = SignedInBrowser.objects.update_or_create(session_key=key, defaults={"account": request.user, **fields})
    session["browser"] = row.reference


def of(account: Account) -> list[SignedInBrowser]:
    """Return where somebody is signed in, the last used first; forgets sessions that have ended."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows = list(account.browsers.order_by("-last_seen"))
    ended = [row.pk for row in rows if not store().exists(row.session_key)]
    account.browsers.filter(pk__in=ended).delete()
    return [row for row in rows if row.pk not in ended]


def end(account: Account, reference: str) -> bool:
    """End one session of somebody's own; return whether there was one."""
    row = account.browsers.filter(reference=reference).first()
    if row is None:
        return False
    import_module(settings.SESSION_ENGINE).SessionStore().delete(row.session_key)
    row.delete()
    return True


def forget(request: HttpRequest) -> None:
    """Forget the row of a session that is ending."""
    if known := request.session.get("browser"):
        SignedInBrowser.objects.filter(reference=known).delete()


def prune() -> int:
    """Forget sessions that ran out, theirs and Django's own rows; return how many of ours."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    old = timezone.now() - datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE) - datetime.timedelta(hours=1)
    return SignedInBrowser.objects.filter(last_seen__lt=old).delete()[0]
