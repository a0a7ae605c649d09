"""The admin's lists, searches and pages of giving at 2 million gifts of 1 million supporters, beside a hundredth of both.

On PostgreSQL. Times are medians of alternating rounds in one process; a page is everything from the request to its last
byte. Rows are copies of one that was made as in life, with other names, days, sums and references; receipts, whose
contents are long, stand to a tenth of the gifts.
"""

import json
import os
import subprocess
import sys

from bench.figures import Bar, Figures
from bench.stories_at_scale import ROOT, databases

SMALL, LARGE = 20_000, 2_000_000
LISTS = (
    "gifts",
    "gifts that failed",
    "gifts of an appeal",
    "gifts of a month",
    "gifts, page 100",
    "ledger",
    "receipts",
    "supporters",
    "first page of the admin",
)
PAGES = ("a gift", "a supporter")
GIFT_SEARCHES = ("gift by reference", "gift by the provider's name", "gifts by the giver's name")
SEARCHES = ("supporter by address", "supporter by last name", "supporter by both names")
BARS = {
    **{f"{name}, of 20,000's": Bar(at_most=1.5) for name in (*LISTS, *PAGES, *GIFT_SEARCHES, *SEARCHES)},
    **{f"{name}, ms": Bar(at_most=300) for name in (*LISTS, *PAGES, *GIFT_SEARCHES)},
    **{f"{name}, ms": Bar(at_most=100) for name in SEARCHES},
}


def run() -> Figures:
    """Measure in a process of its own and return every figure."""
    with databases("PostgreSQL", (SMALL, LARGE)) as addresses:
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.scale_settings", "BENCH_DATABASES": json.dumps(addresses)}
        command = [sys.executable, "-m", "bench.giving_pages"]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))
