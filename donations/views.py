"""The public pages of giving."""

import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from donations import asking, form_page, giving
from donations.calendar import charity_day
from donations.forms import GivingForm, new_attempt
from donations.models import Appeal, Gift, Receipt
from donations.models.appeals import GENERAL_SLUG, Frequency
from donations.models.gifts import GiftStatus
from donations.money import Money, formatted
from donations.providers.base import ProviderUnavailable, Refused
from public_pages.decorators import public_page

logger = logging.getLogger(__name__)

ASKED = ("frequency", "amount", "currency")


class SeeOther(HttpResponseRedirect):
    """Go there by GET: the answer to a form that was taken in."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, appeal: str = "") -> HttpResponse:
    """Show the giving form, or take it in: 303 to the provider's page, 422 with what is wrong, 503 while nothing can be paid."""
    asked = get_object_or_404(Appeal.objects.filter(published=True), slug=appeal or GENERAL_SLUG)
    now = timezone.now()
    if asked.starts_at and asked.starts_at > now:
        raise Http404
    if asked.ends_at and asked.ends_at <= now:
        return render(request, "donations/ended.html", {"appeal": asked, "progress": asking.progress(asked)}, status=410)
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
    return render(request, "donations/give.html", form_page.context(form, appeal, sets, story))


def _shown_again(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    """Show the amounts of another currency with everything typed in its place: what the page's script does without asking."""
    form = GivingForm(initial={name: request.POST.get(name, "") for name in GivingForm.base_fields})
    return _answer(request, form, appeal, 200)


def _checkout(request: HttpRequest, form: GivingForm, appeal: Appeal) -> HttpResponse:
    """Begin the attempt and send the giver to the provider's page; outside any transaction but the attempt's own."""
    if not _may_go_on(request, form):
        return _answer(request, form, appeal, 422)
    story = asking.moving_story(form.cleaned_data["story"])
    gift = giving.begin(form.intent(appeal, story["slug"] if story else ""))
    try:
        return SeeOther(giving.checkout(gift))
    except Refused:
        logger.exception("The provider refuses the checkout of gift %s", gift.pk)
        form.add_error(
            None,
            _("The payment page could not be opened, and nothing was charged. We are looking into it; please try again later."),
        )
    except ProviderUnavailable:
        logger.warning("The provider does not answer for gift %s", gift.pk, exc_info=True)
        form.add_error(
            None,
            _(
                "The payment page does not answer just now, and nothing was charged. Everything you typed is still here: please press the button again."
            ),
        )
    return _answer(request, form, appeal, 503)


def _may_go_on(request: HttpRequest, form: GivingForm) -> bool:
    """Return whether this attempt may reach the provider."""
    return True


def _answer(request: HttpRequest, form: GivingForm, appeal: Appeal, status: int) -> HttpResponse:
    if not form.said("attempt") or "attempt" in form.errors:
        form.replace_attempt(new_attempt())
    story = asking.moving_story(form.said("story"))
    page = form_page.context(form, appeal, asking.amount_sets(appeal), story)
    return render(request, "donations/give.html", page, status=status)


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
    language = request.LANGUAGE_CODE  # type: ignore[attr-defined]
    page: dict[str, Any] = {
        "state": SHOWN[GiftStatus(gift.status)],
        "amount": formatted(gift.total, language),
        "monthly": gift.frequency == Frequency.MONTHLY,
        "appeal": gift.appeal,
        "test": gift.provider == "sandbox",
        "next_on": gift.pledge.next_on if gift.pledge else None,
        "story": asking.moving_story(gift.story_slug),
        "again": _again(gift, gift.frequency),
        "every_month": _again(gift, Frequency.MONTHLY),
    }
    response = render(request, "donations/thanks.html", page)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _again(gift: Gift, frequency: str) -> str:
    """Return the address of the form with a gift's choices, before its fee was covered."""
    chosen = {"frequency": frequency, "currency": gift.currency}
    if frequency == gift.frequency:
        chosen["amount"] = asking.plain(Money(gift.amount - gift.fee_cover, gift.currency))
    if gift.story_slug:
        chosen["story"] = gift.story_slug
    path = reverse("give") if gift.appeal.slug == GENERAL_SLUG else reverse("give-appeal", args=[gift.appeal.slug])
    return f"{path}?{urlencode(chosen)}"


@require_safe
def verify_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Tell whether a receipt is ours and in force: its number, day and sum, never who gave."""
    receipt = get_object_or_404(Receipt.objects.select_related("replaced_by", "gift"), code=code.upper())
    page = {"receipt": receipt, "replaced_by": getattr(receipt, "replaced_by", None), "issued": charity_day(receipt.issued_at)}
    response = render(request, "donations/verify-receipt.html", page)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
