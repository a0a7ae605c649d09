"""A process that dies at any point charges nobody twice, loses no money and sends no mail twice.

Each story runs in a forked child on the database in use, and the child ends at a named point without cleaning up. Then
comes what comes anyway: the giver presses the button again, the provider sends its messages again until they are taken,
the rounds are gone. The books must then be as if nothing had happened. Each control takes a guard away and sees them differ.
"""

import datetime
import os
import re
import traceback
import uuid

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from donations import bookkeeping, giving, letters, notices, promises, providers, receipts, reconciliation
from donations.models import Gift, LedgerEntry, Pledge, ProviderNotice
from donations.money import Money
from donations.providers import base
from hope_site import rounds
from letters import outbox
from letters.models import Letter
from tests import giving as givers
from tests.donations import proving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]
DIED, LIVED, FAILED = 9, 0, 3


@pytest.fixture
def teller(monkeypatch, tmp_path, settings):
    provider = proving.Teller(tmp_path / "asked")
    monkeypatch.setattr(providers, "named", lambda name: provider)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return provider


def mails(settings):
    """Return the Message-ID of every mail that left."""
    files = settings.EMAIL_FILE_PATH.glob("*") if settings.EMAIL_FILE_PATH.exists() else []
    return [name for path in files for name in re.findall(rb"^Message-ID: (\S+)", path.read_bytes(), re.MULTILINE)]


# --- dying --------------------------------------------------------------------------------------------
def in_a_child(story, arm=lambda: None):
    """Run a story in a forked child of this process; return how it ended."""
    connections.close_all()  # parent and child may not share one
    pid = os.fork()
    if pid == 0:
        code = FAILED
        try:
            forget_inherited()
            arm()
            story()
            code = LIVED
        except Exception:  # noqa: BLE001  it ends here, whatever it is
            traceback.print_exc()  # nobody else will say why
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def forget_inherited():
    """Let the child open connections of its own.

    Where a browser's event loop runs in the parent, Django keeps one connection for inside it and one for outside. The
    parent closed the first; the child, which has no loop, would find the second and share it.
    """
    for inherited in connections.all(initialized_only=True):
        inherited.connection = None  # not closed: the parent goes on with it
        inherited.in_atomic_block = inherited.closed_in_transaction = False


def die_at(owner, name, when, *, call=1, half=False):
    """Let this process end before or after a function's so-manieth call; `half` keeps what was not committed yet."""
    original, calls = getattr(owner, name), []

    def end():
        if half:
            connection.connection.commit()
        os._exit(DIED)

    def dying(*args, **kwargs):
        calls.append(1)
        if when == "before" and len(calls) == call:
            end()
        answer = original(*args, **kwargs)
        if when == "after" and len(calls) == call:
            end()
        return answer

    setattr(owner, name, dying)


# --- one gift, from the button to the mail ------------------------------------------------------------
INTENT = {"attempt": "the form's token", "details": {"email": "ada@example.org", "first_name": "Ada", "last_name": "Obi"}}


def press():
    """Press the button of the giving form."""
    return giving.checkout(giving.begin(givers.intent(**INTENT)))


def bring(teller):
    """Bring what the provider has to tell: a refund that comes too early, then the payment."""
    if not teller.acts():
        return
    gift = Gift.objects.get()
    payment = proving.paid(gift)
    early = base.Refunded(happened_at=proving.at(1), payment=payment.payment, refund="re", amount=Money(500, "GBP"))
    for name, fact in (("second", early), ("first", payment)):
        proving.deliver(proving.message(fact, name=name))


def let_time_pass():
    hour = timezone.now() - datetime.timedelta(hours=4)
    ProviderNotice.objects.update(worked_at=hour)
    Letter.objects.update(not_before=hour)
    Letter.objects.filter(claimed_at__isnull=False).update(claimed_at=hour)
    Gift.objects.filter(checkout__gt="").update(checkout_at=hour)


def go_rounds():
    for _ in range(3):
        let_time_pass()
        rounds.Rounds().go()


def whole_story(teller):
    press()
    bring(teller)
    go_rounds()


def world_goes_on(teller):
    """Do what happens anyway after a crash."""
    press()
    bring(teller)
    go_rounds()


def check(teller, settings, expected, *, again=0):
    """Raise AssertionError where anything differs from a story without a crash; `again`: letters that may leave twice."""
    end = proving.ending()
    assert end == expected, proving.differences(expected, end)
    assert not list(proving.faults_of_the_books())
    assert list(teller.acts()) == [Gift.objects.get().key], "the provider was asked for more than one page"
    assert not ProviderNotice.objects.exclude(state__in=["done", "absorbed"]).exists()
    sent = mails(settings)
    assert len(set(sent)) == Letter.objects.filter(state="sent").count() == 2
    assert len(sent) <= len(set(sent)) + again, "a mail left twice"


POINTS = {
    "the attempt is written": (giving, "begin", "after"),
    "the provider is asked": (proving.Teller, "start", "before"),
    "the provider has answered": (proving.Teller, "start", "after"),
    "the page is noted": (giving, "checkout", "after"),
    "a message comes": (notices, "receive", "before"),
    "a message is kept": (notices, "receive", "after"),
    "a message waits": (notices, "at_the_door", "after"),
    "the supporter is made known": (bookkeeping, "supporter_of", "after"),
    "the gift has stepped": (bookkeeping, "book", "before"),
    "the ledger has its line": (bookkeeping, "book", "after"),
    "the receipt has its number": (receipts, "issue", "after"),
    "the letter is written": (letters, "write", "after"),
    "the message's row is stepped": (notices, "_step", "after"),
    "what waits is to be woken": (notices, "_wake", "before"),
    "a letter is claimed": (outbox, "_claim", "after"),
    "a letter is made": (outbox, "message", "after"),
    "a letter has left": (mail.EmailMessage, "send", "after"),
    "a letter is noted as sent": (outbox, "_end", "after"),
}
points = pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)


@pytest.fixture
def expected(teller, settings):
    """Give what the story ends in without a crash, on the way to an empty database."""
    whole_story(teller)
    end = proving.ending()
    check(teller, settings, end)
    start_anew(teller, settings)
    return end


def start_anew(teller, settings):
    call_command("flush", interactive=False, verbosity=0)
    teller.book.unlink(missing_ok=True)
    for path in settings.EMAIL_FILE_PATH.glob("*"):
        path.unlink()


@points
def test_a_death_at_any_point_leaves_the_books_as_without_it(point, teller, settings, expected, drill_size):
    for _ in range(drill_size(1, 100)):
        assert in_a_child(lambda: whole_story(teller), lambda: die_at(*point)) == DIED
        world_goes_on(teller)
        check(teller, settings, expected, again=1 if point[1] == "send" else 0)
        start_anew(teller, settings)


def test_a_death_in_the_mop_up_leaves_the_books_as_without_it(teller, settings):
    press()
    let_time_pass()
    for point in ((proving.Teller, "look_up", "after"), (bookkeeping, "book", "after"), (notices, "_wake", "before")):
        assert in_a_child(reconciliation.mop_up, lambda point=point: die_at(*point)) == DIED
    assert reconciliation.mop_up() == 0  # the last one died when all was entered
    assert LedgerEntry.objects.get().amount == 2500
    go_rounds()
    assert len(mails(settings)) == Letter.objects.filter(state="sent").count() == 1
    assert not list(proving.faults_of_the_books())


# --- controls: without its guard each of these goes wrong -----------------------------------------------
def goes_wrong(teller, settings, expected):
    with pytest.raises(AssertionError):
        check(teller, settings, expected)
    return True


def test_control_a_key_that_is_not_kept_asks_the_provider_for_two_pages(teller, settings, expected, monkeypatch):
    request = giving._request
    monkeypatch.setattr(giving, "_request", lambda gift: base.CheckoutRequest(**{**vars(request(gift)), "key": uuid.uuid4().hex}))
    assert in_a_child(lambda: whole_story(teller), lambda: die_at(proving.Teller, "start", "after")) == DIED
    world_goes_on(teller)
    assert goes_wrong(teller, settings, expected)


HALVES = ["the gift has stepped", "the ledger has its line", "the letter is written"]


@pytest.mark.parametrize("name", HALVES)
def test_control_steps_that_are_committed_one_by_one_stay_half_done(name, teller, settings, expected):
    assert in_a_child(lambda: whole_story(teller), lambda: die_at(*POINTS[name], half=True)) == DIED
    world_goes_on(teller)
    assert goes_wrong(teller, settings, expected)


@pytest.mark.parametrize("name", ["a message is kept", "what waits is to be woken"])
def test_control_without_the_sweep_a_kept_message_is_not_entered(name, teller, settings, expected, monkeypatch):
    """The provider was told "kept" and does not come again: the sweep alone finishes it."""
    for sweeps in (True, False):
        assert in_a_child(lambda: whole_story(teller), lambda: die_at(*POINTS[name], call=2)) == DIED
        if not sweeps:
            monkeypatch.setattr(notices, "work_left_behind", lambda: 0)
        go_rounds()
        if sweeps:
            check(teller, settings, expected)
            start_anew(teller, settings)
    assert goes_wrong(teller, settings, expected)


def test_control_a_letter_that_nobody_takes_up_again_never_leaves(teller, settings, expected, monkeypatch):
    assert in_a_child(lambda: whole_story(teller), lambda: die_at(*POINTS["a letter is claimed"])) == DIED
    monkeypatch.setattr(outbox, "LEFT_BEHIND", datetime.timedelta(days=999))
    world_goes_on(teller)
    assert goes_wrong(teller, settings, expected)


def test_control_a_payment_whose_message_is_lost_for_good_is_found_by_the_mop_up_alone(teller, settings, expected, monkeypatch):
    for mops in (True, False):
        assert in_a_child(lambda: whole_story(teller), lambda: die_at(notices, "receive", "before", call=2)) == DIED
        if not mops:
            monkeypatch.setattr(reconciliation, "mop_up", lambda: 0)
        go_rounds()  # the provider believes that it was taken
        if mops:
            check(teller, settings, expected)
            start_anew(teller, settings)
    assert goes_wrong(teller, settings, expected)


# --- what a giver does with a pledge ----------------------------------------------------------------
ACTS = {
    "the act is noted": (proving.Teller, "_ask", "before"),
    "the provider has answered": (proving.Teller, "_ask", "after"),
    "the answer is entered": (notices, "enter_facts", "after"),
}
VERBS = {
    "change": lambda pledge: promises.change(pledge, Money(3000, "GBP")),
    "skip": promises.skip,
    "cancel": promises.cancel,
}


@pytest.fixture
def pledge(teller):
    proving.told(proving.paid(givers.pending_gift(frequency="monthly")))
    return Pledge.objects.get()


@pytest.mark.parametrize("point", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_an_act_repeated_after_a_death_is_one_act_at_the_provider(verb, point, pledge, teller):
    assert in_a_child(lambda: verb(pledge), lambda: die_at(*point)) == DIED
    verb(pledge)
    assert len(teller.acts()) == 1
    pledge.refresh_from_db()
    assert (pledge.amount == 3000, pledge.status == "cancelled", pledge.next_on == proving.day(90)).count(True) == 1


def test_control_an_act_whose_key_is_not_kept_is_done_twice(pledge, teller):
    def forget():
        die_at(proving.Teller, "_ask", "after")

    assert in_a_child(lambda: promises.skip(pledge), forget) == DIED
    pledge.events.filter(kind="skip_asked").delete()
    promises.skip(pledge)
    assert len(teller.acts()) == 2


def test_another_wish_after_a_death_is_another_act(pledge, teller):
    """A key that comes with another sum is an error at the provider: it may not be the key of the act that died."""
    promises_of = lambda minor: lambda: promises.change(pledge, Money(minor, "GBP"))  # noqa: E731
    assert in_a_child(promises_of(3000), lambda: die_at(*ACTS["the provider has answered"])) == DIED
    promises_of(4000)()
    assert [act["minor"] for act in teller.acts().values()] == [3000, 4000]
    pledge.refresh_from_db()
    assert pledge.amount == 4000


def test_the_same_wish_a_day_after_a_death_is_another_act(pledge, teller):
    """Keys are forgotten after a day, and a month that is to be skipped now is not the one of the act that died."""
    assert in_a_child(lambda: promises.skip(pledge), lambda: die_at(*ACTS["the provider has answered"])) == DIED
    pledge.events.filter(kind="skip_asked").update(at=timezone.now() - datetime.timedelta(days=1))
    promises.skip(pledge)
    assert len(teller.acts()) == 2
