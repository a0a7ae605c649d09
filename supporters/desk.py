"""The staff's doors: a mailed code alone opens none of them, and donors have no business with passwords."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

# Of allauth's pages about second factors, those before anybody is signed in; the others are the staff's.
_BEFORE = {"mfa_authenticate", "mfa_login_webauthn", "mfa_trust"}
_PASSWORDS = {"account_change_password", "account_set_password", "account_reauthenticate"}


def login(view: Callable[..., Any]) -> Callable[..., Any]:
    """Tell staff who came by a code that their work wants their password, instead of asking for it without the rest."""

    @functools.wraps(view)
    def asked(request: Any, *args: Any, **kwargs: Any) -> Any:
        return not_by_code(request) if without_rights(request) else view(request, *args, **kwargs)

    return asked


def permission(check: Callable[[HttpRequest], bool]) -> Callable[[HttpRequest], bool]:
    """Let nobody into the admin by a mailed code alone."""

    @functools.wraps(check)
    def checked(request: HttpRequest) -> bool:
        return not without_rights(request) and check(request)

    return checked


def without_rights(request: Any) -> bool:
    """Return whether somebody is signed in by a mailed code alone (see supporters.sessions)."""
    return bool(getattr(request.user, "without_rights", False))


def turned_away(request: Any) -> HttpResponse | None:
    """Return the answer to whoever opens the staff's pages about passwords and second factors and may not, else None.

    A way in that was added by a code alone would open more than the code does.
    """
    match = request.resolver_match
    name = "" if match.namespace else match.url_name or ""
    if not (name in _PASSWORDS or (name.startswith("mfa_") and name not in _BEFORE)) or not request.user.is_authenticated:
        return None
    if not request.user.is_staff:
        raise Http404
    return not_by_code(request) if without_rights(request) else None


def not_by_code(request: HttpRequest) -> HttpResponse:
    """Say that the staff's pages want a password or passkey, with a way there."""
    return render(request, "account/not_by_code.html", status=403)
