"""Card testing: what reaches the provider, and who gets through all the same."""

import datetime
import threading

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test import RequestFactory

from donations import guard
from donations.guard import proofs
from donations.guard.limits import LIMITS
from donations.models import Gift, GivingTry, GuardSwitch
from donations.models.guard import GuardMode
from tests import giving
from tests.donations.guard_senders import (
    aged,
    challenge_in,
    declined,
    hidden,
    recording_provider,
    send,
    solved,
)
from tests.pages import html_valid, max_queries

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.UTC)
OFFICE = ["198.51.100.7", "198.51.100.8", "192.0.2.44", "2001:db8:1::7"]


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


# --- how many reach the provider ------------------------------------------------------------------------------------
def spread(network):
    return {"one /64": "2001:db8:0:1::{:x}", "one /24": "198.51.100.{}"}[network]


@pytest.mark.parametrize("network", ["one /64", "one /24"])
def test_of_300_tries_from_50_addresses_of_one_network_at_most_10_reach_the_provider(provider, clock, network):
    statuses = [send(spread(network).format(1 + number % 50)).status_code for number in range(300)]
    assert len(provider.started) == statuses.count(303) == 10
    assert statuses.count(429) == 290
    assert Gift.objects.count() == 10
    assert GivingTry.objects.count() == 300


def test_without_the_guard_all_300_reach_the_provider(provider, monkeypatch):
    monkeypatch.setattr(guard, "check", lambda request, email: None)
    assert {send(spread("one /64").format(number % 50)).status_code for number in range(300)} == {303}
    assert len(provider.started) == 300


def test_of_1000_tries_from_few_addresses_5_for_each_reach_the_provider(provider, clock):
    statuses = [send(OFFICE[number % 4]).status_code for number in range(1000)]
    # Two of the four share a network, whose ten are used up by then; the attack shows itself after 60 tries.
    assert len(provider.started) == statuses.count(303) == 20
    assert GivingTry.objects.count() == 1000
    assert guard.state().because == "tries"


def test_1000_tries_from_1000_networks_meet_the_challenge_after_the_first_59(provider, clock):
    answers = [send(f"10.{number // 200}.{number % 200}.1") for number in range(1000)]
    assert len(provider.started) == 59
    assert all(challenge_in(answer) for answer in answers[59:])


def test_a_slow_attack_all_day_is_bounded_by_the_limits_of_a_day(provider, clock):
    for quarter in range(80):
        clock.move_to(later(quarter * 900), tick=False)
        for number in range(8):
            send(f"198.51.100.{1 + number}")
    assert len(provider.started) == 60


@pytest.mark.django_db(transaction=True)
def test_tries_sent_at_the_same_moment_do_not_slip_past_together(monkeypatch):
    provider = recording_provider(monkeypatch)
    guard.state()
    ready = threading.Barrier(24)

    def one(number):
        ready.wait()
        try:
            send(f"198.51.100.{number + 1}")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[number]) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert GivingTry.objects.count() == 24
    assert len(provider.started) <= 10


# --- honest givers --------------------------------------------------------------------------------------------------
def test_a_family_at_one_address_gives_one_after_another(provider, clock):
    for minute in range(5):
        clock.move_to(later(60 * minute), tick=False)
        assert send(email=f"member{minute}@example.org").status_code == 303


def test_whoever_is_over_a_limit_is_told_when_to_come_back_and_may_then(provider, clock):
    for minute in range(5):
        clock.move_to(later(60 * minute), tick=False)
        send()
    answer = send()
    assert answer.status_code == 429
    assert answer["Retry-After"] == "360"  # the first of the five was four minutes ago
    assert "try again in 6 minutes" in answer.content.decode()
    assert "bank transfer" in answer.content.decode()
    clock.move_to(later(240 + 359), tick=False)
    assert send().status_code == 429
    clock.move_to(later(240 + 360), tick=False)
    assert send().status_code == 303


def test_being_refused_does_not_make_the_wait_longer(provider, clock):
    for _ in range(50):
        send()
    clock.move_to(later(600), tick=False)
    assert send().status_code == 303


def test_limits_of_a_mailbox_hold_over_addresses_and_spellings(provider, clock):
    spellings = ["ada@example.org", "Ada@Example.org", " ada@example.org "]
    statuses = [send(f"10.0.{number}.1", email=spellings[number % 3]).status_code for number in range(20)]
    assert statuses == [303] * 5 + [429] * 15
    assert send("10.0.99.1", email="another@example.org").status_code == 303


def test_limits_hold_over_midnight_though_the_hashes_change(provider, clock):
    clock.move_to(datetime.datetime(2026, 3, 10, 23, 58, tzinfo=datetime.UTC), tick=False)
    for _ in range(5):
        send()
    clock.move_to(datetime.datetime(2026, 3, 11, 0, 2, tzinfo=datetime.UTC), tick=False)
    assert send().status_code == 429
    assert len(set(GivingTry.objects.values_list("address", flat=True))) == 2


def test_every_limit_says_whom_it_is_for_and_has_its_own_name():
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)
    assert all(limit.why and limit.by in {"address", "network", "email"} for limit in LIMITS)


# --- where a sending comes from -------------------------------------------------------------------------------------
def test_a_forged_forwarding_header_does_not_help_without_a_proxy(provider, clock):
    statuses = [send(HTTP_X_FORWARDED_FOR=f"10.9.{number}.1").status_code for number in range(20)]
    assert statuses.count(303) == 5


def test_behind_a_proxy_only_what_the_proxy_wrote_counts(provider, clock, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = [send("127.0.0.1", HTTP_X_FORWARDED_FOR=f"10.9.{number}.1, 203.0.113.7").status_code for number in range(20)]
    assert forged.count(303) == 5
    others = [send("127.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.7, 10.9.{number}.1").status_code for number in range(20)]
    assert others.count(303) == 20


def test_behind_two_proxies_the_second_from_the_right_counts(provider, clock, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    told = [f"10.9.{number}.1, 203.0.113.7, 10.1.{number}.1" for number in range(20)]
    assert [send("127.0.0.1", HTTP_X_FORWARDED_FOR=header).status_code for header in told].count(303) == 5


@pytest.mark.parametrize("told", ["", "unknown", "203.0.113.7:443", "<script>", "1.2.3.4.5"])
def test_senders_whose_address_cannot_be_read_count_as_one(provider, clock, told):
    assert [send(told).status_code for _ in range(20)].count(303) == 5


def test_an_old_address_written_as_a_new_one_is_the_same(provider, clock):
    for _ in range(5):
        send("203.0.113.7")
    assert send("::ffff:203.0.113.7").status_code == 429


# --- robots ---------------------------------------------------------------------------------------------------------
def test_a_form_with_the_robots_field_filled_begins_nothing(provider, clock):
    answer = send(website="https://spam.example")
    assert answer.status_code == 422
    assert "please try again" in answer.content.decode()
    assert not provider.started and not Gift.objects.exists()
    assert send(website="").status_code == 303


def test_a_form_sent_faster_than_anybody_types_comes_back_and_keeps_its_first_time(provider, clock):
    stamp = aged(guard.MINIMUM_SECONDS - 1)
    answer = send(stamp=stamp)
    assert answer.status_code == 422
    assert hidden(answer, "guard") == stamp
    clock.move_to(later(1), tick=False)
    assert send(stamp=stamp).status_code == 303


def test_a_form_older_than_a_day_is_asked_for_again_and_goes_through_then(provider, clock):
    answer = send(stamp=aged(24 * 3600 + 1))
    assert answer.status_code == 422 and "send it again" in answer.content.decode()
    clock.move_to(later(10), tick=False)
    assert send(stamp=hidden(answer, "guard")).status_code == 303
    assert send(stamp=aged(24 * 3600 - 1)).status_code == 303


@pytest.mark.parametrize("stamp", ["", " ", "x", "eyJhdCI6MH0:1:x", "\x00", "é" * 900])
def test_a_form_we_never_showed_begins_nothing(provider, stamp):
    assert send(guard=stamp).status_code == 422
    assert not provider.started


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
    for _ in range(5):
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


# --- what is kept ---------------------------------------------------------------------------------------------------
def test_no_address_and_no_mailbox_stands_in_the_table_in_clear(provider, clock):
    send("198.51.100.23", email="canary@example.org")
    send("2001:db8:77::1", email="canary@example.org", website="x")
    for row in GivingTry.objects.all():
        kept = str(model_to_dict(row))
        for told in ("198.51", "2001", "db8", "canary", "example"):
            assert told not in kept
    assert len(GivingTry.objects.first().address) == 32


def test_hashes_of_another_day_and_of_another_kind_differ(provider, clock):
    send("198.51.100.23", email="198.51.100.23")
    clock.move_to(later(24 * 3600), tick=False)
    send("198.51.100.23", email="198.51.100.23")
    hashes = [told for row in GivingTry.objects.all() for told in (row.address, row.network, row.email)]
    assert len(set(hashes)) == 6


def test_tries_go_after_three_days(provider, clock):
    send()
    clock.move_to(later(2 * 86400), tick=False)
    send()
    assert guard.prune() == 0
    clock.move_to(later(3 * 86400 + 1), tick=False)
    assert guard.prune() == 1
    assert GivingTry.objects.count() == 1


def test_two_queries_let_a_sending_through_and_one_shows_the_form(clock):
    guard.state()
    request = RequestFactory().post("/give/", {"guard": aged()})
    with max_queries(2):
        guard.check(request, email="ada@example.org")
    with max_queries(1):
        guard.fields(RequestFactory().get("/give/"))


def test_the_hidden_fields_are_valid_html_and_hidden_from_everybody(attack):
    page = f"<!doctype html><html lang=en><title>x</title><form>{shown()}</form></html>"
    tree = html_valid(page)
    field = tree.find(".//input[@name='website']")
    assert field.get("autocomplete") == "off" and field.get("tabindex") == "-1"
    boxes = [box for box in tree.iter("div") if field in box.iter()]
    assert boxes and boxes[0].get("hidden") is not None
