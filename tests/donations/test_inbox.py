"""The inbox: what reaches it is kept once and entered once, whatever comes at the same moment and whatever fails."""

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.utils import timezone

from donations import notices, providers
from donations.models import Gift, LedgerEntry, ProviderNotice, Receipt
from donations.models.notices import NoticeState
from donations.money import Money
from donations.providers import base
from supporters.models import Account, Supporter
from tests import giving
from tests.donations import proving
from tests.donations.proving import at, paid, renewal

DOOR = "/give/notices/sandbox/"


@pytest.fixture(autouse=True)
def teller(monkeypatch):
    provider = proving.Teller()
    monkeypatch.setattr(providers, "named", lambda name: provider)
    return provider


def post(client, body, **headers):
    return client.post(DOOR, body, content_type="application/json", headers=headers or proving.SIGNED)


def booked():
    return LedgerEntry.objects.count()


# --- the door -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_good_message_a_hundred_times_is_one_row_and_one_booking(client):
    body = proving.message(paid(giving.pending_gift()))
    assert {post(client, body).status_code for _ in range(100)} == {200}
    assert (ProviderNotice.objects.count(), booked()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{"X-Signed": "by nobody"}, {"X-Other": "1"}])
def test_what_is_not_the_providers_leaves_no_row(client, headers):
    assert post(client, proving.message(paid(giving.pending_gift())), **headers).status_code == 400
    assert (ProviderNotice.objects.count(), booked()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"[", b"null"])
def test_what_cannot_be_read_is_refused(client, body, monkeypatch):
    monkeypatch.undo()
    assert client.post(DOOR, body, content_type="application/json").status_code == 400
    assert not ProviderNotice.objects.exists()


@pytest.mark.django_db
def test_a_body_of_ten_megabytes_is_refused_unread(client):
    assert post(client, b"x" * 10_000_000).status_code == 413
    assert not ProviderNotice.objects.exists()


@pytest.mark.django_db
def test_the_door_is_only_written_to(client):
    assert client.get(DOOR).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [OperationalError, DatabaseError, InterfaceError])
def test_while_nothing_can_be_kept_the_answer_is_503_and_the_message_enters_when_it_comes_again(client, monkeypatch, fault):
    body = proving.message(paid(giving.pending_gift()))
    with monkeypatch.context() as patch:

        def refuse(*args, **kwargs):
            raise fault("the database is away")

        patch.setattr(ProviderNotice.objects, "get_or_create", refuse)
        assert post(client, body).status_code == 503
    assert booked() == 0
    assert post(client, body).status_code == 200
    assert booked() == 1


@pytest.mark.django_db
def test_what_fails_after_it_was_kept_is_answered_as_kept_and_entered_by_the_sweep(client, monkeypatch):
    body = proving.message(paid(giving.pending_gift()))
    with monkeypatch.context() as patch:
        patch.setattr(notices, "_enter", lambda row, told: 1 / 0)
        assert post(client, body).status_code == 200
    assert (ProviderNotice.objects.get().state, booked()) == ("new", 0)
    assert notices.work_left_behind() == 1
    assert (ProviderNotice.objects.get().state, booked()) == ("done", 1)


# --- at the same moment -------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_the_same_moment_are_one_row_and_one_booking():
    for _ in range(5):
        body = proving.message(paid(giving.pending_gift()))
        proving.together(*[lambda body=body: proving.deliver(body)] * 3)
    assert (ProviderNotice.objects.count(), booked(), Receipt.objects.count()) == (5, 5, 5)
    assert not list(proving.faults_of_the_books())


@pytest.mark.django_db(transaction=True)
def test_different_tellings_of_one_payment_at_the_same_moment_book_it_once():
    for _ in range(5):
        gift = giving.pending_gift()
        one, other = proving.message(paid(gift)), proving.message(paid(gift))
        proving.together(lambda one=one: proving.deliver(one), lambda other=other: proving.deliver(other))
    assert (ProviderNotice.objects.count(), booked()) == (10, 5)
    assert set(ProviderNotice.objects.values_list("state", flat=True)) == {"done", "absorbed"}


@pytest.mark.django_db(transaction=True)
def test_two_first_gifts_of_one_person_at_the_same_moment_make_one_supporter():
    gifts = [giving.pending_gift(details=giving.details(email="ada@example.org")) for _ in range(4)]
    proving.together(*[lambda gift=gift: proving.told(paid(gift)) for gift in gifts])
    assert (Supporter.objects.count(), booked()) == (1, 4)
    assert not list(proving.faults_of_the_books())


def refund_of(gift):
    return base.Refunded(happened_at=at(5), payment=paid(gift).payment, refund=f"re_{gift.pk}", amount=Money(500, "GBP"))


@pytest.mark.django_db(transaction=True)
def test_a_payment_and_its_refund_at_the_same_moment_are_both_booked():
    for _ in range(8):
        gift = giving.pending_gift()
        bodies = [proving.message(paid(gift)), proving.message(refund_of(gift))]
        proving.together(*[lambda body=body: proving.deliver(body) for body in bodies])
    assert booked() == 16
    assert not ProviderNotice.objects.exclude(state="done").exists()


@pytest.mark.django_db
def test_what_came_while_waiting_was_written_down_is_seen(monkeypatch):
    """As it is between two connections: who brings the payment cannot see yet that the refund waits for it."""
    gift = giving.pending_gift()
    refund, payment = proving.message(refund_of(gift)), proving.message(paid(gift))
    step, came = notices._step, []

    def slowly(row, state, reason):
        step(row, state, reason)
        if state == NoticeState.WAITING and not came:
            came.append(1)
            with monkeypatch.context() as patch:
                patch.setattr(notices, "_wake", lambda provider, outcome: None)
                proving.deliver(payment)

    monkeypatch.setattr(notices, "_step", slowly)
    proving.deliver(refund)
    assert came
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == ["gift", "refund"]


@pytest.mark.django_db
def test_what_waits_is_found_by_the_sweep_should_its_waker_have_died(monkeypatch):
    gift = giving.pending_gift()
    proving.told(refund_of(gift))
    with monkeypatch.context() as patch:
        patch.setattr(notices, "_wake", lambda provider, outcome: None)
        proving.told(paid(gift))
        assert booked() == 1  # the control: nobody woke it
    assert notices.work_left_behind() == 0
    ProviderNotice.objects.update(worked_at=timezone.now() - notices.WAITING_AGAIN)
    assert notices.work_left_behind() == 1
    assert booked() == 2


# --- what does not fit --------------------------------------------------------------------------------
MISMATCHES = {
    "another sum": lambda gift: paid(gift, amount=Money(2501, "GBP")),
    "another currency": lambda gift: paid(gift, amount=Money(2500, "USD")),
    "an unknown gift": lambda gift: paid(gift, reference="nobody-knows-this-one"),
    "on its way with another sum": lambda gift: base.OnItsWay(
        happened_at=at(0), reference=gift.reference, amount=Money(1, "GBP")
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("mismatch", MISMATCHES.values(), ids=MISMATCHES)
def test_what_does_not_fit_is_held_for_staff_and_nothing_is_booked(mismatch):
    gift = giving.pending_gift()
    row = proving.told(mismatch(gift))
    gift.refresh_from_db()
    assert (row.state, gift.status) == (NoticeState.QUARANTINED, "pending")
    assert row.reason
    assert booked() == Receipt.objects.count() == Supporter.objects.count() == 0


@pytest.mark.django_db
def test_a_message_replayed_after_the_gift_was_mended_enters_once():
    gift = giving.pending_gift()
    row = proving.told(paid(gift, amount=Money(3000, "GBP")))
    staff = Account.objects.create_user("finance@example.org")
    assert notices.replay(row, staff).state == NoticeState.QUARANTINED  # the control: nothing was mended
    Gift.objects.update(amount=3000)
    assert notices.replay(row, staff).state == NoticeState.DONE
    assert notices.replay(row, staff).state == NoticeState.ABSORBED
    assert LedgerEntry.objects.get().amount == 3000


@pytest.mark.django_db
@pytest.mark.parametrize(("minor", "currency"), [(9999, "GBP"), (2500, "USD")])
def test_a_month_of_another_sum_than_was_ever_told_is_held_for_staff(minor, currency):
    proving.told(paid(giving.pending_gift(frequency="monthly")))
    row = proving.told(renewal(2, 700, amount=Money(minor, currency)))
    assert row.state == NoticeState.QUARANTINED
    assert booked() == 1
    assert Gift.objects.count() == 1


@pytest.mark.django_db
def test_a_month_of_a_new_sum_enters_once_the_change_is_told():
    proving.told(paid(giving.pending_gift(frequency="monthly")))
    row = proving.told(renewal(2, 700, 9999))
    assert row.state == NoticeState.QUARANTINED
    proving.told(proving.changed("promise", 9999, 600))
    row.refresh_from_db()
    assert (row.state, booked()) == (NoticeState.DONE, 2)


@pytest.mark.django_db
def test_money_that_comes_after_the_end_is_booked_but_revives_nothing():
    proving.told(paid(giving.pending_gift(frequency="monthly")))
    proving.told(base.PledgeEnded(happened_at=at(600), pledge="promise", reason="asked"))
    assert proving.told(renewal(2, 700)).state == NoticeState.DONE
    proving.told(proving.changed("promise", 2500, 800, next_on=proving.day(60)))
    pledge = Gift.objects.filter(bill="bill_2").get().pledge
    assert (pledge.status, pledge.next_on, booked()) == ("cancelled", None, 2)


@pytest.mark.django_db
def test_two_bills_for_one_month_are_booked_once():
    proving.told(paid(giving.pending_gift(frequency="monthly")))
    proving.told(renewal(2, 700))
    row = proving.told(renewal(3, 701, due_on=proving.bill(2)["due_on"]))
    assert (row.state, booked()) == (NoticeState.QUARANTINED, 2)


# --- a provider that does not answer --------------------------------------------------------------------
@pytest.mark.django_db
def test_a_provider_that_is_down_for_two_hours_costs_no_message(teller):
    teller.down = True
    row = proving.deliver(proving.message(paid(giving.pending_gift())))
    now, tries = timezone.now(), 0
    for _ in range(24):  # five minutes each
        tries += notices.work_left_behind()
        assert notices.work_left_behind() == 0, "tried again at once"
        ProviderNotice.objects.update(worked_at=now - datetime.timedelta(minutes=10))
    row.refresh_from_db()
    assert (row.state, tries) == (NoticeState.NEW, 24)
    teller.down = False
    assert notices.work_left_behind() == 1
    assert booked() == 1


@pytest.mark.django_db
def test_a_message_nobody_can_work_on_is_held_for_staff_in_the_end(teller):
    teller.down = True
    row = proving.deliver(proving.message(paid(giving.pending_gift())))
    for _ in range(notices.TRIES):
        ProviderNotice.objects.update(worked_at=timezone.now() - datetime.timedelta(hours=1))
        notices.work_left_behind()
    row.refresh_from_db()
    assert (row.state, row.tries) == (NoticeState.QUARANTINED, notices.TRIES)


@pytest.mark.django_db
def test_the_inbox_keeps_one_row_for_a_name():
    row = proving.told(paid(giving.pending_gift()))
    with pytest.raises(IntegrityError):
        ProviderNotice.objects.create(provider=row.provider, notice=row.notice, kind="x", payload={})
