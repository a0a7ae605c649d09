"""What giving does by itself, each step as often as it needs, from rows alone.

Every step can run at any time and in any number of processes: what one of them does, the rows say.
"""

import logging
from collections.abc import Callable

from donations import guard, letters, nightly, notices, reconciliation, refunds
from donations.statements import issuing

logger = logging.getLogger(__name__)


def _alarm() -> None:
    if quiet := reconciliation.silent_door():
        logger.error("Gifts begin, but no notice has come for %s: is the provider's webhook address right?", quiet)


def steps() -> list[tuple[str, float, Callable[[], object]]]:
    """Return each step: its name, every so many seconds, what it does."""
    return [
        ("notices", 1, notices.work_left_behind),
        ("receipts", 60, letters.receipts_due),
        ("statements", 60, issuing.issue_due),
        ("missed notices", 30 * 60, reconciliation.fetch_missed),
        ("mop-up", 30 * 60, reconciliation.mop_up),
        ("refunds", 60, refunds.send_due),
        ("nightly", 30 * 60, nightly.nightly),
        ("guard", 60 * 60, guard.prune),
        ("alarm", 10 * 60, _alarm),
    ]
