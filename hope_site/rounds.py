"""The rounds: what the site does by itself, each step as often as it needs, from rows alone.

Each app says its steps in `<app>/rounds.py`; `manage.py rounds` goes through all of them in one process beside the
worker. A step takes seconds (long work is a row that several rounds finish); one that fails is logged and does not keep
the others from running.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One thing that is done every so many seconds."""

    name: str
    every: float
    do: Callable[[], object]


def steps() -> list[Step]:
    """Return the steps of every app, the lowest app's first."""
    configs = [config for config in reversed(list(apps.get_app_configs())) if config.name != "hope_site"]
    rooms = [config for config in configs if config.module and module_has_submodule(config.module, "rounds")]
    return [Step(*step) for config in rooms for step in import_module(f"{config.name}.rounds").steps()]


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
                logger.exception("Step %s failed; it is tried again in %s s", step.name, step.every)
        return done
