"""Sites to measure: the demo content in a directory of its own, served by gunicorn as it is served in life."""

import atexit
import functools
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.ports import answers_http, free_port, wait_for
from tests.services.site import ROOT, Site

SITE = "hope_site.wsgi"
UNCACHED = "bench.uncached:application"
COUNTED = "bench.uncached:counted"
LIMIT = "bench.limit:application"


@functools.cache
def demo() -> Site:
    """Return a site with migrated database, demo content and built static files; deleted when the process ends.

    BENCH_SITE names a directory to keep it in from run to run, for who measures often. Its own gunicorn is not
    started: `serving` does that, with whichever application is to be measured.
    """
    kept = os.environ.get("BENCH_SITE")
    var = Path(kept or tempfile.mkdtemp(prefix="hope-bench-"))
    if not kept:
        atexit.register(shutil.rmtree, var, ignore_errors=True)
    # One address for every run: what is rendered at publishing names it.
    site = Site(var, {"SECRET_KEY": "benchmarks only: signs nothing that outlives a run", "SITE_URL": "http://127.0.0.1:8000"})
    print(f"  making a site with the demo content in {var} …", flush=True)
    site.manage("migrate", "--verbosity", "0")
    site.manage("collectstatic", "--noinput", "--verbosity", "0")
    site.manage("load_demo", "--if-empty")
    site.manage("sweep", "--once")  # a kept site may have been rendered by older templates
    return site


@dataclass(frozen=True)
class Served:
    """A running gunicorn: its port and its master process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Return its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> "Answer":
        """Fetch a path with headers given as `Accept_Encoding="br"`; nothing is decoded."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, response.reason, response.getheaders(), response.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, or "" when it is missing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@contextmanager
def serving(app: str, site: Site, **environ: str) -> Iterator[Served]:
    """Keep gunicorn running for the length of the block, with deploy/gunicorn.conf.py and the site's environment.

    Raises RuntimeError with its log when it does not start.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    # The kernel spreads the few connections over the workers. By one queue all sixteen often reach the same worker,
    # whose threads then pass one interpreter around at a quarter of the rate: a lottery, for the limit as well.
    command += ["--reuse-port", app]
    log = site.var / f"gunicorn-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env={**site.environ, **environ}, stdout=output, stderr=output)
    try:
        try:
            wait_for(lambda: process.poll() is not None or answers_http(port, "/healthz"), app)
        except TimeoutError as error:
            raise RuntimeError(f"{error}:\n{log.read_text()}") from None
        if process.poll() is not None:
            raise RuntimeError(f"{app} ended while starting:\n{log.read_text()}")
        yield Served(port, process)
    finally:
        process.terminate()
        process.wait(timeout=30)
