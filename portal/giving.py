"""What somebody gave: the list by years, each gift by itself, and the list as a spreadsheet."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from donations import asking
from donations.models import Receipt
from donations.models.gifts import UNPAID
from donations.money import Money
from portal import door, history, theirs, timeline, words
from portal.door import GiverRequest
from portal.history import Asked
from public_pages import spreadsheets


@door.signed_in
@require_safe
def giving(request: GiverRequest) -> HttpResponse:
    """List gifts and what went back of them, by year. Nine queries beside the door's, however many gifts there are."""
    years, appeals = history.choices(request.giver)
    asked = Asked.of(request.GET, years, appeals)
    page, shown = history.page_of(request.giver, asked, request.GET.get("page", "1"))
    context = {
        "asked": asked, "years": years, "appeals": appeals, "page": page, "shown": shown,
        "newer": asked.address(page.previous_page_number()) if page.has_previous() else "",
        "older": asked.address(page.next_page_number()) if page.has_next() else "",
    }  # fmt: skip
    return render(request, "portal/giving.html", context)


@door.signed_in
@require_safe
def spreadsheet(request: GiverRequest) -> HttpResponse:
    """Give the list as it is filtered, all pages of it, as CSV."""
    asked = Asked.of(request.GET, *history.choices(request.giver))
    rows = history.spreadsheet(asked.among(theirs.gifts(request.giver)))
    # Whole, not streamed: the words are in the giver's language only while the view runs.
    body = "".join(spreadsheets.lines(rows))
    name = _("giving") + (f"-{asked.year}" if asked.year else "")
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


@door.signed_in
@require_safe
def gift(request: GiverRequest, reference: str) -> HttpResponse:
    """Show one gift: how it stands, what it was for, its receipts and letters. Eight queries beside the door's."""
    read = get_object_or_404(history.newest_first(theirs.gifts(request.giver)).select_related("pledge"), reference=reference)
    came = read.status not in UNPAID
    context = {
        "gift": read,
        "line": history.line(read),
        "receipts": Receipt.objects.filter(gift=read).select_related("replaced_by").defer("content").order_by("pk"),
        "receipt_follows": came and not read.in_force,  # type: ignore[attr-defined]  # read by newest_first
        "cover": words.shown(Money(read.fee_cover, read.currency)) if read.fee_cover else "",
        "letters": timeline.letters_of(read),
        "made_possible": asking.impact_of(read) if came else "",
        "story": asking.moving_story(read.story_slug),
        "again": asking.form_address(read),
        "test": read.provider == "sandbox",
    }
    return render(request, "portal/gift.html", context)
