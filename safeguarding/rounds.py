"""What safeguarding does by itself, each step as often as it needs, from rows alone."""

from collections.abc import Callable

from safeguarding import reminders


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does."""
    return [("safeguarding reminders", 60 * 60, reminders.remind)]
