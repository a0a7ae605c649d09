"""Our book against the provider's: choose days, see what agrees, adopt what is missing; and what each night found."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.widgets import AdminDateWidget
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import providers, reconciliation
from donations.admin.looking import GivingAdmin, may, shown
from donations.calendar import today
from donations.models import LedgerEntry, ReconciliationRun
from donations.models.ledger import EntryKind
from donations.models.steps import NotAllowed
from donations.nightly import between
from donations.outcomes import Quarantined, Waits
from donations.providers.base import ProviderUnavailable

LONGEST = 31  # days of one comparison


class DaysForm(forms.Form):
    """Which days, of the charity's calendar."""

    first = forms.DateField(label=gettext_lazy("From"), widget=AdminDateWidget)
    last = forms.DateField(label=gettext_lazy("to"), widget=AdminDateWidget)

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, still to come, or too many."""
        days: dict[str, Any] = super().clean() or {}
        first, last = days.get("first"), days.get("last")
        if first and last:
            if first > last:
                self.add_error("last", _("The last day comes before the first."))
            elif last > today():
                self.add_error("last", _("That day is still to come."))
            elif (last - first).days >= LONGEST:
                self.add_error("last", _("Please choose at most %(days)d days.") % {"days": LONGEST})
        return days


@admin.register(ReconciliationRun)
class ReconciliationAdmin(GivingAdmin):
    """The page of reconciliation; each night's findings are its rows."""

    ordering = ("-day", "-id")
    fields = ("day", "provider", "agreeing", "differences", "at")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Compare the chosen days; adopt a line that was posted."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        yesterday = today() - datetime.timedelta(days=1)
        asked = {name: request.GET[name] for name in ("first", "last") if name in request.GET}
        form = DaysForm({"first": yesterday, "last": yesterday} | asked)
        comparison, away = None, False
        if form.is_valid():
            provider = providers.configured().name
            try:
                days = between(form.cleaned_data["first"], form.cleaned_data["last"])
                comparison = reconciliation.compare(provider, *days)
            except ProviderUnavailable:
                away = True
        if request.method == "POST":
            may(request, "add_ledgerentry")
            self._adopt(request, comparison)
            return HttpResponseRedirect(request.get_full_path())
        context = self.page(
            request,
            _("Reconciliation"),
            form=form,
            comparison=comparison,
            lines=[self._line(difference) for difference in comparison.differences] if comparison else [],
            away=away,
            runs=list(ReconciliationRun.objects.order_by("-day", "-id")[:14]),
            may_adopt=request.user.has_perm("donations.add_ledgerentry"),
        )
        context["media"] = self.media + form.media
        return render(request, "admin/donations/reconciliationrun/change_list.html", context, status=503 if away else 200)

    def _line(self, difference: reconciliation.Difference) -> dict[str, Any]:
        what = {"missing": _("Missing here"), "extra": _("Only here"), "differing": _("Differs")}
        return {
            "difference": difference,
            "what": what[difference.what],
            "kind": EntryKind(difference.kind).label if difference.kind in EntryKind.values else difference.kind,
            "ours": shown(difference.ours) if difference.ours else "–",
            "theirs": shown(difference.theirs) if difference.theirs else "–",
            "adoptable": bool(difference.what == "missing" and difference.movement and difference.movement.facts),
        }

    def _adopt(self, request: HttpRequest, comparison: reconciliation.Comparison | None) -> None:
        wanted = (request.POST.get("kind"), request.POST.get("id"))
        lines = comparison.differences if comparison else []
        difference = next((line for line in lines if (line.kind, line.id) == wanted and line.what == "missing"), None)
        if difference is None:
            messages.warning(request, _("That line is not missing any more, or the provider does not answer."))
            return
        try:
            outcome = reconciliation.adopt(difference, request.user)  # type: ignore[arg-type]
        except (Quarantined, NotAllowed, Waits) as refused:
            messages.error(request, _("It could not be entered: %(why)s") % {"why": refused})
            return
        assert comparison is not None
        key = f"{comparison.provider}:{difference.kind}:{difference.id}"
        entry = LedgerEntry.objects.filter(key=key).first()
        LogEntry.objects.create(
            user=request.user,  # type: ignore[misc]  # whoever may adopt has signed in
            content_type=ContentType.objects.get_for_model(LedgerEntry),
            object_id=str(entry.pk) if entry else None,
            object_repr=key[:200],
            action_flag=ADDITION,
            change_message=_("Adopted in reconciliation: %(state)s. %(reason)s")
            % {"state": outcome.state.label, "reason": outcome.reason},
        )
        messages.success(request, _("Entered from the provider's book: %(key)s.") % {"key": key})


def page_address() -> str:
    """Return where the page stands."""
    return reverse("admin:donations_reconciliationrun_changelist")
