"""The Freedom Partner pages: how each monthly gift stands, what happened, and every change of it."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from donations import promises
from donations.calendar import today
from donations.models import Pledge
from donations.models.pledges import PledgeStatus
from donations.models.steps import NotAllowed
from donations.money import NotAnAmount
from donations.promises import NextGift
from donations.providers.base import ProviderUnavailable, Refused
from donations.views import SeeOther
from portal import acts, door, restarting, theirs, timeline, words
from portal.act_forms import ActForm
from portal.acts import ACTS, Act
from portal.door import GiverRequest

logger = logging.getLogger(__name__)

A_PAGE = 40  # lines of a timeline
SILENT = gettext_lazy(
    "The bank’s system does not answer just now, so nothing was changed here. Please press the button again in a little "
    "while: however often you press it, it is done once."
)
REFUSED = gettext_lazy(
    "The bank’s system would not do this, and nothing was changed. Please write to us: a person will see to it."
)
NOT_NOW = gettext_lazy("As your monthly gift stands now, that cannot be done. Nothing was changed.")


@door.signed_in
@require_safe
def pledges(request: GiverRequest) -> HttpResponse:
    """Show every monthly gift, running ones first. One query beside the door's."""
    found = [(pledge, words.shown(pledge.total), words.pledge_state(pledge)) for pledge in theirs.pledges(request.giver)]
    return render(request, "portal/pledges.html", {"pledges": found})


@door.signed_in
@require_safe
def pledge(request: GiverRequest, reference: str) -> HttpResponse:
    """Show how one monthly gift stands, what can be done with it, and what happened. Eight queries beside the door's."""
    mine = list(theirs.pledges(request.giver))
    found = next((one for one in mine if one.reference == reference), None)
    if found is None:
        raise Http404
    lines = Paginator(timeline.of(found), A_PAGE).get_page(request.GET.get("page", "1"))
    context = {
        **_facts(found),
        "acts": acts.offered(found),
        "may_put_card": _may_put_card(found),
        "unconfirmed": timeline.waiting_for_the_bank(found),
        "lines": lines,
        "kin": restarting.kin(found, mine),
        "back_from_card": "card" in request.GET,
    }
    return render(request, "portal/pledge.html", context)


def _may_put_card(pledge: Pledge) -> bool:
    return pledge.status not in {PledgeStatus.CANCELLED, PledgeStatus.STARTING}


def _facts(pledge: Pledge) -> dict[str, Any]:
    return {
        "pledge": pledge,
        "given_to": words.given_to(pledge.appeal),
        "amount": words.shown(pledge.total),
        "state": words.pledge_state(pledge),
        "began": words.day_of(pledge.started_at),
        "card_ends": words.day(pledge.card_ends_on) if pledge.card_ends_on else "",
        "now": words.next_gift(promises.next_gift(pledge)),
        "test": pledge.provider == "sandbox",
    }


@door.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: GiverRequest, reference: str, name: str) -> HttpResponse:
    """Show what a change would come to, and make it once that was seen: 303 then; 422 for what cannot be read."""
    found = theirs.pledge(request.giver, reference)
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404
    if not acts.may(chosen, found):
        messages.error(request, str(NOT_NOW))
        return SeeOther(reverse("portal-pledge", args=[reference]))
    if request.method != "POST":
        coming = None if chosen.asks else chosen.preview(found)
        return _act_page(request, found, chosen, chosen.form(found), coming)
    form = chosen.form(found, request.POST)
    if not form.is_valid():
        return _act_page(request, found, chosen, form, None, status=422)
    return _previewed(request, found, chosen, form)


def _previewed(request: GiverRequest, pledge: Pledge, act: Act, form: ActForm) -> HttpResponse:
    """Make the change as it was previewed, or preview it first. To end it nothing needs to have been seen."""
    before, wish = promises.next_gift(pledge), form.wish()
    try:
        coming = act.preview(pledge, **wish)
        if act.name != "cancel" and form.cleaned_data["seen"] != acts.mark(pledge, act, wish, coming):
            return _act_page(request, pledge, act, form, coming)
        acts.take(act, pledge, wish, request.giver.account)
    except (NotAllowed, NotAnAmount):  # the pledge changed meanwhile
        messages.error(request, str(NOT_NOW))
    except ProviderUnavailable as trouble:
        return _act_page(request, pledge, act, form, coming, status=503, trouble=in_words(trouble))
    else:
        _say_done(request, act, before, promises.next_gift(pledge))
    return SeeOther(reverse("portal-pledge", args=[pledge.reference]))


def in_words(trouble: ProviderUnavailable) -> str:
    """Return what to tell somebody whose wish did not get through, and log it."""
    logger.warning("A giver's wish did not get through", exc_info=trouble)
    return str(REFUSED if isinstance(trouble, Refused) else SILENT)


def _say_done(request: HttpRequest, act: Act, before: NextGift, after: NextGift) -> None:
    said = {"done": act.done, "before": words.next_gift(before), "after": words.next_gift(after)}
    messages.success(request, _("%(done)s Before: %(before)s Now: %(after)s") % said)


def _act_page(
    request: HttpRequest,
    pledge: Pledge,
    act: Act,
    form: ActForm,
    coming: NextGift | None,
    *,
    status: int = 200,
    trouble: str = "",
) -> HttpResponse:
    wish = form.wish() if form.is_bound and form.is_valid() else {}
    offers = [one for one in (ACTS["amount"], ACTS["skip"], ACTS["pause"]) if act.name == "cancel" and acts.may(one, pledge)]
    context = {
        **_facts(pledge),
        "act": act,
        "form": form,
        "coming": words.next_gift(coming) if coming else "",
        "seen": acts.mark(pledge, act, wish, coming) if coming else "",
        "offers": offers,
        "trouble": trouble,
    }
    return render(request, "portal/act.html", context, status=status)


@door.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: GiverRequest, reference: str) -> HttpResponse:
    """Lead to the provider's page for another card: 303 there, 503 while it does not answer."""
    found = theirs.pledge(request.giver, reference)
    if not _may_put_card(found):
        messages.error(request, str(NOT_NOW))
        return SeeOther(reverse("portal-pledge", args=[reference]))
    trouble = ""
    if request.method == "POST":
        back = settings.SITE_URL + reverse("portal-pledge", args=[reference]) + "?card"
        try:
            return SeeOther(promises.new_card(found, back))
        except NotAllowed:
            messages.error(request, str(NOT_NOW))
            return SeeOther(reverse("portal-pledge", args=[reference]))
        except ProviderUnavailable as fault:
            trouble = in_words(fault)
    return render(request, "portal/card.html", {**_facts(found), "trouble": trouble}, status=503 if trouble else 200)


@door.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def restart(request: GiverRequest, reference: str) -> HttpResponse:
    """Begin a monthly gift that ended again, as a new one: 303 to the provider's page, 503 while it does not answer."""
    found = theirs.pledge(request.giver, reference)
    if found.status != PledgeStatus.CANCELLED:
        return SeeOther(reverse("portal-pledge", args=[reference]))
    trouble = ""
    if request.method == "POST" and restarting.possible(found):
        try:
            return SeeOther(restarting.begin(found, request.giver))
        except ProviderUnavailable as fault:
            trouble = in_words(fault)
    context = {
        **_facts(found), "possible": restarting.possible(found), "form_address": restarting.form_address(found),
        "appeal": restarting.appeal_of(found), "today": today(), "trouble": trouble,
    }  # fmt: skip
    return render(request, "portal/restart.html", context, status=503 if trouble else 200)
