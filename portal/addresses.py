"""The addresses of one person: another one joined, one parted, another made the main one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import asked, door
from portal.security import FRESH, GET_AND_POST, main_address
from portal.sign_in_forms import AddressForm, CodeForm, typed
from supporters import addresses, people, proofs
from supporters.addresses import Joined
from supporters.models import Purpose


@require_http_methods(GET_AND_POST)
@door.anybody
def add(request: Any) -> HttpResponse:
    """Ask for another address of theirs; whether somebody has it already is not told."""
    form = AddressForm(typed(request))
    if form.is_valid():
        asked.ask(request, Purpose.JOIN, form.cleaned_data["email"], request.giver.account)
        return redirect("portal-address-code")
    return render(request, "portal/address-add.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(GET_AND_POST)
@door.anybody
def code(request: Any) -> HttpResponse:
    """Take the code that was sent to the other address."""
    wanted = asked.of(request, Purpose.JOIN)
    if wanted is None:
        return redirect("portal-address-add")
    form = CodeForm(typed(request))
    proven = asked.tried(request, Purpose.JOIN, form, request.giver.account)
    if proven is None:
        context = {"form": form, "asked": wanted}
        return render(request, "portal/address-code.html", context, status=422 if form.is_bound else 200)
    proofs.note(request, proven.email)
    match addresses.join(request.giver.account, proven.email):
        case Joined.STAFF:
            messages.error(request, _("A colleague of ours works with this address: it cannot be joined to another."))
        case Joined.ALREADY | Joined.JOINED:
            messages.success(request, _("The address is yours. What was given with it shows here from now on."))
    return redirect("portal-security")


@require_POST
@door.anybody
@door.lately_proven(FRESH)
def leave(request: Any) -> HttpResponse:
    """Part an address."""
    if not addresses.leave(request.giver.account, _own(request)):
        raise Http404
    messages.success(request, _("The address is no longer joined to yours."))
    return redirect("portal-security")


@require_POST
@door.anybody
def make_main(request: Any) -> HttpResponse:
    """Make another address the main one, proven from both ends: it was, and so is the old one now."""
    email, account = _own(request), request.giver.account
    if not proofs.address_lately(request, main_address(request), FRESH):
        messages.info(request, _("First prove that the old main address is yours, then choose the new one again."))
        return redirect(f"{reverse('portal-prove')}?{urlencode({'next': reverse('portal-security')})}")
    if not addresses.make_main(account, email):
        messages.error(
            request, _("The address you work with stays your main one. A colleague who looks after accounts can change it.")
        )
        return redirect("portal-security")
    messages.success(request, _("From now on we write to this address."))
    return redirect("portal-security")


def _own(request: Any) -> str:
    """Return which of their addresses a form names; raises Http404 for any other."""
    email = request.POST.get("email", "").strip().lower()
    if email not in people.addresses(request.giver.account):
        raise Http404
    return str(email)
