"""Contributors and consents in the admin. Registered by stories.admin, which knows what a withdrawal takes down."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from safeguarding.gate import charity_today
from safeguarding.models import MAX_TERM_MONTHS, Channel, Consent, Contributor, Material


class ConsentForm(forms.ModelForm):
    """A new consent, as it was given."""

    materials = forms.MultipleChoiceField(label=_("Covers"), choices=Material.choices, widget=forms.CheckboxSelectMultiple)
    channels = forms.MultipleChoiceField(label=_("In"), choices=Channel.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Consent
        fields = ("materials", "channels", "given_on", "term_months", "note")

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


class NewConsentInline(admin.StackedInline):
    """Record a consent. What was recorded is never edited."""

    model = Consent
    form = ConsentForm
    extra = 0
    max_num = 1
    verbose_name = _("new consent")
    verbose_name_plural = _("record a consent")
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Show no consent here: those given stand in the list above."""
        return super().get_queryset(request).none()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: a consent is not edited."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the empty form to whoever may record a consent."""
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: a consent stays on record."""
        return False


class ContributorAdmin(admin.ModelAdmin):
    """People whose stories are told: their published names for editors, all else for the safeguarding lead."""

    list_display = ("public_name",)
    search_fields = ("public_name",)
    inlines = (NewConsentInline,)
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Contributor | None = None) -> Any:
        """Show notes and consents only to those who may see consents."""
        if not self.sees_consents(request):
            return ("public_name",)
        return ("public_name", "was_minor", "note", *(("consents_given",) if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Contributor | None = None) -> Any:
        """List the consents as text."""
        return ("consents_given",)

    def get_inlines(self, request: HttpRequest, obj: Contributor | None) -> Any:
        """Offer to record a consent to those who may."""
        return self.inlines if request.user.has_perm("safeguarding.add_consent") else ()

    def sees_consents(self, request: HttpRequest) -> bool:
        """Return whether the person may see what contributors agreed to."""
        return bool(request.user.has_perm("safeguarding.view_consent"))

    def has_delete_permission(self, request: HttpRequest, obj: Contributor | None = None) -> bool:
        """Say no: a person's record is erased by its own procedure, never by a button among others."""
        return False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Record who entered a consent."""
        for consent in formset.save(commit=False):
            consent.recorded_by = request.user
            consent.save()
        formset.save_m2m()

    @admin.display(description=_("consents given"))
    def consents_given(self, contributor: Contributor) -> SafeString | str:
        """Return a table of the consents, newest first."""
        rows = [self.consent_row(consent) for consent in contributor.consents.all()]
        if not rows:
            return str(_("None: nothing of this person may be published."))
        head = format_html("<tr><th>{}<th>{}<th>{}<th>{}<th>", _("Given"), _("Covers"), _("In"), _("Until"))
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, SafeString("".join(rows)))

    def consent_row(self, consent: Consent) -> SafeString:
        """Return one consent as a table row."""
        return format_html(
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}",
            consent.given_on,
            ", ".join(str(Material(material).label) for material in consent.materials),
            ", ".join(str(Channel(channel).label) for channel in consent.channels),
            consent.ends_on,
            self.consent_end(consent),
        )

    def consent_end(self, consent: Consent) -> SafeString | str:
        """Return how the consent ended, if it did."""
        if consent.withdrawn_at:
            return format_html("{} {}", _("Withdrawn"), consent.withdrawn_at.date())
        return str(_("Ended")) if consent.ends_on <= charity_today() else ""
