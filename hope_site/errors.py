"""Error pages that need nothing to work: no database, no session."""

import sys

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

COME_BACK_IN = "30"  # seconds


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 with a page that helps onward."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a page that says what is kept and what to do; 503 where it is the database that does not answer."""
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return _away(request)
    return render(request, "500.html", status=500)


def _away(request: HttpRequest) -> HttpResponse:
    """Answer 503 with all that was typed in the page, to be sent again by one button."""
    typed = _typed(request) if request.method == "POST" and _from_here(request) else []
    response = render(request, "503.html", {"typed": typed}, status=503)
    response["Retry-After"] = COME_BACK_IN
    return response


def _from_here(request: HttpRequest) -> bool:
    """Return whether a page of ours sent the form: another's would be sent again in our name."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or request.headers.get("Origin") == settings.SITE_URL


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a form as they were sent; none where a page must not or cannot hold them (passwords, files)."""
    try:
        if request.FILES or any("password" in name for name in request.POST):
            return []
        return [(name, str(value)) for name, values in request.POST.lists() for value in values]
    except (UnreadablePostError, SuspiciousOperation):
        return []
