"""Contributors, with what takes their stories down."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from safeguarding.admin import ContributorAdmin as ContributorAlone
from safeguarding.models import Consent, Contributor
from stories import takedown
from stories.admin import desk


class WithdrawalForm(forms.Form):
    """Why a consent ends. It may stay empty: nobody owes a reason."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
    )


@admin.register(Contributor)
class ContributorAdmin(ContributorAlone):
    """People whose stories are told, and the way to stop telling them."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address that ends a consent."""
        withdraw = path("consents/<int:consent_id>/withdraw/", self.admin_site.admin_view(self.withdraw), name="withdraw_consent")
        return [withdraw, *desk.urls(), *super().get_urls()]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Let what was recorded take effect at once: the gate is asked anew about every public story of the person."""
        super().save_related(request, form, formsets, change)
        if gone := takedown.judge_anew(form.instance, by=request.user):
            titles = ", ".join(f"“{story}”" for story in gone)
            messages.warning(request, _("No longer allowed, and taken down: %(titles)s.") % {"titles": titles})

    def consent_end(self, consent: Consent) -> SafeString | str:
        """Offer to withdraw a consent that holds."""
        ended = super().consent_end(consent)
        if ended:
            return ended
        return format_html(
            '<a class="button" href="{}">{}</a>', reverse("admin:withdraw_consent", args=[consent.pk]), _("Withdraw…")
        )

    def withdraw(self, request: HttpRequest, consent_id: int) -> HttpResponse:
        """Say which stories will go; end the consent and take them down when confirmed."""
        if not request.user.has_perm("safeguarding.change_consent"):
            raise PermissionDenied
        consent = get_object_or_404(Consent.objects.select_related("contributor"), pk=consent_id)
        back = redirect("admin:safeguarding_contributor_change", consent.contributor_id)
        if consent.withdrawn_at:
            messages.info(request, _("This consent was withdrawn already."))
            return back
        form = WithdrawalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            gone = takedown.withdraw_consent(consent, form.cleaned_data["reason"], request.user)
            self.log_change(
                request,
                consent.contributor,
                _("Consent withdrawn; taken down: %(stories)s") % {"stories": ", ".join(map(str, gone)) or "–"},
            )
            messages.success(request, self._what_went(gone))
            return back
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw a consent of %(person)s") % {"person": consent.contributor},
            "opts": self.opts,
            "consent": consent,
            "relying": takedown.relying_on(consent),
            "form": form,
        }
        return render(request, "admin/stories/withdraw_consent.html", context)

    def _what_went(self, gone: list[Any]) -> str:
        if not gone:
            return _("The consent is withdrawn. No public story relied on it.")
        titles = ", ".join(f"“{story}”" for story in gone)
        return ngettext(
            "The consent is withdrawn and %(count)d story with it: %(titles)s.",
            "The consent is withdrawn and %(count)d stories with it: %(titles)s.",
            len(gone),
        ) % {"count": len(gone), "titles": titles}
