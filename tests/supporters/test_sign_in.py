"""Signing in: brakes, sessions, and where one may be sent on to (quality.md, attacks 9, 10, 21, 22)."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from supporters.models import Account
from tests import factories as make
from tests.pages import html_valid

PASSWORD = "seven green umbrellas"
LOGIN = "/account/login/"


@pytest.fixture
def editor(db: None) -> Account:
    """Give a member of staff with a password."""
    return make.staff("Editor", email="editor@example.org", password=PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, **more: str):
    return client.post(LOGIN, {"login": "editor@example.org", "password": password, **more})


# --- signing in ------------------------------------------------------------------------------------
def test_staff_sign_in_by_address_however_it_is_cased_and_come_to_their_work(editor: Account):
    response = Client().post(LOGIN, {"login": "Editor@Example.org", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_the_admin_sends_strangers_to_sign_in_and_back(editor: Account):
    client = Client()
    response = client.get("/admin/stories/story/", follow=True)
    assert urlsplit(response.redirect_chain[-1][0]).path == LOGIN
    response = sign_in(client, next="/admin/stories/story/")
    assert response["Location"] == "/admin/stories/story/"


def test_somebody_who_is_not_staff_gets_no_further_than_the_door(db: None):
    make.account("editor@example.org", PASSWORD)
    client = Client()
    sign_in(client)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/", follow=True).status_code == 403


def test_an_inactive_account_does_not_get_in(editor: Account):
    Account.objects.update(is_active=False)
    client = Client()
    sign_in(client)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["", "password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/"])
def test_pages_of_ones_own_account_ask_to_sign_in(db: None, address: str):
    if address:
        assert Client().get(f"/account/{address}").status_code == 302


@pytest.mark.parametrize(
    "address", ["login/", "password/reset/", "password/reset/done/", "password/reset/key/done/", "inactive/"]
)
def test_pages_before_signing_in_are_valid_private_and_run_only_our_scripts(db: None, address: str):
    response = Client().get(f"/account/{address}")
    tree = html_valid(response.content)
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    for script in tree.iter("script"):
        assert script.get("src", "").startswith("/static/") or script.get("type") == "application/json"
    assert not [e for e in tree.iter() if e.get("style") or any(name.startswith("on") for name in e.attrib)]


@pytest.mark.parametrize(
    "address", ["password/change/", "logout/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/"]
)
def test_pages_after_signing_in_are_valid_too(editor: Account, address: str):
    client = Client()
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    response = client.get(f"/account/{address}")
    assert response.status_code == 200
    html_valid(response.content)


@pytest.mark.parametrize("address", ["2fa/totp/activate/", "2fa/webauthn/add/", "2fa/recovery-codes/generate/"])
def test_another_way_in_is_added_only_after_giving_the_password_again(editor: Account, address: str):
    client = Client()
    sign_in(client)
    response = client.get(f"/account/{address}")
    assert (response.status_code, urlsplit(response["Location"]).path) == (302, "/account/reauthenticate/")
    html_valid(client.get(response["Location"]).content)


@pytest.mark.parametrize(
    "address", ["signup/", "email/", "confirm-email/", "confirm-email/abc/", "login/code/confirm/", "2fa/webauthn/signup/"]
)
def test_nobody_signs_up_or_changes_their_address_by_themselves(editor: Account, address: str):
    client = Client()
    sign_in(client)
    for visitor in (Client(), client):
        assert visitor.get(f"/account/{address}").status_code == 404
        assert visitor.post(f"/account/{address}", {"email": "a@example.org", "password1": PASSWORD}).status_code == 404
    assert Account.objects.count() == 1


# --- attack 22: guessing, and stolen sessions ------------------------------------------------------
def test_guessing_a_password_is_braked_even_with_the_right_one(editor: Account):
    client = Client()
    for attempt in range(5):
        assert sign_in(client, f"wrong {attempt}").status_code == 200
    response = sign_in(client)
    assert response.status_code == 200
    assert "Too many failed login attempts" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_without_guesses_before_it_the_right_password_gets_in(editor: Account):
    """The control of the brake."""
    client = Client()
    assert sign_in(client, "wrong").status_code == 200
    assert sign_in(client).status_code == 302


def test_guessing_many_accounts_from_one_address_is_braked_too(editor: Account):
    answers = [Client().post(LOGIN, {"login": f"nobody{n}@example.org", "password": "wrong"}) for n in range(11)]
    assert "Too many failed login attempts" in answers[-1].content.decode()
    assert "Too many failed login attempts" not in answers[0].content.decode()


def test_changing_the_password_ends_every_other_session(editor: Account):
    thief, owner = Client(), Client()
    sign_in(thief)
    sign_in(owner)
    assert thief.get("/admin/").status_code == 200  # the control
    new = "eight yellow umbrellas"
    owner.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert owner.get("/admin/").status_code == 200
    assert thief.get("/admin/").status_code == 302


def test_who_is_no_longer_staff_is_out_at_once(editor: Account):
    client = Client()
    sign_in(client)
    Account.objects.update(is_staff=False)
    assert client.get("/admin/").status_code == 302


# --- attack 21: session fixation -------------------------------------------------------------------
def test_the_session_has_another_key_after_signing_in(editor: Account):
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    before = session.session_key or ""
    sign_in(client)
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = before
    assert planted.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 200  # the control


def test_the_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(editor: Account):
    response = sign_in(Client())
    cookie = response.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


# --- attack 9: open redirects ----------------------------------------------------------------------
ELSEWHERE = [
    "//evil.example", "/\\evil.example", "https:///evil.example", "https://evil.example/", "javascript:alert(1)", "@evil.example",
    "///evil.example", "http:evil.example", "\\\\evil.example", "/\t/evil.example", "https://127.0.0.1:9999/", " //evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere_after_signing_in_or_out(editor: Account, target: str):
    client = Client()
    assert sign_in(client, next=target)["Location"] == "/admin/"
    assert client.post("/account/logout/", {"next": target})["Location"] == "/"


def test_a_path_of_this_site_is_followed(editor: Account):
    """The control of the redirects."""
    assert sign_in(Client(), next="/admin/stories/")["Location"] == "/admin/stories/"


# --- forgotten passwords (attacks 7 and 10) --------------------------------------------------------
def test_a_forgotten_password_is_chosen_anew_by_a_mailed_link(editor: Account):
    Client().post("/account/password/reset/", {"email": "editor@example.org"})
    (letter,) = mail.outbox
    assert letter.subject == "Choose a new password"
    link = re.findall(r"https?://\S+", str(letter.body))[0]
    assert link.startswith(settings.SITE_URL + "/account/password/reset/key/")
    client = Client()
    page = client.get(urlsplit(link).path, follow=True)
    html_valid(page.content)
    new = "nine red umbrellas"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(Client(), new).status_code == 302
    assert sign_in(Client()).status_code == 200


def test_a_false_host_never_comes_into_the_mail(editor: Account):
    Client().post("/account/password/reset/", {"email": "editor@example.org"}, headers={"host": "localhost"})
    (letter,) = mail.outbox
    assert "localhost" not in letter.body.replace(settings.SITE_URL, "")
    assert "localhost" not in letter.subject
    assert (
        Client().post("/account/password/reset/", {"email": "e@example.org"}, headers={"host": "evil.example"}).status_code == 400
    )


def test_asking_for_a_link_says_the_same_for_known_and_unknown_addresses(editor: Account):
    known = Client().post("/account/password/reset/", {"email": "editor@example.org"})
    unknown = Client().post("/account/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in mail.outbox] == [["editor@example.org"]]
