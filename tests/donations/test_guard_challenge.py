"""The challenge: when it is asked for, what solves it, and how a giver without JavaScript comes through."""

import datetime

import pytest
from django.test import RequestFactory

from donations import guard
from donations.guard import proofs
from donations.models import Gift, GuardSwitch
from donations.models.guard import GuardMode
from tests import giving
from tests.donations.guard_senders import aged, challenge_in, declined, hidden, recording_provider, send, solved
from tests.pages import html_valid

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.UTC)


@pytest.fixture
def provider(monkeypatch):
    return recording_provider(monkeypatch)


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def attack(django_user_model):
    guard.switch(GuardMode.ON, staff_member(django_user_model))


def staff_member(users):
    return users.objects.create(email="finance@example.org")


def shown():
    return str(guard.fields(RequestFactory().get("/give/")))


def later(seconds):
    return NOON + datetime.timedelta(seconds=seconds)


# --- the challenge --------------------------------------------------------------------------------------------------
def test_in_calm_nobody_is_asked_for_a_proof(provider):
    assert not challenge_in(shown())
    assert send().status_code == 303


def test_a_spike_of_declines_switches_the_challenge_on_at_once_and_calm_off_again(clock):
    declined(7)
    assert not guard.state().asks
    declined(1)
    assert guard.state().because == "declines"
    assert guard.state().declined == 8
    assert challenge_in(shown())
    clock.move_to(later(15 * 60 + 1), tick=False)
    assert not guard.state().asks
    assert not challenge_in(shown())


def test_declines_among_many_gifts_that_came_are_no_attack(clock):
    declined(8)
    for _ in range(9):
        giving.received_gift()
    assert (guard.state().declined, guard.state().received, guard.state().because) == (8, 9, "")


def test_failed_renewals_are_no_attack(clock):
    declined(8)
    Gift.objects.update(attempt=None)  # what instalments look like
    assert not guard.state().asks


def test_a_spike_of_tries_switches_the_challenge_on_and_calm_off_again(provider, clock):
    for number in range(60):
        send(f"10.0.{number}.1")
    assert guard.state().because == "tries"
    assert send("10.1.0.1").status_code == 422
    clock.move_to(later(5 * 60), tick=False)
    assert not guard.state().asks
    assert send("10.1.0.1").status_code == 303


def test_staff_switch_the_challenge_on_and_off_and_back(clock, django_user_model):
    finance = staff_member(django_user_model)
    state = guard.switch(GuardMode.ON, finance)
    assert (state.asks, state.because, state.by, state.at) == (True, "switched", finance, NOON)
    declined(8)
    assert not guard.switch(GuardMode.OFF, finance).asks
    assert guard.switch(GuardMode.AUTOMATIC, finance).because == "declines"
    assert GuardSwitch.objects.count() == 1
    with pytest.raises(ValueError):
        guard.switch("perhaps", finance)


def test_a_solved_proof_lets_one_sending_through(provider, attack):
    stamp = aged()
    answer = send(stamp=stamp)
    assert answer.status_code == 422
    proof = solved(challenge_in(answer))
    assert send(stamp=stamp, proof=proof).status_code == 303
    again = send(stamp=stamp, proof=proof)
    assert again.status_code == 422 and challenge_in(again)
    assert len(provider.started) == 1


def test_the_same_proof_written_another_way_is_the_same(provider, attack):
    stamp = aged()
    challenge = challenge_in(send(stamp=stamp))
    assert send(stamp=stamp, proof=solved(challenge)).status_code == 303
    assert send(stamp=stamp, proof=solved(challenge, more="x")).status_code == 422


def test_a_proof_of_another_form_is_refused(provider, attack):
    proof = solved(challenge_in(send(stamp=aged())))
    assert send(stamp=aged(), proof=proof).status_code == 422
    assert not provider.started


def test_a_proof_expires_after_ten_minutes(provider, attack, clock):
    stamp = aged()
    first, second = (solved(challenge_in(send(stamp=stamp))) for _ in range(2))
    clock.move_to(later(599), tick=False)
    assert send(stamp=stamp, proof=first).status_code == 303
    clock.move_to(later(601), tick=False)
    assert send(stamp=stamp, proof=second).status_code == 422


def test_a_wrong_proof_is_refused(provider, attack):
    stamp = aged()
    challenge = challenge_in(send(stamp=stamp))
    for spoiled in (
        {"number": 50_001},
        {"number": True},
        {"number": "1"},
        {"signature": "0" * 64},
        {"challenge": "0" * 64},
        {"salt": challenge["salt"].replace("expires=1", "expires=9")},
        {"salt": "\ud800"},
        {"salt": ["x"]},
    ):
        assert send(stamp=stamp, proof=solved(challenge, **spoiled)).status_code == 422, spoiled
    for junk in ("x", "é", "W10=", "bnVsbA==", "NQ==", "W1tbW1tbW1tbW1tb" * 120, "{}", "\x00"):
        assert send(stamp=stamp, proof=junk).status_code == 422, junk
    assert not provider.started


def test_a_proof_is_not_used_up_by_a_sending_that_a_limit_refused(provider, attack, clock):
    stamp = aged()
    for _ in range(10):
        assert send(stamp=stamp, proof=solved(challenge_in(send(stamp=stamp)))).status_code == 303
    proof = solved(challenge_in(send("10.0.0.1", stamp=stamp)))
    assert send(stamp=stamp, proof=proof).status_code == 429
    assert send("10.0.0.1", stamp=stamp, proof=proof).status_code == 303


def test_a_challenge_is_work_of_the_size_we_mean(attack):
    challenge = challenge_in(shown())
    assert challenge["maxNumber"] == 50_000
    assert challenge["algorithm"] == "SHA-256"


# --- without JavaScript ---------------------------------------------------------------------------------------------
def test_a_giver_without_javascript_gets_through_during_an_attack_by_waiting(provider, attack, clock):
    stamp = aged()
    answer = send(stamp=stamp)
    assert answer.status_code == 422 and "wait 10 seconds" in answer.content.decode()
    assert answer["Retry-After"] == "10"
    clock.move_to(later(10), tick=False)
    assert send(stamp=hidden(answer, "guard"), waited=hidden(answer, "waited"), proof="").status_code == 303
    assert len(provider.started) == 1


def test_whoever_presses_too_soon_waits_only_for_the_rest(provider, attack, clock):
    stamp = aged()
    first = hidden(send(stamp=stamp), "waited")
    clock.move_to(later(6), tick=False)
    answer = send(stamp=stamp, waited=first)
    assert answer["Retry-After"] == "4" and "wait 4 seconds" in answer.content.decode()
    assert hidden(answer, "waited") == first
    clock.move_to(later(10), tick=False)
    assert send(stamp=stamp, waited=first).status_code == 303


def test_a_pass_serves_once_for_its_form_and_for_ten_minutes(provider, attack, clock):
    stamp = aged()
    one, two = (hidden(send(stamp=stamp), "waited") for _ in range(2))
    clock.move_to(later(10), tick=False)
    assert send(stamp=aged(), waited=one).status_code == 422
    assert send(stamp=stamp, waited=one).status_code == 303
    assert send(stamp=stamp, waited=one).status_code == 422
    clock.move_to(later(proofs.EXPIRES_SECONDS + 1), tick=False)
    assert send(stamp=stamp, waited=two).status_code == 422
    assert len(provider.started) == 1


def test_robots_that_wait_gain_six_sendings_a_minute_all_together(provider, attack, clock):
    robots = [f"10.{number}.0.1" for number in range(100)]
    stamps = [aged() for _ in robots]
    passes = [hidden(send(robot, stamp=stamp), "waited") for robot, stamp in zip(robots, stamps, strict=True)]
    clock.move_to(later(30), tick=False)
    answers = [send(*it[:1], stamp=it[1], waited=it[2]) for it in zip(robots, stamps, passes, strict=True)]
    assert len(provider.started) == 6
    assert answers[6].status_code == 429 and answers[6]["Retry-After"] == "60"
    # Who was too late keeps the pass, and comes through a minute later.
    assert hidden(answers[99], "waited") == passes[99]
    clock.move_to(later(90), tick=False)
    assert send(robots[99], stamp=stamps[99], waited=passes[99]).status_code == 303


def test_robots_of_one_network_take_two_places_of_those_who_wait(provider, attack, clock):
    stamps = [aged() for _ in range(5)]
    passes = [hidden(send("198.51.100.1", stamp=stamp), "waited") for stamp in stamps]
    clock.move_to(later(30), tick=False)
    for stamp, waited in zip(stamps, passes, strict=True):
        send("198.51.100.1", stamp=stamp, waited=waited)
    assert len(provider.started) == 2


def test_the_hidden_fields_are_valid_html_and_hidden_from_everybody(attack):
    page = f"<!doctype html><html lang=en><title>x</title><form>{shown()}</form></html>"
    tree = html_valid(page)
    field = tree.find(".//input[@name='website']")
    assert field.get("autocomplete") == "off" and field.get("tabindex") == "-1"
    boxes = [box for box in tree.iter("div") if field in box.iter()]
    assert boxes and boxes[0].get("hidden") is not None


# --- through the real page ------------------------------------------------------------------------------------------
FORM = {
    "frequency": "once", "currency": "GBP", "amount": "other", "other_amount": "31.50",
    "first_name": "Ada", "last_name": "Obi", "email": "ada@example.org",
}  # fmt: skip


def sent_from(page):
    """Return the fields a browser without JavaScript sends from a page, with those a giver filled."""
    tree = html_valid(page.content)
    form = next(form for form in tree.iter("form") if "giving-form" in form.get("class", ""))
    return {field.get("name"): field.get("value", "") for field in form.iter("input") if field.get("type") == "hidden"} | FORM


def test_the_real_page_lets_a_giver_without_javascript_through_during_an_attack(provider, attack, clock, client):
    page = client.get("/give/")
    clock.move_to(later(30), tick=False)
    page = client.post("/give/", sent_from(page))
    assert page.status_code == 422
    assert not provider.started and not Gift.objects.exists()
    assert "31.50" in page.content.decode() and "ada@example.org" in page.content.decode()
    clock.move_to(later(41), tick=False)
    answer = client.post("/give/", sent_from(page))
    assert answer.status_code == 303 and answer["Location"] == "https://pay.example/page"
    assert len(provider.started) == 1


def test_the_real_page_answers_429_with_everything_kept_once_a_mailbox_has_its_ten(provider, clock, client):
    page = client.get("/give/")
    clock.move_to(later(30), tick=False)
    for pence in range(10):
        clock.move_to(later(30 + 120 * pence), tick=False)
        assert client.post("/give/", sent_from(page) | {"other_amount": f"31.5{pence}"}).status_code == 303
    answer = client.post("/give/", sent_from(page) | {"other_amount": "47.11"})
    assert answer.status_code == 429 and answer["Retry-After"] == "2520"
    assert "47.11" in answer.content.decode() and "try again in 42 minutes" in answer.content.decode()
    assert len(provider.started) == 10


def test_the_real_page_begins_nothing_for_a_robot(provider, clock, client):
    page = client.get("/give/")
    clock.move_to(later(30), tick=False)
    assert client.post("/give/", sent_from(page) | {"website": "https://spam.example"}).status_code == 422
    assert not provider.started and not Gift.objects.exists()
    assert client.post("/give/", sent_from(page)).status_code == 303
