"""A storm of messages against a running site whose processes are killed: the ledger equals what was sent, exactly."""

import concurrent.futures
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone

from sandbox_bank import messages
from tests.services.site import ROOT

pytestmark = pytest.mark.drill
DOOR = "/give/notices/sandbox/"

BEGIN = """
from tests import giving
import json
print("REFERENCES", json.dumps([giving.pending_gift().reference for _ in range({count})]))
"""
COUNT = """
import json
from django.db.models import Count, Sum
from donations.models import *
from donations.notices import work_left_behind
from tests.donations import proving
from django.utils import timezone
from donations.notices import WAITING_AGAIN
for _ in range(3):  # what a killed process did not wake is found by the sweep, once it has waited for so long
    ProviderNotice.objects.filter(state="waiting").update(worked_at=timezone.now() - 2 * WAITING_AGAIN)
    work_left_behind(10**6)
kinds = {kind: [count, total] for kind, count, total in
         LedgerEntry.objects.values_list("kind").annotate(Count("id"), Sum("amount"))}
states = dict(ProviderNotice.objects.values_list("state").annotate(Count("id")))
print("BOOKS", json.dumps({"ledger": kinds, "states": states, "keys": sorted(LedgerEntry.objects.values_list("key", flat=True)),
      "rows": ProviderNotice.objects.count(), "faults": list(proving.faults_of_the_books()) if %d else []}))
"""


def shell(site, code, word):
    printed = site.manage("shell", "--no-imports", "--command", code)
    return json.loads(next(line for line in printed.splitlines() if line.startswith(word)).removeprefix(word))


def life(number, reference):
    """Return the messages of one gift and the ledger's keys they must end in."""
    payment = f"pay_{reference}"
    about = {"reference": reference, "schedule": "", "bill": "", "due_on": None, "payment": payment}
    card = {"kind": "card", "label": "Visa ending 4242", "ends_on": "2030-01-31"}
    sums = {"minor": 2500, "currency": "GBP"}
    part = {"payment": payment, "minor": 500, "currency": "GBP"}
    facts = [
        ("payment.paid", {**about, **sums, "fee": None, "method": card}),
        ("fee.taken", {**part, "minor": 55, "key": payment}),
    ]
    keys = [f"sandbox:gift:{payment}", f"sandbox:fee:{payment}"]
    if number % 2 == 0:
        facts.append(("payment.refunded", {**part, "refund": f"re_{payment}"}))
        keys.append(f"sandbox:refund:re_{payment}")
    if number % 3 == 0:
        facts.append(("payment.on_its_way", {**about, **sums}))
    if number % 5 == 0:
        facts += [
            ("dispute.opened", {**part, "dispute": f"dp_{payment}", "reason": "general"}),
            ("dispute.closed", {**part, "dispute": f"dp_{payment}", "won": True}),
        ]
        keys += [f"sandbox:dispute:dp_{payment}", f"sandbox:reversal:dp_{payment}"]
    at = timezone.now().isoformat()
    bodies = [
        json.dumps({"id": f"{kind}:{reference}", "mode": "test", "type": kind, "happened_at": at, "data": data}).encode()
        for kind, data in facts
    ]
    return bodies, keys


class Bank:
    """Sends as a provider does: again and again until the door answers 200; counts every answer."""

    def __init__(self, site, chance):
        self.site, self.chance = site, chance
        self.answers = Counter()
        self._lock = threading.Lock()

    def post(self, body, forged):
        signed = messages.signature(body, timezone.now())
        if forged:
            signed = signed[:-1] + ("0" if signed[-1] != "0" else "1")
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        try:
            connection.request("POST", DOOR, body, {"Content-Type": "application/json", messages.HEADER: signed})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0  # the process that had it was killed: nobody knows what became of it
        finally:
            connection.close()

    def send(self, item):
        body, forged, late = item
        time.sleep(late)
        for _ in range(200):
            status = self.post(body, forged)
            with self._lock:
                self.answers[status, forged] += 1
            if status == 200 or (forged and status == 400):
                return
            time.sleep(0.05 + self.chance.random() / 5)
        raise AssertionError("a message was never taken")


def workers_of(site):
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended meanwhile
        if parent == site.process.pid:
            found.append(int(status.parent.name))
    return found


@pytest.fixture
def site(_filled, tmp_path, worker_id):
    site = _filled(tmp_path / "var", f"hope_storm_{worker_id}")
    site.start()
    yield site
    site.stop()


def kill_now_and_then(site, stop, killed, every):
    """Kill a web worker, and the process that goes the rounds, every so many seconds; the latter is started again."""
    rounds = None
    while not stop.wait(every):
        for pid in workers_of(site)[:1]:
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
        if rounds is not None:
            rounds.kill()
            rounds.wait()
        command = [sys.executable, "manage.py", "rounds"]
        with site.log.open("ab") as log:
            rounds = subprocess.Popen(command, cwd=ROOT, env=site.environ, stdout=log, stderr=log)
    if rounds is not None:
        rounds.kill()
        rounds.wait()


def test_a_storm_of_messages_ends_in_exactly_what_was_sent(site, drill_size, monkeypatch):
    wanted = drill_size(150, 20_000)
    chance = random.Random(7)
    references = shell(site, BEGIN.format(count=wanted // 3), "REFERENCES")
    bodies, keys = [], []
    for number, reference in enumerate(references):
        some, of_ledger = life(number, reference)
        bodies += some
        keys += of_ledger
    deliveries = [(body, False, chance.random() * 2 if chance.random() < 0.02 else 0) for body in bodies * 3]
    deliveries += [(chance.choice(bodies), True, 0) for _ in range(len(deliveries) // 20)]
    chance.shuffle(deliveries)

    bank, stop, killed = Bank(site, chance), threading.Event(), []
    killer = threading.Thread(target=kill_now_and_then, args=(site, stop, killed, drill_size(1.0, 2.0)))
    began = time.monotonic()
    killer.start()
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for done in pool.map(bank.send, deliveries):
                assert done is None
    finally:
        stop.set()
        killer.join()
    seconds = time.monotonic() - began

    books = shell(site, COUNT % drill_size(1, 0), "BOOKS")
    print(f"{len(bodies)} messages as {len(deliveries)} in {seconds:.0f} s, {len(killed)} killed: {dict(bank.answers)}")
    assert killed
    assert bank.answers[200, True] == 0, "a forged message was taken"
    assert books["keys"] == sorted(keys)
    assert books["rows"] == len(bodies)
    assert set(books["states"]) <= {"done", "absorbed"}
    assert not books["faults"]
