"""The tests' own ground: what every other test relies on does what it says."""

import smtplib
import socket
import ssl
import subprocess
import sys

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.db import connection
from redis import Redis

from stories.models import Story
from tests import factories as make
from tests.pages import html_valid, max_queries
from tests.sockets import LeftTheMachine


def test_no_socket_leaves_this_machine():
    with socket.socket() as outward:
        with pytest.raises(LeftTheMachine):
            outward.connect(("192.0.2.1", 80))
    with pytest.raises(LeftTheMachine):
        socket.create_connection(("example.org", 80))


def test_broken_html_is_refused():
    html_valid("<!doctype html><html lang=en><title>Well</title><p>Well</p></html>")
    with pytest.raises(AssertionError, match="not valid HTML"):
        html_valid("<!doctype html><html lang=en><title>Ill</title><p>Ill</div></html>")
    with pytest.raises(AssertionError, match="more than once"):
        html_valid("<!doctype html><html lang=en><title>Ill</title><p id=a></p><p id=a></p></html>")


def test_one_query_too_many_is_refused(db):
    with max_queries(1):
        Story.objects.count()
    with pytest.raises(AssertionError, match="2 queries, at most 1"):
        _ask_twice_where_once_is_allowed()


def _ask_twice_where_once_is_allowed():
    with max_queries(1):
        Story.objects.count()
        Story.objects.count()


def test_a_published_story_of_the_factory_is_public(db):
    person = make.contributor()
    story = make.published_story(
        "Found",
        blocks=["<p>One</p>", make.picture(people=[person]), make.clip(), {"quote": "Two"}, {"aside": "<p>Three</p>"}],
        people=[person],
    )
    assert Story.objects.published().get() == story
    assert [block["kind"] for block in story.live_revision.content["blocks"]] == ["text", "picture", "clip", "quote", "aside"]


def test_the_database_is_the_one_asked_for(db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
        else:
            cursor.execute("SHOW fsync")
            assert cursor.fetchone() == ("off",)


def test_redis_answers(redis_server):
    with Redis.from_url(redis_server.url) as redis:
        redis.set("word", "hope")
        assert redis.get("word") == b"hope"


def test_s3_keeps_a_file(s3_storage):
    name = s3_storage.save("pictures/word.txt", ContentFile(b"hope"))
    with s3_storage.open(name) as file:
        assert file.read() == b"hope"


def _send(settings, server, **options):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    for name, value in options.items():
        setattr(settings, name, value)
    mail.send_mail("Hope", "A word", "from@example.org", ["to@example.org"])


def test_mail_arrives(settings, smtp_server):
    _send(settings, smtp_server)
    assert [message["Subject"] for message in smtp_server.messages] == ["Hope"]


def test_mail_arrives_encrypted_only_by_a_trusted_server(settings, smtp_tls_server, monkeypatch):
    _send(settings, smtp_tls_server, EMAIL_USE_TLS=True)
    assert len(smtp_tls_server.messages) == 1
    with pytest.raises(smtplib.SMTPException):
        _send(settings, smtp_tls_server, EMAIL_USE_TLS=False)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ssl.SSLError):
        _send(settings, smtp_tls_server, EMAIL_USE_TLS=True)
    assert len(smtp_tls_server.messages) == 1


def _run_apart(tmp_path, source):
    (tmp_path / "test_apart.py").write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        "/dev/null",
        "--rootdir",
        tmp_path,
        "-p",
        "tests.no_skips",
        "-p",
        "no:django",
        tmp_path,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_a_skip_is_a_failure(tmp_path):
    said = _run_apart(tmp_path, "import pytest\n\n@pytest.mark.skip(reason='no tape recorder')\ndef test_one():\n    pass\n")
    assert "1 error" in said
    assert "no tape recorder" in said


def test_a_skipped_module_is_an_error(tmp_path):
    said = _run_apart(tmp_path, "import pytest\n\npytest.importorskip('gramophone')\n")
    assert "1 error" in said
    assert "gramophone" in said
