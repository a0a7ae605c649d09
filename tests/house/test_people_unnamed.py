"""Attack 28: nothing of a person in logs, error reports or referrers, also when something breaks; each with its guard away."""

import json
import logging
import smtplib

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client

from donations import giving as attempts
from donations.providers import base
from hope_site.log_lines import Line, without_people
from letters import outbox
from supporters import codes
from supporters.models import Supporter, SupporterConsent
from tests.donations.giver import HOME, Giver, Remembering
from tests.house.commands import ROOT, run
from tests.portal import coming_in
from tests.portal.partners import partner
from tests.updates import reading

CANARY = "canary"
EMAIL = f"{CANARY}-7f3@example.org"
NAMED = {"first_name": "Canaryfirst", "last_name": "Canarylast", "email": EMAIL}


class Heard(logging.Handler):
    """Everything that is logged, as a formatter writes it."""

    def __init__(self, formatter):
        super().__init__(logging.DEBUG)
        self.setFormatter(formatter)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))

    @property
    def told(self):
        return [line for line in self.lines if CANARY in line.lower()]


@pytest.fixture
def heard():
    """Give what was logged, as the site writes it and as it would stand there unguarded."""
    style = settings.LOGGING["formatters"]["line"]
    both = Heard(Line(style["format"])), Heard(logging.Formatter(style["format"]))
    root = logging.getLogger()
    for handler in both:
        root.addHandler(handler)
    yield both
    for handler in both:
        root.removeHandler(handler)


def breaks(monkeypatch, where, what):
    """Let a verb fail as PostgreSQL refuses a row: with all of the row in its words."""
    refusal = f"null value violates a constraint\nDETAIL:  Failing row contains (7, {EMAIL}, Canaryfirst, Canary\nStreet 1)."

    def refused(*args, **kwargs):
        raise IntegrityError(refusal)

    monkeypatch.setattr(where, what, refused)


@pytest.mark.django_db
def test_28_logs_name_nobody_on_the_way_of_a_gift_a_sign_in_and_a_sign_up_nor_when_they_break(heard, monkeypatch, settings):
    settings.SITE_URL = "http://127.0.0.1:9"
    client = Client(raise_request_exception=False)
    provider = Remembering()
    giver = Giver(client)
    with monkeypatch.context() as patch:
        patch.setattr("donations.providers.named", lambda _name: provider)
        giver.sends(giver.fills(**NAMED, **HOME), 303)
        provider.fails = base.ProviderUnavailable(f"no answer about {EMAIL}")
        giver.sends(giver.fills(**NAMED), 503)
        giver.sends(giver.fills(**NAMED | {"email": f"{CANARY}@@"}), 422)
    browser, pledge = partner(EMAIL)
    browser.raise_request_exception = False
    for path in (
        "/portal/",
        "/portal/contact/",
        "/portal/preferences/",
        f"/portal/pledges/{pledge.reference}/",
        "/portal/nothing/",
    ):
        browser.get(path)
    browser.post("/portal/contact/", {**NAMED, "line1": "Canary Street 1", "country": "GB"})
    reading.sign_up(EMAIL, client, first_name="Canaryfirst")
    coming_in.ask(client, EMAIL)
    client.get(f"/no/such/page/?email={EMAIL}")
    coming_in.deliver()
    asked_to_break = [(attempts, "begin", lambda: giver.client.post("/give/", giver.fills(**NAMED))),
                      (codes, "ask", lambda: coming_in.ask(client, EMAIL)),
                      (Supporter, "save", lambda: browser.post("/portal/contact/", NAMED)),
                      (SupporterConsent.objects, "bulk_create", lambda: browser.post("/portal/preferences/", {"topics": ["stories"]}))]  # fmt: skip
    for where, what, act in asked_to_break:
        with monkeypatch.context() as patch:
            breaks(patch, where, what)
            act()
    outbox.write("welcome-nobody-registered", "canary", to=EMAIL)
    outbox.send_due()
    told, unguarded = heard
    assert told.told == []
    assert len(told.lines) > 8
    assert len(unguarded.told) >= 3, "control: plain lines would have told"


@pytest.mark.django_db
def test_28_a_mail_server_that_names_whom_it_refuses_is_not_quoted(heard, monkeypatch):
    reading.sign_up(EMAIL)

    def refuse(*args, **kwargs):
        raise smtplib.SMTPDataError(550, f"5.1.1 <{EMAIL}>: no such mailbox".encode())

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    reading.post_goes_out()
    assert heard[0].told == []
    assert heard[1].told


@pytest.mark.django_db
def test_28_a_row_that_the_database_quotes_is_left_out(heard):
    Supporter.objects.create(email=EMAIL)
    try:
        with transaction.atomic():
            Supporter.objects.create(email=EMAIL)
    except IntegrityError:
        logging.getLogger("donations").exception("A supporter could not be kept")
    assert heard[0].told == []
    assert "IntegrityError" in heard[0].lines[-1]
    assert (connection.vendor == "postgresql") == bool(heard[1].told), "PostgreSQL quotes the key, SQLite does not"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Not Found: /preview/AbC:xyz/stop/", "Not Found: /preview/[link]"),
        ("Gone: /portal/links/cancel/A.b-C:d/", "Gone: /portal/links/cancel/[link]"),
        ("Forbidden: /updates/unsubscribe/9-0.t.s/", "Forbidden: /updates/unsubscribe/[link]"),
        ("Not Found: /portal/sign-in/link/xyz/", "Not Found: /portal/sign-in/link/[link]"),
        ("{'a.b+c@mail.example.org': (550, b'x')}", "{'[address]': (550, b'x')}"),
        ("DETAIL:  Key (email)=(a@b.org) exists.\n\nThe above exception was", "DETAIL: [left out]\nThe above exception was"),
        ("    @functools.wraps(view)\n  x @ y", "    @functools.wraps(view)\n  x @ y"),
        ("Not Found: /stories/found/", "Not Found: /stories/found/"),
    ],
)
def test_28_what_opens_something_or_reaches_somebody_is_left_out_and_nothing_else(said, told):
    assert without_people(said) == told


REPORTED = """
import json, logging, django
django.setup()
import sentry_sdk
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
for again in ({}, {"dsn": "http://key@127.0.0.1:9/1"}):
    if again:
        sentry_sdk.init(**again)  # control: as the library reports by itself, which already leaves out cookies and the like
    told = []
    sentry_sdk.get_client().transport.capture_envelope = told.append
    client = Client(raise_request_exception=False, headers={"Referer": "http://testserver/updates/?x=canary-referrer", "User-Agent": "canary-agent"})
    answers = [
        client.post("/updates/?q=canary-query", {"email": "canary@example.org", "first_name": "Canaryfirst", "shown": "9000"}).status_code,
        client.get("/updates/unsubscribe/canary-token/", headers={"Cookie": "session=canary-cookie"}).status_code,
        client.get("/stories/?q=canary-search").status_code,
    ]
    logging.getLogger("x").error("Somebody: %s", "canary@example.org")
    print(json.dumps([answers, [item.payload.json for envelope in told for item in envelope.items]], default=str))
"""


def test_28_error_reports_name_the_fault_and_nobody():
    """There is no table in this site's database: every page that asks it breaks with what was typed in its hands."""
    done = run(
        "-c", REPORTED, DJANGO_SETTINGS_MODULE="tests.settings", SENTRY_DSN="http://key@127.0.0.1:9/1", PYTHONPATH=str(ROOT)
    )
    assert done.returncode == 0, done.stderr[-2000:]
    ours, plain = (json.loads(line) for line in done.stdout.splitlines())
    assert ours[0] == plain[0] and 503 in ours[0]
    assert len(ours[1]) >= 3
    kinds = {fault["type"] for event in ours[1] for fault in event.get("exception", {}).get("values", [])}
    assert "OperationalError" in kinds
    assert any(event.get("transaction") for event in ours[1])
    assert CANARY not in json.dumps(ours).lower()
    assert json.dumps(plain).lower().count(CANARY) > 5, "control"
