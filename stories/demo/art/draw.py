"""Write the SVG scenes from their programs: `python -m stories.demo.art.draw [key ...]`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from . import scenes
from .kit import Scene

ART = Path(__file__).resolve().parent


def programs() -> dict[str, Callable[[], Scene]]:
    """Find every scene program: the modules of `scenes` list theirs in SCENES."""
    found: dict[str, Callable[[], Scene]] = {}
    for module in pkgutil.iter_modules(scenes.__path__):
        found.update(importlib.import_module(f"{scenes.__name__}.{module.name}").SCENES)
    return found


def draw(keys: Iterable[str] = ()) -> None:
    """Write the named scenes, or all; raises KeyError for a name that no program has."""
    known = programs()
    for key in list(keys) or sorted(known):
        known[key]().write(ART)


if __name__ == "__main__":
    draw(sys.argv[1:])
