"""What a signed link in a letter opens, without signing in: ending one monthly gift, or putting another card for it.

GET shows and POST acts, so that programs which follow links in mails change nothing. Whoever has the link learns that
there is a monthly gift of so much, and nothing else: neither whose it is, nor how it is paid, nor when.
"""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from donations import pledge_links, promises
from donations.models import Pledge
from donations.models.pledges import PledgeStatus
from donations.models.steps import NotAllowed
from donations.providers.base import ProviderUnavailable
from donations.views import SeeOther
from portal import words
from portal.act_forms import CancelForm
from portal.pledges import in_words

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    """Show what the link is for, or do it; a link that is forged, old or for something else says kindly where to go."""
    if purpose not in pledge_links.PURPOSES:
        raise Http404
    pledge = pledge_links.pledge_of(purpose, token)
    if pledge is None:
        return render(request, "portal/link-over.html", status=404)
    known = dict(settings.LANGUAGES)
    with translation.override(pledge.language if pledge.language in known else settings.LANGUAGE_CODE):
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        response = _cancel(request, pledge) if purpose == "cancel" else _card(request, pledge)
        response.headers["Content-Language"] = request.LANGUAGE_CODE
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _cancel(request: HttpRequest, pledge: Pledge) -> HttpResponse:
    form = CancelForm(pledge, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, pledge, "cancel", form=form)
    if not form.is_valid():
        return _page(request, pledge, "cancel", form=form, status=422)
    try:
        promises.cancel(pledge, form.cleaned_data["reason"])
    except NotAllowed:
        logger.info("A pledge had ended when its end was asked for by a link: that is what was wished")
    except ProviderUnavailable as fault:
        return _page(request, pledge, "cancel", form=form, status=503, trouble=in_words(fault))
    return SeeOther(request.path)


def _card(request: HttpRequest, pledge: Pledge) -> HttpResponse:
    if request.method != "POST" or pledge.status == PledgeStatus.CANCELLED:
        return _page(request, pledge, "card")
    try:
        return SeeOther(promises.new_card(pledge, settings.SITE_URL + request.path + "?back"))
    except NotAllowed:
        return SeeOther(request.path)
    except ProviderUnavailable as fault:
        return _page(request, pledge, "card", status=503, trouble=in_words(fault))


def _page(
    request: HttpRequest, pledge: Pledge, purpose: str, *, form: CancelForm | None = None, status: int = 200, trouble: str = ""
) -> HttpResponse:
    context = {
        "amount": words.shown(pledge.total),
        "ended": pledge.status == PledgeStatus.CANCELLED,
        "form": form,
        "trouble": trouble,
        "back": "back" in request.GET,
        "test": pledge.provider == "sandbox",
        "portal_address": reverse("portal-pledge", args=[pledge.reference]),
    }
    return render(request, f"portal/link-{purpose}.html", context, status=status)
