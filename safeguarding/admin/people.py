"""Contributors and consents in the admin. Registered by stories.admin, which knows what a withdrawal takes down."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from safeguarding import evidence, vault
from safeguarding.admin.forms import ConsentForm, DecisionForm
from safeguarding.admin.looking import evidence_view, vault_view
from safeguarding.gate import charity_today
from safeguarding.models import Channel, Consent, Contributor, Decision, LookedAt, Material


class NewInline(admin.StackedInline):
    """Record something that is never edited afterwards: what was recorded stands in a list above."""

    extra = 0
    max_num = 1
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Show nothing that is there already."""
        return super().get_queryset(request).none()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: it is not edited."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the empty form to whoever may record one."""
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: it stays on record."""
        return False


class NewConsentInline(NewInline):
    """Record a consent."""

    model = Consent
    form = ConsentForm
    verbose_name = _("new consent")
    verbose_name_plural = _("record a consent")


class NewDecisionInline(NewInline):
    """Record a decision."""

    model = Decision
    form = DecisionForm
    verbose_name = _("new decision")
    verbose_name_plural = _("record a decision or a legal sign-off")


class ContributorAdmin(admin.ModelAdmin):
    """People whose stories are told: their published names for editors, all else for the safeguarding lead."""

    list_display = ("public_name",)
    search_fields = ("public_name",)
    inlines = (NewConsentInline, NewDecisionInline)
    show_full_result_count = False
    change_form_template = "admin/safeguarding/contributor_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the vault and the evidence."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:contributor_id>/vault/", wrap(vault_view), name="safeguarding_vault"),
            path("evidence/<str:reference>/", wrap(evidence_view), name="safeguarding_evidence"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put on record who looks at what a person agreed to (rule 12)."""
        person = self.get_object(request, object_id)
        if request.method == "GET" and person is not None and self.sees_consents(request):
            vault.note_look(LookedAt.CONSENT, person, request.user, str(_("Opened the page with their consents")))
        return super().change_view(request, object_id, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Contributor | None = None) -> Any:
        """Show notes and consents only to those who may see consents."""
        if not self.sees_consents(request):
            return ("public_name",)
        told = ("public_name", "was_minor", "of_age_on", "support", "support_ended_on", "risk", "court", "sees_first", "note")
        return (*told, *(("consents_given", "decisions_made") if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Contributor | None = None) -> Any:
        """List the consents as text."""
        return ("consents_given", "decisions_made")

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
        """Record who entered a consent or a decision, and seal the evidence that came with it."""
        for recorded in formset.save(commit=False):
            recorded.recorded_by = request.user
            recorded.save()
        for filled in formset.forms:
            if filled.cleaned_data.get("file") and filled.instance.pk:
                evidence.add(filled.instance, filled.cleaned_data["file"], request.user)
        formset.save_m2m()

    @admin.display(description=_("consents given"))
    def consents_given(self, contributor: Contributor) -> SafeString | str:
        """Return a table of the consents, newest first."""
        rows = [self.consent_row(consent) for consent in contributor.consents.all()]
        if not rows:
            return str(_("None: nothing of this person may be published."))
        head = format_html("<tr><th>{}<th>{}<th>{}<th>{}<th>{}<td>", _("Given"), _("Covers"), _("In"), _("Until"), _("Evidence"))
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, SafeString("".join(rows)))

    @admin.display(description=_("decisions"))
    def decisions_made(self, contributor: Contributor) -> SafeString | str:
        """Return the recorded decisions, newest first."""
        rows = [(made.made_on, made.get_kind_display(), made.made_by, made.reason) for made in contributor.decisions.all()]
        if not rows:
            return str(_("None"))
        head = format_html("<tr><th>{}<th>{}<th>{}<th>{}", _("On"), _("About"), _("By"), _("Reason"))
        body = format_html_join("", "<tr><td>{}<td>{}<td>{}<td>{}", rows)
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, body)

    def evidence_links(self, consent: Consent) -> SafeString:
        """Return a link to the page that asks why before it hands a file out, for each file."""
        return format_html_join(
            ", ", '<a href="{}">{}</a>',
            ((reverse("admin:safeguarding_evidence", args=[kept.reference]), evidence.ENDINGS[kept.kind].upper()) for kept in consent.evidence.all()),
        )  # fmt: skip

    def consent_row(self, consent: Consent) -> SafeString:
        """Return one consent as a table row."""
        return format_html(
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}",
            consent.given_on,
            ", ".join(str(Material(material).label) for material in consent.materials),
            ", ".join(str(Channel(channel).label) for channel in consent.channels),
            consent.ends_on,
            self.evidence_links(consent),
            self.consent_end(consent),
        )

    def consent_end(self, consent: Consent) -> SafeString | str:
        """Return how the consent ended, if it did."""
        if consent.withdrawn_at:
            return format_html("{} {}", _("Withdrawn"), consent.withdrawn_at.date())
        return str(_("Ended")) if consent.ends_on <= charity_today() else ""
