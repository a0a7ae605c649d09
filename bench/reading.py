"""Reading speed: public pages from the page cache and without it, as a share of what a bare callable reaches.

The limit L returns the same bytes and headers from a bare WSGI callable, under the same gunicorn settings and load.
"""

import base64
import json
import statistics
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from bench.figures import Bar, Figures
from bench.load import Target, ratio, wrk
from bench.served import COUNTED, LIMIT, SITE, UNCACHED, Answer, Served, demo, serving

STORY = "/stories/bablu/"
ROUNDS = 9
SECONDS = 1
# What gunicorn adds by itself to every answer, the limit's too.
_GUNICORNS = {"server", "date", "connection", "transfer-encoding", "x-queries"}


@dataclass(frozen=True)
class Measure:
    """One page in one way: its name, path, headers sent, status expected, and the share of L it must reach."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    bar: Bar | None = None


CACHED = (
    Measure("story, page cache, brotli", STORY, {"Accept-Encoding": "br"}, bar=Bar(at_least=0.95)),
    Measure("story, page cache, 304", STORY, {"Accept-Encoding": "br", "If-None-Match": "*"}, 304, Bar(at_least=0.95)),
)
DIRECT = (
    Measure("story, uncached", STORY, bar=Bar(at_least=0.10)),
    Measure("home, uncached", "/", bar=Bar(at_least=0.06)),
    Measure("list, uncached", "/stories/"),
)
QUERIES = {"story": (STORY, 3), "home": ("/", 4), "list": ("/stories/", 5), "search": ("/stories/?q=hope", 5)}

BARS = {f"{measure.name}: share of L": measure.bar for measure in (*CACHED, *DIRECT) if measure.bar} | {
    f"{name}: queries": Bar(at_most=most) for name, (_, most) in QUERIES.items()
}


def run() -> Figures:
    """Measure query counts, then every page against the limit."""
    wrk()  # say at once when it is missing
    figures = _queries()
    for app, measures in ((SITE, CACHED), (UNCACHED, DIRECT)):
        with serving(app, demo()) as subject:
            for measure in measures:
                figures |= _against_the_limit(measure, subject)
    return figures


def _queries() -> Figures:
    with serving(COUNTED, demo(), WEB_CONCURRENCY="1") as site:
        figures: Figures = {}
        for name, (path, _) in QUERIES.items():
            for _warm in range(5):  # a worker's first request also opens its connection
                answer = site.get(path)
            _check(answer, 200, path)
            figures[f"{name}: queries"] = int(answer.header("X-Queries"))
        return figures


def _against_the_limit(measure: Measure, subject: Served) -> Figures:
    kept = [subject.get(measure.path, **measure.headers) for _ in range(20)][-1]  # both workers have kept it by now
    _check(kept, measure.status, measure.path)
    with _limit(kept) as bound:
        same = bound.get("/")
        if (same.status, same.body) != (kept.status, kept.body):
            raise RuntimeError(f"the limit does not answer as {measure.path} does")
        share, ours, limits = ratio(
            Target(subject.url + measure.path, measure.headers), Target(f"{bound.url}/", measure.headers), ROUNDS, SECONDS
        )
    return {
        f"{measure.name}: share of L": round(share, 3),
        f"{measure.name}: a second": round(statistics.median(ours)),
        f"{measure.name}: L, a second": round(statistics.median(limits)),
        f"{measure.name}: bytes": len(kept.body),
    }


def _limit(answer: Answer) -> AbstractContextManager[Served]:
    """Serve the answer from the bare callable."""
    kept = {
        "status": f"{answer.status} {answer.reason}",
        "headers": [pair for pair in answer.headers if pair[0].lower() not in _GUNICORNS],
        "body": base64.b64encode(answer.body).decode(),
    }
    alive = {"status": "200 OK", "headers": [["Content-Length", "0"]], "body": ""}
    path = demo().var / "answers.json"
    path.write_text(json.dumps({"/": kept, "/healthz": alive}))
    return serving(LIMIT, demo(), BENCH_ANSWERS=str(path))


def _check(answer: Answer, status: int, path: str) -> None:
    if answer.status != status:
        raise RuntimeError(f"{path} answered {answer.status}, not {status}")
