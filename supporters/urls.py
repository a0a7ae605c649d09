"""Addresses of signing in, below /account/: those of allauth that staff need; the others answer 404."""

from typing import Any

from allauth.account import urls as account
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, include, path

OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


def closed(request: HttpRequest, **parts: Any) -> HttpResponse:
    """Answer as if nothing was here: nobody signs up by themselves or changes the address they are known by."""
    raise Http404


def _open_or_closed(pattern: URLPattern) -> URLPattern:
    # A closed address keeps its name: allauth's own pages ask for it.
    return pattern if pattern.name in OPEN else URLPattern(pattern.pattern, closed, name=pattern.name)


urlpatterns = [*(_open_or_closed(pattern) for pattern in account.urlpatterns), path("2fa/", include("allauth.mfa.urls"))]
