"""Signing in by a mailed code: what the code is worth, where, how often, and what nobody learns (quality.md, 7, 9, 21)."""

import datetime
import statistics
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from letters.models import Letter
from supporters import codes
from supporters.models import Account, Code, Supporter
from tests import factories as make
from tests.pages import html_valid
from tests.portal.coming_in import CODE, SIGN_IN, ask, come_in, deliver, digits_in, link_in

ADA = "ada@example.org"
WRONG = "the code we sent"  # of what is said beside the field


@pytest.fixture
def ada(db: None) -> Supporter:
    """Give somebody who supports the charity and never signed in."""
    return Supporter.objects.create(email=ADA, first_name="Ada", last_name="Obi")


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def wrong_for(digits: str) -> str:
    return f"{(int(digits.replace(' ', '')) + 1) % 1_000_000:06}"


# --- coming in --------------------------------------------------------------------------------------
def test_a_supporter_comes_in_by_the_code_and_has_an_account_only_then(ada: Supporter):
    client = Client()
    response = ask(client, " Ada@Example.org ", next="/portal/giving/")
    assert (response.status_code, response["Location"]) == (302, CODE)
    (letter,) = deliver()
    assert letter.to == [ADA]
    assert not Account.objects.exists()
    response = client.post(CODE, {"code": digits_in(letter)})
    assert (response.status_code, response["Location"]) == (302, "/portal/giving/")
    assert is_in(client)
    account = Account.objects.get()
    assert not account.has_usable_password()
    assert EmailAddress.objects.filter(user=account, email=ADA, verified=True, primary=True).exists()


@pytest.mark.parametrize("typed", ["123456", "123 456", "12-34-56", " 123456 ", "١٢٣٤٥٦", "１２３４５６"])
def test_a_code_is_understood_however_its_digits_are_typed(typed: str):
    assert codes.digits_of(typed) == "123456"


def test_the_code_works_only_in_the_browser_that_asked(ada: Supporter):
    client, other = Client(), Client()
    ask(client, ADA)
    (letter,) = deliver()
    assert other.post(CODE, {"code": digits_in(letter)})["Location"] == SIGN_IN  # it asked for nothing
    ask(other, ADA)
    assert WRONG in other.post(CODE, {"code": digits_in(letter)}).content.decode()
    assert not is_in(other)
    assert client.post(CODE, {"code": digits_in(letter)}).status_code == 302
    assert is_in(client)


def test_the_code_works_once(ada: Supporter):
    client = Client()
    ask(client, ADA)
    (letter,) = deliver()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    twin = Client()  # the same browser's session, kept by somebody who looks over a shoulder
    twin.cookies[settings.SESSION_COOKIE_NAME] = before
    assert client.post(CODE, {"code": digits_in(letter)}).status_code == 302
    assert twin.post(CODE, {"code": digits_in(letter)}).status_code in {302, 422}
    assert not is_in(twin)


def test_the_code_works_for_ten_minutes(ada: Supporter):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for minutes, comes_in in ((9, True), (10, False)):
            client = Client()
            ask(client, ADA)
            (letter,) = deliver()
            clock.shift(datetime.timedelta(minutes=minutes))
            client.post(CODE, {"code": digits_in(letter)})
            assert is_in(client) == comes_in


def test_five_tries_end_a_code_and_the_fifth_may_still_be_right(ada: Supporter):
    for wrong, comes_in in ((4, True), (5, False)):
        client = Client()
        ask(client, ADA)
        (letter,) = deliver()
        for _ in range(wrong):
            assert client.post(CODE, {"code": wrong_for(digits_in(letter))}).status_code == 422
        client.post(CODE, {"code": digits_in(letter)})
        assert is_in(client) == comes_in


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "1\x0023456", "9" * 5000])
def test_what_is_no_code_is_said_kindly_and_is_no_guess(ada: Supporter, typed: str):
    client = Client()
    ask(client, ADA)
    response = client.post(CODE, {"code": typed})
    assert response.status_code == 422
    html_valid(response.content)
    assert Code.objects.get().tries == 0


@pytest.mark.parametrize(
    "typed", ["", "ada", "ada@", "a" * 250 + "@example.org", "ada\x00@example.org", "ada@example.org\r\nBcc: e@e.example"]
)
def test_what_is_no_address_is_said_beside_the_field_and_kept(db: None, typed: str):
    response = Client().post(SIGN_IN, {"email": typed})
    assert response.status_code == 422
    tree = html_valid(response.content)
    field = next(e for e in tree.iter("input") if e.get("name") == "email")
    assert field.get("aria-invalid") == "true"
    assert not Code.objects.exists()


# --- the link ---------------------------------------------------------------------------------------
def test_the_link_comes_in_by_a_click_in_the_browser_that_asked(ada: Supporter):
    client = Client()
    ask(client, ADA, next="/portal/giving/")
    (letter,) = deliver()
    assert client.post(link_in(letter))["Location"] == "/portal/giving/"
    assert is_in(client)


def test_opening_the_link_however_often_and_by_whom_uses_nothing_up(ada: Supporter):
    client, scanner = Client(), Client()
    ask(client, ADA)
    (letter,) = deliver()
    kept = list(Code.objects.values())
    for _ in range(20):
        for visitor in (client, scanner):
            assert visitor.get(link_in(letter)).status_code == 200
            assert visitor.head(link_in(letter)).status_code == 200
    scanner.post(link_in(letter))
    assert list(Code.objects.values()) == kept
    assert not is_in(scanner)
    client.post(CODE, {"code": digits_in(letter)})
    assert is_in(client)


def test_elsewhere_the_link_says_kindly_to_go_back_and_names_nobody(ada: Supporter):
    client = Client()
    ask(client, ADA)
    (letter,) = deliver()
    shown = Client().get(link_in(letter)).content.decode()
    html_valid(shown)
    assert "Please go back to where you asked" in shown
    assert ADA not in shown


def test_a_used_or_old_link_says_so(ada: Supporter):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        ask(client, ADA)
        (letter,) = deliver()
        clock.shift(datetime.timedelta(minutes=10))
        response = client.post(link_in(letter))
        assert response.status_code == 422
        html_valid(response.content)
        assert not is_in(client)


def test_the_link_of_one_letter_is_worth_nothing_for_another(ada: Supporter):
    client = Client()
    ask(client, ADA)
    (old,) = deliver()
    ask(client, ADA)
    deliver()
    client.post(link_in(old))
    assert not is_in(client)


# --- who is known is told to nobody -----------------------------------------------------------------
def answers(email: str) -> list[tuple[int, dict[str, str], str]]:
    """Return what a browser gets that asks and guesses: status, headers and bytes without what differs by chance."""
    client, found = Client(), []
    for response in (ask(client, email), client.get(CODE), *(client.post(CODE, {"code": "000000"}) for _ in range(6))):
        body = response.content.decode().replace(email, "…")
        if "csrfmiddlewaretoken" in body:
            body = body.replace(str(response.context["csrf_token"]), "…")
        headers = {name: value for name, value in response.items() if name != "Content-Length"}
        found.append((response.status_code, headers, body))
    return found


def test_known_and_unknown_addresses_are_answered_alike(ada: Supporter):
    make.account("grace@example.org")
    shown = [answers(email) for email in (ADA, "eve@example.org", "grace@example.org")]
    codes.write_waiting()
    assert {code.outcome for code in Code.objects.all()} == {"written", "unknown"}  # the control
    assert shown[0] == shown[1] == shown[2]


def test_an_unknown_address_gets_no_mail_and_no_guess_is_right(db: None):
    client = Client()
    ask(client, "eve@example.org")
    assert deliver() == []
    assert not Letter.objects.exists()
    client.post(CODE, {"code": Code.objects.get().digits})
    assert not is_in(client)


def test_asking_and_guessing_ask_the_database_the_same_whoever_is_meant(ada: Supporter, django_assert_num_queries):
    counts = {}
    for email in (ADA, "eve@example.org"):
        client = Client()
        with django_assert_num_queries(10, exact=False) as asked:
            ask(client, email)
        with django_assert_num_queries(14, exact=False) as guessed:
            client.post(CODE, {"code": "000000"})
        counts[email] = [query["sql"].split(" ")[0] for queries in (asked, guessed) for query in queries.captured_queries]
    assert counts[ADA] == counts["eve@example.org"]


def test_asking_takes_the_same_time_for_a_known_and_an_unknown_address(ada: Supporter, settings, drill_size):
    settings.ACCOUNT_RATE_LIMITS = False
    times: dict[str, list[float]] = {ADA: [], "eve@example.org": []}
    for _ in range(drill_size(25, 200)):
        for email, taken in times.items():
            client = Client()
            start = time.perf_counter()
            ask(client, email)
            client.get(CODE)
            taken.append(time.perf_counter() - start)
    known, unknown = (statistics.median(taken) for taken in times.values())
    assert abs(known - unknown) < 0.010


def test_somebody_whose_account_is_closed_is_unknown(ada: Supporter):
    make.account(ADA)
    Account.objects.update(is_active=False)
    client = Client()
    ask(client, ADA)
    assert deliver() == []


# --- bounds -----------------------------------------------------------------------------------------
def test_an_address_gets_at_most_five_letters_an_hour_and_twenty_a_day(ada: Supporter, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sent = []
        for _hour in range(6):
            for _ in range(8):
                ask(Client(), ADA)
            sent.append(len(deliver()))
            clock.shift(datetime.timedelta(hours=1, seconds=1))
        assert sent == [5, 5, 5, 5, 0, 0]


def test_an_address_is_guessed_at_fifty_times_a_day_in_all_browsers_together(ada: Supporter, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(12):
            client = Client()
            ask(client, ADA)
            for _ in range(5):
                client.post(CODE, {"code": "000000"})
        assert codes.guesses_today(ADA) == 50
        clock.shift(datetime.timedelta(hours=2))
        client = Client()
        ask(client, ADA)
        (letter,) = deliver()
        response = client.post(CODE, {"code": digits_in(letter)})
        assert "too many tries" in response.content.decode()
        assert not is_in(client)
        client.post(link_in(letter))  # no guess: its owner is not locked out
        assert is_in(client)
        clock.shift(datetime.timedelta(hours=24))
        assert come_in(Client(), ADA).status_code == 302


def test_one_sender_may_ask_only_so_often(db: None):
    answers = [ask(Client(), f"n{n}@example.org").status_code for n in range(31)]
    assert answers == [302] * 30 + [429]
    assert Client(REMOTE_ADDR="203.0.113.9").post(SIGN_IN, {"email": "n@example.org"}).status_code == 302


def test_codes_are_forgotten_when_they_count_for_nothing_any_more(ada: Supporter):
    ask(Client(), ADA)
    assert codes.forget() == 0
    Code.objects.update(asked_at=timezone.now() - datetime.timedelta(days=2, minutes=1))
    assert codes.forget() == 1


# --- where nothing may stand ------------------------------------------------------------------------
def test_neither_code_nor_address_stands_in_an_address_a_log_or_the_outboxs_data(ada: Supporter, caplog):
    client = Client()
    with caplog.at_level("DEBUG"):
        places = [ask(client, ADA)["Location"]]
        (letter,) = deliver()
        client.post(CODE, {"code": "000000"})
        places += [link_in(letter), client.post(CODE, {"code": digits_in(letter)})["Location"]]
    digits = digits_in(letter).replace(" ", "")
    for said in (*places, *(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))):
        assert ADA not in said
        assert digits not in said
    row = Letter.objects.get()
    assert digits not in f"{row.key} {row.data} {row.reason}"
    assert digits not in str(Code.objects.values_list().get())


def test_pages_of_signing_in_are_stored_nowhere_and_tell_no_other_site(ada: Supporter):
    client = Client()
    ask(client, ADA)
    (letter,) = deliver()
    for path in (SIGN_IN, CODE, link_in(letter), "/portal/sign-out/", "/portal/signed-out/"):
        response = client.get(path)
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "same-origin"
        html_valid(response.content)


@pytest.mark.parametrize(
    "planted",
    ["//e.example", "/\\e.example", "https:///e.example", "https://e.example/", "javascript:alert(1)", "@e.example", "/\t/e.example",
     "//e.example/portal/", "\\\\e.example", "http:e.example", "/portal/\r\nX: y"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site_after_signing_in(ada: Supporter, planted: str):
    client = Client()
    response = come_in(client, ADA, next=planted)
    assert response["Location"].startswith("/portal/")
    assert "\n" not in response["Location"]
    assert client.get(SIGN_IN, {"next": planted})["Location"].startswith("/portal/")


def test_the_session_has_another_key_after_signing_in(ada: Supporter):
    client = Client()
    ask(client, ADA)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    (letter,) = deliver()
    client.post(CODE, {"code": digits_in(letter)})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not Session.objects.filter(session_key=before).exists()
    assert planted.get("/portal/security/").status_code == 302
    assert client.get("/portal/security/").status_code == 200  # the control


def test_the_letter_speaks_the_supporters_language(ada: Supporter):
    Supporter.objects.update(language="es")
    client = Client()
    ask(client, ADA)
    deliver()
    assert Letter.objects.get().language == "es"


def test_a_letter_that_comes_too_late_is_not_sent(ada: Supporter):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(Client(), ADA)
        codes.write_waiting()
        clock.shift(datetime.timedelta(minutes=11))
        assert deliver() == []
    assert Letter.objects.get().state == "dropped"
