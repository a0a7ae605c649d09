"""`python -m tests.tools.lock [--upgrade]`: compile requirements*.txt from requirements*.in, with hashes.

Each compiled file begins with the hash of what it was compiled from, by which `make check` knows whether they are in
step without asking a package index.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("requirements", "requirements-dev")


def first_line(name: str) -> str:
    """Return the line that a compiled file in step begins with."""
    sources = [ROOT / f"{name}.in"] + ([ROOT / "requirements.in"] if name != "requirements" else [])
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return f"# make lock: compiled from {' and '.join(source.name for source in sources)} {digest[:16]}"


def out_of_step() -> list[str]:
    """Return the compiled files that were not compiled from their sources as they are."""
    return [f"{name}.txt" for name in NAMES if (ROOT / f"{name}.txt").read_text().splitlines()[0] != first_line(name)]


def compile_all(*arguments: str) -> None:
    """Compile both files; versions stay as they are unless `--upgrade` is among the arguments."""
    options = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
    for name in NAMES:
        target = ROOT / f"{name}.txt"
        # In the top directory, so that "-c requirements.txt" and the comments name files as they are.
        command = ["uv", "pip", "compile", *options, f"{name}.in", "--output-file", target.name, *arguments]
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        target.write_text(f"{first_line(name)}\n{target.read_text()}")


if __name__ == "__main__":
    compile_all(*sys.argv[1:])
