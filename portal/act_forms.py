"""What somebody types to change a monthly gift: another sum, another day, how long to pause, why they stop."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from donations import asking
from donations.calendar import add_months, today
from donations.models import Pledge
from donations.money import Money, NotAnAmount, check_limits, maximum, minimum, parse
from portal import words

LONGEST_PAUSE = 366  # days, the most that promises.pause takes


class ActForm(forms.Form):
    """One change of a pledge: what was shown of it before it is made."""

    # What was previewed: a change is made only as it was shown.
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)
    use_required_attribute = False

    def __init__(self, pledge: Pledge, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.pledge = pledge

    def wish(self) -> dict[str, Any]:
        """Return what the change is asked with."""
        return {}


class AmountForm(ActForm):
    """Another sum every month."""

    amount = forms.CharField(
        label=gettext_lazy("New amount every month"),
        max_length=40,
        strip=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    money: Money | None = None

    def __init__(self, pledge: Pledge, *args: Any, **kwargs: Any) -> None:
        super().__init__(pledge, *args, **kwargs)
        self.fields["amount"].initial = asking.plain(pledge.total)
        least, most = words.shown(minimum(pledge.currency)), words.shown(maximum(pledge.currency))
        self.fields["amount"].help_text = _("In %(currency)s, from %(least)s to %(most)s.") % {
            "currency": pledge.currency, "least": least, "most": most,
        }  # fmt: skip

    def clean_amount(self) -> str:
        """Read the sum by the rules of the giving form."""
        typed: str = self.cleaned_data["amount"]
        try:
            self.money = parse(typed, self.pledge.currency, get_language() or "en")
            check_limits(self.money)
        except NotAnAmount as wrong:
            raise forms.ValidationError(wrong.message, code=wrong.code) from None
        if self.money == self.pledge.total:
            raise forms.ValidationError(_("That is what you give already."), code="same")
        return typed

    def wish(self) -> dict[str, Any]:
        """Return the sum."""
        return {"amount": self.money}


class DayForm(ActForm):
    """Another day of the month."""

    day = forms.TypedChoiceField(
        label=gettext_lazy("Day of the month"),
        choices=[(number, str(number)) for number in range(1, 32)],
        coerce=int,
        help_text=gettext_lazy("From the 29th on, shorter months take it on their last day."),
    )

    def __init__(self, pledge: Pledge, *args: Any, **kwargs: Any) -> None:
        super().__init__(pledge, *args, **kwargs)
        self.fields["day"].initial = pledge.anchor_day

    def clean_day(self) -> int:
        """Refuse the day it is already."""
        if self.cleaned_data["day"] == self.pledge.anchor_day:
            raise forms.ValidationError(_("That is the day already."), code="same")
        return self.cleaned_data["day"]

    def wish(self) -> dict[str, Any]:
        """Return the day."""
        return {"anchor_day": self.cleaned_data["day"]}


class PauseForm(ActForm):
    """Until when nothing is to be charged."""

    until = forms.DateField(
        label=gettext_lazy("Charge nothing before"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
        help_text=gettext_lazy("Any day within a year. The first gift after it comes on your usual day of the month."),
    )

    def __init__(self, pledge: Pledge, *args: Any, **kwargs: Any) -> None:
        super().__init__(pledge, *args, **kwargs)
        now = today()
        last = now + datetime.timedelta(days=LONGEST_PAUSE)
        self.fields["until"].initial = add_months(now, 3, 1)
        bounds = {"type": "date", "min": (now + datetime.timedelta(days=1)).isoformat(), "max": last.isoformat()}
        self.fields["until"].widget = forms.DateInput(format="%Y-%m-%d", attrs=bounds)

    def clean_until(self) -> datetime.date:
        """Refuse a day that is past or further than a year ahead."""
        until: datetime.date = self.cleaned_data["until"]
        if not today() < until <= today() + datetime.timedelta(days=LONGEST_PAUSE):
            raise forms.ValidationError(_("Please choose a day from tomorrow on, within a year."), code="range")
        if until == self.pledge.paused_until:
            raise forms.ValidationError(_("It is paused until that day already."), code="same")
        return until

    def wish(self) -> dict[str, Any]:
        """Return the day."""
        return {"until": self.cleaned_data["until"]}


class SkipForm(ActForm):
    """The month that is to be left out: the one that was shown, and none after it however often the button is pressed."""

    def wish(self) -> dict[str, Any]:
        """Return the day of the gift that is next."""
        return {"due_on": self.pledge.next_on}


class CancelForm(ActForm):
    """Why somebody stops, if they care to say."""

    reason = forms.CharField(
        label=gettext_lazy("Would you tell us why?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def wish(self) -> dict[str, Any]:
        """Return the reason."""
        return {"reason": self.cleaned_data["reason"]}
