"""Card testing: what reaches the provider, and who gets through all the same."""

import datetime
import threading

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test import RequestFactory

from donations import guard
from donations.guard.limits import LIMITS
from donations.models import Gift, GivingTry
from tests.donations.guard_senders import (
    NO_STAMP,
    aged,
    challenge_in,
    hidden,
    recording_provider,
    send,
)
from tests.pages import max_queries

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


def test_of_1000_tries_from_few_networks_10_for_each_reach_the_provider(provider, clock):
    statuses = [send(OFFICE[number % 4]).status_code for number in range(1000)]
    # Two of the four share a network and its ten; the attack shows itself after 60 tries.
    assert len(provider.started) == statuses.count(303) == 30
    assert GivingTry.objects.count() == 1000
    assert guard.state().because == "tries"


@pytest.mark.drill
def test_tries_from_as_many_networks_meet_the_challenge_after_the_first_59(provider, clock, drill_size):
    answers = [send(f"10.{number // 200}.{number % 200}.1") for number in range(drill_size(250, 1000))]
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
    for number in range(10):
        clock.move_to(later(60 * (number // 2)), tick=False)
        send()
    answer = send()
    assert answer.status_code == 429
    assert answer["Retry-After"] == "360"  # the first of the ten was four minutes ago
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
    assert statuses == [303] * 10 + [429] * 10
    assert send("10.0.99.1", email="another@example.org").status_code == 303


def test_limits_hold_over_midnight_though_the_hashes_change(provider, clock):
    clock.move_to(datetime.datetime(2026, 3, 10, 23, 58, tzinfo=datetime.UTC), tick=False)
    for _ in range(10):
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
    assert statuses.count(303) == 10


def test_behind_a_proxy_only_what_the_proxy_wrote_counts(provider, clock, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = [send("127.0.0.1", HTTP_X_FORWARDED_FOR=f"10.9.{number}.1, 203.0.113.7").status_code for number in range(20)]
    assert forged.count(303) == 10
    others = [send("127.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.7, 10.9.{number}.1").status_code for number in range(20)]
    assert others.count(303) == 20


def test_behind_two_proxies_the_second_from_the_right_counts(provider, clock, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    told = [f"10.9.{number}.1, 203.0.113.7, 10.1.{number}.1" for number in range(20)]
    assert [send("127.0.0.1", HTTP_X_FORWARDED_FOR=header).status_code for header in told].count(303) == 10


@pytest.mark.parametrize("told", ["", "unknown", "203.0.113.7:443", "<script>", "1.2.3.4.5"])
def test_senders_whose_address_cannot_be_read_count_as_one(provider, clock, told):
    assert [send(told).status_code for _ in range(20)].count(303) == 10


def test_an_old_address_written_as_a_new_one_is_the_same(provider, clock):
    for _ in range(10):
        send("203.0.113.7")
    assert send("::ffff:203.0.113.7").status_code == 429


# --- robots ---------------------------------------------------------------------------------------------------------
def test_a_form_with_the_robots_field_filled_begins_nothing(provider, clock):
    answer = send(website="https://spam.example")
    assert answer.status_code == 422
    assert "please try again" in answer.content.decode()
    assert not provider.started and not Gift.objects.exists()
    assert send(website="").status_code == 303


def test_forms_sent_faster_than_people_type_come_back_after_a_few_and_keep_their_first_time(provider, clock):
    quick = [aged(guard.MINIMUM_SECONDS - 1) for _ in range(9)]
    assert [send(stamp=stamp).status_code for stamp in quick] == [303] * 8 + [422]
    answer = send(stamp=quick[-1])
    assert hidden(answer, "guard") == quick[-1]
    assert "faster than we expect" in answer.content.decode()
    clock.move_to(later(1), tick=False)
    assert send(stamp=quick[-1]).status_code == 303


def test_a_form_older_than_a_day_is_asked_for_again_and_goes_through_then(provider, clock):
    answer = send(stamp=aged(24 * 3600 + 1))
    assert answer.status_code == 422 and "send it again" in answer.content.decode()
    clock.move_to(later(10), tick=False)
    assert send(stamp=hidden(answer, "guard")).status_code == 303
    assert send(stamp=aged(24 * 3600 - 1)).status_code == 303


def test_a_form_without_our_field_counts_as_sent_in_haste(provider, clock):
    assert [send(guard=NO_STAMP).status_code for _ in range(9)] == [303] * 8 + [422]


@pytest.mark.parametrize("stamp", [" ", "x", "eyJhdCI6MH0:1:x", "\x00", "é" * 900])
def test_a_form_we_never_showed_begins_nothing(provider, stamp):
    assert send(guard=stamp).status_code == 422
    assert not provider.started


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
