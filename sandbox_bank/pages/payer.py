"""A payer's other pages: another card for a schedule, and a charge that their bank asks about."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sandbox_bank import clock, days, delivery, schedules
from sandbox_bank.models import Bill, CardPage, Schedule
from sandbox_bank.pages import words
from sandbox_bank.pages.checkout import see_other

NEW_CARD = "Mastercard ending 1881"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, ref: str) -> HttpResponse:
    """Put another card to a schedule; afterwards the payer goes back to where they came from."""
    page = CardPage.objects.select_related("schedule__checkout").filter(ref=ref).first()
    if page is None:
        raise Http404
    outcome = request.POST.get("outcome", "")
    with override(page.schedule.checkout.request["language"]):
        if outcome == "leave":
            return see_other(page.return_url)
        if outcome == "saved":
            _put(page.pk)
            delivery.send_due()
            return see_other(page.return_url)
        context = {
            "schedule": page.schedule,
            "open": page.used_at is None and page.schedule.state == Schedule.State.ACTIVE,
            "return_url": page.return_url,
            "amount": words.amount(page.schedule.minor, page.schedule.currency),
            "card": NEW_CARD,
            "declined": outcome == "declined",
        }
        return render(request, "sandbox/bank-card.html", context)


def _put(page_pk: int) -> None:
    """Put the card once, however often the button is pressed."""
    with clock.at_work() as now:
        page = CardPage.objects.select_for_update(of=("self",)).select_related("schedule__checkout").get(pk=page_pk)
        if page.used_at is None and page.schedule.state == Schedule.State.ACTIVE:
            page.used_at = now
            page.save(update_fields=["used_at"])
            schedules.put_card(page.schedule, NEW_CARD, days.card_end(days.day_of(now)), now)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """Confirm a month's charge that the payer's bank asked about, or leave it unpaid."""
    bill = Bill.objects.select_related("schedule__checkout").filter(ref=ref).first()
    if bill is None:
        raise Http404
    if request.POST.get("outcome") == "confirmed":
        with clock.at_work() as now:
            bill = Bill.objects.select_related("schedule__checkout").get(ref=ref)
            if bill.state == Bill.State.OPEN and bill.schedule.state == Schedule.State.ACTIVE:
                schedules.confirmed(bill.schedule, bill, now)
        delivery.send_due()
        return see_other(request.path)
    with override(bill.schedule.checkout.request["language"]):
        context = {
            "bill": bill,
            "asked": bill.schedule.checkout.request,
            "amount": words.amount(bill.minor, bill.currency),
            "refused": request.POST.get("outcome") == "refused",
        }
        return render(request, "sandbox/bank-confirm.html", context)
