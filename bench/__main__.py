"""Run every benchmark, or those named: `python -m bench [reading weights start …]`.

Prints what it ran on and each figure beside its bar, and writes them to bench/results.json. Ends with 1 when a bar
is missed: figures move with the machine's load, so measure again on a quiet one before believing a miss.
"""

import importlib
import json
import sys
import time
from pathlib import Path

from bench.figures import Figures, machine, show

MODULES = ("reading", "weights", "start", "stories_at_scale", "editor", "giving_at_scale", "notices", "statements")
RESULTS = Path(__file__).parent / "results.json"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return the exit code."""
    if unknown := set(names) - set(MODULES):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    results: dict[str, Figures] = {"machine": machine()}
    show(results["machine"], {})
    missed = []
    for name in names or MODULES:
        print(f"\n{name}", flush=True)
        began = time.monotonic()
        module = importlib.import_module(f"bench.{name}")
        results[name] = module.run()
        missed += [f"{name}: {figure}" for figure in show(results[name], getattr(module, "BARS", {}))]
        print(f"  ({time.monotonic() - began:.0f} s)", flush=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nwritten to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")
    for name in missed:
        print(f"missed: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
