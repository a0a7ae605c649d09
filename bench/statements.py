"""How many statements of a year a core issues and prints, how long that takes beside printing alone, and what memory it holds.

The limit, in the same run: printing the same number of documents with the kept compiler and nothing else. Ours: read gifts and
ledger, write, number, hash, store and print, as `manage.py statements` does. PostgreSQL, one process.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Bar, Figures

ROOT = Path(__file__).parent.parent
PEOPLE = int(os.environ.get("PEOPLE", "1500"))
BARS = {
    "statements a second a core": Bar(at_least=50),
    "of printing alone": Bar(at_least=0.6),
    "memory grown from a third of them to all, MB": Bar(at_most=8),
    "lost or doubled": Bar(at_most=0, at_least=0),
}


def run() -> Figures:
    """Measure in a process of its own with a database of its own."""
    from tests.services.postgres import cluster  # noqa: PLC0415  the child needs no cluster of its own

    with cluster() as running, tempfile.TemporaryDirectory(prefix="hope-bench-") as directory:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "HOPE_TEST_VAR": directory,
            "DATABASE_URL": running.url("statements"),
        }
        command = [sys.executable, "-m", "bench.statements"]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure() -> Figures:
    """Issue and print a year's statements; return every figure."""
    from donations.documents import printed  # noqa: PLC0415  once Django is set up
    from donations.models import Statement  # noqa: PLC0415
    from donations.statements import batch, writing  # noqa: PLC0415
    from tests.donations.test_statements_batch import crowd, past_year  # noqa: PLC0415

    year = past_year()
    crowd(PEOPLE, year, gifts_each=12)
    held: list[tuple[int, float]] = []
    cpu, began = time.process_time(), time.monotonic()
    figures = batch.run(year, progress=lambda done: held.append((done.done, _memory())))
    cpu, wall = time.process_time() - cpu, time.monotonic() - began
    third = next(memory for done, memory in held if done >= PEOPLE / 3)
    documents = [writing.document_of(content) for content in Statement.objects.values_list("content", flat=True)[:200]]
    rounds = []
    for _ in range(3):
        start = time.process_time()
        for document in documents:
            printed(document)
        rounds.append(len(documents) / (time.process_time() - start))
    alone = statistics.median(rounds)
    return {
        "statements a second a core": figures.printed / cpu,
        "of printing alone": figures.printed / cpu / alone,
        "memory grown from a third of them to all, MB": held[-1][1] - third,
        "lost or doubled": abs(Statement.objects.count() - PEOPLE),
        "printing alone, a second a core": alone,
        "statements a second by the clock": figures.printed / wall,
        "statements": figures.printed,
        "gifts on each": 12,
        "memory, MB": held[-1][1],
    }


def _memory() -> float:
    """Return the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Build the database and print the figures as JSON."""
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "postgres"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
