"""Guesses and letters of one address counted by many browsers at once: the bounds stand in the database."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, connections

from supporters import codes
from supporters.models import Code, Outcome, Purpose, Supporter

ADA = "ada@example.org"


def all_at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run the acts in threads that begin together; return what they returned."""
    together, found = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        together.wait(timeout=60)
        try:
            found.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(found) == len(acts)
    return found


@pytest.mark.django_db(transaction=True)
def test_the_last_guesses_of_a_day_are_not_given_out_twice():
    asked = [codes.ask(Purpose.SIGN_IN, ADA, "en") for _ in range(14)]
    Code.objects.filter(pk__in=[code.pk for code in asked[:12]]).update(tries=4)  # 48 of 50
    acts = [lambda code=code: codes.prove(code.reference, Purpose.SIGN_IN, "000000")[0] for code in asked[6:]]
    outcomes = all_at_once(acts)
    assert codes.guesses_today(ADA) == codes.GUESSES_A_DAY
    assert outcomes.count(codes.Proof.ENOUGH) == len(acts) - 2


@pytest.mark.django_db(transaction=True)
def test_one_code_is_right_once_however_many_hold_it_at_once():
    code = codes.ask(Purpose.SIGN_IN, ADA, "en")
    Code.objects.update(outcome=Outcome.WRITTEN)
    outcomes = all_at_once([lambda: codes.prove(code.reference, Purpose.SIGN_IN, code.digits)[0]] * 5)
    assert outcomes.count(codes.Proof.RIGHT) == 1
    assert outcomes.count(codes.Proof.ENDED) == 4


@pytest.mark.django_db(transaction=True)
def test_several_rounds_at_once_write_no_more_letters_than_one():
    Supporter.objects.create(email=ADA)
    for _ in range(12):
        codes.ask(Purpose.SIGN_IN, ADA, "en")
    all_at_once([codes.write_waiting] * 4)
    assert Code.objects.filter(outcome=Outcome.WRITTEN).count() == codes.MAILS_AN_HOUR
    assert not Code.objects.filter(outcome=Outcome.WAITING).exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_for_an_address_guesses_would_be_given_out_twice(monkeypatch: pytest.MonkeyPatch):
    """The control; SQLite lets one transaction write at a time whatever we do."""
    if connection.vendor != "postgresql":
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        return
    seen = threading.Barrier(2)
    counted = codes.guesses_today

    def both_count(email: str) -> int:
        number = counted(email)
        seen.wait(timeout=60)
        return number

    monkeypatch.setattr(codes, "_one_at_a_time", lambda email: None)
    monkeypatch.setattr(codes, "guesses_today", both_count)
    asked = [codes.ask(Purpose.SIGN_IN, ADA, "en") for _ in range(15)]
    Code.objects.filter(pk__in=[code.pk for code in asked[:9]]).update(tries=5)
    Code.objects.filter(pk=asked[9].pk).update(tries=4)  # 49 of 50
    all_at_once([partial(codes.prove, code.reference, Purpose.SIGN_IN, "000000") for code in asked[10:12]])
    assert counted(ADA) == 51
