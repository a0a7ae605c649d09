"""The demo mailbox shows what the site would have sent, and nothing of it can do harm."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

from tests.pages import html_valid

MAIL = "/sandbox/mail/"


@pytest.fixture
def post_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty mail folder of this test's own."""
    monkeypatch.setattr(settings, "EMAIL_FILE_PATH", tmp_path)
    return tmp_path


def send(*subjects: str, text: str = "Good morning.", html: str = "", attach: tuple[str, bytes] | None = None) -> None:
    """Send mails over one connection of the backend that the demo uses."""
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=settings.EMAIL_FILE_PATH)
    letters = []
    for subject in subjects:
        letter = EmailMultiAlternatives(subject, text, "IJM <hello@localhost>", ["amal@example.org"])
        if html:
            letter.attach_alternative(html, "text/html")
        if attach:
            letter.attach(*attach, "application/pdf")
        letters.append(letter)
    connection.send_messages(letters)


def links(client: Client) -> dict[str, str]:
    """Return subject and address of each mail in the list, in its order."""
    tree = html_valid(client.get(MAIL).content)
    return {a.text or "": a.get("href", "") for a in tree.iter("a") if a.get("href", "").startswith(f"{MAIL}2")}


def test_an_empty_mailbox_says_so(post_box: Path, client: Client):
    assert "None yet." in client.get(MAIL).content.decode()


def test_mails_are_listed_newest_first(post_box: Path, client: Client):
    send("First")
    for path in post_box.iterdir():
        os.utime(path, (1, 1))
    send("Second", "Third")
    assert list(links(client)) == ["Third", "Second", "First"]


def test_a_mail_shows_who_it_is_to_its_text_with_links_and_its_attachments(post_box: Path, client: Client):
    send("Your receipt", text="See https://example.org/x <b>now</b>", attach=("Receipt £25.pdf", b"%PDF-1.7"))
    response = client.get(links(client)["Your receipt"])
    tree = html_valid(response.content)
    page = response.content.decode()
    assert "to amal@example.org" in page
    assert '<a href="https://example.org/x"' in page
    assert "&lt;b&gt;now&lt;/b&gt;" in page
    (attached,) = [a.get("href", "") for a in tree.iter("a") if "/attachments/" in a.get("href", "")]
    kept = client.get(attached)
    assert (kept.content, kept["Content-Type"]) == (b"%PDF-1.7", "application/octet-stream")
    assert kept["Content-Disposition"] == 'attachment; filename="Receipt-25.pdf"'


def test_html_is_framed_from_its_own_address_without_scripts_or_anything_from_elsewhere(post_box: Path, client: Client):
    send("Hello", html="<p>Hello</p><script>alert(1)</script>")
    address = links(client)["Hello"]
    page = client.get(address)
    assert "alert(1)" not in page.content.decode()
    assert "frame-src" in page["Content-Security-Policy"]
    assert "'self'" in next(part for part in page["Content-Security-Policy"].split("; ") if part.startswith("frame-src"))
    framed = client.get(f"{address}html/")
    policy = framed["Content-Security-Policy"].split("; ")
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert not any(part.startswith("script-src") for part in policy)
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("end", ["", "html/", "attachments/0/"])
def test_nothing_of_a_mail_is_stored(post_box: Path, client: Client, end: str):
    send("Hello", html="<p>Hello</p>", attach=("a.pdf", b"%PDF"))
    address = links(client)["Hello"]
    for page in (MAIL, f"{address}{end}"):
        assert client.get(page)["Cache-Control"] == "private, no-store"


def test_a_line_of_dashes_in_a_mail_does_not_cut_it(post_box: Path, client: Client):
    send("Dashes", "After", text="Above\n" + "-" * 79 + "\nBelow")
    assert list(links(client)) == ["After", "Dashes"]
    assert "Below" in client.get(links(client)["Dashes"]).content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "..%2F..%2Fetc%2Fpasswd",
        "../secret_key",
        "secret_key",
        "20260101-000000-1.log",
        "%2e%2e",
        "20260101-000000-1.log%00",
        "²0260101-000000-1.log",
    ],
)
def test_only_mails_are_given_out(post_box: Path, client: Client, name: str):
    (post_box / "secret_key").write_text("secret")
    (post_box.parent / "secret_key").write_text("secret")
    for end in ("", "html/", "attachments/0/"):
        assert client.get(f"{MAIL}{name}/0/{end}").status_code == 404


def test_a_number_too_high_finds_nothing(post_box: Path, client: Client):
    send("Hello")
    address = links(client)["Hello"]
    assert client.get(address.replace("/0/", "/1/")).status_code == 404
    assert client.get(f"{address}html/").status_code == 404
    assert client.get(f"{address}attachments/0/").status_code == 404


def test_it_cannot_be_posted_to(post_box: Path, client: Client):
    assert client.post(MAIL).status_code == 405


@pytest.mark.parametrize(("provider", "found"), [("stripe", "404"), ("sandbox", "200")])
def test_there_is_no_mailbox_outside_the_sandbox(provider: str, found: str, tmp_path: Path):
    # Templates are drawn with plain static addresses: nothing is built for this question.
    ask = "from django.conf import settings; from django.test import Client, override_settings; plain = dict(settings.STORAGES); "
    ask += "plain['staticfiles'] = {'BACKEND': 'django.contrib.staticfiles.storage.StaticFilesStorage'}; override_settings(STORAGES=plain).enable(); "
    ask += "print(Client().get('/sandbox/mail/', headers={'host': 'localhost'}).status_code)"
    environ = os.environ | {"GIVING_PROVIDER": provider, "STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"}
    environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "HOPE_TEST_VAR": str(tmp_path)}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ask]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == found


@pytest.mark.django_db
def test_a_demo_says_where_its_mail_is_read_and_a_site_that_sends_does_not(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert 'href="/sandbox/mail/"' in client.get("/updates/asked/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "/sandbox/mail/" not in client.get("/updates/asked/").content.decode()
