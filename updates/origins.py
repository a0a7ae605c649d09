"""Whether a form came from a page of ours, where no token can say so: the page is cached and the same for everybody."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def ours(request: HttpRequest) -> bool:
    """Return whether a browser sent the form from our own pages; what is no browser sends neither header.

    Browsers of today say Sec-Fetch-Site, those of before Origin with every POST. Both are set by the browser itself, so
    that another site's page cannot say otherwise. "none" is somebody who typed or reloaded, not a page.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin == settings.SITE_URL or _host(origin) == request.get_host()


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
