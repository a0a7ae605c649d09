"""Your data: everything we know as one file, and to be forgotten. Neither happens by opening a page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from donations.providers.base import ProviderUnavailable, Refused
from donations.views import SeeOther
from portal import door, forgetting, packing
from portal.door import GiverRequest
from portal.known import Whose

FRESH = 5  # minutes a proof is good for where somebody is forgotten for good


@door.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: GiverRequest) -> HttpResponse:
    """Show what may be asked for; by POST have the file made, or give it, once, to the session that asked."""
    if request.POST.get("do") == "make":
        if not packing.ask(request, request.giver.account, request.giver.language):
            messages.error(request, _("You have had this made several times today. Please come back tomorrow."))
        return SeeOther(reverse("portal-data"))
    download = packing.current(request)
    if request.POST.get("do") == "take":
        return _taken(request, download)
    context = {
        "download": download,
        "waits": download is not None and download.ready_at is None,
        "until": download.ready_at + packing.LASTS if download and download.ready_at else None,
    }
    response = render(request, "portal/data.html", context)
    if context["waits"]:
        response["Refresh"] = "5"  # without JavaScript too, the page looks again by itself
    return response


def _taken(request: GiverRequest, download: Any) -> HttpResponse:
    file = packing.take(download) if download is not None else None
    if file is None:
        messages.error(request, _("This file is gone: it can be taken once, within an hour, in the browser that asked for it."))
        return SeeOther(reverse("portal-data"))
    name = _("my-data") + f"-{timezone.now():%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")  # type: ignore[return-value]


@door.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@door.lately_proven(FRESH)
def erase(request: GiverRequest) -> HttpResponse:
    """Say what being forgotten means, and do it: 503 with nothing done while a monthly gift cannot be ended."""
    whose = Whose.of(request.giver.account, request.giver.supporters)
    if request.method != "POST":
        return _asked(request, whose)
    if request.POST.get("sure") != "yes":
        return _asked(request, whose, status=422, trouble=_("Please tick that you want this: it cannot be undone."))
    try:
        forgetting.forget(whose)
    except (ProviderUnavailable, Refused):
        words = _(
            "The bank does not answer just now, so your monthly gift could not be ended, and nothing was erased. Please try later."
        )
        return _asked(request, whose, status=503, trouble=words)
    logout(request)
    return SeeOther(reverse("portal-forgotten"))


def _asked(request: GiverRequest, whose: Whose, *, status: int = 200, trouble: str = "") -> HttpResponse:
    context = {
        "until": forgetting.keeps_until(whose),
        "pledges": whose.pledges.running().count(),
        "staff": whose.account.is_staff,
        "trouble": trouble,
    }
    return render(request, "portal/erase.html", context, status=status)


@require_safe
def forgotten(request: GiverRequest) -> HttpResponse:
    """Say that it is done, to whoever has just left."""
    response = render(request, "portal/forgotten.html")
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
