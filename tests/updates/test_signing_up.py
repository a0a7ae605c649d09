"""Signing up for updates: one answer for everybody, nothing before the owner's own click, no mailbox flooded."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from letters.models import Letter
from supporters import consents
from supporters.models import Supporter, SupporterConsent
from tests.pages import html_valid, max_queries
from tests.updates.reading import link_in, post_goes_out, reader, sign_up
from updates import signing_up
from updates.models import DoNotMail, SignUp

pytestmark = pytest.mark.django_db


def confirmed(email="ada@example.org", **fields):
    """Sign somebody up to the end and return them."""
    sign_up(email, **fields)
    (letter,) = post_goes_out()
    Client().post(link_in(letter, "confirm"), {"topics": fields.get("topics", ["stories"])})
    return Supporter.objects.get(email=email)


# --- the pages ------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/updates/", "/es/updates/", "/updates/asked/"])
def test_the_pages_are_public_cached_and_ask_the_database_nothing(reader_page, path):
    answer = reader_page(path)
    assert "s-maxage" in answer["Cache-Control"]
    assert "csrf" not in answer.content.decode().lower()


@pytest.fixture
def reader_page(reader):
    """Give a function that fetches a public page with no more than one query (whether the site is in order)."""
    return lambda path: reader.get(path, queries=1)


def test_the_panel_on_the_home_page_signs_up_by_itself(reader):
    page = reader.get("/", queries=6)
    form = next(form for form in page.tree.iter("form") if form.get("action") == "/updates/")
    assert {field.get("name") for field in form.iter("input")} == {"email", "website", "shown"}
    assert sign_up("ada@example.org").status_code == 303
    post_goes_out()
    assert SignUp.objects.get().topics == ["stories", "events", "ways"]


# --- nothing before the proof ---------------------------------------------------------------------
def test_signing_up_and_confirming_makes_a_supporter_who_agreed_to_what_they_read():
    sign_up("Ada@Example.org", first_name="Ada", topics=["stories", "events"], choosing="on")
    assert not Supporter.objects.exists()
    (letter,) = post_goes_out()
    assert letter.to == ["ada@example.org"]
    assert "Ada" not in letter.body, "what somebody typed is not sent to somebody else"
    assert not Supporter.objects.exists()
    page = Client().get(link_in(letter, "confirm"))
    html_valid(page.content)
    assert "a•••@example.org" in page.content.decode()
    assert not Supporter.objects.exists(), "looking is not agreeing"
    answer = Client().post(link_in(letter, "confirm"), {"topics": ["stories", "events"]})
    assert answer.status_code == 303
    ada = Supporter.objects.get(email="ada@example.org")
    assert ada.first_name == "Ada"
    assert consents.of(ada) == {"stories", "events"}
    said = SupporterConsent.objects.get(supporter=ada, purpose="events")
    assert said.words.startswith("Events: Evenings")
    assert "You can stop at any time" in said.words
    assert said.source == "sign-up"


def test_confirming_twice_does_it_once():
    sign_up("ada@example.org")
    (letter,) = post_goes_out()
    path = link_in(letter, "confirm")
    for _ in range(3):
        Client().post(path, {"topics": ["stories"]})
    assert SupporterConsent.objects.count() == 1
    assert [message.subject for message in post_goes_out()] == ["You are signed up"]
    assert "You are signed up" in Client().get(path).content.decode()


def test_confirming_nothing_is_said_kindly_and_changes_nothing():
    sign_up("ada@example.org")
    (letter,) = post_goes_out()
    answer = Client().post(link_in(letter, "confirm"), {})
    assert answer.status_code == 422
    assert "Please choose at least one." in answer.content.decode()
    html_valid(answer.content)
    assert not Supporter.objects.exists()


def test_a_scanner_that_looks_at_the_link_twenty_times_confirms_nothing():
    sign_up("ada@example.org")
    (letter,) = post_goes_out()
    path, client = link_in(letter, "confirm"), Client()
    for _ in range(20):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert not Supporter.objects.exists()
    assert SignUp.objects.get().confirmed_at is None
    assert not client.cookies


def test_a_known_reader_who_signs_up_again_keeps_what_they_had():
    ada = reader("ada@example.org", topics=("events",))
    sign_up("ada@example.org", topics=["ways"], choosing="on")
    (letter,) = post_goes_out()
    page = Client().get(link_in(letter, "confirm"))
    chosen = {box.get("value") for box in html_valid(page.content).iter("input") if box.get("checked") is not None}
    assert chosen == {"events", "ways"}
    Client().post(link_in(letter, "confirm"), {"topics": ["events", "ways"]})
    assert consents.of(ada) == {"events", "ways"}


# --- the same answer for everybody ----------------------------------------------------------------
def test_known_unknown_and_unwanted_addresses_get_the_same_bytes_headers_and_work():
    reader("known@example.org")
    DoNotMail.objects.create(email="gone@example.org", why="bounced")
    confirmed("twice@example.org")
    answers = []
    for email in ("known@example.org", "new@example.org", "gone@example.org", "twice@example.org"):
        with max_queries(1):  # one row is written; nothing is looked up
            answer = sign_up(email)
        answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    assert answers[0][0] == 303
    assert answers.count(answers[0]) == 4


def test_the_same_holds_for_robots_and_for_those_who_come_too_often():
    usual = sign_up("ada@example.org")
    robot = sign_up("ada@example.org", website="http://example.com/")
    assert (usual.status_code, usual.content, usual.headers) == (robot.status_code, robot.content, robot.headers)
    assert SignUp.objects.count() == 1


def test_an_address_that_takes_no_mail_gets_none():
    DoNotMail.objects.create(email="gone@example.org", why="complained")
    sign_up("gone@example.org")
    assert post_goes_out() == []
    assert Letter.objects.get().reason == "the address takes no mail"


# --- attack 20: subscription bombing --------------------------------------------------------------
def test_20_a_thousand_posts_from_a_thousand_addresses_send_their_victim_one_mail():
    client = Client()
    for number in range(1000):
        variant = f"vic.tim+{number}@gmail.com" if number % 2 else "VicTim@gmail.com"
        sign_up(variant, client, come_from=f"10.{number // 250}.{number % 250}.9")
    assert SignUp.objects.values("network").distinct().count() == 1000
    assert len(post_goes_out()) == 1
    assert SignUp.objects.count() == 1


def test_20_the_next_day_brings_one_more_and_the_first_link_still_works():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_up("ada@example.org", topics=["stories"], choosing="on")
        (first,) = post_goes_out()
        clock.shift(datetime.timedelta(hours=23))
        sign_up("ada@example.org")
        assert post_goes_out() == []
        clock.shift(datetime.timedelta(hours=2))
        sign_up("ada@example.org", topics=["events"], choosing="on")
        (second,) = post_goes_out()
        for letter in (first, second):
            assert Client().get(link_in(letter, "confirm")).status_code == 200
        assert SignUp.objects.get().topics == ["events"]


def test_20_one_network_gets_sixty_letters_an_hour_and_the_rest_later(monkeypatch):
    monkeypatch.setattr(signing_up, "NETWORK_AN_HOUR", 5)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(8):
            sign_up(f"guest{number}@example.org")
        assert len(post_goes_out()) == 5
        assert len(post_goes_out()) == 0
        clock.shift(datetime.timedelta(minutes=61))
        assert len(post_goes_out()) == 3, "late, not lost"


def test_20_those_who_are_faster_than_people_wait_sooner(monkeypatch):
    monkeypatch.setattr(signing_up, "HASTY_AN_HOUR", 2)
    for number in range(4):
        sign_up(f"robot{number}@example.org", shown="150")
    sign_up("person@example.org")
    assert sorted(message.to[0] for message in post_goes_out()) == [
        "person@example.org", "robot0@example.org", "robot1@example.org",
    ]  # fmt: skip


def test_20_the_whole_site_has_a_ceiling_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(signing_up, "SITE_AN_HOUR", 3)
    for number in range(5):
        sign_up(f"guest{number}@example.org", come_from=f"198.51.{number}.7")
    assert len(post_goes_out()) == 3
    assert "the letters wait" in caplog.text


def test_what_waits_longer_than_a_day_is_forgotten(monkeypatch):
    monkeypatch.setattr(signing_up, "SITE_AN_HOUR", 0)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_up("ada@example.org")
        for _ in range(26):
            post_goes_out()
            clock.shift(datetime.timedelta(hours=1, minutes=1))
        assert not SignUp.objects.exists()
    assert mail.outbox == []


def test_sign_ups_are_forgotten_after_a_week_confirmed_or_not():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        confirmed("ada@example.org")
        sign_up("bob@example.org")
        (letter,) = post_goes_out()[-1:]
        clock.shift(datetime.timedelta(days=6))
        assert signing_up.forget() == 0
        clock.shift(datetime.timedelta(days=1, minutes=1))
        assert signing_up.forget() == 2
        late = Client().get(link_in(letter, "confirm"))
        assert late.status_code == 410
        html_valid(late.content)
    assert Supporter.objects.filter(email="ada@example.org").exists()


# --- attack 8: forms of other sites ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://testserver"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, 403),
    ],
)
def test_8_only_forms_of_our_own_pages_are_taken(headers, status):
    answer = Client().post("/updates/", {"email": "ada@example.org"}, headers=headers)
    assert answer.status_code == status
    assert SignUp.objects.count() == (status == 303)


# --- bad input ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "a@b\x00.org",
        "ada@example.org\nBcc: x@y.org",
        "a" * 300 + "@example.org",
        "ad\ud800a@example.org",
        "é@example.org",
    ],
)
def test_bad_addresses_are_told_beside_the_field_and_kept(email):
    answer = sign_up(email.encode("utf-8", "surrogatepass").decode("utf-8", "replace"), first_name="Ada")
    assert answer.status_code == 422
    html_valid(answer.content)
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page
    assert 'value="Ada"' in page
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"first_name": "x\x00\x07" * 61}, {"first_name": "x" * 61}, {"topics": ["all"], "choosing": "on"}, {"choosing": "on"}],
)
def test_other_bad_input_is_told_as_well(fields):
    answer = sign_up("ada@example.org", **fields)
    assert answer.status_code == 422
    assert "ada@example.org" in answer.content.decode()
    html_valid(answer.content)


def test_a_wish_from_the_future_does_not_count_yet():
    ada = reader("ada@example.org", topics=())
    SupporterConsent.objects.create(
        supporter=ada, channel="email", purpose="updates", given=True, words="", source="x",
        at=timezone.now() + datetime.timedelta(days=1),
    )  # fmt: skip
    assert consents.of(ada) == frozenset()
