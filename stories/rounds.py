"""What the stories do by themselves, each step as often as it needs, from rows alone."""

from collections.abc import Callable

from stories import purging, takedown, watching


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does."""
    return [
        ("purges", 1, purging.send_due),
        ("takedowns", 1, takedown.check_due),
        ("originals", 60 * 60, watching.delete_overdue_originals),
        ("reminders", 60 * 60, watching.remind),
    ]
