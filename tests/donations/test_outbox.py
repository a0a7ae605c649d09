"""The outbox against a real mail server: each letter leaves once, whatever becomes of the server or of us."""

import datetime

import pytest
from django.utils import timezone

from donations import letters
from letters import outbox
from letters.models import Letter, LetterState
from tests import giving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real_mail(settings, smtp_server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
    settings.EMAIL_TIMEOUT = 5


@pytest.fixture(autouse=True)
def _plain_letters(monkeypatch):
    """Leave the printed receipt out: the way of the letter is under proof here."""
    monkeypatch.setattr(letters.GivingLetter, "attachments", lambda self, letter, context: [])


def due_now(**changes):
    Letter.objects.exclude(state=LetterState.SENT).update(not_before=timezone.now() - datetime.timedelta(seconds=1), **changes)


def test_a_mail_server_that_is_down_ten_times_gets_each_letter_once(smtp_server):
    for _ in range(3):
        giving.received_gift()
    smtp_server.stop()
    for number in range(1, 11):
        due_now()
        assert outbox.send_due() == 0
        assert outbox.send_due() == 0, "tried again at once"
        assert set(Letter.objects.values_list("state", "tries")) == {("queued", number)}
    smtp_server.start()
    due_now()
    assert outbox.send_due() == 3
    due_now()
    assert outbox.send_due() == 0
    assert len(smtp_server.messages) == len({message["To"] for message in smtp_server.messages}) == 3


def test_the_waits_between_tries_grow_to_half_a_day():
    letters.write("received", "x", gift=giving.received_gift())
    letter = Letter.objects.get(key="received:x")
    waits = []
    for tries in (1, 5, 10):
        letter.tries = tries
        outbox._end(letter, LetterState.QUEUED, "down")
        waits.append(round((letter.not_before - timezone.now()).total_seconds() / 60))
    assert waits == [2, 32, 720]


def test_a_letter_whose_sender_was_killed_is_taken_up_again_under_the_same_name(smtp_server):
    giving.received_gift()
    letter = outbox._claim(Letter.objects.get().pk)
    outbox.message(letter).send()  # and here the process dies
    assert outbox.send_due() == 0  # the control: it is still in somebody's hands
    Letter.objects.update(claimed_at=timezone.now() - outbox.LEFT_BEHIND - datetime.timedelta(seconds=1))
    assert outbox.send_due() == 1
    assert Letter.objects.get().state == LetterState.SENT
    assert len({message["Message-ID"] for message in smtp_server.messages}) == 1


def test_two_senders_send_a_letter_once(smtp_server):
    giving.received_gift()
    pk = Letter.objects.get().pk
    assert outbox._claim(pk) is not None
    assert outbox._claim(pk) is None
    assert not outbox._send(pk)
    assert not smtp_server.messages


def answering(server, code):
    async def handle_RCPT(server_, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if address.startswith("nobody"):
            return f"{code} no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    server.handle_RCPT = handle_RCPT


@pytest.mark.parametrize(("code", "state"), [(550, LetterState.REFUSED), (450, LetterState.QUEUED)])
def test_an_address_that_is_refused_for_good_is_not_tried_again_one_refused_for_now_is(smtp_server, code, state):
    answering(smtp_server, code)
    giving.received_gift(details=giving.details(email="nobody@example.org"))
    giving.received_gift()
    assert outbox.send_due() == 1
    letter = Letter.objects.get(to="nobody@example.org")
    assert (letter.state, letter.reason) == (state, f"refused: [{code}]")
    due_now()
    outbox.send_due()
    letter.refresh_from_db()
    assert letter.tries == (1 if state == LetterState.REFUSED else 2)


def test_an_address_refused_for_now_is_given_up_in_the_end(smtp_server):
    answering(smtp_server, 450)
    giving.received_gift(details=giving.details(email="nobody@example.org"))
    for _ in range(outbox.TRIES):
        due_now()
        outbox.send_due()
    assert Letter.objects.get().state == LetterState.REFUSED


@pytest.mark.parametrize("name", ["Ada\r\nBcc: spy@example.org", "Ada\nSubject: other", "=?utf-8?q?a=0ABcc:_spy@example.org?="])
def test_a_name_cannot_add_a_header(smtp_server, name):
    giving.received_gift(details=giving.details(first_name=name))
    outbox.send_due()
    message, envelope = smtp_server.messages[0], smtp_server.envelopes[0]
    assert message["Bcc"] is None
    assert len(message.get_all("Subject")) == 1
    assert len(envelope.rcpt_tos) == 1


def test_an_address_with_a_line_break_is_never_written_to(smtp_server):
    giving.received_gift()
    Letter.objects.update(to="ada@example.org\nBcc: spy@example.org")
    assert outbox.send_due() == 0
    assert not smtp_server.messages


def test_a_letter_that_cannot_be_made_does_not_keep_the_others(smtp_server, monkeypatch):
    giving.received_gift()
    giving.received_gift()
    make, first = outbox.message, Letter.objects.order_by("pk").first().pk
    monkeypatch.setattr(outbox, "message", lambda letter: 1 / 0 if letter.pk == first else make(letter))
    assert outbox.send_due() == 1
    assert Letter.objects.get(pk=first).state == LetterState.QUEUED
