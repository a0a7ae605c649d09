"""What the outbox does by itself."""

from collections.abc import Callable

from letters import outbox


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does."""
    return [("letters", 1, outbox.send_due)]
