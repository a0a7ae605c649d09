"""How fast providers' messages are kept and entered on PostgreSQL, as a share of the barest that could be done.

The limit, in the same run through the same ORM on the same database by as many processes: insert an inbox row, update
one row, commit. Ours: verify, keep, answer, enter (gift, supporter, ledger, receipt, letter), each message a transaction
for keeping and one for entering. A storm is as providers send after an outage: each message three times, shuffled.
"""

import datetime
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.figures import Bar, Figures

ROOT = Path(__file__).parent.parent
CONNECTIONS = 8
ROUNDS = int(os.environ.get("ROUNDS", "5"))
GIFTS = int(os.environ.get("GIFTS", "160"))  # a round
BARS = {
    "notices of a storm, of the bare rate": Bar(at_least=0.35),
    "lost": Bar(at_most=0),
    "doubled": Bar(at_most=0),
}
Work = Callable[[Any], object]


def run() -> Figures:
    """Measure in a process of its own with a database of its own."""
    from tests.services.postgres import cluster  # noqa: PLC0415  the child needs no cluster of its own

    with cluster() as running, tempfile.TemporaryDirectory(prefix="hope-bench-") as directory:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "HOPE_TEST_VAR": directory,
            "DATABASE_URL": running.url("notices"),
        }
        command = [sys.executable, "-m", "bench.notices"]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def rate(work: Work, items: Sequence[Any]) -> float:
    """Return how many items a second as many processes as there are connections work on together."""
    from django.db import connection, connections  # noqa: PLC0415  once Django is set up

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    ready, ends = fork.Barrier(CONNECTIONS + 1), fork.Queue()

    def one(mine: list[object]) -> None:
        connection.ensure_connection()
        ready.wait()
        for item in mine:
            work(item)
        ends.put(time.monotonic())
        connection.close()

    processes = [fork.Process(target=one, args=(items[number::CONNECTIONS],)) for number in range(CONNECTIONS)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.monotonic()
    ended = max(ends.get() for _ in processes)
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError("a process of the bench failed")
    return len(items) / (ended - began)


def told(number: int, reference: str) -> Iterator[bytes]:
    """Return the messages of one gift as the sandbox writes them: the payment, its fee, and of every fourth a refund."""
    payment, at = f"pay_{reference}", datetime.datetime.now(datetime.UTC).isoformat()
    about = {"reference": reference, "schedule": "", "bill": "", "due_on": None, "payment": payment}
    card = {"kind": "card", "label": "Visa ending 4242", "ends_on": "2030-01-31"}
    sums = {"minor": 2500, "currency": "GBP"}
    facts = [
        ("payment.paid", {**about, **sums, "fee": None, "method": card}),
        ("fee.taken", {"payment": payment, "minor": 55, "currency": "GBP", "key": f"fee_{payment}"}),
    ]
    if number % 4 == 0:
        facts.append(("payment.refunded", {"payment": payment, "refund": f"re_{reference}", "minor": 500, "currency": "GBP"}))
    for kind, data in facts:
        name = f"msg_{kind}_{reference}"
        yield json.dumps({"id": name, "mode": "test", "type": kind, "happened_at": at, "data": data}).encode()


def measure() -> Figures:
    """Measure alternating rounds; return every figure."""
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from donations import notices  # noqa: PLC0415
    from donations.models import Gift, LedgerEntry, ProviderNotice  # noqa: PLC0415
    from sandbox_bank import messages  # noqa: PLC0415
    from tests import giving  # noqa: PLC0415

    def bare(item: tuple[str, int, bytes]) -> None:
        name, pk, body = item
        with transaction.atomic():
            ProviderNotice.objects.create(provider="bare", notice=name, kind="bare", payload=json.loads(body), state="done")
            Gift.objects.filter(pk=pk).update(failure="bare")

    def deliver(body: bytes) -> None:
        row = notices.receive("sandbox", body, {messages.HEADER: messages.signature(body, timezone.now())})
        notices.at_the_door(row)

    rates: dict[str, list[float]] = {"bare": [], "new": [], "storm": []}
    chance, still = random.Random(1), giving.pending_gift()
    # The processes are forks of this one: what a web worker has long since read (catalogues, dates' names) they have too.
    warm = list(told(0, giving.pending_gift().reference))
    for body in warm:
        deliver(body)
    expected = len(warm)
    for round_number in range(ROUNDS + 1):
        for kind, copies in (("new", 1), ("storm", 3)):
            gifts = [giving.pending_gift() for _ in range(GIFTS)]
            bodies = [body for number, gift in enumerate(gifts) for body in told(number, gift.reference)]
            expected += len(bodies)
            sent = bodies * copies
            chance.shuffle(sent)
            # Row locks shared by all would slow the limit down: each of its rows is its own.
            rows = [(f"{kind}:{round_number}:{n}", gifts[n % GIFTS].pk, body) for n, body in enumerate(sent)]
            limit, ours = rate(bare, rows), rate(deliver, sent)
            if round_number:  # the first round warms everything up
                rates["bare"].append(limit)
                rates[kind].append(ours)
    booked = LedgerEntry.objects.count()
    unfinished = ProviderNotice.objects.filter(provider="sandbox").exclude(state__in=["done", "absorbed"]).count()
    assert still.pk
    limit = statistics.median(rates["bare"])
    return {
        "notices of a storm, of the bare rate": statistics.median(rates["storm"]) / limit,
        "notices each new, of the bare rate": statistics.median(rates["new"]) / limit,
        "bare rate, a second": limit,
        "notices of a storm, a second": statistics.median(rates["storm"]),
        "notices each new, a second": statistics.median(rates["new"]),
        "lost": max(expected - booked, unfinished),
        "doubled": max(booked - expected, 0),
    }


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
