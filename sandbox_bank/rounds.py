"""What the sandbox's bank does by itself: it delivers its notices."""

from collections.abc import Callable

from django.conf import settings

from sandbox_bank import delivery


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does. None in a live configuration."""
    return [("sandbox", 1, delivery.deliver_due)] if settings.SANDBOX else []
