"""Error pages that need nothing to work: no database, no session."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 with a page that helps onward."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a page that says what is kept and what to do."""
    return render(request, "500.html", status=500)
