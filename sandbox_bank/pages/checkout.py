"""The hosted checkout: what is charged, when again, and every way it can end as a button.

It looks like a provider's page and says throughout that no money moves. Whoever has its address may decide it, as with
any provider; the address cannot be guessed. It works without JavaScript.
"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sandbox_bank import checkouts, clock, days, delivery
from sandbox_bank.models import Checkout
from sandbox_bank.pages import words


@dataclass(frozen=True)
class Outcome:
    """One way a checkout can end, as its button says it, and what then happens."""

    value: str
    label: Promise
    then: Promise


GROUPS = (
    (
        _("The payer"),
        (
            Outcome("declined", _("Card is declined"), _("You stay here and can try again.")),
            Outcome("confirm", _("Bank asks for confirmation"), _("One more page: confirm or refuse.")),
            Outcome("debit", _("Pay by bank debit"), _("On its way at once; the money arrives three days later.")),
            Outcome("no_return", _("Pay, and close the window"), _("It is paid, but you are not sent back.")),
            Outcome("abandon", _("Leave without paying"), _("Back to the form; nothing is charged.")),
        ),
    ),
    (
        _("The notices"),
        (
            Outcome("late", _("Pay, notice comes late"), _("The site hears of it two minutes later.")),
            Outcome("twice", _("Pay, notice comes twice"), _("The site hears the same thing again.")),
            Outcome("shuffled", _("Pay, notices in the wrong order"), _("The last one comes first.")),
        ),
    ),
)
PAYS = {"pays": "", "no_return": "", "debit": "", "confirmed": "", "late": "late", "twice": "twice", "shuffled": "shuffled"}
LEAVES = {"abandon"}
STAYS = {"declined", "confirm", "refused"}


def see_other(address: str) -> HttpResponseRedirect:
    """Return a 303: what comes next is read, not posted."""
    return HttpResponseRedirect(address, status=303)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a checkout, or decide it."""
    found = Checkout.objects.filter(ref=ref).first()
    if found is None:
        raise Http404
    with override(found.request["language"]):
        if request.method == "POST":
            outcome = request.POST.get("outcome", "")
            if outcome not in PAYS.keys() | LEAVES | STAYS:
                return _page(request, found, status=400)
            return _decide(request, ref, outcome)
        return _page(request, found)


def _decide(request: HttpRequest, ref: str, outcome: str) -> HttpResponse:
    """Do what a button says, once: a second press finds the checkout decided and goes where the first one went."""
    with clock.at_work() as now:
        found = Checkout.objects.select_for_update().get(ref=ref)
        if found.open and found.expires_at <= now:
            checkouts.abandon(found, now)
        elif found.open:
            if outcome in {"confirmed", "refused"} and found.state != Checkout.State.CONFIRMING:
                return see_other(request.path)  # an old page's button: this one no longer asks
            if outcome in PAYS:
                checkouts.pay(found, now, manner=PAYS[outcome], debit=outcome == "debit")
            elif outcome in LEAVES:
                checkouts.abandon(found, now)
            elif outcome == "confirm":
                checkouts.ask_bank(found)
            else:
                checkouts.decline(found, "bank_refused" if outcome == "refused" else "declined", now)
    delivery.send_due()
    if outcome == "no_return" or found.open:
        return see_other(f"{request.path}?declined" if outcome in {"declined", "refused"} else request.path)
    return see_other(found.request["cancel_url" if found.state == Checkout.State.ABANDONED else "return_url"])


def _page(request: HttpRequest, found: Checkout, status: int = 200) -> HttpResponse:
    asked = found.request
    today = days.day_of(clock.now())
    next_on = days.next_due(today.replace(day=1), asked["anchor_day"], today + days.ONE_DAY)
    context: dict[str, Any] = {
        "checkout": found,
        "asked": asked,
        "amount": words.amount(asked["minor"], asked["currency"]),
        "next_on": words.day(next_on) if asked["monthly"] else "",
        "groups": GROUPS,
        "card": checkouts.CARD,
        "declined": "declined" in request.GET and found.tries > 0,
    }
    template = "sandbox/checkout.html" if found.state == Checkout.State.OPEN else "sandbox/bank-checkout-state.html"
    response = render(request, template, context, status=status)
    response.headers["Content-Language"] = asked["language"]
    return response
