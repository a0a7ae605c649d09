"""Files that machines look for at fixed addresses."""

import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from public_pages.decorators import public_page
from stories import sitemap as story_sitemap
from stories.models import Story

PRIVATE_PREFIXES = ("/admin/", "/account/", "/portal/", "/preview/", "/sandbox/", "/give/thanks/", "/updates/confirm/")
# RFC 9116, 2.5.5: the file says until when it may be relied on, less than a year ahead.
SECURITY_TXT_DAYS = 180


@public_page()
def robots(request: HttpRequest) -> HttpResponse:
    """Answer robots.txt: everything public may be read, nothing private is worth trying."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {prefix}" for prefix in PRIVATE_PREFIXES),
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public_page()
def security(request: HttpRequest) -> HttpResponse:
    """Answer security.txt (RFC 9116): where to report a weakness."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{_contact()}",
        f"Expires: {(midnight + datetime.timedelta(days=SECURITY_TXT_DAYS)).isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, es",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public_page("file")
def sitemap(request: HttpRequest) -> HttpResponse:
    """Answer the sitemap, or an index of its files when one would grow too large."""
    count = story_sitemap.files()
    asked = request.GET.get("file", "")
    if not asked and count > 1:
        files = [f"{settings.SITE_URL}{reverse('sitemap')}?file={number}" for number in range(1, count + 1)]
        return _xml(request, "wellknown/sitemap-index.xml", {"files": files})
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1 if not asked else 0
    if not 1 <= number <= count:
        raise Http404
    return _xml(
        request, "wellknown/sitemap.xml", {"entries": story_sitemap.entries(number), "pages": _pages() if number == 1 else []}
    )


def _pages() -> list[str]:
    """Return the absolute addresses of the pages that are not stories, in every language."""
    addresses = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            addresses += [
                settings.SITE_URL + reverse(name) for name in ("home", "stories:list", "give", "freedom-partner", "updates")
            ]
    return addresses


def _xml(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, template, context, content_type="application/xml; charset=utf-8")
    response.fresh_until = Story.objects.next_change()  # type: ignore[attr-defined]
    return response


def _contact() -> str:
    """Return the address of the site's mail without its name."""
    return settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
