"""What programs ask of the bank: plain values in, plain values out. Raises `errors.Refused`.

Every change takes a key: the same request under the same key is done once and answered alike; another request under
it is refused. Messages are written here and sent by `delivery`.
"""

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse

from sandbox_bank import checkouts, clock, payments, running, schedules
from sandbox_bank.book import movements
from sandbox_bank.errors import Refused
from sandbox_bank.messages import Event
from sandbox_bank.models import Asked, CardPage, Checkout, Message, Payment, new_ref

__all__ = ["cancel", "change", "look_up", "movements", "new_card", "pause", "refund", "resume", "sent", "skip", "start"]


def start(key: str, request: dict[str, Any]) -> dict[str, Any]:
    """Open a checkout (see checkouts.FIELDS); returns id, url (absolute) and expires_at."""
    with clock.at_work() as now:
        checkout = checkouts.start(key, request, now)
    return {"id": checkout.ref, "url": checkouts.url(checkout), "expires_at": checkout.expires_at}


def look_up(ref: str) -> list[Event]:
    """Return what has come of a checkout; nothing while it is open."""
    running.run_due()
    checkout = Checkout.objects.filter(ref=ref).first()
    if checkout is None:
        raise Refused(f"There is no checkout {ref}")
    return checkouts.known(checkout)


def sent(since: datetime.datetime, until: datetime.datetime) -> list[str]:
    """Return the bodies of the messages written in a time, oldest first, whether they reached anybody or not."""
    found = Message.objects.filter(created_at__gte=since, created_at__lt=until).order_by("created_at", "id")
    return list(found.values_list("body", flat=True))


def refund(payment: str, minor: int, currency: str, key: str) -> dict[str, Any]:
    """Send money of a payment back, never more than is left of it; returns id and minor."""

    def do(now: datetime.datetime) -> Any:
        found = Payment.objects.filter(ref=payment, currency=currency).first()
        if found is None:
            raise Refused(f"There is no payment {payment} in {currency}")
        made = payments.refund(found, minor, now)
        return {"id": made.ref, "minor": made.minor}

    return _once(key, "refund", [payment, minor, currency], do)


def change(schedule: str, minor: int, currency: str, anchor_day: int, key: str) -> Event:
    """Bill another amount or on another day from the next instalment on."""
    asked = [schedule, minor, currency, anchor_day]
    return _once(key, "change", asked, lambda now: schedules.change(schedules.of(schedule), minor, currency, anchor_day, now))


def pause(schedule: str, until: datetime.date, key: str) -> Event:
    """Charge nothing before a day."""
    return _once(key, "pause", [schedule, until.isoformat()], lambda now: schedules.pause(schedules.of(schedule), until, now))


def skip(schedule: str, key: str) -> Event:
    """Leave out the next instalment alone."""
    return _once(key, "skip", [schedule], lambda now: schedules.skip(schedules.of(schedule), now))


def resume(schedule: str, key: str) -> Event:
    """End a pause."""
    return _once(key, "resume", [schedule], lambda now: schedules.resume(schedules.of(schedule), now))


def cancel(schedule: str, key: str) -> Event:
    """End a schedule for good; a second time tells the same."""
    return _once(key, "cancel", [schedule], lambda now: schedules.end(schedules.of(schedule, ended=True), "asked", now))


def new_card(schedule: str, return_url: str, key: str) -> str:
    """Return the absolute address of the page where the payer puts another card."""

    def do(_now: datetime.datetime) -> Any:
        page = CardPage.objects.create(ref=new_ref("card"), schedule=schedules.of(schedule), return_url=return_url)
        return settings.SITE_URL + reverse("sandbox:bank-card", args=[page.ref])

    return str(_once(key, "new_card", [schedule, return_url], do))


def _once(key: str, verb: str, request: list[Any], do: Callable[[datetime.datetime], Any]) -> Any:
    """Do what is asked unless its key was answered before; what is already due by the clock comes first."""
    running.run_due()
    with clock.at_work() as now:
        answered = Asked.objects.filter(key=key).first()
        if answered is None:
            answer = do(now)
            Asked.objects.create(key=key, verb=verb, request=request, answer=answer)
            return answer
    if (answered.verb, answered.request) != (verb, request):
        raise Refused("This key was used for another request")
    return answered.answer
