"""The public pages of giving."""

import logging
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from donations import asking, form_page, giving, guard
from donations.calendar import charity_day
from donations.forms import GivingForm, new_attempt
from donations.models import Appeal, Gift, Receipt, Statement
from donations.models.appeals import GENERAL_SLUG, Frequency
from donations.models.gifts import GiftStatus
from donations.money import formatted
from donations.providers.base import ProviderUnavailable, Refused
from public_pages.decorators import public_page

logger = logging.getLogger(__name__)

_REFUSED = gettext_lazy(
    "The payment page could not be opened, and nothing was charged. We are looking into it; please try again later."
)
_SILENT = gettext_lazy(
    "The payment page does not answer just now, and nothing was charged. Everything you typed is still here: please press "
    "the button again."
)
ASKED = ("frequency", "amount", "currency")


class SeeOther(HttpResponseRedirect):
    """Go there by GET: the answer to a form that was taken in."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, appeal: str = "") -> HttpResponse:
    """Show the giving form, or take it in: 303 to the provider's page, 422 with what is wrong, 503 while nothing can be paid."""
    slug = request.POST.get("story", "")
    offered = Appeal.objects.filter(published=True).in_language(request.LANGUAGE_CODE)
    found = offered.annotate(story_channels=asking.channels_of(slug))
    asked = get_object_or_404(found, slug=appeal or GENERAL_SLUG)
    now = timezone.now()
    if asked.starts_at and asked.starts_at > now:
        raise Http404
    if asked.ends_at and asked.ends_at <= now:
        ended = {"appeal": asked.worded(), "progress": asking.progress(asked)}
        return render(request, "donations/ended.html", ended, status=410)
    if request.method != "POST":
        return _new_form(request, asked)
    if "show" in request.POST:
        return _shown_again(request, asked)
    form = GivingForm(request.POST)
    if not form.is_valid():
        return _answer(request, form, asked, 422)
    return _checkout(request, form, asked)


def _new_form(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    sets = asking.amount_sets(appeal)
    story = asking.moving_story(request.GET.get("story", ""))
    choice = form_page.first_choice({name: request.GET.get(name, "") for name in ASKED}, appeal, sets)
    form = GivingForm(initial=choice | {"attempt": new_attempt(), "story": story["slug"] if story else ""})
    page = form_page.context(form, appeal, sets, story) | {"guard_fields": guard.fields(request)}
    return render(request, "donations/give.html", page)


def _shown_again(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    """Show the amounts of another currency with everything typed in its place: what the page's script does without asking."""
    form = GivingForm(initial={name: request.POST.get(name, "") for name in GivingForm.base_fields})
    return _answer(request, form, appeal, 200)


def _checkout(request: HttpRequest, form: GivingForm, appeal: Appeal) -> HttpResponse:
    """Begin the attempt and send the giver to the provider's page; outside any transaction but the attempt's own."""
    may_ask = asking.ASK in (appeal.story_channels or ())  # type: ignore[attr-defined]  # annotated in give()
    intent = form.intent(appeal, form.cleaned_data["story"] if may_ask else "")
    gift = giving.begun(intent)
    if gift is None:  # the same form sent again asks nothing new of the provider
        try:
            guard.check(request, email=form.cleaned_data["email"])
        except guard.Refused as refused:
            form.add_error(None, refused.message)
            return _answer(request, form, appeal, refused.status, refused)
        gift = giving.begin(intent)
    try:
        return SeeOther(giving.checkout(gift))
    except Refused:
        logger.exception("The provider refuses the checkout of gift %s", gift.pk)
        form.add_error(None, _REFUSED)
    except ProviderUnavailable:
        logger.warning("The provider does not answer for gift %s", gift.pk, exc_info=True)
        form.add_error(None, _SILENT)
    return _answer(request, form, appeal, 503)


def _answer(
    request: HttpRequest, form: GivingForm, appeal: Appeal, status: int, refused: guard.Refused | None = None
) -> HttpResponse:
    """Show the form with all that was typed, and in it what the guard wants to see next time."""
    if not form.said("attempt") or "attempt" in form.errors:
        form.replace_attempt(new_attempt())
    story = asking.moving_story(form.said("story"))
    page = form_page.context(form, appeal, asking.amount_sets(appeal), story)
    page["guard_fields"] = guard.fields(request, refused)
    response = render(request, "donations/give.html", page, status=status)
    for name, value in (refused.headers if refused else {}).items():
        response[name] = value
    return response


@public_page()
def freedom_partner(request: HttpRequest) -> HttpResponse:
    """Tell what monthly partners make possible, and lead to the form with monthly chosen. Two queries."""
    sets = asking.amount_sets(Appeal.objects.general(), (Frequency.MONTHLY,))
    amounts = form_page.set_of(sets, Frequency.MONTHLY, settings.DEFAULT_CURRENCY)
    return render(request, "donations/freedom-partner.html", {"amounts": amounts})


# What a gift's page says, by where the gift stands; nothing of who gave.
SHOWN = {
    GiftStatus.RECEIVED: "received",
    GiftStatus.DISPUTED: "received",
    GiftStatus.ON_ITS_WAY: "on-its-way",
    GiftStatus.PENDING: "waiting",
    GiftStatus.FAILED: "failed",
    GiftStatus.EXPIRED: "failed",
    GiftStatus.SKIPPED: "failed",
    GiftStatus.REFUNDED: "returned",
    GiftStatus.LOST: "returned",
}


@require_safe
def thanks(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell how a gift stands, whoever has the link: its sum and rhythm, never its giver. Two queries."""
    gift = get_object_or_404(Gift.objects.select_related("appeal", "pledge"), reference=reference)
    language = request.LANGUAGE_CODE
    page: dict[str, Any] = {
        "state": SHOWN[GiftStatus(gift.status)],
        "amount": formatted(gift.total, language),
        "monthly": gift.frequency == Frequency.MONTHLY,
        "appeal": gift.appeal,
        "test": gift.provider == "sandbox",
        "next_on": gift.pledge.next_on if gift.pledge else None,
        "story": asking.moving_story(gift.story_slug),
        "again": asking.form_address(gift),
        "every_month": asking.form_address(gift, monthly=True),
    }
    response = render(request, "donations/thanks.html", page)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def verify_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Tell whether a receipt is ours and in force: its number, day and sum, never who gave."""
    receipt = get_object_or_404(Receipt.objects.select_related("replaced_by", "gift"), code=code.upper())
    page = {"receipt": receipt, "replaced_by": getattr(receipt, "replaced_by", None), "issued": charity_day(receipt.issued_at)}
    response = render(request, "donations/verify-receipt.html", page)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def verify_statement(request: HttpRequest, code: str) -> HttpResponse:
    """Tell whether a statement is ours and in force: its number, year and sum, never who gave."""
    statement = get_object_or_404(Statement.objects.select_related("replaced_by"), code=code.upper())
    page = {"statement": statement, "replaced_by": getattr(statement, "replaced_by", None)}
    response = render(request, "donations/verify-statement.html", page)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
