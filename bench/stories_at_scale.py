"""Lists and search at 100,000 stories, beside 1,000, on SQLite and PostgreSQL.

Times are medians of alternating rounds in one process. A page is measured as listing.page makes it, queries and Python
included, the template not. A search is measured as search.find: matching, ranking and what its filters are counted from.
Units are of the same run: one story fetched by key through the ORM.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Bar, Figures
from tests.services.postgres import cluster

SMALL, LARGE = 1_000, 100_000
ENGINES = ("SQLite", "PostgreSQL")
ROOT = Path(__file__).parent.parent
BARS = {
    f"{engine}: {name}": bar
    for engine in ENGINES
    for name, bar in {
        "first page, of 1,000's": Bar(at_most=1.5),
        "page 100, of first page at 1,000": Bar(at_most=4),
        "filtered page, of 1,000's": Bar(at_most=1.5),
        "search of a rare word, units": Bar(at_most=10),
        "search of a word in a tenth, units": Bar(at_most=100 if engine == "SQLite" else 60),
        "list, queries": Bar(at_most=5),
        "search, queries": Bar(at_most=5),
        "misspelt search, queries": Bar(at_most=5),
        "story's neighbours, queries": Bar(at_most=2),
    }.items()
}


def run() -> Figures:
    """Measure each engine in a process of its own and return every figure."""
    figures: Figures = {}
    for engine in ENGINES:
        with databases(engine) as addresses:
            environment = os.environ | {
                "DJANGO_SETTINGS_MODULE": "bench.scale_settings",
                "BENCH_DATABASES": json.dumps(addresses),
            }
            command = [sys.executable, "-m", "bench.scale"]
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        figures |= {f"{engine}: {name}": figure for name, figure in json.loads(done.stdout.splitlines()[-1]).items()}
    return figures


@contextmanager
def databases(engine: str, sizes: tuple[int, ...] = (SMALL, LARGE)) -> Iterator[dict[str, str]]:
    """Keep an empty database for each size, by size: a file's path or a URL."""
    if engine == "SQLite":
        with tempfile.TemporaryDirectory(prefix="hope-bench-") as directory:
            yield {str(size): str(Path(directory) / f"{size}.sqlite3") for size in sizes}
        return
    with cluster() as running:
        yield {str(size): running.url(f"stories{size}") for size in sizes}
