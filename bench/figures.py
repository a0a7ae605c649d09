"""What a measurement came to, beside the bar it must reach, and what it was measured on."""

import datetime
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

Figure = float | int | str
Figures = dict[str, Figure]


@dataclass(frozen=True)
class Bar:
    """A bound that a figure must keep: at least, at most, or both."""

    at_least: float = float("-inf")
    at_most: float = float("inf")

    def holds(self, figure: Figure) -> bool:
        """Return whether the figure keeps the bound; words never do."""
        return not isinstance(figure, str) and self.at_least <= figure <= self.at_most

    def __str__(self) -> str:
        low = f"at least {self.at_least:g}" if self.at_least > float("-inf") else ""
        high = f"at most {self.at_most:g}" if self.at_most < float("inf") else ""
        return " and ".join(filter(None, [low, high]))


def show(figures: Figures, bars: dict[str, Bar]) -> list[str]:
    """Print the figures, each beside its bar; return the names of those that miss theirs."""
    missed = []
    for name, figure in figures.items():
        shown = f"{figure:.3f}" if isinstance(figure, float) else str(figure)
        verdict = ""
        if bar := bars.get(name):
            held = bar.holds(figure)
            verdict = f"   bar: {bar}{'' if held else '   MISSED'}"
            if not held:
                missed.append(name)
        print(f"  {name:<58} {shown:>12}{verdict}", flush=True)
    unmeasured = sorted(set(bars) - set(figures))
    for name in unmeasured:
        print(f"  {name:<58} {'-':>12}   bar: {bars[name]}   NOT MEASURED", flush=True)
    return missed + unmeasured


def machine() -> Figures:
    """Return what the figures were measured on: a ratio means little without it."""
    return {
        "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load before": round(os.getloadavg()[0], 2),
        **{name: version(name) for name in ("Django", "gunicorn")},
        "Python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
