"""Signing in and out: an address, then the code we sent there, or its link, or a passkey."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.models import Login
from allauth.core.ratelimit import consume_or_429
from allauth.mfa.webauthn.internal import auth, flows
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods

from portal import asked
from portal.sign_in_forms import CodeForm, SignInForm, typed
from supporters import browsers, codes, entering, proofs
from supporters.codes import Proof
from supporters.models import Code, Purpose
from supporters.passkeys import PasskeyForm

GET_AND_POST = ["GET", "HEAD", "POST"]
View = Callable[..., HttpResponse]


def outside(view: View) -> View:
    """Mark a page in front of the door: in the browser's language, for those who are not signed in."""

    @functools.wraps(view)
    def before(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseRedirect(asked.next_of(request.GET))
        language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return before


@require_http_methods(GET_AND_POST)
@outside
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for an address; answer every one alike."""
    form = SignInForm(typed(request))
    onward = asked.next_of(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST" and form.is_valid():
        if braked := consume_or_429(request, action="request_login_code"):
            return braked
        ticked = {name: form.cleaned_data[name] for name in ("shared", "passkeys")}
        asked.ask(request, Purpose.SIGN_IN, form.cleaned_data["email"], next=onward, **ticked)
        return redirect("portal-code")
    left_alone = request.session.pop("left_alone", False) if request.session.session_key else False
    context = {"form": form, "next": onward, "left_alone": left_alone}
    return render(request, "portal/sign-in.html", context, status=422 if form.is_bound else 200)


@require_http_methods(GET_AND_POST)
@outside
def code(request: HttpRequest) -> HttpResponse:
    """Take the code that was sent to the address."""
    wanted = asked.of(request, Purpose.SIGN_IN)
    if wanted is None:
        return redirect("portal-sign-in")
    form = CodeForm(typed(request))
    proven = asked.tried(request, Purpose.SIGN_IN, form)
    if proven is not None:
        return _come_in(request, proven, wanted)
    context = {"form": form, "asked": wanted, "back": urlencode({"next": wanted.next})}
    return render(request, "portal/sign-in-code.html", context, status=422 if form.is_bound else 200)


@require_http_methods(GET_AND_POST)
@outside
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the letter's link, in the browser that asked and by a click: mail scanners open pages, they post nothing."""
    wanted = asked.of(request, Purpose.SIGN_IN)
    kept = Code.objects.filter(reference=wanted.reference).first() if wanted else None
    if wanted is None or kept is None or not constant_time_compare(token, kept.link_token):
        return render(request, "portal/sign-in-elsewhere.html", {"asked": wanted})
    if request.method != "POST":
        return render(request, "portal/sign-in-link.html", {"asked": wanted})
    proof, proven = codes.prove_by_link(wanted.reference, Purpose.SIGN_IN, token)
    if proof is not Proof.RIGHT or proven is None:
        return _ended(request, wanted)
    asked.done(request, Purpose.SIGN_IN)
    return _come_in(request, proven, wanted)


def _come_in(request: HttpRequest, proven: Code, wanted: asked.Asked) -> HttpResponse:
    account = entering.account_of(proven.email)
    if account is None:  # closed between the letter and the code
        return _ended(request, wanted)
    first = account.last_login is None
    onward = wanted.next or reverse("portal")
    if first and wanted.passkeys and not wanted.shared and not account.is_staff:
        onward = f"{reverse('portal-passkey-add')}?{urlencode({'next': onward, 'first': 1})}"
    return entering.sign_in(request, account, proven.email, onward, shared=wanted.shared)


def _ended(request: HttpRequest, wanted: asked.Asked) -> HttpResponse:
    return render(request, "portal/sign-in-ended.html", {"back": urlencode({"next": wanted.next})}, status=422)


@require_http_methods(GET_AND_POST)
@outside
def passkey(request: HttpRequest) -> HttpResponse:
    """Offer a challenge to the page's script; take what the passkey answers."""
    if braked := consume_or_429(request, action="login"):
        return braked
    if request.method != "POST":
        return JsonResponse(auth.begin_authentication(user=None))
    onward = asked.next_of(request.POST)
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        context = {"form": SignInForm(), "next": onward, "passkey_failed": True}
        return render(request, "portal/sign-in.html", context, status=422)
    authenticator = form.cleaned_data["credential"]
    entering.begin(request, shared=False)
    response = flows.perform_passwordless_login(request, authenticator, Login(user=authenticator.user, redirect_url=onward))
    if request.user.is_authenticated:
        proofs.note(request, proofs.PASSKEY)
        browsers.seen(request)
    return response


@require_http_methods(GET_AND_POST)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session by a click; a link leads to the button."""
    if request.method != "POST":
        return render(request, "portal/sign-out.html")
    browsers.forget(request)
    logout(request)
    return redirect("portal-signed-out")


@require_http_methods(["GET", "HEAD"])
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that nobody is signed in any more."""
    return render(request, "portal/signed-out.html")
