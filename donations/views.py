"""The public pages of giving."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from donations.models import Gift, Receipt


def give(request: HttpRequest, appeal: str = "") -> HttpResponse:
    """Show the giving form, or take it in."""
    raise Http404


def freedom_partner(request: HttpRequest) -> HttpResponse:
    """Tell what monthly partners make possible."""
    raise Http404


def thanks(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell how a gift stands."""
    get_object_or_404(Gift, reference=reference)
    raise Http404


def verify_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Tell whether a receipt is ours and in force: its number, day and sum, never who gave."""
    receipt = get_object_or_404(Receipt, code=code.upper())
    return render(request, "donations/verify-receipt.html", {"receipt": receipt})
