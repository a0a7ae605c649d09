"""Where somebody is signed in and by what means: sessions, passkeys, and proving once more that it is they."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letters import outbox
from portal import asked, door
from portal.sign_in_forms import CodeForm, typed
from supporters import browsers, letters, people, proofs
from supporters.models import Account, Purpose
from supporters.passkeys import KeepPasskeyForm

GET_AND_POST = ["GET", "HEAD", "POST"]
FRESH = 30  # minutes a proof is good for where somebody changes how they sign in


@require_safe
@door.anybody
def security(request: Any) -> HttpResponse:
    """Show sessions, passkeys and addresses."""
    account = request.giver.account
    context = {
        "browsers": browsers.of(account),
        "this_browser": request.session.get("browser"),
        "passkeys": [key.wrap() for key in _passkeys(account)],
        "addresses": people.addresses(account),
    }
    return render(request, "portal/security.html", context)


@require_POST
@door.anybody
def end(request: Any, reference: str) -> HttpResponse:
    """End one session of theirs."""
    if not browsers.end(request.giver.account, reference):
        raise Http404
    messages.success(request, _("That browser is signed out."))
    return redirect("portal-security")


@require_POST
@door.anybody
def everywhere(request: Any) -> HttpResponse:
    """End all of them, this one too."""
    request.giver.account.sign_out_everywhere()
    logout(request)
    return redirect("portal-signed-out")


# --- passkeys ---------------------------------------------------------------------------------------
def _passkeys(account: Account) -> Any:
    return Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).order_by("created_at", "pk")


def _own_keys(request: Any) -> Account:
    """Return the account; raises Http404 for staff, whose keys open more and are kept beside their work."""
    account: Account = request.giver.account
    if account.is_staff:
        raise Http404
    return account


@require_http_methods(GET_AND_POST)
@door.anybody
@door.lately_proven(FRESH)
def add_passkey(request: Any) -> HttpResponse:
    """Offer to keep a passkey in this browser; take it."""
    account, onward = _own_keys(request), asked.next_of(request.POST or request.GET)
    named = {"name": browsers.device_of(request.META.get("HTTP_USER_AGENT", "")) or _("Passkey")}
    form = KeepPasskeyForm(request.POST or None, user=account, initial=named)
    if request.method == "POST" and form.is_valid():
        auth.WebAuthn.add(account, form.cleaned_data["name"][:60], form.cleaned_data["credential"])
        key = f"{account.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
        about = f"account:{account.pk}"
        outbox.write(letters.PASSKEY_ADDED, key, to=account.email, language=request.giver.language, about=about)
        messages.success(request, _("Your passkey is kept. Next time you need no code."))
        return HttpResponseRedirect(onward)
    context = {
        "form": form,
        "next": onward,
        "first": "first" in request.GET,
        "options": auth.begin_registration(account, passwordless=True),
    }
    return render(request, "portal/passkey.html", context, status=422 if form.is_bound else 200)


@require_POST
@door.anybody
@door.lately_proven(FRESH)
def remove_passkey(request: Any, number: int) -> HttpResponse:
    """Forget one passkey."""
    key = _passkeys(_own_keys(request)).filter(pk=number).first()
    if key is None or not get_adapter().can_delete_authenticator(key):
        raise Http404
    key.delete()
    messages.success(request, _("The passkey no longer opens anything here. You may delete it on your device as well."))
    return redirect("portal-security")


# --- it is still they -------------------------------------------------------------------------------
@require_http_methods(GET_AND_POST)
@door.anybody
def prove(request: Any) -> HttpResponse:
    """Send a code to the main address, and take it."""
    onward = asked.next_of(request.POST if request.method == "POST" else request.GET)
    account, main = request.giver.account, main_address(request)
    if request.method == "POST" and "send" in request.POST:
        asked.ask(request, Purpose.PROVE, main, account, next=onward)
        return redirect("portal-prove")
    form = CodeForm(typed(request))
    wanted = asked.of(request, Purpose.PROVE)
    proven = asked.tried(request, Purpose.PROVE, form, account)
    if proven is not None:
        proofs.note(request, proven.email)
        return HttpResponseRedirect((wanted.next if wanted else "") or onward)
    context = {"form": form, "asked": wanted, "email": main, "next": wanted.next if wanted else onward}
    return render(request, "portal/prove.html", context, status=422 if form.is_bound else 200)


def main_address(request: Any) -> str:
    """Return the address that somebody's codes go to when it must be the one we know them by."""
    return next(iter(people.addresses(request.giver.account)), request.giver.account.email)
