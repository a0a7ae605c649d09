"""What staff may do with a pledge for its giver: first the preview, "next gift: £x on D", then the act, with its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminDateWidget
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import promises
from donations.admin import typed
from donations.admin.looking import may, shown
from donations.models import Pledge
from donations.models.pledges import PledgeStatus
from donations.models.steps import NotAllowed
from donations.money import Money, NotAnAmount, check_limits
from donations.promises import NextGift
from donations.providers.base import ProviderUnavailable


class ActForm(forms.Form):
    """Why something is done with a pledge."""

    reason = typed.reason_field()
    # What was previewed: an act is taken only as it was shown.
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, pledge: Pledge, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pledge = pledge

    def said(self) -> dict[str, Any]:
        """Return what the act is asked with."""
        return {}

    def shape(self) -> str:
        """Return what a preview was of, as a text to compare."""
        return repr(sorted((name, str(value)) for name, value in self.said().items()))


class ChangeForm(ActForm):
    """Another sum, another day."""

    amount = typed.sum_field(gettext_lazy("Amount a month"))
    anchor_day = forms.IntegerField(label=gettext_lazy("Day of the month"), min_value=1, max_value=31)
    money: Money | None = None
    field_order = ("amount", "anchor_day", "reason")

    def clean(self) -> dict[str, Any]:
        """Read the sum, within the limits of a gift; refuse a change that changes nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.money = typed.read(self, "amount", self.pledge.currency)
        if self.money is not None:
            try:
                check_limits(self.money)
            except NotAnAmount as wrong:
                self.add_error("amount", wrong.message)
            if (self.money, cleaned.get("anchor_day")) == (self.pledge.total, self.pledge.anchor_day):
                self.add_error(None, _("That is how it stands already."))
        return cleaned

    def said(self) -> dict[str, Any]:
        """Return the sum and the day."""
        return {"amount": self.money, "anchor_day": self.cleaned_data["anchor_day"]}


class PauseForm(ActForm):
    """Until when."""

    until = forms.DateField(label=gettext_lazy("Charge nothing before"), widget=AdminDateWidget)
    field_order = ("until", "reason")

    def said(self) -> dict[str, Any]:
        """Return the day."""
        return {"until": self.cleaned_data["until"]}


@dataclass(frozen=True)
class Act:
    """One thing that can be done: in which states, what comes of it, how it is done."""

    label: Any
    states: frozenset[str]
    form: type[ActForm]
    preview: Callable[..., NextGift]
    take: Callable[..., None]
    weight: str = "plain"


_RUNNING = frozenset({PledgeStatus.ACTIVE, PledgeStatus.PAST_DUE})
_PAUSABLE = _RUNNING | {PledgeStatus.PAUSED}
ACTS = {
    "change": Act(gettext_lazy("Change amount or day"), _PAUSABLE, ChangeForm, promises.preview_change, promises.change),
    "skip": Act(gettext_lazy("Skip the next gift"), _RUNNING, ActForm, promises.preview_skip, promises.skip),
    "pause": Act(gettext_lazy("Pause"), _PAUSABLE, PauseForm, promises.preview_pause, promises.pause),
    "resume": Act(gettext_lazy("Resume"), frozenset({PledgeStatus.PAUSED}), ActForm, promises.preview_resume, promises.resume),
    "cancel": Act(
        gettext_lazy("End the pledge"),
        _PAUSABLE | {PledgeStatus.STARTING},
        ActForm,
        lambda pledge: NextGift(pledge.total, None),
        promises.cancel,
        "danger",
    ),
}


def offered(pledge: Pledge) -> list[tuple[str, Act]]:
    """Return the acts that are possible as the pledge stands."""
    return [(name, act) for name, act in ACTS.items() if pledge.status in act.states]


def in_words(next_gift: NextGift) -> str:
    """Return what is charged next, and when."""
    if next_gift.on is None:
        return _("Nothing more is charged.")
    words = {"amount": shown(next_gift.amount), "day": date_format(next_gift.on, "DATE_FORMAT")}
    return _("Next gift: %(amount)s on %(day)s.") % words


def page(model_admin: Any, request: HttpRequest, pledge_id: int, name: str) -> HttpResponse:
    """Show what an act would come to; take it once that was seen."""
    may(request, "change_pledge")
    pledge: Pledge = model_admin.row(request, pledge_id)
    act = ACTS.get(name)
    if act is None:
        raise Http404
    back = redirect("admin:donations_pledge_change", pledge.pk)
    if pledge.status not in act.states:
        messages.error(request, _("As the pledge stands now, that cannot be done."))
        return back
    initial = {"amount": pledge.total.major(), "anchor_day": pledge.anchor_day}
    form = act.form(pledge, request.POST or None, initial=initial)
    preview = "" if form.fields.keys() - {"reason", "previewed"} else in_words(act.preview(pledge))
    seen = False
    if request.method == "POST" and form.is_valid():
        try:
            preview = in_words(act.preview(pledge, **form.said()))
            shape = form.shape() + preview
            if form.cleaned_data["previewed"] == shape:
                _take(model_admin, request, pledge, act, form)
                return back
            form.data = {**form.data.dict(), "previewed": shape}  # type: ignore[attr-defined]  # the hidden field says what was seen
            seen = True
        except (NotAllowed, NotAnAmount) as refused:
            form.add_error(None, str(refused))
        except ProviderUnavailable:
            form.add_error(None, _("The provider does not answer now. Nothing was changed here; please try again in a while."))
    now = in_words(promises.next_gift(pledge))
    context = model_admin.page(request, act.label, pledge=pledge, form=form, act=act, now=now, preview=preview, seen=seen)
    context["media"] = model_admin.media + form.media
    return render(request, "admin/donations/pledge/act.html", context)


def _take(model_admin: Any, request: HttpRequest, pledge: Pledge, act: Act, form: ActForm) -> None:
    reason = form.cleaned_data["reason"]
    said = form.said() | ({"reason": reason} if act.take is promises.cancel else {})
    act.take(pledge, by=request.user, **said)
    pledge.refresh_from_db()
    told = ", ".join(f"{name} {value}" for name, value in form.said().items())
    model_admin.log_change(request, pledge, f"{act.label}{': ' + told if told else ''}. {reason}")
    done = _("done")
    messages.success(request, f"{act.label}: {done}. {in_words(promises.next_gift(pledge))}")
