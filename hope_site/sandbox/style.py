"""The style page: every glyph and component, in light and dark."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def style(request: HttpRequest) -> HttpResponse:
    """Show the style page."""
    return render(request, "sandbox/style.html")
