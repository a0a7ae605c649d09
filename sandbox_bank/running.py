"""What falls due by itself: done in order, each thing at its own pretend moment."""

import datetime

from sandbox_bank import checkouts, clock, days, payments, schedules
from sandbox_bank.models import Checkout, Payment, Schedule

MOST = 500  # things done in one transaction; the rest follows in the next


def run_due() -> int:
    """Do what has fallen due by the bank's clock; returns how many things it was."""
    done = 0
    while True:
        if not _anything(clock.now()):
            return done
        with clock.at_work() as now:
            done += _run(now)


def move(step: str) -> None:
    """Move the clock a "day", a "week" or a "month" on, and do all that falls due in between."""
    with clock.at_work() as now:
        match step:
            case "month":
                target = days.month_later(now)
            case "week":
                target = now + 7 * days.ONE_DAY
            case "day":
                target = now + days.ONE_DAY
            case _:
                raise ValueError(step)
        clock.advance(round((target - now).total_seconds()))
    run_due()


def _anything(now: datetime.datetime) -> bool:
    return bool(
        Schedule.objects.filter(acts_at__lte=now).exists()
        or Payment.objects.filter(settles_at__lte=now).exists()
        or Checkout.objects.filter(state__in=["open", "confirming"], expires_at__lte=now).exists()
    )


def _run(now: datetime.datetime) -> int:
    for done in range(MOST):
        if not _next(now):
            return done
    return MOST


def _next(now: datetime.datetime) -> bool:
    """Do the earliest thing that is due; returns whether there was one."""
    schedule = Schedule.objects.select_related("checkout").filter(acts_at__lte=now).order_by("acts_at", "pk").first()
    payment = (
        Payment.objects.select_related("checkout", "schedule__checkout", "bill")
        .filter(settles_at__lte=now)
        .order_by("settles_at", "pk")
        .first()
    )
    checkout = Checkout.objects.filter(state__in=["open", "confirming"], expires_at__lte=now).order_by("expires_at", "pk").first()
    moments = [
        moment
        for moment in (
            payment and payment.settles_at,
            checkout and checkout.expires_at,
            schedule and schedule.acts_at,
        )
        if moment
    ]
    if not moments:
        return False
    first = min(moments)
    if payment and payment.settles_at == first:
        payments.arrive(payment, first)
    elif checkout and checkout.expires_at == first:
        checkouts.abandon(checkout, first)
    else:
        assert schedule
        schedules.act(schedule)
    return True
