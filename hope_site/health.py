"""Is the process alive, and can it reach what it depends on?"""

import logging

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)


def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, cache and file storage answer; 503 naming what does not."""
    states = {name: _works(name, check) for name, check in _CHECKS.items()}
    return JsonResponse(states, status=200 if all(states.values()) else 503)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    if hasattr(cache, "reach"):  # one that would answer from memory while Redis is away
        cache.reach()
        return
    cache.set("readyz", 1, 10)
    if cache.get("readyz") != 1:
        raise OSError("the cache forgot at once")


def _storage() -> None:
    default_storage.exists("readyz")


_CHECKS = {"database": _database, "cache": _cache, "storage": _storage}


def _works(name: str, check: object) -> bool:
    try:
        check()  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001  any fault of a dependency means "not ready"
        logger.warning("readyz: %s does not answer: %s", name, type(error).__name__)
        return False
    return True
