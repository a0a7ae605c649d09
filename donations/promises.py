"""What a giver, or staff for them, may do with a pledge: each verb asks the provider, then enters what it answered.

Every verb first has a preview, "next gift: £x on D", which writes nothing. The key of each act is stored in the timeline
before the provider is asked, so that an act repeated after a crash is the same act there.
"""

import datetime
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from donations import notices, providers
from donations.bookkeeping import Cause
from donations.calendar import add_months, instalment_day, next_instalment, today
from donations.models import Pledge
from donations.models.pledges import PledgeStatus
from donations.models.steps import NotAllowed
from donations.money import Money, check_limits
from donations.providers.base import Fact, Provider
from supporters.models import Account

ASKED_AGAIN = datetime.timedelta(hours=1)  # so long an act that was not answered is taken for the same one


@dataclass(frozen=True)
class NextGift:
    """What is charged next and when; no day: nothing is."""

    amount: Money
    on: datetime.date | None


def next_gift(pledge: Pledge) -> NextGift:
    """Return the next charge as things stand."""
    return NextGift(pledge.total, None if pledge.status == PledgeStatus.CANCELLED else pledge.next_on)


def preview_change(pledge: Pledge, amount: Money | None = None, anchor_day: int | None = None) -> NextGift:
    """Return the next charge after a change of sum or day; raises NotAnAmount for a sum outside the limits."""
    if amount is not None:
        check_limits(amount)
    on = pledge.next_on
    if on and anchor_day and anchor_day != pledge.anchor_day:
        on = _first(pledge, anchor_day, pledge.paused_until)
    return NextGift(amount or pledge.total, on)


def preview_skip(pledge: Pledge) -> NextGift:
    """Return the next charge after leaving out one."""
    return NextGift(pledge.total, next_instalment(pledge.next_on, pledge.anchor_day) if pledge.next_on else None)


def preview_pause(pledge: Pledge, until: datetime.date) -> NextGift:
    """Return the first charge on or after the day a pause ends."""
    return NextGift(pledge.total, _first(pledge, pledge.anchor_day, until))


def preview_resume(pledge: Pledge) -> NextGift:
    """Return the first charge after a pause ended today."""
    return NextGift(pledge.total, _first(pledge, pledge.anchor_day))


def _first(pledge: Pledge, anchor_day: int, not_before: datetime.date | None = None) -> datetime.date:
    """Return the next instalment from tomorrow, or from a later day on: never in a month that was billed or left out."""
    tomorrow = today() + datetime.timedelta(days=1)
    on = next_instalment(max(tomorrow, not_before or tomorrow) - datetime.timedelta(days=1), anchor_day)
    # The bank's word on the next instalment passes over a month left out before the notice about that month is here.
    months = [pledge.next_on.replace(day=1)] if pledge.next_on and not pledge.paused_until else []
    if billed := pledge.gifts.aggregate(last=Max("due_on"))["last"]:
        months.append(add_months(billed, 1, 1))
    first = max(months, default=on)
    return on if on >= first else instalment_day(anchor_day, first.year, first.month)


def change(pledge: Pledge, amount: Money | None = None, anchor_day: int | None = None, by: Account | None = None) -> None:
    """Give another sum or on another day, from the next instalment on; nothing is charged or returned now."""
    total, day = amount or pledge.total, anchor_day or pledge.anchor_day
    if total.currency != pledge.currency:
        raise NotAllowed(f"a pledge in {pledge.currency} stays in {pledge.currency}")
    check_limits(total)
    wish = f"{total.minor} on the {day}"
    _act(pledge, "change", by, lambda there, key: there.change(pledge.name_there, total, day, key), wish=wish)


def skip(pledge: Pledge, by: Account | None = None, due_on: datetime.date | None = None) -> None:
    """Leave out the next instalment alone; raises NotAllowed where `due_on` is given and another is the next by now."""
    _act(pledge, "skip", by, lambda there, key: there.skip(pledge.name_there, key), due_on=due_on)


def pause(pledge: Pledge, until: datetime.date, by: Account | None = None) -> None:
    """Charge nothing before a day, which lies ahead and within a year."""
    if not today() < until <= today() + datetime.timedelta(days=366):
        raise NotAllowed("a pause ends on a day within a year")
    _act(pledge, "pause", by, lambda there, key: there.pause(pledge.name_there, until, key), wish=str(until))


def resume(pledge: Pledge, by: Account | None = None) -> None:
    """End a pause now."""
    _act(pledge, "resume", by, lambda there, key: there.resume(pledge.name_there, key))


def cancel(pledge: Pledge, reason: str = "", by: Account | None = None) -> None:
    """End a pledge for good. Once this returns nothing more is charged; a second time changes nothing."""
    if Pledge.objects.get(pk=pledge.pk).status == PledgeStatus.CANCELLED:
        return
    _act(pledge, "cancel", by, lambda there, key: there.cancel(pledge.name_there, key), said=reason[:200])


def new_card(pledge: Pledge, return_url: str) -> str:
    """Return the address of the provider's page for another card."""
    _refuse_ended(pledge)
    return providers.named(pledge.provider).new_card(pledge.name_there, return_url, f"card-{secrets.token_hex(12)}")


def _act(
    pledge: Pledge,
    what: str,
    by: Account | None,
    ask: Callable[[Provider, str], Fact],
    due_on: datetime.date | None = None,
    **said: Any,
) -> None:
    """Ask the provider under a key that is written down first, then enter the answer. Raises ProviderUnavailable."""
    with transaction.atomic():
        locked = Pledge.objects.select_for_update().get(pk=pledge.pk)
        _refuse_ended(locked)
        if due_on and locked.next_on != due_on:
            raise NotAllowed("the instalment that was meant is no longer the next")
        # The same wish that was begun a moment ago and never answered is this one, asked again. Another wish needs a key
        # of its own, and so does one of another day: the month to be left out now is not the one of then.
        asked = locked.events.filter(kind=f"{what}_asked", at__gt=timezone.now() - ASKED_AGAIN)
        last = asked.order_by("-at", "-id").first()
        if last and last.data.get("wish") == said.get("wish") and not locked.events.filter(key=f"{last.key}:done").exists():
            key = last.key
        else:
            key = f"{what}-{secrets.token_hex(12)}"
            locked.note(f"{what}_asked", key, timezone.now(), by=by.pk if by else None, **said)
    fact = ask(providers.named(pledge.provider), key)
    notices.enter_facts([fact], Cause(pledge.provider, by=by, reason=f"{what} asked for"))
    with transaction.atomic():
        pledge.note(f"{what}_done", f"{key}:done", timezone.now())
    pledge.refresh_from_db()


def _refuse_ended(pledge: Pledge) -> None:
    if pledge.status == PledgeStatus.CANCELLED:
        raise NotAllowed("the pledge has ended: a new one can be begun")
