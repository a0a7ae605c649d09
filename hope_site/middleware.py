"""What every response passes through: headers, and the split between public pages and the rest.

Public pages (views marked by `public_pages.decorators.public_page`) read no cookie and touch no session: the
session, sign-in, message and cross-site-post layers step aside for them.
"""

import functools
from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware import csrf
from django.urls import Resolver404, get_urlconf, resolve
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponse]

# Closed to every feature, for every frame; only the players that a reader asks for may play what they show. A frame's
# own allow attribute can narrow this and never widen it.
_PLAYERS = " ".join(f'"{host}"' for host in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["frame-src"])
_FOR_PLAYERS = ("autoplay", "encrypted-media")
_CLOSED = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer",
    "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(
    [f"{feature}=()" for feature in _CLOSED] + [f"{feature}=(self {_PLAYERS})" for feature in _FOR_PLAYERS]
)
NO_REFERRER_PREFIXES = ("/preview/", "/help/")
# Private pages with forms: no other site learns their address. Not no-referrer, under which browsers post with
# "Origin: null", and the cross-site-post check rightly refuses that.
OWN_REFERRER_PREFIXES = ("/portal/", "/account/", "/admin/")


class ResponseHeaders:
    """Give every response its headers; private and unstored unless the view said otherwise."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and complete the response's headers."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if request.path_info.startswith(NO_REFERRER_PREFIXES):
            response.headers["Referrer-Policy"] = "no-referrer"
        elif request.path_info.startswith(OWN_REFERRER_PREFIXES):
            response.headers["Referrer-Policy"] = "same-origin"
        return response


class PolicyHeader(CSPMiddleware):
    """The Content-Security-Policy: one for the site, one for the admin and its editors.

    Public pages have no nonce, so theirs is written once: putting it together takes a twentieth of a story page's time.
    """

    def __init__(self, get_response: Answer) -> None:
        super().__init__(get_response)
        self.of_public_pages = build_policy()

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Send the policy with the response; views may have changed theirs."""
        public = getattr(request, "is_public_page", False)
        if public and response.status_code == 200 and not any(name.startswith("_csp") for name in vars(response)):
            response.headers.setdefault(HEADER, self.of_public_pages)
            return response
        return super().process_response(request, response)

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        """Return the policy's parts; the admin's replaces the site's."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path_info.startswith("/admin/"):
            parts.replace = {**settings.ADMIN_SECURITY_POLICY, **(parts.replace or {})}
        return parts


class PublicOrPrivate:
    """Find out once whether the address belongs to a public page; `request.is_public_page` says so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the request and go on."""
        urlconf = get_urlconf() or settings.ROOT_URLCONF
        request.is_public_page = _is_public_page(request.path_info, urlconf, translation.get_language())  # type: ignore[attr-defined]
        return self.get_response(request)


@functools.lru_cache(maxsize=1024)
def _is_public_page(path: str, _urlconf: str, _language: str | None) -> bool:
    """Return whether a path leads to a public page; Django itself finds the view anew."""
    try:
        return getattr(resolve(path).func, "public_page", False)
    except Resolver404:
        return False


class LanguageFromPath:
    """Speak the language that the address begins with; no cookie and no browser header decides."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the path's language for this request."""
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class _StepsAside:
    """Skip a middleware on public pages."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer past this middleware where the page is public."""
        if request.is_public_page:  # type: ignore[attr-defined]
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]


class SessionMiddleware(_StepsAside, sessions.SessionMiddleware):
    """Sessions, except on public pages."""


class AuthenticationMiddleware(_StepsAside, auth.AuthenticationMiddleware):
    """Who is signed in, except on public pages."""


class MessageMiddleware(_StepsAside, messages.MessageMiddleware):
    """One-time messages, except on public pages."""


class CsrfViewMiddleware(_StepsAside, csrf.CsrfViewMiddleware):
    """Cross-site-post protection, except on public pages: they only read."""

    def process_view(self, request: HttpRequest, callback: Any, args: Any, kwargs: Any) -> HttpResponseForbidden | None:
        """Check unsafe requests; a public page answers reads only."""
        if request.is_public_page and request.method in {"GET", "HEAD"}:  # type: ignore[attr-defined]
            return None
        return super().process_view(request, callback, args, kwargs)
