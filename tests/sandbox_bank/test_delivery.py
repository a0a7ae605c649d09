"""Messages reach the shop's door: signed, claimed, retried, never lost."""

import datetime
import hashlib
import hmac
import json
import socket
import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sandbox_bank import clock, delivery, messages, payments
from sandbox_bank.models import Message
from tests.sandbox_bank import bank

pytestmark = pytest.mark.django_db


def write(number=1):
    """Write messages as something that happened would."""
    return [messages.tell(messages.event("fee.taken", timezone.now(), payment=f"pay_{n}")) for n in range(number)]


def make_due():
    Message.objects.update(due_at=timezone.now(), claimed_until=None)


def test_a_message_is_posted_to_the_door_signed_with_the_real_time(door, settings):
    bank.set_clock(2031, 5, 5)
    bank.paid()
    assert delivery.deliver_due() == 1
    path, headers, body = door.got[0]
    assert path == "/give/notices/sandbox/"
    assert headers["Content-Type"] == "application/json"
    parts = dict(part.split("=") for part in headers["Sandbox-Signature"].split(","))
    assert abs(int(parts["t"]) - time.time()) < 5
    key = hashlib.sha256(b"sandbox_bank.messages" + settings.SECRET_KEY.encode()).digest()
    expected = hmac.new(key, f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert parts["v1"] == expected
    payload = json.loads(body)
    assert payload["mode"] == "test" and payload["happened_at"].startswith("2031-05-05")


def test_what_was_taken_is_not_sent_again(door):
    write(3)
    assert [delivery.deliver_due(), delivery.deliver_due()] == [3, 0]
    assert len({body for _, _, body in door.got}) == 3


def test_nothing_is_written_when_what_happened_is_undone(door):
    with pytest.raises(RuntimeError), transaction.atomic():
        payments.open_dispute(bank.paid(), clock.now())
        raise RuntimeError
    assert delivery.deliver_due() == 0


def test_a_process_that_dies_between_commit_and_sending_loses_nothing(door, monkeypatch, client):
    checkout = bank.opened()
    monkeypatch.setattr(delivery, "send_due", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        client.post(f"/sandbox/checkout/{checkout.ref}/", {"outcome": "pays"})
    monkeypatch.undo()
    assert door.got == [] and Message.objects.filter(delivered_at=None).count() == 1
    assert [delivery.send_due(), delivery.send_due()] == [1, 0]
    assert door.kinds == ["payment.paid"]


def test_a_process_that_dies_while_sending_leaves_the_message_to_the_next_one(door, monkeypatch):
    write()
    monkeypatch.setattr(delivery, "_post", lambda _body: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        delivery.deliver_due()
    monkeypatch.undo()
    assert delivery.deliver_due() == 0, "the dead process's claim still holds"
    Message.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    assert delivery.deliver_due() == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 400, 404, 429, 500, 503])
def test_any_answer_but_success_is_tried_again_later_and_no_redirect_is_followed(door, status):
    write()
    door.answers = [status]
    assert delivery.deliver_due() == 0
    assert delivery.deliver_due() == 0, "it waits before the next try"
    assert [path for path, _, _ in door.got] == ["/give/notices/sandbox/"]
    message = Message.objects.get()
    assert (message.tries, message.last_fault, message.delivered_at) == (1, f"answered {status}", None)
    make_due()
    assert delivery.deliver_due() == 1


def test_the_waits_grow_and_after_three_days_it_is_given_up(no_door):
    write()
    waits, begun = [], timezone.now()
    for _ in range(len(delivery.WAITS) + 2):
        make_due()
        before = timezone.now()
        delivery.deliver_due()
        waits.append(round((Message.objects.get().due_at - before).total_seconds()))
    assert waits == [*delivery.WAITS, delivery.WAITS[-1], delivery.WAITS[-1]]
    assert Message.objects.get().given_up_at is None
    Message.objects.update(created_at=begun - datetime.timedelta(days=2, hours=23))
    make_due()
    delivery.deliver_due()
    assert Message.objects.get().given_up_at is not None
    assert delivery.deliver_due() == 0


def test_a_message_nobody_takes_holds_up_no_other(door):
    write(3)
    door.answers = [500]
    assert delivery.deliver_due() == 2
    make_due()
    assert delivery.deliver_due() == 1
    assert len(door.got) == 4


def test_a_door_that_never_answers_costs_its_time_out(settings, monkeypatch):
    silent = socket.create_server(("127.0.0.1", 0))
    settings.SITE_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
    monkeypatch.setattr(delivery, "TIMEOUT", 0.2)
    write(5)
    begun = time.monotonic()
    assert delivery.send_due(seconds=0.3) == 0
    assert time.monotonic() - begun < 3
    assert "TimeoutError" in Message.objects.filter(tries=1).first().last_fault
    assert Message.objects.filter(tries=0).count() >= 2, "a page does not wait for them all"
    silent.close()


def test_nothing_is_sent_where_the_sandbox_is_not_configured(door, settings):
    write()
    settings.SANDBOX = False
    assert delivery.deliver_due() == 0 and door.got == []


@pytest.mark.django_db(transaction=True)
def test_several_processes_at_once_send_each_message_once(door):
    write(30)
    taken = []

    def work():
        try:
            taken.append(delivery.deliver_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 30
    assert len(door.got) == len({body for _, _, body in door.got}) == 30
