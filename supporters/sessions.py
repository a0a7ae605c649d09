"""What a signed-in session may be used for, and how long it lasts untouched."""

import functools
import time
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from supporters import browsers, desk

_TOUCH_EVERY = 30  # seconds


class SessionRules:
    """End a shared computer's session after its quiet minutes, and give no rights of the staff to a mailed code alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Look at the session where there is one, once somebody asks who is there: public media never do."""
        if hasattr(request, "session") and settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.user = SimpleLazyObject(functools.partial(_whoever, request, request.user))
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Keep the staff's pages about their ways in for staff who came by one."""
        return desk.turned_away(request) if hasattr(request, "user") else None


def _whoever(request: Any, user: Any) -> Any:
    if _left_alone(request.session):
        browsers.forget(request)
        request.session.flush()
        request.session["left_alone"] = True
        return AnonymousUser()
    if by_code_alone(request):
        user.without_rights = True
    return user


def _left_alone(session: Any) -> bool:
    """Return whether a shared computer's session was not touched for too long; touches it if not."""
    idle, now = session.get("idle"), int(time.time())
    if not idle:
        return False
    quiet = now - session.get("active_at", 0)
    if quiet > idle:
        return True
    if quiet > _TOUCH_EVERY:
        session["active_at"] = now
    return False


def by_code_alone(request: Any) -> bool:
    """Return whether nothing but mailed codes (and second factors, which are no first) opened this session."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    strong = any(r.get("method") == "password" or (r.get("method") == "mfa" and r.get("passwordless")) for r in records)
    return bool(records) and not strong
