"""The guard of the giving form: how it stands, and its switch."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import guard
from donations.admin import typed
from donations.admin.looking import GivingAdmin, may
from donations.models import GuardSwitch
from donations.models.guard import GuardMode


class SwitchForm(forms.Form):
    """When the challenge is asked for."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Ask givers for a proof of work"), choices=GuardMode.choices, widget=forms.RadioSelect
    )
    reason = typed.reason_field()


@admin.register(GuardSwitch)
class GuardAdmin(GivingAdmin):
    """One page: the state of the guard, and its switch."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show how the guard stands; switch it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        state = guard.state()
        form = SwitchForm(request.POST or None, initial={"mode": state.mode})
        if request.method == "POST":
            may(request, "change_guardswitch")
            if form.is_valid():
                mode = GuardMode(form.cleaned_data["mode"])
                guard.switch(mode, request.user)  # type: ignore[arg-type]
                row = GuardSwitch.objects.get(pk=1)
                self.log_change(request, row, f"{mode.label}: {form.cleaned_data['reason']}")
                messages.success(request, _("Givers are asked for a proof of work: %(mode)s.") % {"mode": mode.label})
                return redirect("admin:donations_guardswitch_changelist")
        because = {
            "switched": _("because it is switched on"),
            "tries": _("because there are many more tries than usual"),
            "declines": _("because most cards are declined just now"),
        }
        context = self.page(
            request,
            _("Guard of the giving form"),
            form=form,
            state=state,
            because=because.get(state.because, state.because),
            mode=GuardMode(state.mode).label,
            may_switch=request.user.has_perm("donations.change_guardswitch"),
        )
        return render(request, "admin/donations/guardswitch/change_list.html", context)
