"""Entering a gift that came by hand: one form, errors beside their fields, second thoughts before the same one twice."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

import re
import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import offline
from donations.admin import typed
from donations.admin.looking import shown
from donations.calendar import today
from donations.models import Appeal, Gift
from donations.models.steps import NotAllowed
from donations.outcomes import Quarantined
from supporters.models import Supporter

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,40}")
# Outward and inward code, as the tax office's schedule wants them: capitals, one space.
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_WIDE = {"class": "vTextField"}
_LINES = {"rows": 3, "class": "vLargeTextField"}


class OfflineForm(forms.Form):
    """A gift as it lies on the desk: what came, from whom, what for."""

    required_css_class = "required"
    token = forms.CharField(widget=forms.HiddenInput, required=False)
    method = forms.ChoiceField(label=gettext_lazy("It came as"), choices=list(offline.METHODS.items()), widget=forms.RadioSelect)
    number = forms.CharField(
        label=gettext_lazy("Number"), max_length=40, required=False, help_text=gettext_lazy("The cheque's number, or the transfer's reference."),
        widget=forms.TextInput(attrs=_WIDE),
    )  # fmt: skip
    amount = typed.sum_field(gettext_lazy("Amount"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=typed.currencies)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        widget=AdminDateWidget,
        help_text=gettext_lazy("The gift date, as it stands on the receipt."),
    )
    posted_on = forms.DateField(
        label=gettext_lazy("Posted on"),
        widget=AdminDateWidget,
        help_text=gettext_lazy("The day it was paid in or reached the account."),
    )
    supporter = forms.ModelChoiceField(
        Supporter.objects.all(), label=gettext_lazy("Known giver"), required=False,
        help_text=gettext_lazy("Type the beginning of a name or e-mail address. Nobody there? Fill in the lines below."),
    )  # fmt: skip
    first_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=60, required=False, widget=forms.TextInput(attrs=_WIDE)
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name or organisation"), max_length=60, required=False, widget=forms.TextInput(attrs=_WIDE)
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, required=False, widget=forms.EmailInput(attrs=_WIDE),
        help_text=gettext_lazy("May stay empty: then no mail is sent, and the receipt can be printed from the gift's page."),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Postal address"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text=gettext_lazy("One line each."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Writes to them in"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE
    )
    appeal = forms.ModelChoiceField(Appeal.objects.order_by("title"), label=gettext_lazy("For"), empty_label=None)
    anonymous = forms.BooleanField(label=gettext_lazy("Wishes to stay anonymous"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=180,
        required=False,
        widget=forms.TextInput(attrs=_WIDE),
        help_text=gettext_lazy("Stands in the ledger."),
    )
    gift_aid = forms.BooleanField(
        label=gettext_lazy("A signed Gift Aid declaration came with it"),
        required=False,
        help_text=gettext_lazy("Keep the paper for six years."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=4, required=False)
    declared_first_name = forms.CharField(label=gettext_lazy("First name as signed"), max_length=35, required=False)
    declared_last_name = forms.CharField(label=gettext_lazy("Last name as signed"), max_length=35, required=False)
    house = forms.CharField(label=gettext_lazy("House name or number"), max_length=40, required=False)
    home = forms.CharField(
        label=gettext_lazy("Home address"), max_length=200, required=False, widget=forms.TextInput(attrs=_WIDE)
    )
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=10, required=False)
    past_four_years = forms.BooleanField(label=gettext_lazy("Gifts of the past four years too"), required=False)
    future = forms.BooleanField(label=gettext_lazy("Future gifts too"), required=False)
    sure = forms.BooleanField(label=gettext_lazy("I have checked this: enter it all the same"), required=False)

    PARTS = (
        (gettext_lazy("What came"), ("method", "number", "amount", "currency", "received_on", "posted_on")),
        (gettext_lazy("From whom"), ("supporter", "first_name", "last_name", "email", "address", "language")),
        (gettext_lazy("What for"), ("appeal", "anonymous", "note")),
        (
            gettext_lazy("Gift Aid"),
            (
                "gift_aid", "title", "declared_first_name", "declared_last_name", "house", "home", "postcode",
                "past_four_years", "future",
            ),
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "token": secrets.token_urlsafe(18),
            "method": "cheque",
            "currency": settings.DEFAULT_CURRENCY,
            "received_on": today(),
            "posted_on": today(),
            "appeal": Appeal.objects.filter(slug="general").values_list("pk", flat=True).first(),
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        remote = Gift._meta.get_field("supporter")
        self.fields["supporter"].widget = AutocompleteSelect(remote, admin.site, choices=self.fields["supporter"].choices)  # type: ignore[attr-defined]
        self.entry: offline.Entry | None = None
        self.doubts: list[str] = []

    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields in their groups; Gift Aid only where there is such a thing."""
        groups = self.PARTS if settings.TAX_JURISDICTION == "GB" else self.PARTS[:-1]
        return [(title, [self[name] for name in names]) for title, names in groups]

    def clean(self) -> dict[str, Any]:
        """Read the sum, see who gave, check the days; with all in order make the entry and ask about second thoughts."""
        said: dict[str, Any] = super().clean() or {}
        total = typed.read(self, "amount", said.get("currency", ""))
        for day in ("received_on", "posted_on"):
            if said.get(day) and said[day] > today():
                self.add_error(day, _("That day is still to come."))
        if said.get("method") == "cheque" and not said.get("number"):
            self.add_error("number", _("Please type the cheque's number: by it we see when one is entered twice."))
        self._check_giver(said)
        if said.get("gift_aid"):
            self._check_declaration(said)
        if not self.errors and total is not None:
            self.entry = self._entry(said, total)
            self.doubts = offline.warnings(self.entry)
            if self.doubts and not said.get("sure"):
                self.add_error(None, forms.ValidationError(self.doubts))
        return said

    def _check_giver(self, said: dict[str, Any]) -> None:
        typed_in = any(said.get(name) for name in ("first_name", "last_name", "email"))
        if said.get("supporter") and typed_in:
            self.add_error("supporter", _("Choose a known giver or type a new one, not both."))
        elif not said.get("supporter") and not said.get("last_name") and "supporter" not in self.errors:
            self.add_error("last_name", _("Please choose a known giver above or type a name."))

    def _check_declaration(self, said: dict[str, Any]) -> None:
        if said.get("currency") != "GBP" or settings.TAX_JURISDICTION != "GB":
            self.add_error("gift_aid", _("Gift Aid is for gifts in pounds to a charity in the United Kingdom."))
        for name in ("declared_first_name", "declared_last_name", "house", "home", "postcode"):
            if not said.get(name) and name not in self.errors:
                self.add_error(name, _("The declaration needs this."))
        if said.get("postcode"):
            match = _POSTCODE.fullmatch(re.sub(r"\s", "", said["postcode"]).upper())
            if match is None:
                self.add_error("postcode", _("That is no UK postcode: type it like SW1A 1AA."))
            else:
                said["postcode"] = " ".join(match.groups())

    def _entry(self, said: dict[str, Any], total: Any) -> offline.Entry:
        token = said.get("token") or ""
        new = offline.Giver(
            first_name=said["first_name"],
            last_name=said["last_name"],
            email=said["email"],
            address=tuple(line.strip() for line in said["address"].splitlines() if line.strip()),
        )
        declaration = {
            "title": said["title"],
            "first_name": said["declared_first_name"],
            "last_name": said["declared_last_name"],
            "house": said["house"],
            "address": said["home"],
            "postcode": said["postcode"],
            "past_four_years": said["past_four_years"],
            "future": said["future"],
        }
        return offline.Entry(
            token=token if _TOKEN.fullmatch(token) else secrets.token_urlsafe(18),
            method=said["method"],
            number=said["number"],
            total=total,
            received_on=said["received_on"],
            posted_on=said["posted_on"],
            giver=said["supporter"] or new,
            appeal=said["appeal"],
            language=said["supporter"].language if said["supporter"] else said["language"],
            anonymous=said["anonymous"],
            note=said["note"],
            gift_aid=declaration if said["gift_aid"] else {},
        )


def enter_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Show the form; enter the gift and lead to its page, or to the next form."""
    if not request.user.has_perm("donations.add_gift"):
        raise PermissionDenied
    form = OfflineForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.entry is not None:
        try:
            gift = offline.enter(form.entry, request.user)  # type: ignore[arg-type]
        except (Quarantined, NotAllowed) as refused:
            form.add_error(None, str(refused))
        else:
            words = {"amount": shown(gift.total), "giver": gift.supporter, "method": gift.method}
            doubts = " ".join(form.doubts)
            entered = _("Entered by hand: %(method)s") % words
            model_admin.log_addition(request, gift, f"{entered} {doubts}".strip())
            messages.success(request, _("%(amount)s from %(giver)s is entered (%(method)s).") % words)
            if "_another" in request.POST:
                return redirect("admin:donations_gift_add")
            return redirect("admin:donations_gift_change", gift.pk)
    context = model_admin.page(request, _("Enter a gift that came by hand"), form=form)
    context["media"] = model_admin.media + form.media
    return render(request, "admin/donations/gift/offline.html", context)
