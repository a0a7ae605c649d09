"""The admin's pages for writing at 100,000 stories and pictures, beside a site of 1,000, on SQLite and PostgreSQL.

A thousand, not none: every list then shows a full first page, and what is compared is how much there is, not how much
is shown. Times are medians of alternating rounds in one process; a page is everything from the request to its last byte.
"""

import json
import os
import subprocess
import sys

from bench.figures import Bar, Figures
from bench.stories_at_scale import ENGINES, ROOT, databases

SMALL, LARGE = 1_000, 100_000
LISTS = ("list of stories", "drafts of the list", "library of pictures")
FORMS = ("editor of 60 blocks", "editor of a new story", "form of a picture")
SEARCHES = (
    "search of stories",
    "search of pictures",
    "search that finds them all",
    "picture chosen by typing",
    "story chosen by typing",
)
BARS = {
    f"{engine}: {name}": bar
    for engine in ENGINES
    for name, bar in {
        **{f"{page}, of 1,000's": Bar(at_most=1.5) for page in (*LISTS, *FORMS)},
        **{f"{search}, ms": Bar(at_most=300) for search in SEARCHES},  # a word anywhere in a title: all are looked through
        "editor of 60 blocks, seconds": Bar(at_most=1),
        "editor of 60 blocks, queries": Bar(at_most=25),
    }.items()
}


def run() -> Figures:
    """Measure each engine in a process of its own and return every figure."""
    figures: Figures = {}
    for engine in ENGINES:
        with databases(engine, (SMALL, LARGE)) as addresses:
            environment = os.environ | {
                "DJANGO_SETTINGS_MODULE": "bench.scale_settings",
                "BENCH_DATABASES": json.dumps(addresses),
            }
            command = [sys.executable, "-m", "bench.editor_pages"]
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        figures |= {f"{engine}: {name}": figure for name, figure in json.loads(done.stdout.splitlines()[-1]).items()}
    return figures
