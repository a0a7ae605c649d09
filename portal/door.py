"""The door of the portal: who may come in, in which language they are spoken to, and what leaves no trace.

@door.signed_in            # pages about giving: shows a kind empty page to somebody who never gave
def giving(request): request.giver.supporters …

@door.anybody              # pages about signing in: for everybody who has an account
"""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from supporters import browsers, people, proofs
from supporters.people import Person

View = Callable[..., HttpResponse]


class GiverRequest(HttpRequest):
    """A request that came through the door."""

    giver: Person


def anybody(view: View) -> View:
    """Let in whoever is signed in, as `request.giver`; send everybody else to sign in and back."""

    @functools.wraps(view)
    def behind(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _private(_to_sign_in(request))
        browsers.seen(request)
        request.giver = people.of(request.user)
        with translation.override(request.giver.language):
            request.LANGUAGE_CODE = request.giver.language
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = request.giver.language
        return _private(response)

    return behind


def signed_in(view: View) -> View:
    """Let in whoever is signed in and has given; tell the others kindly that there is nothing to show yet."""

    @functools.wraps(view)
    def known(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.giver.known:
            return render(request, "portal/nothing-yet.html")
        return view(request, *args, **kwargs)

    return anybody(known)


def lately_proven(minutes: int) -> Callable[[View], View]:
    """Let in only who proved within so many minutes that it is they; the others prove it by a code and come back."""

    def guarded(view: View) -> View:
        @functools.wraps(view)
        def proven(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not proofs.lately(request, minutes):
                return _private(HttpResponseRedirect(f"{reverse('portal-prove')}?{urlencode({'next': request.path})}"))
            return view(request, *args, **kwargs)

        return proven

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    # What was to be posted is lost with the session: they come back to the page itself.
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    return HttpResponseRedirect(f"{reverse('portal-sign-in')}?{urlencode({'next': back})}")


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
