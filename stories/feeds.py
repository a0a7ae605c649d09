"""The RSS feed of published stories."""

from django.http import HttpRequest, HttpResponse

from public_pages.decorators import public_page


@public_page()
def stories_feed(request: HttpRequest) -> HttpResponse:
    """Answer the feed."""
    return HttpResponse("", content_type="application/rss+xml; charset=utf-8")
