"""Make .venv hold what hashed requirements files name: `python3 deploy/install.py requirements.txt …`.

Needs nothing but Python. A second call with the same files does nothing: .venv/installed.json keeps their hashes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"


def wanted(files: list[str]) -> dict[str, str]:
    """Return each file's hash together with this Python's version: what the stamp must say."""
    python = f"python {sys.version_info.major}.{sys.version_info.minor}"
    return {name: hashlib.sha256(python.encode() + (ROOT / name).read_bytes()).hexdigest() for name in files}


def installed() -> dict[str, str]:
    """Return what the stamp says; nothing when there is none or the environment does not run."""
    if not (VENV / "bin" / "python").exists() or not STAMP.exists():
        return {}
    return dict(json.loads(STAMP.read_text()))


def make_environment() -> None:
    """Make an empty .venv of this Python; on Debian as root the package that can is installed first."""
    print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return
    if shutil.which("uv"):
        subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], check=True)
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit("This Python cannot make a virtual environment: install python3-venv (or uv), then run this again.")
    subprocess.run(["apt-get", "update", "-q"], check=True)
    subprocess.run(["apt-get", "install", "-qy", "python3-venv"], check=True)
    subprocess.run(command, check=True)


def install(files: list[str]) -> None:
    """Install the files' packages, each checked against its hash, with uv where it is on PATH, else pip."""
    print(f"Installing {' and '.join(files)}", flush=True)
    named = [argument for name in files for argument in ("-r", str(ROOT / name))]
    python = str(VENV / "bin" / "python")
    if uv := shutil.which("uv"):
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", *named], check=True)
        return
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([python, "-m", "pip", "install", *quiet, "--require-hashes", *named], check=True)


def main(files: list[str]) -> None:
    """Bring .venv in step with the files."""
    if sys.version_info < (3, 11):  # noqa: UP036  this file is what tells people so
        sys.exit(f"This site needs Python 3.11 or newer, this is {sys.version.split()[0]}. Try: make PYTHON=python3.13 …")
    want, have = wanted(files), installed()
    if all(have.get(name) == stamp for name, stamp in want.items()):
        return
    STAMP.unlink(missing_ok=True)
    # Another Python's environment cannot be mended: what was compiled for it would not load.
    version = VENV / "pyvenv.cfg"
    mine = f"version = {sys.version_info.major}.{sys.version_info.minor}."
    if not version.exists() or mine not in version.read_text().replace("version_info", "version"):
        make_environment()
        have = {}
    try:
        install(files)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing failed (exit {error.returncode}); the lines above say why. Run this again once that is mended.")
    STAMP.write_text(json.dumps(have | want, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
