"""What somebody may do with their monthly gift: in which states, what comes of it, and how it is done.

Every act first says "next gift: £x on D" as it is and as it will be; what was not seen so is not done.
"""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from donations import promises
from donations.models import Pledge
from donations.models.pledges import PledgeStatus
from donations.promises import NextGift
from portal.act_forms import ActForm, AmountForm, CancelForm, DayForm, PauseForm, SkipForm
from supporters.models import Account


@dataclass(frozen=True)
class Act:
    """One thing that can be done: what it is called, when it may be, what comes of it."""

    name: str
    link: Any  # on the pledge's page
    title: Any
    button: Any  # says exactly what happens
    done: Any
    states: frozenset[str]
    form: type[ActForm]
    preview: Callable[..., NextGift]
    take: Callable[..., None]

    @property
    def asks(self) -> bool:
        """Return whether something has to be typed before it can be previewed."""
        return any(field.required for field in self.form.base_fields.values())


_CHARGED = frozenset({PledgeStatus.ACTIVE, PledgeStatus.PAST_DUE})
_RUNNING = _CHARGED | {PledgeStatus.PAUSED}


def _ends(pledge: Pledge, reason: str = "") -> NextGift:
    return NextGift(pledge.total, None)


def _skipped(pledge: Pledge, due_on: datetime.date | None = None) -> NextGift:
    return promises.preview_skip(pledge)


def _paused_until(pledge: Pledge, until: datetime.date) -> NextGift:
    return promises.preview_pause(pledge, until)


ACTS = {
    act.name: act
    for act in (
        Act(
            "amount", gettext_lazy("Change the amount"), gettext_lazy("Another amount every month"),
            gettext_lazy("Change the amount"), gettext_lazy("The amount is changed."),
            _RUNNING, AmountForm, promises.preview_change, promises.change,
        ),
        Act(
            "day", gettext_lazy("Change the day"), gettext_lazy("Another day of the month"),
            gettext_lazy("Change the day"), gettext_lazy("The day is changed."),
            _RUNNING, DayForm, promises.preview_change, promises.change,
        ),
        Act(
            "skip", gettext_lazy("Skip the next gift"), gettext_lazy("Skip the next gift"),
            gettext_lazy("Skip the next gift"), gettext_lazy("The next gift is left out."),
            _CHARGED, SkipForm, _skipped, promises.skip,
        ),
        Act(
            "pause", gettext_lazy("Pause"), gettext_lazy("Pause your monthly gift"),
            gettext_lazy("Pause until then"), gettext_lazy("Your monthly gift is paused."),
            _RUNNING, PauseForm, _paused_until, promises.pause,
        ),
        Act(
            "resume", gettext_lazy("Resume now"), gettext_lazy("Resume your monthly gift"),
            gettext_lazy("Resume now"), gettext_lazy("Your monthly gift goes on."),
            frozenset({PledgeStatus.PAUSED}), ActForm, promises.preview_resume, promises.resume,
        ),
        Act(
            "cancel", gettext_lazy("End it"), gettext_lazy("End your monthly gift"),
            gettext_lazy("End my monthly gift"), gettext_lazy("Your monthly gift has ended. Thank you for every month of it."),
            _RUNNING | {PledgeStatus.STARTING}, CancelForm, _ends, promises.cancel,
        ),
    )
}  # fmt: skip


def offered(pledge: Pledge) -> list[Act]:
    """Return the acts that are possible as a pledge stands."""
    return [act for act in ACTS.values() if may(act, pledge)]


def may(act: Act, pledge: Pledge) -> bool:
    """Return whether an act is possible as a pledge stands."""
    return pledge.status in act.states and not (act.name == "skip" and pledge.next_on is None)


def mark(pledge: Pledge, act: Act, wish: dict[str, Any], coming: NextGift) -> str:
    """Return what names a preview: the same act, what was typed, the next gift before and after. A reason is no part of it."""
    asked = sorted((name, str(value)) for name, value in wish.items() if name not in {"reason", "due_on"})
    said = repr((pledge.reference, act.name, asked, promises.next_gift(pledge), coming))
    return hashlib.sha256(said.encode()).hexdigest()


def take(act: Act, pledge: Pledge, wish: dict[str, Any], by: Account) -> None:
    """Do it. Raises NotAllowed, NotAnAmount, ProviderUnavailable (Refused); what was not answered may be asked again."""
    act.take(pledge, by=by, **wish)
