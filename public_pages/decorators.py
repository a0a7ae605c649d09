"""The one way a view says that its response is public."""

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import patch_vary_headers

# Shared caches may keep a page 30 s and serve it 30 s more while they fetch the next: a story taken
# down is gone everywhere within a minute (safeguarding rule 4).
SHARED_MAX_AGE = 30
STALE_WHILE_REVALIDATE = 30
# Read and removed by the page cache (hope_site.page_cache); never leaves the process.
PARAMS_HEADER = "X-Public-Page-Params"
QUERY_HEADER = "X-Public-Page-Query"
FRESH_UNTIL_HEADER = "X-Public-Page-Fresh-Until"


def public_page(*params: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Mark a view's 200 responses as public: ETag, Vary, shared max-age, page cache; no cookie, no token.

    `params` are the query parameters the page depends on. All others are removed before the view runs,
    so they can neither split the cache nor show up in a cached page. A view may set
    `response.fresh_until` (aware datetime) when its content changes by the clock.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            _keep_params(request, params)
            response = view(request, *args, **kwargs)
            if response.status_code == 200 and request.method in {"GET", "HEAD"}:
                _publish(response, params)
                response[QUERY_HEADER] = request.META["QUERY_STRING"]
            return response

        wrapper.public_page = True  # type: ignore[attr-defined]  # read by hope_site.middleware
        return wrapper

    return decorate


def _keep_params(request: HttpRequest, params: tuple[str, ...]) -> None:
    """Reduce the request's query to the named parameters, the last value of each, in their order."""
    kept = QueryDict(mutable=True)
    for name in params:
        if request.GET.get(name):
            kept[name] = request.GET[name]
    kept._mutable = False
    request.GET = kept  # type: ignore[assignment]
    request.META["QUERY_STRING"] = kept.urlencode()


def _publish(response: HttpResponse, params: tuple[str, ...]) -> None:
    shared_max_age = SHARED_MAX_AGE
    stale = STALE_WHILE_REVALIDATE
    fresh_until: datetime | None = getattr(response, "fresh_until", None)
    if fresh_until is not None:
        left = max(0, int((fresh_until - timezone.now()).total_seconds()))
        shared_max_age = min(shared_max_age, left)
        stale = min(stale, left - shared_max_age)
        response[FRESH_UNTIL_HEADER] = str(fresh_until.timestamp())
    response["Cache-Control"] = f"public, max-age=0, s-maxage={shared_max_age}, stale-while-revalidate={stale}"
    response["ETag"] = f'W/"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    response[PARAMS_HEADER] = ",".join(params)
    patch_vary_headers(response, ["Accept-Encoding"])
