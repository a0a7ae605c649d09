"""Attacks on what givers alone may see and do, from the list in docs/attacks.md (their numbers there); each with its control."""

import re
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.core import mail
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client, RequestFactory

from donations import pledge_links
from donations.models import Gift
from hope_site.page_cache import PageCache
from safeguarding.models import StoryPreview
from stories import previews
from supporters.models import Account, Supporter
from tests import factories as make
from tests import giving
from tests.donations.giver import Giver, Remembering
from tests.payloads import EVIL
from tests.portal import coming_in
from tests.portal.partners import gift_of, partner
from tests.portal.test_theirs_alone import everything
from tests.portal.visiting import signed_in
from tests.updates import reading
from updates import tokens

pytestmark = pytest.mark.django_db
ADA = "ada-canary@example.org"
HEADERS = {"X-Forwarded-Host": EVIL, "X-Host": EVIL, "Forwarded": f"host={EVIL};proto=https", "X-Forwarded-Server": EVIL, "X-Forwarded-Port": "6666",
           "X-Forwarded-Proto": "https", "X-Original-URL": "/stories/", "X-Rewrite-URL": "/stories/", "Origin": "null"}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_listens(settings):
    settings.SITE_URL = "http://127.0.0.1:9"


# --- 10: what a request says of its host comes into no mail and reaches no provider --------------------
def test_10_no_mail_and_no_bank_hears_of_a_forged_host(monkeypatch, settings):
    provider, client = Remembering(), Client(headers={name: value for name, value in HEADERS.items() if name != "Origin"})
    monkeypatch.setattr("donations.providers.named", lambda _name: provider)
    giver = Giver(client)
    giver.sends(giver.fills(email=ADA), 303)
    [asked] = provider.requests
    assert EVIL not in repr(asked) and "6666" not in repr(asked)
    assert asked.return_url.startswith(settings.SITE_URL) and asked.cancel_url.startswith(settings.SITE_URL)
    giving.supporter(ADA)
    coming_in.ask(client, ADA)
    reading.sign_up("new@example.org", client)
    coming_in.deliver()
    reading.post_goes_out()
    assert {message.to[0] for message in mail.outbox} == {ADA, "new@example.org"}
    for message in mail.outbox:
        whole = str(message.message())
        assert EVIL not in whole and "6666" not in whole
        assert f"{settings.SITE_URL}/" in message.body, "control: the mail does name a host"


# --- 25: cache deception ------------------------------------------------------------------------------
ENDINGS = [
    "x.css",
    ";.css",
    ";x.js",
    "%3b.css",
    ".css",
    "%2fx.css",
    "%00.css",
    "%0a.css",
    "%23.css",
    "?.css",
    "%3f.css",
    "..%2fx.css",
    "x.avif",
    "x.mp4",
]


@pytest.fixture
def behind():
    """Give a function that asks the site behind its page cache, with somebody's cookies or nobody's."""
    kept = PageCache(get_wsgi_application())

    def ask(path, client=None, **headers):
        path, _, query = path.partition("?")
        environ = RequestFactory(headers=headers).get("/").environ
        if client is not None:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
        environ |= {"PATH_INFO": unquote(path, "latin-1"), "QUERY_STRING": query}
        said = {}
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)  # the test's transaction lives in the one connection there is
        body = b"".join(kept(environ, lambda status, told, *_: said.update(status=int(status[:3]), headers=dict(told))))
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        return said["status"], {name.lower(): value for name, value in said["headers"].items()}, body

    return ask


def test_25_nothing_of_the_portal_is_kept_or_public_under_another_name(behind):
    gift = gift_of(ADA, details={"first_name": "Adacanary"})
    ada = signed_in(ADA)
    pages = [
        "/portal/",
        "/portal/contact/",
        "/portal/giving/gifts.csv",
        f"/portal/giving/{gift.reference}/",
        f"/give/thanks/{gift.reference}/",
    ]
    named = [behind(path, ada) for path in pages]
    assert all(status == 200 for status, _, _ in named)
    assert any(b"canary" in body for _, _, body in named), "control: these pages do name her"
    targets = [f"{path}{ending}" for path in pages for ending in ENDINGS]
    targets += [f"{path.rstrip('/')}{ending}" for path in pages for ending in ENDINGS] + ["/" + path for path in pages]
    targets += [
        "/%70ortal/",
        "/PORTAL/",
        "/portal%2f",
        "/./portal/",
        "/stories/../portal/",
        "/static/..%2fportal/",
        "/media/../portal/",
        "/es/portal/",
    ]
    for target in [*pages, *targets]:
        status, headers, body = behind(target, ada)
        assert status < 500, target
        assert headers.get("cache-control") == "private, no-store", target
        assert status != 200 or not target.partition("?")[0].endswith((".css", ".js", ".avif", ".mp4")), target
        again, _, seen = behind(target)
        assert b"canary" not in seen, target
        assert again != 200 or target.startswith(("/give/thanks/", "//give/thanks/")) or b"sign" in seen.lower(), target


def test_25_forwarded_headers_make_no_private_page_public(behind):
    gift_of(ADA, details={"first_name": "Adacanary"})
    ada = signed_in(ADA)
    for name, value in HEADERS.items():
        status, headers, body = behind("/portal/contact/", ada, **{name: value})
        assert status == 200 and b"Adacanary" in body, name
        assert headers["cache-control"] == "private, no-store", name
        public = behind("/stories/", ada, **{name: value})
        assert b"canary" not in public[2] and "set-cookie" not in public[1], name
        assert b"Adacanary" not in behind("/portal/contact/", **{name: value})[2], name


def test_24_pages_of_givers_are_framed_by_nobody_and_tell_no_other_site_where_they_are():
    gift, reader = gift_of(ADA), reading.reader()
    ada = signed_in(ADA)
    links = [
        f"/updates/{purpose}/{tokens.for_reader(purpose, reader.pk)}/" for purpose in (tokens.PREFERENCES, tokens.UNSUBSCRIBE)
    ]
    for path in [
        "/portal/",
        "/portal/data/",
        f"/portal/giving/{gift.reference}/",
        f"/give/thanks/{gift.reference}/",
        *links,
    ]:
        response = ada.get(path)
        assert response.status_code == 200, path
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"], path
        assert response["X-Frame-Options"] == "DENY", path
        assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}, path


# --- 29: keys that no form has --------------------------------------------------------------------------
MARK = "77777771"
OWN = {"first_name": "Ada", "last_name": "Obi", "language": "en"}


def columns():
    """Return the name of every column of ours and Django's, and what a careless form might be called by."""
    names = {field.attname for model in apps.get_models() for field in model._meta.concrete_fields}
    return sorted(
        names | {name.removesuffix("_id") for name in names} | {"supporter", "account", "user", "amount_minor", "groups"}
    )


def marked():
    """Return the tables in which the mark stands."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and any(MARK in repr(row) for row in model._base_manager.values_list())
    )


def test_29_keys_that_a_form_does_not_have_change_nothing():
    ada, pledge = partner(ADA)
    reader = reading.reader()
    preferences = f"/updates/preferences/{tokens.for_reader(tokens.PREFERENCES, reader.pk)}/"
    forms = [
        ("/portal/contact/", OWN, ada, 302),
        ("/portal/preferences/", {}, ada, 302),
        (f"/portal/pledges/{pledge.reference}/amount/", {"amount": "40"}, ada, 200),
        (f"/portal/pledges/{pledge.reference}/pause/", {}, ada, 422),
        ("/portal/sign-in/", {"email": ADA}, Client(), 302),
        (preferences, {"topics": ["stories"]}, Client(), 303),
        ("/updates/", {"email": "new@example.org", "shown": "9000"}, Client(), 303),
    ]
    for path, fields, client, status in forms:
        known = set(re.findall(r'name="([^"]+)"', client.get(path).content.decode()))
        extra = {name: MARK for name in columns() if name not in known | {"next", "website", "choosing"}}
        assert len(extra) > 200
        response = client.post(path, extra | fields)
        assert response.status_code == status, (path, response.status_code)
        assert marked() == [], path
    account = Account.objects.get(email=ADA)
    assert not (account.is_staff or account.is_superuser)
    assert Gift.objects.get(pledge=pledge).amount == 2500


def test_29_control_a_key_that_the_form_has_is_kept():
    gift_of(ADA)
    assert signed_in(ADA).post("/portal/contact/", OWN | {"phone": f"+44 {MARK}"}).status_code == 302
    assert "supporters_supporter" in marked()


# --- 30: what was signed for one purpose ------------------------------------------------------------------
def test_30_nothing_signed_or_secret_opens_what_it_was_not_made_for(settings):
    _, pledge = partner(ADA)
    reader, person = reading.reader(), make.contributor("Asha")
    shown = previews.invite(make.story("Unwritten", people=[person]), person)
    asking = Client()
    coming_in.ask(asking, ADA)
    [letter] = [letter for letter in coming_in.deliver() if letter.to == [ADA] and letter.subject == "Your code"]
    receipt = Gift.objects.get(pledge=pledge).receipts.get()
    held = {f"/portal/links/{purpose}/{{}}/": pledge_links.token(pledge, purpose) for purpose in pledge_links.PURPOSES}
    held |= {
        f"/updates/{purpose}/{{}}/": tokens.for_reader(purpose, reader.pk) for purpose in (tokens.PREFERENCES, tokens.UNSUBSCRIBE)
    }
    held |= {
        "/preview/{}/": shown.token,
        "/portal/sign-in/link/{}/": coming_in.link_in(letter).rstrip("/").rsplit("/", 1)[1],
        "/give/receipts/{}/": receipt.code,
        "/give/thanks/{}/": Gift.objects.get(pledge=pledge).reference,
        "/portal/pledges/{}/": pledge.reference,
    }
    for address, token in held.items():
        client = signed_in(ADA) if address == "/portal/pledges/{}/" else asking
        assert client.get(address.format(token)).status_code == 200, f"control: {address} opens with its own"
    before = everything()
    for address in held:
        for made_for, token in held.items():
            if made_for == address:
                continue
            for answer in (
                asking.get(address.format(token)),
                asking.post(address.format(token), {"answer": "stop", "topics": ["ways"]}),
            ):
                said = answer.content.decode()
                assert answer.status_code in {404, 405, 410} or _elsewhere(answer) or "link" in address, (
                    address,
                    made_for,
                    answer,
                )
                assert ADA not in said and "Obi" not in said and receipt.number not in said, (address, made_for)
    assert everything() == before
    assert not asking.session.get("_auth_user_id")
    assert StoryPreview.objects.get().stopped_at is None
    assert Supporter.objects.filter(email=ADA).exists()


def _elsewhere(answer):
    return answer.status_code == 302 and answer["Location"].startswith("/portal/sign-in/")
