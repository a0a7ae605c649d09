"""What updates do by themselves."""

from collections.abc import Callable

from updates import importing, sending, signing_up


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does."""
    return [
        ("sign-ups", 1, signing_up.work_off),
        ("digests", 1, sending.go_on),
        ("imported lists", 2, importing.work_off),
        ("old sign-ups", 60 * 60, signing_up.forget),
        ("old lists", 60 * 60, importing.forget),
    ]
