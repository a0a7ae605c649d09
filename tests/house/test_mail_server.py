"""Attack 31: a mail server without TLS is sent nothing in clear; what EMAIL_URL says is what is done."""

import pytest
from django.core.mail import EmailMessage, get_connection

from letters import outbox
from letters.models import Letter, LetterState
from tests.house.commands import ROOT, run
from tests.tools.check import LIVE
from tests.updates import reading


def starts(**environ):
    """Start the site's settings with an environment and return how that ended."""
    told = "from django.conf import settings as s; print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)"
    return run("-c", told, DJANGO_SETTINGS_MODULE="hope_site.settings", PYTHONPATH=str(ROOT), **LIVE | environ)


def test_31_a_live_site_does_not_start_with_a_mail_server_that_would_hear_everything_in_clear():
    refused = starts(EMAIL_URL="smtp://mail.example.org:25")
    assert refused.returncode != 0
    assert "EMAIL_URL" in refused.stderr.splitlines()[-1] and "tls=1" in refused.stderr.splitlines()[-1]
    for url in ("smtp://mail.example.org:587?tls=1", "smtp://mail.example.org:465?ssl=1", "smtp://127.0.0.1:25"):
        assert starts(EMAIL_URL=url).returncode == 0, url


def test_names_and_passwords_with_signs_are_read_as_they_were_meant():
    started = starts(EMAIL_URL="smtp://site%40example.org:p%2Fw%3Ax@mail.example.org:587?tls=1")
    assert started.stdout.split() == ["mail.example.org", "587", "site@example.org", "p/w:x", "True", "False"], started.stderr


@pytest.mark.django_db
def test_31_nothing_is_sent_where_tls_is_asked_for_and_not_offered(settings, smtp_server):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", smtp_server.port,
    )  # fmt: skip
    settings.EMAIL_USE_TLS = True
    reading.sign_up("ada@example.org")
    reading.post_goes_out()
    assert smtp_server.messages == []
    assert Letter.objects.get().state == LetterState.QUEUED, "it is kept and tried again"
    settings.EMAIL_USE_TLS = False  # control: without the demand this server takes it in clear
    with get_connection() as connection:
        connection.send_messages([EmailMessage("Hope", "Words", "a@example.org", ["b@example.org"])])
    assert len(smtp_server.messages) == 1
    Letter.objects.update(not_before=Letter.objects.get().created_at)
    assert outbox.send_due() == 1
