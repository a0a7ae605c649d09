"""Receipts: to read, to keep as a PDF, and sent once more."""

import datetime
import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from donations import letters, receipts
from donations.documents import NotPrintable
from donations.models import Receipt
from donations.views import SeeOther
from letters.models import LetterState
from portal import door, theirs
from portal.door import GiverRequest

logger = logging.getLogger(__name__)

COPIES = 3  # of one receipt that somebody may have sent to them in a day


@door.signed_in
@require_safe
def receipt(request: GiverRequest, number: str) -> HttpResponse:
    """Show a receipt as it was issued, and whether it still holds."""
    return _page(request, theirs.receipt(request.giver, number))


def _page(request: GiverRequest, found: Receipt, *, status: int = 200, trouble: str = "") -> HttpResponse:
    context = {
        "receipt": found,
        "document": receipts.document_of(found.content),
        "replaced_by": getattr(found, "replaced_by", None),
        "trouble": trouble,
    }
    return render(request, "portal/receipt.html", context, status=status)


@door.signed_in
@require_safe
def pdf(request: GiverRequest, number: str) -> HttpResponse:
    """Give the PDF; one that was mailed before says that it is a duplicate. 503 while it cannot be printed."""
    found = theirs.receipt(request.giver, number)
    mailed = letters.of_receipt(found).filter(state=LetterState.SENT).exists()
    try:
        body = receipts.pdf(found, duplicate=mailed)
    except NotPrintable as fault:
        logger.error("Receipt %s cannot be printed, its giver asks for it: %s", found.number, fault)
        return _page(request, found, status=503, trouble=_("It cannot be printed just now; we have been told. It is all here."))
    name = f'attachment; filename="{found.number}.pdf"'
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": name})


@door.signed_in
@require_POST
def send(request: GiverRequest, number: str) -> HttpResponse:
    """Send a receipt once more, at most COPIES a day."""
    found = theirs.receipt(request.giver, number)
    if not found.gift.email:
        messages.error(request, _("We have no e-mail address for this gift: please keep the PDF."))
    elif _copies_today(found) >= COPIES:
        messages.error(request, _("It is on its way to you already. Please look for it in your mail, also among the junk."))
    else:
        letters.receipt_again(found)
        messages.success(request, _("The receipt is on its way to %(email)s.") % {"email": found.gift.email})
    return SeeOther(reverse("portal-receipt", args=[number]))


def _copies_today(receipt: Receipt) -> int:
    since = timezone.now() - datetime.timedelta(days=1)
    return letters.of_receipt(receipt).filter(data__again=True, created_at__gt=since).count()
