"""What the portal does by itself: files with somebody's data, and the last traces of whoever was forgotten."""

from collections.abc import Callable

from portal import forgetting, packing, traces


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does."""
    return [
        ("data downloads", 2, packing.make_waiting),
        ("old downloads", 5 * 60, packing.forget),
        ("traces of the forgotten", 10, traces.clean_due),
        ("kept for the tax office", 6 * 60 * 60, forgetting.destroy_due),
    ]
