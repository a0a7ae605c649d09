"""The built-in provider: the pretend bank's messages as facts, its signatures, its refusals."""

import datetime
import json

import pytest
from django.db import OperationalError
from django.utils import timezone

from donations.money import Money
from donations.providers import base, named, sandbox
from sandbox_bank import api, checkouts, clock, payments, running, schedules
from sandbox_bank import messages as bank_messages
from sandbox_bank.models import Message, Schedule
from tests.sandbox_bank import bank

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _away(settings):
    """No test here needs the shop's door."""
    settings.SITE_URL = "http://127.0.0.1:9"


@pytest.fixture
def provider():
    """Give the provider."""
    return sandbox.make()


def request(**fields):
    values = {
        "reference": "G1", "key": "k1", "total": Money(2500, "GBP"), "monthly": False, "anchor_day": 22, "email": "a@example.org",
        "name": "Amal", "description": "A gift", "language": "en", "return_url": "http://x/thanks/", "cancel_url": "http://x/give/",
    }  # fmt: skip
    return base.CheckoutRequest(**values | fields)


def pay(checkout, **how):
    with clock.at_work() as now:
        checkouts.pay(checkouts.Checkout.objects.get(ref=checkout.id), now, **how)


def notices(provider):
    """Return the messages written so far, as they pass the door."""
    for message in Message.objects.order_by("pk"):
        body, now = message.body.encode(), timezone.now()
        yield provider.verify(body, {"Sandbox-Signature": bank_messages.signature(body, now)}, now)


def facts(provider):
    """Return what the messages written so far tell."""
    return [fact for notice in notices(provider) for fact in provider.facts(notice)]


# --- asking ---------------------------------------------------------------------------------------
def test_it_is_the_configured_provider_and_keeps_the_protocol(provider):
    checked: base.Provider = provider
    assert checked.name == "sandbox"
    verbs = [name for name in vars(base.Provider) if not name.startswith("_") and name != "name"]
    assert len(verbs) == 14
    assert all(callable(getattr(named("sandbox"), verb)) for verb in verbs)


def test_the_same_attempt_has_the_same_page_and_another_one_under_its_key_is_refused(provider, client):
    first = provider.start(request())
    assert provider.start(request()) == first
    assert first.url == f"http://127.0.0.1:9/sandbox/checkout/{first.id}/"
    assert first.expires_at > timezone.now() + 23 * HOUR
    assert client.get(first.url.removeprefix("http://127.0.0.1:9")).status_code == 200
    with pytest.raises(base.Refused):
        provider.start(request(total=Money(2600, "GBP")))


def test_looking_up_an_open_checkout_tells_nothing(provider):
    assert provider.look_up(provider.start(request()).id) == []


def test_looking_up_a_paid_one_tells_what_the_notice_told(provider):
    checkout = provider.start(request())
    pay(checkout)
    (paid,) = provider.look_up(checkout.id)
    assert facts(provider) == [paid]
    assert (paid.reference, paid.amount, paid.fee, paid.pledge, paid.due_on) == (
        "G1",
        Money(2500, "GBP"),
        Money(58, "GBP"),
        "",
        None,
    )
    assert paid.method == base.Method(kind="card", label="Visa ending 4242", ends_on=paid.method.ends_on)
    assert paid.happened_at.utcoffset() == datetime.timedelta(0)


def test_looking_up_a_monthly_one_tells_its_pledge_too(provider):
    bank.set_clock(2027, 1, 31)
    checkout = provider.start(request(monthly=True, anchor_day=31))
    pay(checkout)
    started, paid = provider.look_up(checkout.id)
    assert facts(provider) == [started, paid]
    assert (started.reference, started.next_on) == ("G1", datetime.date(2027, 2, 28))
    assert paid.pledge == started.pledge and paid.bill and paid.due_on == datetime.date(2027, 1, 31)


def test_looking_up_tells_of_abandoned_on_its_way_and_failed(provider):
    abandoned, debit = provider.start(request()), provider.start(request(key="k2", reference="G2"))
    pay(debit, debit=True)
    assert isinstance(provider.look_up(debit.id)[0], base.OnItsWay)
    running.move("day")
    (told,) = provider.look_up(abandoned.id)
    assert isinstance(told, base.Abandoned) and told.reference == "G1"
    with clock.at_work() as now:
        schedules.bounce(bank.Payment.objects.get(), now)
    (failed,) = provider.look_up(debit.id)
    assert isinstance(failed, base.Failed) and (failed.reference, failed.reason) == ("G2", "bank_refused")


def test_every_verb_of_a_pledge_answers_with_its_fact(provider):
    bank.set_clock(2027, 1, 22)
    pledge = bank.monthly().ref
    changed = provider.change(pledge, Money(4000, "GBP"), 5, "a")
    assert (changed.amount, changed.anchor_day, changed.next_on) == (Money(4000, "GBP"), 5, datetime.date(2027, 2, 5))
    paused = provider.pause(pledge, datetime.date(2027, 6, 1), "b")
    assert (paused.paused_until, paused.next_on) == (datetime.date(2027, 6, 1), datetime.date(2027, 6, 5))
    assert provider.resume(pledge, "c").next_on == datetime.date(2027, 2, 5)
    assert provider.skip(pledge, "d").next_on == datetime.date(2027, 3, 5)
    assert provider.new_card(pledge, "http://x/portal/", "e").startswith("http://127.0.0.1:9/sandbox/card/")
    ended = provider.cancel(pledge, "f")
    assert (ended.pledge, ended.reason) == (pledge, "asked")
    assert provider.cancel(pledge, "g") == ended
    told = facts(provider)
    assert changed in told and paused in told and ended in told
    assert len({fact.happened_at for fact in told if isinstance(fact, base.PledgeChanged)}) == 4


def test_a_refund_says_its_name_and_the_notice_says_the_same(provider):
    payment = bank.paid()
    made = provider.refund(payment.ref, Money(1000, "GBP"), "k")
    assert provider.refund(payment.ref, Money(1000, "GBP"), "k") == made
    told = [fact for fact in facts(provider) if isinstance(fact, base.Refunded)]
    assert [(fact.refund, fact.amount, fact.payment) for fact in told] == [(made.id, Money(1000, "GBP"), payment.ref)]
    with pytest.raises(base.Refused):
        provider.refund(payment.ref, Money(1501, "GBP"), "k2")


def test_a_database_that_does_not_answer_is_a_provider_that_does_not(provider, monkeypatch):
    def away(*_):
        raise OperationalError("locked")

    monkeypatch.setattr(api, "start", away)
    with pytest.raises(base.ProviderUnavailable) as raised:
        provider.start(request())
    assert not isinstance(raised.value, base.Refused)


# --- telling --------------------------------------------------------------------------------------
def test_every_type_of_message_is_a_fact(provider):
    bank.set_clock(2027, 1, 22)
    pay(provider.start(request(monthly=True)), manner="shuffled")
    schedule = Schedule.objects.get()
    first = schedule.payments.get()
    with clock.at_work() as now:
        (payout,) = payments.pay_out(now)
        payments.fail_payout(payout, now)
        dispute = payments.open_dispute(first, now)
        payments.close_dispute(dispute, True, now)
        payments.fail_refund(payments.refund(first, 100, now), now)
        checkouts.abandon(bank.opened(), now)
        schedules.shorten_card(schedules.of(schedule.ref), datetime.date(2027, 2, 1), now)
    provider.skip(schedule.ref, "k")
    running.move("month")
    running.move("month")
    provider.cancel(schedule.ref, "k2")
    told = facts(provider)
    assert {type(fact) for fact in told} == {
        base.Paid, base.OnItsWay, base.Failed, base.Abandoned, base.PledgeStarted, base.PledgeChanged, base.PledgeEnded,
        base.Skipped, base.Upcoming, base.CardEnding, base.FeeTaken, base.Refunded, base.DisputeOpened, base.DisputeClosed,
        base.PaidOut, base.RefundFailed, base.PayoutFailed,
    }  # fmt: skip
    assert {notice.kind for notice in notices(provider)} == set(sandbox._READ)
    assert not any(provider.asks_back(notice) for notice in notices(provider))


def test_a_type_nobody_knows_tells_nothing(provider):
    payload = {"id": "msg_1", "type": "weather.changed", "happened_at": "2027-01-01T00:00:00+00:00", "data": {"a": 1}}
    assert provider.facts(base.Notice("msg_1", "weather.changed", payload)) is None


def test_movements_add_up_to_what_the_bank_holds_and_tell_all_of_it_anew(provider):
    bank.set_clock(2027, 1, 22)
    since = clock.now()
    kept, refunded, won, lost = (bank.paid(monthly=True).schedule.payments.get() for _ in range(4))
    running.move("month")
    with clock.at_work() as now:
        payments.refund(refunded, 700, now)
        payments.close_dispute(payments.open_dispute(won, now), True, now)
        payments.close_dispute(payments.open_dispute(lost, now), False, now)
    until = clock.now() + HOUR
    lines = list(provider.movements(since, until))
    assert sum(line.amount.minor for line in lines) == payments.balances()["GBP"]
    assert [line.happened_at for line in lines] == sorted(line.happened_at for line in lines)
    assert {line.kind for line in lines} == {"gift", "fee", "refund", "dispute", "reversal"}
    assert all(line.facts for line in lines)
    gift = next(line for line in lines if line.kind == "gift" and line.id == kept.ref)
    assert [type(fact) for fact in gift.facts] == [base.PledgeStarted, base.Paid]
    with clock.at_work() as now:
        payments.pay_out(now)
    assert sum(line.amount.minor for line in provider.movements(since, clock.now() + HOUR)) == 0


def test_movements_before_and_after_their_window_are_left_out(provider):
    payment = bank.paid()
    at = payment.paid_at
    assert list(provider.movements(at + datetime.timedelta(microseconds=1), at + HOUR)) == []
    assert list(provider.movements(at - HOUR, at)) == []
    assert {line.id for line in provider.movements(at, at + HOUR)} == {payment.ref}


# --- signatures -----------------------------------------------------------------------------------
BODY = json.dumps(
    {"id": "msg_1", "mode": "test", "type": "fee.taken", "happened_at": "2027-01-01T00:00:00+00:00", "data": {"a": 1}}
).encode()
NOW = datetime.datetime(2027, 1, 1, 12, tzinfo=datetime.UTC)


def signed(body=BODY, at=NOW):
    return {"Sandbox-Signature": bank_messages.signature(body, at)}


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_a_fresh_message_is_taken(provider, seconds):
    notice = provider.verify(BODY, signed(at=NOW + datetime.timedelta(seconds=seconds)), NOW)
    assert (notice.id, notice.kind, notice.payload["data"]) == ("msg_1", "fee.taken", {"a": 1})


def test_the_headers_name_may_be_in_small_letters(provider):
    assert provider.verify(BODY, {name.lower(): value for name, value in signed().items()}, NOW).id == "msg_1"


@pytest.mark.parametrize("seconds", [-86400, -301, 301, 86400])
def test_an_old_or_a_future_message_is_refused(provider, seconds):
    with pytest.raises(base.BadNotice, match="old, or from the future"):
        provider.verify(BODY, signed(at=NOW + datetime.timedelta(seconds=seconds)), NOW)


GOOD = signed()["Sandbox-Signature"]
FORGED = {
    "no signature": {},
    "empty": {"Sandbox-Signature": ""},
    "another's name": {"Stripe-Signature": GOOD},
    "no time": {"Sandbox-Signature": GOOD.partition(",")[2]},
    "no hash": {"Sandbox-Signature": GOOD.partition(",")[0]},
    "another time": {"Sandbox-Signature": GOOD.replace("t=1", "t=2", 1)},
    "a time a second on": {"Sandbox-Signature": f"t={int(NOW.timestamp()) + 1},{GOOD.partition(',')[2]}"},
    "another hash": {"Sandbox-Signature": GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")},
    "capitals": {"Sandbox-Signature": GOOD.upper()},
    "a line more": {"Sandbox-Signature": GOOD + "\n"},
    "two hashes": {"Sandbox-Signature": f"{GOOD},v1=0"},
    "not ASCII": {"Sandbox-Signature": GOOD.replace("v1=", "v1=é")},
    "Arabic digits": {"Sandbox-Signature": GOOD.replace("t=1", "t=\u0661", 1)},
    "an endless time": {"Sandbox-Signature": "t=" + "9" * 5000 + ",v1=" + "0" * 64},
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_signature_is_refused(provider, how):
    with pytest.raises(base.BadNotice):
        provider.verify(BODY, FORGED[how], NOW)


def test_a_changed_body_is_refused(provider):
    with pytest.raises(base.BadNotice, match="not the bank's"):
        provider.verify(BODY.replace(b"msg_1", b"msg_2"), signed(), NOW)


def test_another_sites_key_is_refused(provider, settings):
    headers = signed()
    settings.SECRET_KEY = "somebody else's"
    with pytest.raises(base.BadNotice, match="not the bank's"):
        provider.verify(BODY, headers, NOW)


def without(name, **more):
    return json.dumps({key: value for key, value in (json.loads(BODY) | more).items() if key != name}).encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"null", b"[]", b'"x"', b"{}", *(without(name) for name in ("id", "type", "happened_at", "data", "mode")),
     without("", mode="live"), without("", id=5), without("", id=""), without("", data=[])],
)  # fmt: skip
def test_an_ill_formed_body_is_refused_even_when_signed(provider, body):
    with pytest.raises(base.BadNotice):
        provider.verify(body, signed(body), NOW)
