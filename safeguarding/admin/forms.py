"""The forms of the safeguarding lead."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils.translation import gettext_lazy as _

from safeguarding import evidence, vault
from safeguarding.gate import charity_today
from safeguarding.models import MAX_TERM_MONTHS, Channel, Consent, Decision, Material


def _wide(rows: int = 1) -> forms.Widget:
    return (
        forms.Textarea(attrs={"rows": rows, "class": "vLargeTextField"}) if rows > 1 else forms.TextInput({"class": "vTextField"})
    )


class ReasonForm(forms.Form):
    """Why somebody looks."""

    reason = forms.CharField(
        label=_("Why do you look?"),
        min_length=vault.SHORTEST_REASON,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("It stays on record with your name and the time. Nobody can change that."),
    )


class PrivateForm(forms.Form):
    """What the vault holds of one person."""

    name = forms.CharField(label=_("Real name"), max_length=200, required=False, widget=_wide())
    aliases = forms.CharField(
        label=_("Other names"),
        max_length=2000,
        required=False,
        widget=_wide(3),
        help_text=_("One a line: nicknames, former names."),
    )
    phones = forms.CharField(
        label=_("Phone numbers"), max_length=500, required=False, widget=_wide(2), help_text=_("One a line.")
    )
    address = forms.CharField(label=_("Address"), max_length=1000, required=False, widget=_wide(3))
    born_on = forms.DateField(label=_("Born on"), required=False, widget=AdminDateWidget)
    notes = forms.CharField(label=_("Notes"), max_length=10_000, required=False, widget=_wide(5))
    name_may_be_published = forms.BooleanField(
        label=_("They want to be told by their own name"),
        required=False,
        help_text=_("Then their names are not searched for in stories; phone numbers and address still are."),
    )

    @staticmethod
    def values_of(private: vault.Private) -> dict[str, Any]:
        """Return an entry as the form shows it."""
        shown = {name: getattr(private, name) for name in PrivateForm.base_fields}
        return shown | {"aliases": "\n".join(private.aliases), "phones": "\n".join(private.phones)}

    def private(self) -> vault.Private:
        """Return what was typed, as the vault keeps it."""
        typed = dict(self.cleaned_data)
        for name in ("aliases", "phones"):
            typed[name] = tuple(filter(None, (line.strip() for line in typed[name].splitlines())))
        return vault.Private(**typed)


class ConsentForm(forms.ModelForm):
    """A new consent, as it was given."""

    materials = forms.MultipleChoiceField(label=_("Covers"), choices=Material.choices, widget=forms.CheckboxSelectMultiple)
    channels = forms.MultipleChoiceField(label=_("In"), choices=Channel.choices, widget=forms.CheckboxSelectMultiple)
    file = forms.FileField(
        label=_("Evidence"),
        required=False,
        help_text=_("A signed form or a recording. It is sealed; every look at it is logged."),
    )

    class Meta:
        model = Consent
        fields = ("materials", "channels", "given_on", "term_months", "guardian_agreed_on", "child_agreed_on", "note")

    def clean_given_on(self) -> Any:
        """Refuse a consent from the future."""
        day = self.cleaned_data["given_on"]
        if day > charity_today():
            raise forms.ValidationError(_("A consent is recorded once it has been given."))
        return day

    def clean_term_months(self) -> int:
        """Refuse a consent without an end within three years (safeguarding rule 2)."""
        months: int = self.cleaned_data["term_months"]
        if not 1 <= months <= MAX_TERM_MONTHS:
            raise forms.ValidationError(_("A consent lasts from 1 to 36 months."))
        return months

    def clean_file(self) -> bytes | None:
        """Take what may be evidence, by its content."""
        upload = self.cleaned_data.get("file")
        return evidence.checked(upload) if upload else None


class DecisionForm(forms.ModelForm):
    """A decision that lets something be published which otherwise may not be."""

    class Meta:
        model = Decision
        fields = ("kind", "made_on", "made_by", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})}

    def clean_made_on(self) -> Any:
        """Refuse a decision from the future."""
        day = self.cleaned_data["made_on"]
        if day > charity_today():
            raise forms.ValidationError(_("A decision is recorded once it has been made."))
        return day
