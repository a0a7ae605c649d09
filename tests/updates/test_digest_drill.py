"""A digest to many while its worker is killed again and again: nobody twice, nobody missed.

What mail itself cannot rule out: a process killed after the mail server took a letter and before that was written down
hands the letter over again. It is the same letter, under the same Message-ID, by which mail systems know it and drop it;
at most one of them for each time a worker is killed.
"""

import asyncio
import datetime
import logging
import os
import signal
import threading
import time
import traceback
from collections import Counter

import pytest
from aiosmtpd.controller import Controller
from django.db import connections
from django.utils import timezone

from letters import outbox
from letters.models import Letter, LetterState
from supporters.models import Supporter, SupporterConsent
from tests import factories as make
from tests.services.ports import free_port
from updates import sending
from updates.models import Digest, DigestState, DigestStory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]
KILLS = 5
PATIENCE = 120  # seconds without a single mail: something is wrong


class Postbox:
    """A mail server that keeps recipient and Message-ID of what it takes, and tells when it has taken so many."""

    def __init__(self):
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's: a line for each of its words, five a letter
        self.taken, self._changed = [], threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.port = self._controller.port
        self._controller.start()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        head = bytes(envelope.content).partition(b"\r\n\r\n")[0]
        name = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:"))
        with self._changed:
            self.taken.append((envelope.rcpt_tos[0], name))
            self._changed.notify_all()
        await asyncio.sleep(0)
        return "250 taken"

    def wait_for(self, count):
        """Wait until so many letters were taken; fails when none comes for a long while."""
        with self._changed:
            while len(self.taken) < count:
                before = len(self.taken)
                self._changed.wait(PATIENCE)
                assert len(self.taken) > before, f"no mail for {PATIENCE} seconds, {before} of {count} taken"

    def stop(self):
        self._controller.stop()


@pytest.fixture
def postbox(settings):
    box = Postbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    yield box
    box.stop()


def readers(count):
    """Make so many readers who agree to stories, at once."""
    people = Supporter.objects.bulk_create(
        [Supporter(email=f"reader{number}@example.org") for number in range(count)], batch_size=1000
    )
    SupporterConsent.objects.bulk_create(
        [
            SupporterConsent(supporter=person, channel="email", purpose="stories", given=True, words="x", source="drill")
            for person in people
        ],
        batch_size=1000,
    )


def worker():
    """Send in a process of its own until it is killed or the digest is through; return its number."""
    connections.close_all()  # parent and child may not share one
    pid = os.fork()
    if pid:
        return pid
    try:
        for inherited in connections.all(initialized_only=True):
            inherited.connection = None  # not closed: the parent goes on with it
        while Digest.objects.exclude(state=DigestState.SENT).exists():
            sending.go_on()
            if not outbox.send_due(most=500):
                time.sleep(0.01)
    except BaseException:  # noqa: BLE001  it ends here, whatever it is
        traceback.print_exc()
    finally:
        os._exit(0)


def test_a_digest_reaches_everybody_once_while_its_worker_is_killed_five_times(postbox, monkeypatch, drill_size):
    many = drill_size(120, 100_000)
    readers(many)
    digest = Digest.objects.create(subject="News", introduction="Hello.")
    DigestStory.objects.create(digest=digest, story=make.published_story(channels=["web", "email"]), position=1)
    monkeypatch.setattr(
        sending, "_allowed", lambda digest, now: sending.CHUNK if many > 1000 else 20
    )  # the pace has its own test
    sending.schedule(digest)
    begun = time.monotonic()
    for kill in range(1, KILLS + 1):
        pid = worker()
        try:
            postbox.wait_for(many * kill // (KILLS + 1))
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        # The ten minutes after which a letter in a dead hand is taken up again.
        Letter.objects.filter(state=LetterState.SENDING).update(claimed_at=timezone.now() - datetime.timedelta(minutes=11))
    pid = worker()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    digest.refresh_from_db()
    assert digest.state == DigestState.SENT
    assert sending.figures(digest)["sent"] == many == digest.written
    names = dict(postbox.taken)
    assert set(names) == {f"reader{number}@example.org" for number in range(many)}, "nobody missed"
    assert len(set(postbox.taken)) == many, "nobody twice: one letter, one Message-ID each"
    again = sum(count - 1 for count in Counter(postbox.taken).values())
    assert again <= KILLS, "handed over again: at most the one in hand when a worker was killed"
    print(f"digest: {many} readers, {KILLS} kills, {again} handed over again, {many / (time.monotonic() - begun):.0f} a second")


def test_letters_and_cursor_are_written_together_or_not_at_all(monkeypatch):
    readers(30)
    digest = Digest.objects.create(subject="A walk", introduction="Come.", topic="stories")
    DigestStory.objects.create(digest=digest, story=make.published_story(channels=["web", "email"]), position=1)
    sending.schedule(digest)
    save = Digest.save

    def dies(self, *args, **kwargs):
        if "cursor" in (kwargs.get("update_fields") or ()):
            raise KeyboardInterrupt
        save(self, *args, **kwargs)

    monkeypatch.setattr(Digest, "save", dies)
    with pytest.raises(KeyboardInterrupt):
        sending.go_on()
    assert not Letter.objects.exists()
    monkeypatch.setattr(Digest, "save", save)
    sending.go_on()
    assert Letter.objects.count() == 30


def test_the_control_letters_without_a_name_of_their_own_reach_people_twice(monkeypatch):
    """Without keys that name digest and reader, a cursor that was lost (a backup, a repair) writes to everybody again."""
    readers(10)
    digest = Digest.objects.create(subject="A walk", introduction="Come.", topic="events")
    SupporterConsent.objects.update(purpose="events")
    sending.schedule(digest)
    sending.go_on()
    Digest.objects.update(cursor=0, all_written=False, written_at=None)
    sending.go_on()
    assert Letter.objects.count() == 10, "the key says that it is written"
    numbers = iter(range(1000))
    real = outbox.letter
    monkeypatch.setattr(outbox, "letter", lambda kind, key, **fields: real(kind, f"{next(numbers)}", **fields))
    Digest.objects.update(cursor=0, all_written=False, written_at=None)
    sending.go_on()
    assert Letter.objects.count() == 20
