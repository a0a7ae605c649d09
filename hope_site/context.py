"""What every template may know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's own facts: nothing about the visitor."""
    return {
        "charity_name": settings.CHARITY_NAME,
        "site_url": settings.SITE_URL,
        "languages": settings.LANGUAGES,
        "sandbox": settings.SANDBOX,
    }


def account(request: HttpRequest) -> dict[str, Any]:
    """Return who is signed in and their messages, as Django's own processors do; nothing on public pages."""
    if getattr(request, "is_public_page", True):
        return {}
    from django.contrib.auth.context_processors import auth
    from django.contrib.messages.context_processors import messages

    return {**auth(request), **messages(request)}
