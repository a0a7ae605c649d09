"""How sums, days and states are said to the person whose they are, in the language that is active."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from donations.calendar import charity_day
from donations.models import Appeal, Gift, Pledge
from donations.models.gifts import GiftStatus
from donations.models.pledges import PledgeStatus
from donations.money import Money, formatted
from donations.promises import NextGift


def shown(money: Money) -> str:
    """Return a sum: "£25"."""
    return formatted(money, get_language() or "en")


def day(on: datetime.date) -> str:
    """Return a day: "5 December 2026"."""
    return date_format(on, _("j F Y"))


def day_of(at: datetime.datetime) -> str:
    """Return the charity's day of a moment."""
    return day(charity_day(at))


def next_gift(coming: NextGift) -> str:
    """Return what is charged next, and when."""
    if coming.on is None:
        return _("Nothing more is charged.")
    return _("Next gift: %(amount)s on %(day)s.") % {"amount": shown(coming.amount), "day": day(coming.on)}


@dataclass(frozen=True)
class State:
    """How something stands: in a word or two, in which tone ("good", "waits", "wrong", "over"), and what follows from it."""

    words: str
    tone: str
    more: str = ""


# Why a bank refuses, as far as it says.
REASONS: dict[str, Any] = {
    "insufficient_funds": gettext_lazy("There was not enough in the account."),
    "expired_card": gettext_lazy("The card has run out."),
    "confirmation_needed": gettext_lazy("The bank asks you to confirm it."),
}


def reason(code: str) -> str:
    """Return why a charge did not go through."""
    return str(REASONS.get(code) or _("The bank did not say why."))


def gift_state(gift: Gift, returned: Money) -> State:
    """Return how a gift stands; `returned` is what has gone back of it."""
    match gift.status:
        case GiftStatus.RECEIVED if returned:
            return State(_("Received, a part returned"), "good")
        case GiftStatus.RECEIVED:
            return State(_("Received"), "good")
        case GiftStatus.REFUNDED:
            return State(_("Returned to you"), "over")
        case GiftStatus.DISPUTED:
            return State(_("Questioned by your bank"), "waits", _("Your bank holds it until it has decided."))
        case GiftStatus.LOST:
            return State(_("Taken back by your bank"), "over")
        case GiftStatus.SKIPPED:
            return State(_("Left out"), "over", _("Nothing was charged for this month."))
        case GiftStatus.FAILED:
            return State(_("Did not go through"), "wrong", _after_failure(gift))
        case GiftStatus.ON_ITS_WAY:
            return State(_("On its way"), "waits", _("Your bank takes some days over it."))
        case _:
            return State(pgettext("a gift", "Being charged"), "waits", _("We have not heard from the bank yet."))


def _after_failure(gift: Gift) -> str:
    said = reason(gift.failure)
    if gift.next_try_on:
        said += " " + _("We try again on %(day)s.") % {"day": day(gift.next_try_on)}
    return said


def pledge_state(pledge: Pledge) -> State:
    """Return how a pledge stands (docs/money.md, "States")."""
    coming = NextGift(pledge.total, pledge.next_on)
    match pledge.status:
        case PledgeStatus.ACTIVE:
            return State(_("Active"), "good", next_gift(coming) if coming.on else "")
        case PledgeStatus.PAST_DUE:
            return State(_("Your last gift did not go through"), "wrong", next_gift(coming) if coming.on else "")
        case PledgeStatus.PAUSED:
            until = {"day": day(pledge.paused_until)} if pledge.paused_until else {}
            words = _("Paused until %(day)s") % until if until else _("Paused")
            return State(words, "waits", next_gift(coming) if coming.on else "")
        case PledgeStatus.CANCELLED:
            on = day_of(pledge.ended_at) if pledge.ended_at else ""
            return State(_("Ended on %(day)s") % {"day": on}, "over", _("Nothing more is charged."))
        case _:
            return State(_("Being set up"), "waits", _("It begins as soon as the first gift has come."))


def given_to(appeal: Appeal, designation: str = "") -> str:
    """Return what a gift was for; the general appeal's title asks, so what it is spent on is said instead."""
    return designation or (_("Where it is needed most") if appeal.is_general else appeal.title)


def dedication(gift: Gift) -> str:
    """Return in whose honour or memory a gift was given, or ""."""
    given = getattr(gift, "dedication", None)
    if given is None:
        return ""
    words = _("In memory of %(name)s") if given.kind == "memory" else _("In honour of %(name)s")
    return words % {"name": given.name}
