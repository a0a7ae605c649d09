"""What signing in does by itself."""

from collections.abc import Callable

from supporters import browsers, codes


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does."""
    return [
        ("codes", 1, codes.write_waiting),
        ("old codes", 60 * 60, codes.forget),
        ("ended sessions", 60 * 60, browsers.prune),
    ]
