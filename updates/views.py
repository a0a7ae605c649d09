"""The public pages of e-mail updates. Following a link changes nothing: what changes something is a button."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from public_pages.decorators import public_page
from supporters import consents
from supporters.models import Supporter
from updates import origins, signing_up, stopping, tokens, words
from updates.forms import ConfirmForm, SignUpForm, TopicsForm, readable
from updates.models import SignUp

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """Go there by GET: the answer to a form that was taken in."""

    status_code = 303


@public_page()
@csrf_exempt  # the page is cached and carries no token: origins.ours looks where the form came from
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show the sign-up, or take it in: whoever it is, the answer is the same."""
    if request.method != "POST":
        return _sign_up_page(request, SignUpForm(initial={"topics": ["stories"]}))
    if not origins.ours(request):
        return render(request, "403_csrf.html", status=403)
    form = SignUpForm(readable(request.POST))
    if not form.is_valid():
        return _sign_up_page(request, form, 422)
    if not form.robot:
        said = form.cleaned_data
        signing_up.take(
            request, email=said["email"], first_name=said["first_name"], topics=said["topics"], hasty=form.hasty
        )  # fmt: skip
    return SeeOther(reverse("updates-asked"))


def _sign_up_page(request: HttpRequest, form: SignUpForm, status: int = 200) -> HttpResponse:
    page = {"form": form, "promise": words.promise(), "errors": form.is_bound and bool(form.errors)}
    return render(request, "updates/sign-up.html", page, status=status)


@public_page()
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Say what happens next: the same for everybody."""
    return render(request, "updates/asked.html")


# --- signed links -----------------------------------------------------------------------------------
def by_link(view: View) -> View:
    """Open a page to whoever holds its signed link: no session, no cookie, nothing kept, nothing told to other sites."""

    @csrf_exempt  # the link itself is the proof; mail programs post to it without cookies (RFC 8058)
    @require_http_methods(["GET", "HEAD", "POST"])
    @functools.wraps(view)
    def behind(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except tokens.BadToken as bad:
            response = render(request, "updates/bad-link.html", {"expired": bad.expired}, status=410 if bad.expired else 404)
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return behind


@by_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked for; the button makes it count."""
    row = SignUp.objects.filter(reference=tokens.sign_up(token)).first()
    if row is None:
        raise tokens.BadToken(expired=True)
    with _speaking(request, row.language):
        if row.confirmed_at is not None:
            supporter = Supporter.objects.filter(email=row.email).first()
            link = tokens.for_reader(tokens.PREFERENCES, supporter.pk) if supporter else ""
            return render(request, "updates/confirmed.html", {"token": link})
        form = ConfirmForm(request.POST) if request.method == "POST" else ConfirmForm(initial={"topics": _wanted(row)})
        if request.method == "POST" and form.is_valid():
            signing_up.confirm(row, form.cleaned_data["topics"])
            return SeeOther(request.path)
        page = {"form": form, "address": veiled(row.email), "promise": words.promise()}
        return render(request, "updates/confirm.html", page, status=422 if form.is_bound else 200)


def _wanted(row: SignUp) -> list[str]:
    """Return the topics asked for, and those the person has already: confirming takes nothing away by itself."""
    supporter = Supporter.objects.filter(email=row.email).first()
    return [*{*row.topics, *(consents.of(supporter) if supporter else ())}]


@by_link
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show which topics somebody gets, and change them."""
    said, supporter = _reader(tokens.PREFERENCES, token)
    with _speaking(request, supporter.language):
        if request.method == "POST":
            form = TopicsForm(request.POST)
            if form.is_valid():
                stopping.choose(supporter, form.cleaned_data["topics"], said.digest)
                return SeeOther(f"{request.path}?kept")
        else:
            form = TopicsForm(initial={"topics": list(consents.of(supporter))})
        page: dict[str, Any] = {
            "form": form,
            "address": veiled(supporter.email or ""),
            "promise": words.promise(),
            "kept": "kept" in request.GET and not form.is_bound,
            "unreachable": not signing_up.may_be_mailed(supporter.email or ""),
            "stop": tokens.for_reader(tokens.UNSUBSCRIBE, supporter.pk, said.digest),
        }
        return render(request, "updates/preferences.html", page, status=422 if form.is_bound else 200)


@by_link
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button that stops everything; pressed there or by the mail program itself (RFC 8058), it stops."""
    said, supporter = _reader(tokens.UNSUBSCRIBE, token)
    with _speaking(request, supporter.language):
        if request.method == "POST":
            stopping.stop(supporter, said.digest)
            if request.POST.get("List-Unsubscribe") == "One-Click":
                return HttpResponse("stopped", content_type="text/plain; charset=utf-8")
            return SeeOther(request.path)
        page = {
            "stopped": not consents.of(supporter),
            "address": veiled(supporter.email or ""),
            "token": tokens.for_reader(tokens.PREFERENCES, supporter.pk, said.digest),
        }
        return render(request, "updates/unsubscribe.html", page)


def _reader(purpose: str, token: str) -> tuple[tokens.Reader, Supporter]:
    said = tokens.reader(purpose, token)
    supporter = Supporter.objects.filter(pk=said.supporter, email__isnull=False).first()
    if supporter is None:  # erased since
        raise tokens.BadToken(expired=True)
    return said, supporter


def _speaking(request: HttpRequest, language: str) -> Any:
    request.LANGUAGE_CODE = language
    return translation.override(language)


def veiled(email: str) -> str:
    """Return an address that its owner knows again and nobody else can read: "a•••@example.org"."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
