"""The rounds: what giving does by itself, each step as often as it needs, from rows alone.

`manage.py giving` runs them beside the worker. Every step can run at any time and in any number of processes: what one
of them does, the rows say, and a step that fails is logged and does not keep the others from running.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings

from donations import guard, letters, nightly, notices, reconciliation, refunds

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One thing that is done every so many seconds."""

    name: str
    every: float
    do: Callable[[], object]


def _sandbox() -> object:
    return import_module("sandbox_bank.delivery").deliver_due()


def _alarm() -> object:
    if quiet := reconciliation.silent_door():
        logger.error("Gifts begin, but no notice has come for %s: is the provider's webhook address right?", quiet)
    return None


def steps() -> list[Step]:
    """Return the steps of this configuration."""
    every = [
        Step("notices", 1, notices.work_left_behind),
        Step("letters", 1, letters.send_due),
        Step("receipts", 60, letters.receipts_due),
        Step("missed notices", 30 * 60, reconciliation.fetch_missed),
        Step("mop-up", 30 * 60, reconciliation.mop_up),
        Step("refunds", 60, refunds.send_due),
        Step("nightly", 30 * 60, nightly.nightly),
        Step("guard", 60 * 60, guard.prune),
        Step("alarm", 10 * 60, _alarm),
    ]
    return [*([Step("sandbox", 1, _sandbox)] if settings.SANDBOX else []), *every]


class Rounds:
    """Go through the steps again and again; `go` does those that are due and returns what they did."""

    def __init__(self) -> None:
        self.steps = steps()
        self._due = dict.fromkeys((step.name for step in self.steps), 0.0)

    def go(self) -> dict[str, object]:
        """Do every step that is due; those that did something are in the answer."""
        done: dict[str, object] = {}
        for step in self.steps:
            now = time.monotonic()
            if now < self._due[step.name]:
                continue
            self._due[step.name] = now + step.every
            try:
                if result := step.do():
                    done[step.name] = result
            except Exception:
                logger.exception("Giving's step %s failed; it is tried again in %s s", step.name, step.every)
        return done
