"""What happened to a monthly gift, in plain words: what came, what failed, what changed, and the letters about it."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import letters
from donations.models import Gift, Pledge, PledgeEvent
from donations.money import Money
from letters.models import Letter, LetterQuerySet, LetterState
from portal import words

# What a letter was about; kinds without words here are not a giver's.
LETTERS: dict[str, Any] = {
    "received": gettext_lazy("We wrote to you: thanks, with the receipt."),
    "receipt": gettext_lazy("We sent you the receipt."),
    "on_its_way": gettext_lazy("We wrote to you that the gift is on its way."),
    "failed": gettext_lazy("We wrote to you that the gift did not go through."),
    "confirm": gettext_lazy("We asked you to confirm the gift with your bank."),
    "debit_failed": gettext_lazy("We wrote to you that your bank gave the gift back."),
    "card_ending": gettext_lazy("We wrote to you that your card soon ends."),
    "pledge_ended": gettext_lazy("We wrote to you that your monthly gift has ended."),
    "refunded": gettext_lazy("We wrote to you that money is on its way back."),
}
UNANSWERED: dict[str, Any] = {
    "change": gettext_lazy("A change of the amount or day was asked for. The bank did not answer: nothing changed by it."),
    "skip": gettext_lazy("Leaving out a gift was asked for. The bank did not answer: nothing changed by it."),
    "pause": gettext_lazy("A pause was asked for. The bank did not answer: nothing changed by it."),
    "resume": gettext_lazy("Going on was asked for. The bank did not answer: nothing changed by it."),
    "cancel": gettext_lazy("The end was asked for. The bank did not answer: nothing changed by it."),
}
ENDED: dict[str, Any] = {
    "asked": gettext_lazy("Ended, as you asked. Nothing more is charged."),
    "payments_failed": gettext_lazy("Ended, because several gifts did not go through. Nothing more is charged."),
    "dispute": gettext_lazy("Ended, because your bank questioned a gift. Nothing more is charged."),
}


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, in words, in which tone ("good", "wrong", "quiet")."""

    at: datetime.datetime
    day: str
    said: str
    tone: str = "quiet"


def of(pledge: Pledge) -> list[Line]:
    """Return what happened, newest first. Two queries."""
    events = list(pledge.events.order_by("at", "pk"))
    lines = [Line(event.at, words.day_of(event.at), said, tone) for event, said, tone in _told(pledge, events)]
    lines += _mails(Letter.objects.filter(within=letters.about(pledge)))
    return sorted(lines, key=lambda line: line.at, reverse=True)


def letters_of(gift: Gift) -> list[Line]:
    """Return the letters about one gift, newest first. One query."""
    return sorted(_mails(Letter.objects.filter(about=letters.about(gift))), key=lambda line: line.at, reverse=True)


def _mails(found: LetterQuerySet) -> Iterator[Line]:
    """Yield what was written to the giver; letters to others (whom a dedication tells) are none of these."""
    told = found.filter(kind__in=LETTERS, state__in=[LetterState.SENT, LetterState.REFUSED])
    for letter in told.only("kind", "state", "sent_at", "created_at"):
        at, said, refused = letter.sent_at or letter.created_at, str(LETTERS[letter.kind]), letter.state == LetterState.REFUSED
        if refused:
            said += " " + _("The mail could not be delivered.")
        yield Line(at, words.day_of(at), said, "wrong" if refused else "quiet")


def _told(pledge: Pledge, events: list[PledgeEvent]) -> Iterator[tuple[PledgeEvent, str, str]]:
    """Yield the events that say something to the giver, in their order."""
    answered = {event.key.removesuffix(":done") for event in events if event.kind.endswith("_done")}
    stood: dict[str, Any] = {}
    for event in events:
        if event.kind in {"began", "told", "card", "started"}:
            for said in _changes(pledge, stood, event):
                yield event, said, "quiet"
        elif event.kind.endswith("_asked"):
            if said := _asked(event, answered):
                yield event, said, "quiet"
        elif event.kind in _SAID:
            said, tone = _SAID[event.kind](pledge, event.data)
            yield event, said, tone


def _changes(pledge: Pledge, stood: dict[str, Any], event: PledgeEvent) -> Iterator[str]:
    """Yield what is different from what stood before; `stood` is brought up to date."""
    data = {name: value for name, value in event.data.items() if value is not None}
    before = dict(stood)
    stood.update({name: data[name] for name in ("minor", "anchor_day", "paused_until", "method") if name in data})
    amount = words.shown(Money(stood["minor"], pledge.currency)) if "minor" in stood else ""
    if event.kind == "began":
        yield _("Your monthly gift of %(amount)s began.") % {"amount": amount}
        return
    if "minor" in before and stood["minor"] != before["minor"]:
        yield _("From then on %(amount)s every month.") % {"amount": amount}
    if "anchor_day" in before and stood["anchor_day"] != before["anchor_day"]:
        yield _("From then on it comes on day %(day)s of each month.") % {"day": stood["anchor_day"]}
    if stood.get("paused_until", "") != before.get("paused_until", ""):
        until = stood["paused_until"]
        yield _("Paused until %(day)s.") % {"day": _day(until)} if until else _("The pause ended.")
    if "method" in before and stood["method"] != before["method"]:
        yield _("It is now paid by %(method)s.") % {"method": stood["method"][0]}


def _asked(event: PledgeEvent, answered: set[str]) -> str:
    """Return what to say of a wish: only of one the bank did not answer, or whose answer says nothing of it."""
    what = event.kind.removesuffix("_asked")
    if event.key not in answered:
        return str(UNANSWERED.get(what, ""))
    return _("The next gift was left out.") if what == "skip" else ""


def _received(pledge: Pledge, data: dict[str, Any]) -> tuple[str, str]:
    return _("%(amount)s came. Thank you.") % {"amount": words.shown(Money(data["minor"], pledge.currency))}, "good"


def _failed(_pledge: Pledge, data: dict[str, Any]) -> tuple[str, str]:
    said = _("The gift did not go through.") + " " + words.reason(data.get("reason", ""))
    if data.get("next_try_on"):
        said += " " + _("We try again on %(day)s.") % {"day": _day(data["next_try_on"])}
    return said, "wrong"


def _skipped(_pledge: Pledge, data: dict[str, Any]) -> tuple[str, str]:
    return _("Nothing was charged for %(day)s.") % {"day": _day(data["due_on"])}, "quiet"


def _ended(_pledge: Pledge, data: dict[str, Any]) -> tuple[str, str]:
    return str(ENDED.get(data.get("reason", "")) or _("Ended. Nothing more is charged.")), "quiet"


_SAID: dict[str, Callable[[Pledge, dict[str, Any]], tuple[str, str]]] = {
    "received": _received,
    "failed": _failed,
    "skipped": _skipped,
    "ended": _ended,
}


def _day(text: str) -> str:
    return words.day(datetime.date.fromisoformat(text))


def waiting_for_the_bank(pledge: Pledge) -> Gift | None:
    """Return the gift that the giver has to confirm with their bank, or None. One query."""
    return pledge.gifts.filter(status="failed").exclude(confirm_url="").order_by("-due_on").first()
