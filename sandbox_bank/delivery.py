"""Delivery of messages: POSTed to the shop's door over HTTP until they are taken, for three days.

A message is a row before it is sent, so a process may die at any point: it is sent by the next one, once if nothing
was sent and again if nobody noted the answer. Several processes may deliver at once; each claims the rows it sends.
"""

import datetime
import http.client
import logging
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from sandbox_bank import messages, running
from sandbox_bank.models import Message

DOOR = "/give/notices/sandbox/"
TIMEOUT = 5.0  # seconds for connecting, and for each read
CLAIM = datetime.timedelta(seconds=60)  # longer than a sending takes
GIVES_UP = datetime.timedelta(days=3)
# Seconds until the next try after each failure; the last one again and again.
WAITS = (5, 15, 60, 5 * 60, 15 * 60, 3600, 3 * 3600)
log = logging.getLogger(__name__)


def deliver_due(most: int = 200, seconds: float = 20.0) -> int:
    """Do what has fallen due by the clock, then send what is due; returns how many deliveries were taken.

    For the worker, every few seconds. Nothing happens where the sandbox is not the configured provider.
    """
    if not settings.SANDBOX:
        return 0
    running.run_due()
    return send_due(most, seconds)


def send_due(most: int = 50, seconds: float = 6.0) -> int:
    """Send the messages that are due, oldest first, for so many seconds at the most; returns deliveries taken."""
    until = time.monotonic() + seconds
    taken = 0
    for _ in range(most):
        message = _claim()
        if message is None:
            break
        taken += _send(message)
        if time.monotonic() > until:
            break
    return taken


def _claim() -> Message | None:
    """Return a due message that is now this process's to send, or None when there is none."""
    while True:
        now = timezone.now()
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        waiting = Message.objects.filter(free, delivered_at__isnull=True, given_up_at__isnull=True, due_at__lte=now)
        message = waiting.order_by("due_at", "pk").first()
        if message is None:
            return None
        # Whoever changes the row first has it: the others' update finds another claim and touches nothing.
        claimed = Message.objects.filter(
            pk=message.pk, claimed_until=message.claimed_until, deliveries=message.deliveries, tries=message.tries
        ).update(claimed_until=now + CLAIM)
        if claimed:
            return message


def _send(message: Message) -> bool:
    """Send a claimed message once and note the outcome; returns whether it was taken."""
    fault = _post(message.body.encode())
    now = timezone.now()
    changes: dict[str, object] = {"claimed_until": None, "last_fault": fault[:200]}
    if not fault:
        changes["deliveries"] = F("deliveries") + 1
        if message.deliveries + 1 >= message.wanted:
            changes["delivered_at"] = now
    else:
        log.warning("Message %s (%s) was not taken: %s", message.ref, message.kind, fault)
        wait = datetime.timedelta(seconds=WAITS[min(message.tries, len(WAITS) - 1)])
        changes |= {"tries": F("tries") + 1, "due_at": now + wait}
        if now + wait > message.created_at + GIVES_UP:
            changes["given_up_at"] = now
    Message.objects.filter(pk=message.pk).update(**changes)
    return not fault


def _post(body: bytes) -> str:
    """Send a body, signed with the real time; returns what was wrong, "" when the door took it."""
    door = urlsplit(settings.SITE_URL)
    connection = http.client.HTTPConnection(door.hostname or "", door.port or 80, timeout=TIMEOUT)
    headers = {"Content-Type": "application/json", messages.HEADER: messages.signature(body, timezone.now())}
    try:
        connection.request("POST", door.path.rstrip("/") + DOOR, body, headers)
        answer = connection.getresponse()  # a redirect is an answer like any other: not 2xx, not followed
        answer.read(1024)
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    return "" if 200 <= answer.status < 300 else f"answered {answer.status}"
