"""How long a session lasts, where somebody is signed in, and what a mailed code does not open (quality.md, 21, 22)."""

import datetime
import json

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.utils import timezone

from supporters import browsers
from supporters.models import Account, SignedInBrowser, Supporter
from tests import factories as make
from tests.pages import html_valid, max_queries
from tests.portal.coming_in import come_in
from tests.portal.visiting import signed_in
from tests.staff import signed_in as browser_of

ADA, EDITOR, PASSWORD = "ada@example.org", "editor@example.org", "seven green umbrellas"
SECURITY, EVERYWHERE = "/portal/security/", "/portal/security/everywhere/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ada(db: None) -> Supporter:
    """Give somebody who supports the charity."""
    return Supporter.objects.create(email=ADA, first_name="Ada")


@pytest.fixture
def editor(db: None) -> Account:
    """Give a member of staff with a password."""
    return make.staff("Editor", email=EDITOR, password=PASSWORD)


def is_in(client: Client) -> bool:
    return client.get(SECURITY).status_code == 200


# --- a shared computer ------------------------------------------------------------------------------
def test_a_shared_computer_forgets_after_fifteen_quiet_minutes_and_when_the_browser_closes(ada: Supporter):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        response = come_in(client, ADA, shared="on")
        assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
        for _ in range(3):
            clock.shift(datetime.timedelta(minutes=14))
            assert is_in(client)
        clock.shift(datetime.timedelta(minutes=16))
        response = client.get(SECURITY)
        assert response["Location"] == "/portal/sign-in/?next=%2Fportal%2Fsecurity%2F"
        assert "you are signed out" in client.get(response["Location"]).content.decode()
        assert not SignedInBrowser.objects.exists()


def test_ones_own_computer_remembers_longer(ada: Supporter):
    """The control."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        response = come_in(client, ADA)
        assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == settings.SESSION_COOKIE_AGE
        clock.shift(datetime.timedelta(hours=11))
        assert is_in(client)


def test_a_shared_computers_quiet_minutes_hold_outside_the_portal_too(ada: Supporter):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        come_in(client, ADA, shared="on")
        clock.shift(datetime.timedelta(minutes=16))
        client.get("/account/logout/")
        assert "_auth_user_id" not in client.session


# --- where somebody is signed in --------------------------------------------------------------------
def test_somebody_sees_where_they_are_signed_in_and_ends_one_of_them(ada: Supporter):
    here, there = Client(), Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.77")
    come_in(here, ADA)
    come_in(there, ADA)
    shown = here.get(SECURITY).content.decode()
    html_valid(shown)
    assert "Firefox · Windows" in shown
    assert "203.0.113.0/24" in shown
    assert "203.0.113.77" not in f"{shown}{list(SignedInBrowser.objects.values())}"
    other = SignedInBrowser.objects.get(device="Firefox · Windows")
    here.post(f"/portal/security/browsers/{other.reference}/end/")
    assert not is_in(there)
    assert is_in(here)


def test_nobody_ends_somebody_elses_session(ada: Supporter):
    client, stranger = Client(), signed_in("eve@example.org")
    come_in(client, ADA)
    reference = Account.objects.get(email=ADA).browsers.get().reference
    assert stranger.post(f"/portal/security/browsers/{reference}/end/").status_code == 404
    assert stranger.get(f"/portal/security/browsers/{reference}/end/").status_code == 405
    assert is_in(client)


def test_signing_out_everywhere_ends_every_session_even_one_that_never_saw_the_portal(ada: Supporter):
    first, second = Client(), Client()
    come_in(first, ADA)
    come_in(second, ADA)
    third = browser_of(Account.objects.get())
    assert first.post(EVERYWHERE)["Location"] == "/portal/signed-out/"
    assert [client.get(SECURITY).status_code for client in (first, second, third)] == [302, 302, 302]
    assert not SignedInBrowser.objects.exists()
    assert come_in(Client(), ADA).status_code == 302  # and in again


def test_signing_out_ends_this_session_alone_and_only_by_a_click(ada: Supporter):
    here, there = Client(), Client()
    come_in(here, ADA)
    come_in(there, ADA)
    html_valid(here.get("/portal/sign-out/").content)
    assert is_in(here)
    here.post("/portal/sign-out/")
    assert not is_in(here)
    assert is_in(there)


def test_the_list_forgets_sessions_that_ended_by_themselves(ada: Supporter):
    client = Client()
    come_in(client, ADA)
    gone = SignedInBrowser.objects.create(account=Account.objects.get(), session_key="gone", device="Safari · iPhone")
    assert "iPhone" not in client.get(SECURITY).content.decode()
    assert not SignedInBrowser.objects.filter(pk=gone.pk).exists()


def test_old_rows_are_pruned_and_new_ones_kept(ada: Supporter):
    client = Client()
    come_in(client, ADA)
    row = SignedInBrowser.objects.get()
    assert browsers.prune() == 0
    SignedInBrowser.objects.update(last_seen=row.last_seen - datetime.timedelta(hours=14))
    assert browsers.prune() == 1


def test_being_seen_costs_a_page_nothing_for_a_minute(ada: Supporter):
    client = Client()
    come_in(client, ADA)
    with max_queries(10) as queries:
        client.get(SECURITY)
    assert not [query for query in queries.captured_queries if query["sql"].startswith(("UPDATE", "INSERT"))]


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (FIREFOX, "Firefox · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari · Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome · Android"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_called_as_its_owner_calls_it(said: str, known: str):
    assert browsers.device_of(said) == known


# --- staff ------------------------------------------------------------------------------------------
def test_a_code_alone_never_opens_the_admin_for_staff(editor: Account):
    Account.objects.update(is_superuser=True)
    client = Client()
    assert come_in(client, EDITOR, next="/admin/")["Location"] == "/admin/"
    for address in ("/admin/", "/admin/stories/story/", "/admin/supporters/account/"):
        response = client.get(address, follow=True)
        assert response.status_code == 403
        assert "Please sign in with your password" in response.content.decode()
        html_valid(response.content)
        assert 'name="password"' not in response.content.decode()
    assert client.post("/admin/stories/place/add/", {"name": "Nowhere"}).status_code == 302
    assert client.get("/portal/security/").status_code == 200  # their own giving, it does


def test_with_the_password_the_same_person_gets_to_work(editor: Account):
    """The control."""
    client = Client()
    client.post("/account/login/", {"login": EDITOR, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["2fa/", "2fa/webauthn/", "2fa/webauthn/add/", "2fa/totp/activate/", "password/change/", "password/set/", "reauthenticate/"],
)
def test_a_code_alone_adds_no_way_in_for_staff(editor: Account, address: str):
    Account.objects.update(password="!")  # invited, and has not chosen a password yet
    client = Client()
    come_in(client, EDITOR)
    response = client.get(f"/account/{address}")
    assert response.status_code == 403
    assert client.post(f"/account/{address}", {"password": PASSWORD, "password1": PASSWORD}).status_code == 403
    assert client.get("/portal/security/passkeys/add/").status_code == 404
    assert not Account.objects.get().has_usable_password()


def test_staff_with_a_second_factor_are_asked_for_it_after_the_code(editor: Account):
    Authenticator.objects.create(user=editor, type=Authenticator.Type.TOTP, data={"secret": "GEZDGNBVGY3TQOJQ"})
    client = Client()
    assert come_in(client, EDITOR)["Location"].startswith("/account/2fa/authenticate/")
    assert not is_in(client)


@pytest.mark.parametrize("address", ["2fa/", "2fa/webauthn/add/", "password/change/", "password/set/"])
def test_donors_have_no_business_with_passwords(ada: Supporter, address: str):
    client = Client()
    come_in(client, ADA)
    assert client.get(f"/account/{address}").status_code == 404


def test_nobody_mails_a_donor_a_link_to_set_a_password(ada: Supporter, editor: Account, mailoutbox):
    come_in(Client(), ADA)
    mailoutbox.clear()
    for email in (ADA, EDITOR):
        Client().post("/account/password/reset/", {"email": email})
    assert [letter.to for letter in mailoutbox] == [[EDITOR]]


# --- passkeys (the ceremony itself: tests/journeys/test_signing_in.py) ------------------------------
@pytest.mark.parametrize("sent", ["", "x", "[]", "1", "null", '"a"', "{}", '{"id": 1}', '{"response": {"userHandle": 5}}',
                                  json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {
                                      "clientDataJSON": "AA", "attestationObject": "AA", "authenticatorData": "AA", "signature": "AA",
                                      "userHandle": "MQ"}})])  # fmt: skip
def test_what_is_no_passkey_is_refused_kindly(ada: Supporter, sent: str):
    client = Client()
    client.get("/portal/sign-in/passkey/", headers={"Accept": "application/json"})
    response = client.post("/portal/sign-in/passkey/", {"credential": sent, "next": "/portal/"})
    assert response.status_code == 422
    html_valid(response.content)
    assert "_auth_user_id" not in client.session
    come_in(client, ADA)
    client.get("/portal/security/passkeys/add/")
    response = client.post("/portal/security/passkeys/add/", {"credential": sent, "name": "x"})
    assert response.status_code == 422
    html_valid(response.content)
    assert not Authenticator.objects.exists()


def test_a_passkey_is_removed_by_its_owner_alone(ada: Supporter):
    client, stranger = Client(), Client()
    come_in(client, ADA)
    Supporter.objects.create(email="eve@example.org")
    come_in(stranger, "eve@example.org")
    account = Account.objects.get(email=ADA)
    key = Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": {}})
    address = f"/portal/security/passkeys/{key.pk}/remove/"
    assert stranger.post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert not Authenticator.objects.exists()


def test_whoever_found_the_browser_open_keeps_no_passkey_without_a_new_proof(ada: Supporter):
    response = signed_in(ADA).get("/portal/security/passkeys/add/")
    assert response["Location"].startswith("/portal/security/prove/")
