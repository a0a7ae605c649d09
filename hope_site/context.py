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
        "demo_mail": settings.SANDBOX and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"),
    }
