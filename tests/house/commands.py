"""Run a command of the site as a process with an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python and return what it said and how it ended; nothing of our environment goes in."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=kept | environ, capture_output=True, text=True, check=False, timeout=120
    )
