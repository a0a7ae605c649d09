"""Starting and staying: how soon the site is there, and what a web worker holds after many requests."""

import itertools
import os
import signal
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import quote

import psutil

from bench.figures import Bar, Figures
from bench.served import SITE, demo, serving
from tests.services.ports import answers_http, free_port, wait_for
from tests.services.site import ROOT

STARTS = 3
REQUESTS = 10_000
READERS = 8
MB = 1_000_000
PATHS = ("/", "/stories/", "/stories/bablu/", "/stories/jakelin/", "/es/", "/stories/feed/", "/sitemap.xml", "/nothing-is-here/")

BARS = {
    "make run, second start, s": Bar(at_most=5),
    "web process ready, s": Bar(at_most=1.5),
    "web worker after 10,000 requests, MB": Bar(at_most=130),
    "growth over 10,000 more, MB": Bar(at_most=3),
}


def run() -> Figures:
    """Start the site again and again, then keep one worker busy."""
    return {
        "make run, second start, s": _second_start(),
        "web process ready, s": _process_ready(),
        **_memory(),
    }


def _second_start() -> float:
    """Return the median seconds from `make run` to the first page, everything being prepared already."""
    _make_run()  # prepares
    return round(statistics.median(_make_run() for _ in range(STARTS)), 2)


def _make_run() -> float:
    """Start the site as people do, wait for its home page, stop it with Ctrl-C; return the seconds until the page."""
    port = free_port()
    began = time.monotonic()
    command = ["make", "--no-print-directory", "run", f"PORT={port}", "SITE_URL=http://127.0.0.1:8000"]
    log = demo().var / "make-run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=demo().environ, stdout=output, stderr=output, start_new_session=True)
    try:
        wait_for(lambda: process.poll() is not None or answers_http(port, "/"), "make run", seconds=120)
        if process.poll() is not None:
            raise RuntimeError(f"make run ended:\n{log.read_text()}")
        return time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def _process_ready() -> float:
    """Return the median seconds from starting one web process to its first answer."""
    times = []
    for _ in range(STARTS):
        began = time.monotonic()
        with serving(SITE, demo(), WEB_CONCURRENCY="1"):
            times.append(time.monotonic() - began)
    return round(statistics.median(times), 2)


def _memory() -> Figures:
    with serving(SITE, demo(), WEB_CONCURRENCY="1") as site:
        worker = psutil.Process(site.process.pid).children()[0]
        words = itertools.count()
        _read(site.port, REQUESTS, words)
        first = worker.memory_full_info()
        _read(site.port, REQUESTS, words)
        second = worker.memory_full_info()
    return {
        "web worker after 10,000 requests, MB": round(first.rss / MB, 1),
        "of which its own share, MB": round(first.pss / MB, 1),  # the rest is shared with the process it was forked from
        "growth over 10,000 more, MB": round((second.rss - first.rss) / MB, 1),
    }


def _read(port: int, requests: int, words: "itertools.count[int]") -> None:
    """Make so many requests from several readers at once: every kind of page, one in four a search nobody made before."""

    def reader(count: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(count):
            path = f"/stories/?q={quote(f'word {next(words)}')}" if number % 4 == 3 else PATHS[number // 4 % len(PATHS)]
            connection.request("GET", path, headers={"Accept-Encoding": "br"})
            response = connection.getresponse()
            response.read()
            if response.status >= 500:
                raise RuntimeError(f"{path} answered {response.status}")
        connection.close()

    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(reader, [requests // READERS] * READERS))
