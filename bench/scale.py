"""Build a crowd in each of the bench's databases and measure lists and search there; see stories_at_scale.py."""

import json
import os
import random
import statistics
import time
from collections.abc import Callable

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

django.setup()

from bench import crowd  # noqa: E402  models can be imported once Django is set up
from bench.figures import Figures  # noqa: E402
from stories import listing, search  # noqa: E402
from stories.models import Story  # noqa: E402

SMALL, LARGE = sorted((name for name in settings.DATABASES if name != DEFAULT_DB_ALIAS), key=int)
ROUNDS = int(os.environ.get("ROUNDS", "40"))
WARM_UP = 3
Call = Callable[[], object]


def use(size: str) -> None:
    """Let the default connection be the one to the crowd of that size."""
    connections[DEFAULT_DB_ALIAS] = connections[size]


def create(size: str) -> None:
    """Make the tables of the database of a size, and use it."""
    use(size)
    if connection.vendor == "postgresql":
        connections[size].settings_dict["NAME"], name = "postgres", connections[size].settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()
        connections[size].settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)


def build(size: str) -> float:
    """Fill the database of a size and return the seconds it took."""
    began = time.monotonic()
    create(size)
    crowd.build(int(size))
    # As either engine does by itself when stories come one by one: rows written twice in one go leave gaps instead.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE)" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
    return time.monotonic() - began


def calls() -> dict[str, Call]:
    """Return what is measured, by name."""
    chance = random.Random(1)
    english = search.Facets("en")

    def page(query: str) -> Call:
        params = QueryDict(query)
        return lambda: listing.page(params, "en")

    return {
        "unit": lambda: Story.objects.get(pk=chance.randint(1, int(SMALL))),
        "first page": page(""),
        "page 100": page("page=100"),
        "filtered page": page("theme=courts"),
        "rare": lambda: search.find(crowd.RARE, english),
        "tenth": lambda: search.find(crowd.TENTH, english),
        "everywhere": lambda: search.find(crowd.EVERYWHERE, english),
        "misspelt": lambda: search.find(crowd.MISSPELT, english),
        "rare, page": page(f"q={crowd.RARE}"),
        "tenth, page": page(f"q={crowd.TENTH}"),
        "tenth, filtered page": page(f"q={crowd.TENTH}&place=in&theme=courts"),
        "misspelt, page": page(f"q={crowd.MISSPELT}"),
        "neighbours": lambda: listing.neighbours(Story(pk=int(SMALL) // 2)),
        "next change": Story.objects.next_change,
    }


def medians(measured: dict[str, dict[str, Call]], rounds: int = ROUNDS) -> dict[tuple[str, str], float]:
    """Return the median seconds of each call on each crowd, taken in turn; `measured` has them by size, then by name."""
    taken: dict[tuple[str, str], list[float]] = {}
    for number in range(WARM_UP + rounds):
        for size, named in measured.items():
            use(size)
            for name, call in named.items():
                began = time.perf_counter()
                call()
                if number >= WARM_UP:
                    taken.setdefault((size, name), []).append(time.perf_counter() - began)
    return {key: statistics.median(seconds) for key, seconds in taken.items()}


def queries(call: Call) -> int:
    """Return how many database queries a call makes."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def figures() -> Figures:
    """Build both crowds, measure, and return every figure."""
    built: Figures = {f"building {int(size):,}, seconds": round(build(size), 1) for size in (SMALL, LARGE)}
    measured = calls()
    times = medians(dict.fromkeys((SMALL, LARGE), measured))
    unit = times[LARGE, "unit"]
    use(LARGE)
    return {
        "first page, of 1,000's": times[LARGE, "first page"] / times[SMALL, "first page"],
        "page 100, of first page at 1,000": times[LARGE, "page 100"] / times[SMALL, "first page"],
        "filtered page, of 1,000's": times[LARGE, "filtered page"] / times[SMALL, "filtered page"],
        "search of a rare word, units": times[LARGE, "rare"] / unit,
        "search of a word in a tenth, units": times[LARGE, "tenth"] / unit,
        "search of a word in every story, units": times[LARGE, "everywhere"] / unit,
        "search of a misspelt word, units": times[LARGE, "misspelt"] / unit,
        "first page, units": times[LARGE, "first page"] / unit,
        "page of a rare word, units": times[LARGE, "rare, page"] / unit,
        "page of a word in a tenth, units": times[LARGE, "tenth, page"] / unit,
        "the same kept to a place and theme, units": times[LARGE, "tenth, filtered page"] / unit,
        "page of a misspelt word, units": times[LARGE, "misspelt, page"] / unit,
        "story's neighbours, units": times[LARGE, "neighbours"] / unit,
        "next change, units": times[LARGE, "next change"] / unit,
        "unit, ms": unit * 1000,
        "list, queries": queries(measured["filtered page"]),
        "search, queries": queries(measured["tenth, filtered page"]),
        "misspelt search, queries": queries(measured["misspelt, page"]),
        "story's neighbours, queries": queries(measured["neighbours"]),
        **built,
    }


if __name__ == "__main__":
    print(json.dumps(figures()))
