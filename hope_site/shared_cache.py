"""The cache that all processes share: Redis, and while that is away each process's own memory.

What it holds are brakes on guessing and asking too often. Without Redis they count in each process by itself, so nobody is
kept out and nobody guesses without end; `/readyz` says that Redis is away.
"""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

AWAY_SECONDS = 5.0  # how long a Redis that did not answer is left alone, so that no page waits for it again and again
_VERBS = (
    "add", "get", "set", "touch", "delete", "get_many", "set_many", "delete_many", "has_key", "incr", "clear",
)  # fmt: skip


class SharedCache(RedisCache):
    """Redis while it answers, else memory."""

    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        waits = {"socket_connect_timeout": 1, "socket_timeout": 2}
        super().__init__(server, params | {"OPTIONS": waits | params.get("OPTIONS", {})})
        self.memory = LocMemCache(f"instead of {server}", {})

    def reach(self) -> None:
        """Raise what keeps Redis from answering."""
        RedisCache.set(self, "readyz", 1, 10)
        if RedisCache.get(self, "readyz") != 1:
            raise OSError("the cache forgot at once")


def _or_memory(verb: str) -> Callable[..., Any]:
    in_redis = getattr(RedisCache, verb)

    def either(self: SharedCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SharedCache.away_until:
            try:
                return in_redis(self, *args, **kwargs)
            except (RedisError, OSError):
                SharedCache.away_until = time.monotonic() + AWAY_SECONDS
        return getattr(self.memory, verb)(*args, **kwargs)

    either.__name__, either.__doc__ = verb, in_redis.__doc__
    return either


for _verb in _VERBS:
    setattr(SharedCache, _verb, _or_memory(_verb))
