"""Monthly schedules by the bank's clock: month ends, failures, pauses, cards, and everything in its order."""

import datetime

import pytest

from sandbox_bank import api, clock, days, running, schedules
from sandbox_bank.errors import Refused
from sandbox_bank.models import Bill, Checkout, Payment, Schedule
from tests.sandbox_bank import bank

pytestmark = pytest.mark.django_db
D = datetime.date.fromisoformat


@pytest.fixture(autouse=True)
def _away(no_door):
    """No test here needs the shop."""


def until(year, month, day, hour=12):
    """Move the clock to a moment and do all that falls due."""
    bank.set_clock(year, month, day, hour)
    running.run_due()


def fail(schedule, how):
    Schedule.objects.filter(pk=schedule.pk).update(failing=how)


# --- 24 months ------------------------------------------------------------------------------------
@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "America/St_Johns", "Europe/London", "Pacific/Kiritimati"])
def test_a_promise_from_the_31st_is_charged_exactly_24_times_in_24_months(settings, zone):
    settings.CHARITY_TIME_ZONE = zone
    bank.set_clock(2027, 1, 31, hour=8)  # still January everywhere
    with clock.at_work() as now:
        today = days.day_of(now)
    schedule = bank.monthly(anchor_day=31)
    until(2029, 1, 30, hour=8)
    charged = [D(day) for day in bank.days_charged(schedule)]
    assert len(charged) == 24 and charged[0] == today
    assert charged[1:14] == [
        D(day) for day in (
            "2027-02-28 2027-03-31 2027-04-30 2027-05-31 2027-06-30 2027-07-31 2027-08-31 2027-09-30 2027-10-31 "
            "2027-11-30 2027-12-31 2028-01-31 2028-02-29"
        ).split()
    ]  # fmt: skip
    assert len({day.replace(day=1) for day in charged}) == 24
    moments = list(schedule.payments.order_by("pk").values_list("paid_at", flat=True))
    assert [days.day_of(moment) for moment in moments] == charged


@pytest.mark.parametrize("first", ["2027-01-28", "2027-01-29", "2027-01-30", "2028-02-29"])
def test_moving_the_clock_month_by_month_charges_once_each_month(first):
    day = D(first)
    bank.set_clock(day.year, day.month, day.day)
    schedule = bank.monthly(anchor_day=day.day)
    for _ in range(24):
        running.move("month")
    charged = bank.days_charged(schedule)
    assert len(charged) == len({day[:7] for day in charged})
    months = [days.months_on(day, number, day.day) for number in range(24)]
    assert charged[:24] == [str(month) for month in months]


def test_a_bank_that_was_away_for_five_days_charges_once():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    until(2027, 2, 15)
    until(2027, 2, 16)
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-02-10"]


def test_renewals_carry_their_schedule_and_bill_and_no_reference():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    until(2027, 2, 10)
    first, second = bank.told("payment.paid")
    assert first["data"]["reference"] and first["data"]["schedule"] == second["data"]["schedule"] == schedule.ref
    assert second["data"]["reference"] == "" and second["data"]["due_on"] == "2027-02-10"
    assert first["data"]["bill"] != second["data"]["bill"]
    assert second["happened_at"].startswith("2027-02-10T09:00:00")


def test_each_instalment_is_announced_a_week_ahead_and_once():
    bank.set_clock(2027, 1, 10)
    bank.monthly(anchor_day=10)
    until(2027, 4, 9)
    upcoming = bank.told("schedule.upcoming")
    assert [body["happened_at"][:10] for body in upcoming] == ["2027-02-03", "2027-03-03", "2027-04-03"]
    assert [body["data"]["due_on"] for body in upcoming] == ["2027-02-10", "2027-03-10", "2027-04-10"]


def test_what_happens_to_a_schedule_is_told_in_order_each_at_its_own_moment():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    fail(schedule, "once")
    until(2027, 4, 20)
    moments = [datetime.datetime.fromisoformat(body["happened_at"]) for body in bank.told()]
    assert moments == sorted(moments)
    standings = [body["happened_at"] for body in bank.told("schedule.changed")]
    assert len(set(standings)) == len(standings) > 2


# --- failures -------------------------------------------------------------------------------------
def test_a_charge_that_fails_once_goes_through_three_days_later():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    fail(schedule, "once")
    until(2027, 2, 20)
    (failed,) = bank.told("payment.failed")
    assert (failed["data"]["next_try_on"], failed["data"]["reason"]) == ("2027-02-13", "declined")
    assert bank.told("payment.paid")[1]["happened_at"].startswith("2027-02-13")
    assert bank.told("payment.paid")[1]["data"]["due_on"] == "2027-02-10"
    until(2027, 3, 11)
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-02-10", "2027-03-10"]


def test_a_charge_that_always_fails_is_tried_on_day_3_5_and_7_and_then_the_schedule_ends():
    bank.set_clock(2027, 1, 30)
    schedule = bank.monthly(anchor_day=30)
    fail(schedule, "always")
    until(2028, 1, 1)
    failed = bank.told("payment.failed")
    assert [body["happened_at"][:10] for body in failed] == ["2027-02-28", "2027-03-03", "2027-03-05", "2027-03-07"]
    assert [body["data"]["next_try_on"] for body in failed] == ["2027-03-03", "2027-03-05", "2027-03-07", None]
    assert len({body["data"]["attempt"] for body in failed}) == 4
    assert len({body["data"]["bill"] for body in failed}) == 1
    assert bank.told("schedule.ended")[0]["data"] == {"schedule": schedule.ref, "reason": "payments_failed"}
    assert bank.kinds()[-1] == "schedule.ended"
    assert bank.days_charged(schedule) == ["2027-01-30"]


def test_a_charge_the_bank_asks_about_names_a_page_and_confirming_there_pays(client):
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    fail(schedule, "confirm")
    until(2027, 2, 10)
    (failed,) = bank.told("payment.failed")
    assert failed["data"]["reason"] == "confirmation_needed"
    page = failed["data"]["confirm_url"].removeprefix("http://127.0.0.1:9")
    assert "Your bank asks" in client.get(page).content.decode()
    assert "You refused" in client.post(page, {"outcome": "refused"}).content.decode()
    for _ in range(2):
        assert "£25.00 paid" in client.post(page, {"outcome": "confirmed"}, follow=True).content.decode()
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-02-10"]
    until(2027, 3, 5)
    assert len(bank.told("payment.failed")) == 1


# --- cards ----------------------------------------------------------------------------------------
def test_a_card_that_ends_is_told_30_and_7_days_ahead_and_then_declines():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    with clock.at_work() as now:
        schedules.shorten_card(schedules.of(schedule.ref), D("2027-03-31"), now)
    until(2027, 4, 10)
    told = bank.told("card.ending")
    assert [body["happened_at"][:10] for body in told] == ["2027-03-01", "2027-03-24"]
    assert told[0]["data"]["method"] == {"kind": "card", "label": "Visa ending 4242", "ends_on": "2027-03-31"}
    assert bank.told("payment.failed")[0]["data"]["reason"] == "expired_card"


def test_a_card_with_five_days_left_is_told_of_once():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    with clock.at_work() as now:
        schedules.shorten_card(schedules.of(schedule.ref), D("2027-01-15"), now)
    running.run_due()
    running.run_due()
    assert len(bank.told("card.ending")) == 1


def test_another_card_pays_what_is_open_at_once_and_ends_the_failures(client):
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    fail(schedule, "always")
    until(2027, 2, 11)
    page = api.new_card(schedule.ref, "http://testserver/portal/", "card-key")
    assert api.new_card(schedule.ref, "http://testserver/portal/", "card-key") == page
    path = page.removeprefix("http://127.0.0.1:9")
    assert "This card was declined" in client.post(path, {"outcome": "declined"}).content.decode()
    for _ in range(2):
        response = client.post(path, {"outcome": "saved"})
        assert (response.status_code, response["Location"]) == (303, "http://testserver/portal/")
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-02-10"]
    assert bank.told("schedule.changed")[-1]["data"]["method"]["label"] == "Mastercard ending 1881"
    assert "used already" in client.get(path).content.decode()
    until(2027, 4, 11)
    assert bank.days_charged(schedule)[2:] == ["2027-03-10", "2027-04-10"]


# --- what payers ask ------------------------------------------------------------------------------
def test_a_change_counts_from_the_next_instalment_and_charges_nothing_now():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    changed = api.change(schedule.ref, 4000, "GBP", 31, "k1")
    assert (changed["data"]["next_on"], changed["data"]["minor"]) == ("2027-02-28", 4000)
    until(2027, 3, 31)
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-02-28", "2027-03-31"]
    assert list(schedule.payments.order_by("pk").values_list("minor", flat=True)) == [2500, 4000, 4000]


def test_a_later_day_in_a_month_already_charged_waits_for_the_next_month():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    assert api.change(schedule.ref, 2500, "GBP", 20, "k1")["data"]["next_on"] == "2027-02-20"
    bank.set_clock(2027, 2, 15)
    assert api.change(schedule.ref, 2500, "GBP", 5, "k2")["data"]["next_on"] == "2027-03-05"


def test_a_pause_charges_nothing_before_its_day_and_ends_by_itself():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    paused = api.pause(schedule.ref, D("2027-04-10"), "k1")
    assert (paused["data"]["next_on"], paused["data"]["paused_until"]) == ("2027-04-10", "2027-04-10")
    until(2027, 5, 11)
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-04-10", "2027-05-10"]
    resumed = next(body for body in bank.told("schedule.changed") if body["happened_at"].startswith("2027-04-10"))
    assert resumed["data"]["paused_until"] is None


def test_resuming_early_returns_to_the_usual_day():
    bank.set_clock(2027, 1, 31)
    schedule = bank.monthly(anchor_day=31)
    api.pause(schedule.ref, D("2027-12-01"), "k1")
    until(2027, 3, 2)
    resumed = api.resume(schedule.ref, "k2")
    assert (resumed["data"]["next_on"], resumed["data"]["paused_until"]) == ("2027-03-31", None)


def test_a_pause_sets_an_unpaid_bill_aside():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    fail(schedule, "once")
    until(2027, 2, 11)
    api.pause(schedule.ref, D("2027-04-01"), "k1")
    until(2027, 3, 31)
    assert bank.days_charged(schedule) == ["2027-01-10"]
    assert bank.told("schedule.skipped")[0]["data"]["due_on"] == "2027-02-10"


def test_a_skipped_month_is_told_and_the_next_one_is_charged():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    assert api.skip(schedule.ref, "k1")["data"]["next_on"] == "2027-03-10"
    assert api.skip(schedule.ref, "k1")["data"]["next_on"] == "2027-03-10"
    assert bank.told("schedule.skipped")[0]["data"]["due_on"] == "2027-02-10"
    until(2027, 3, 10)
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-03-10"]


def test_cancelled_is_final():
    bank.set_clock(2027, 1, 10)
    schedule = bank.monthly(anchor_day=10)
    first = api.cancel(schedule.ref, "k1")
    assert api.cancel(schedule.ref, "k1") == first == api.cancel(schedule.ref, "k2")
    for verb, *args in (("resume",), ("skip",), ("pause", D("2030-01-01")), ("change", 100, "GBP", 1), ("new_card", "http://x/")):
        with pytest.raises(Refused, match="has ended"):
            getattr(api, verb)(schedule.ref, *args, key=f"late-{verb}")
    until(2029, 1, 1)
    assert bank.days_charged(schedule) == ["2027-01-10"]
    assert bank.kinds().count("schedule.ended") == 1


def test_the_same_key_with_another_request_is_refused_and_changes_nothing():
    schedule = bank.monthly()
    api.change(schedule.ref, 4000, "GBP", 5, "k1")
    with pytest.raises(Refused, match="another request"):
        api.change(schedule.ref, 5000, "GBP", 5, "k1")
    schedule.refresh_from_db()
    assert schedule.minor == 4000


@pytest.mark.parametrize(("minor", "currency", "day"), [(0, "GBP", 1), (-5, "GBP", 1), (100, "USD", 1), (100, "GBP", 0), (100, "GBP", 32)])  # fmt: skip
def test_an_ill_change_is_refused(minor, currency, day):
    schedule = bank.monthly()
    with pytest.raises(Refused):
        api.change(schedule.ref, minor, currency, day, "k1")


def test_a_pause_into_the_past_and_an_unknown_schedule_are_refused():
    with pytest.raises(Refused, match="cannot be paused"):
        api.pause(bank.monthly().ref, D("2001-01-01"), "k1")
    with pytest.raises(Refused, match="There is no schedule"):
        api.skip("sch_nobody", "k2")


# --- bank debit, expiry ---------------------------------------------------------------------------
def test_a_debit_arrives_three_days_later():
    bank.set_clock(2027, 1, 10)
    payment = bank.paid(debit=True)
    until(2027, 1, 12)
    assert bank.kinds() == ["payment.on_its_way"]
    until(2027, 1, 13, hour=13)
    assert bank.kinds() == ["payment.on_its_way", "payment.paid"]
    assert bank.told()[1]["data"]["payment"] == payment.ref
    assert Checkout.objects.get().state == "paid"


def test_a_renewal_by_debit_is_on_its_way_first_and_tried_again_when_it_comes_back():
    bank.set_clock(2027, 1, 10)
    schedule = bank.paid(debit=True, monthly=True, anchor_day=10).schedule
    until(2027, 2, 11)
    renewal = Payment.objects.get(first=False)
    assert renewal.state == "on_its_way"
    with clock.at_work() as now:
        schedules.bounce(renewal, now)
    until(2027, 2, 20)
    assert bank.told("payment.failed")[0]["data"]["next_try_on"] == "2027-02-14"
    assert bank.days_charged(schedule) == ["2027-01-10", "2027-02-10"]
    assert Bill.objects.filter(state="open").count() == 0


def test_a_first_debit_that_comes_back_ends_what_it_began():
    payment = bank.paid(debit=True, monthly=True)
    with clock.at_work() as now:
        schedules.bounce(payment, now)
    assert bank.kinds()[-2:] == ["payment.failed", "schedule.ended"]
    assert bank.told("payment.failed")[0]["data"]["reference"]
    assert Checkout.objects.get().state == "failed"
    running.move("month")
    assert Payment.objects.filter(state="paid").count() == 0


def test_a_checkout_nobody_finishes_expires_at_its_own_moment():
    bank.set_clock(2027, 1, 10)
    checkout = bank.opened()
    running.move("week")
    (told,) = bank.told("checkout.expired")
    assert datetime.datetime.fromisoformat(told["happened_at"]) == checkout.expires_at


# --- the clock ------------------------------------------------------------------------------------
def test_the_clock_moves_by_day_week_and_month_and_never_back():
    bank.set_clock(2027, 1, 31)
    for step, expected in (("day", "2027-02-01"), ("week", "2027-02-08"), ("month", "2027-03-08")):
        running.move(step)
        assert str(days.day_of(clock.now())) == expected
    with pytest.raises(ValueError):
        running.move("year")


def test_what_falls_due_of_several_happens_in_the_order_of_its_moments():
    bank.set_clock(2027, 1, 5)
    for day in (20, 7, 13, 31):
        bank.monthly(anchor_day=day)
    before = len(bank.told())
    until(2027, 3, 1)
    moments = [body["happened_at"][:19] for body in bank.told()[before:]]
    assert moments == sorted(moments)
    assert len(bank.told("payment.paid")) == 8


def test_nothing_due_costs_four_questions(django_assert_max_num_queries):
    bank.monthly()
    with django_assert_max_num_queries(4):
        assert running.run_due() == 0
