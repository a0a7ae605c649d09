"""`python -m tests.tools.install`: what tests and checks need beside the packages of requirements-dev.txt.

A Chromium (by apt-get as root, else by Playwright) and the checkers that run on Node. What is there stays as it is.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.tools import node


def install_chromium() -> None:
    """Install a Chromium where there is none; raises SystemExit with a plain word when that fails."""
    if chromium_path() or _playwright_has_its_own():
        return
    print("Installing Chromium", flush=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)
        done = subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", "chromium"], check=False)
        if done.returncode == 0 and chromium_path():
            return
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], check=False)
    if done.returncode:
        sys.exit("The browser tests need a Chromium, and installing one failed: put chromium on PATH, then run this again.")


def chromium_path() -> str | None:
    """Return this machine's own Chromium, None where there is none on PATH."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _playwright_has_its_own() -> bool:
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def install_node_tools() -> None:
    """Install the locked packages for Node when the lock has changed since the last time."""
    lock, stamp = node.HERE / "package-lock.json", node.MODULES / ".lock-installed"
    state = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != state:
        print("Installing the checkers of HTML and CSS", flush=True)
        node.npm("ci", "--silent", "--ignore-scripts")
        stamp.write_text(state)


if __name__ == "__main__":
    install_chromium()
    install_node_tools()
