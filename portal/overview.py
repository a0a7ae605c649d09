"""The portal's first page: thanks, what the giving made possible, what comes next, what came last, this tax year's sum."""

from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from donations import asking
from donations.calendar import today
from donations.models import Gift, LedgerEntry, Pledge
from donations.models.gifts import GiftStatus
from donations.models.pledges import PledgeStatus
from donations.money import Money
from donations.promises import NextGift
from donations.tax_years import TaxYear, tax_year
from portal import acts, door, theirs, words
from portal.door import GiverRequest
from portal.templatetags.portal_pages import address
from supporters.people import Person

THANKED = (GiftStatus.RECEIVED, GiftStatus.DISPUTED)


@door.signed_in
@require_safe
def overview(request: GiverRequest) -> HttpResponse:
    """Show where somebody's giving stands. Eight queries beside the door's."""
    giver = request.giver
    year = tax_year(today(), settings.TAX_JURISDICTION)
    running = [pledge for pledge in theirs.pledges(giver) if pledge.status != PledgeStatus.CANCELLED]
    last = (
        theirs.gifts(giver).filter(status__in=THANKED).select_related("appeal__story", "pledge").order_by(F("day").desc(), "-pk")
    )
    newest = last.first()
    context = {
        "first_name": next((one.first_name for one in giver.supporters if one.first_name), ""),
        "last": _last(newest) if newest else None,
        "made_possible": asking.impact_of(newest) if newest else "",
        "story": _story(newest) if newest else None,
        "pledges": [_pledge(pledge) for pledge in running],
        "next": _next(running),
        "on_its_way": [words.shown(gift.total) for gift in theirs.on_its_way(giver)],
        "in_trouble": [pledge for pledge in running if pledge.status == PledgeStatus.PAST_DUE],
        "year_label": year.label(request.LANGUAGE_CODE),
        "totals": totals(giver, year),
        "statements": address("portal-statements"),
        "contact": address("portal-contact"),
    }
    return render(request, "portal/overview.html", context)


def totals(giver: Person, year: TaxYear) -> list[str]:
    """Return what was given in a tax year less what went back of it, by currency, from the ledger. One query."""
    mine = LedgerEntry.objects.kept().filter(gift__supporter__in=theirs.keys(giver), gift__given_on__range=(year.start, year.end))
    sums = mine.order_by().values("currency").annotate(sum=Sum("amount")).order_by("currency")
    return [words.shown(Money(row["sum"], row["currency"])) for row in sums]


def _last(gift: Gift) -> dict[str, Any]:
    return {"gift": gift, "amount": words.shown(gift.total), "day": words.day(gift.day)}  # type: ignore[attr-defined]  # annotated


def _story(gift: Gift) -> dict[str, Any] | None:
    """Return the story that moved the giver, or the one the appeal grows from, as far as it may ask for gifts."""
    found = asking.moving_story(gift.story_slug) if gift.story_slug else None
    own = gift.appeal.story
    return found or (asking.moving_story(own.slug) if own else None)


def _pledge(pledge: Pledge) -> dict[str, Any]:
    offered = acts.offered(pledge)
    return {"pledge": pledge, "amount": words.shown(pledge.total), "state": words.pledge_state(pledge), "acts": offered}


def _next(running: list[Pledge]) -> dict[str, Any] | None:
    """Return the gift that comes first, and how many others follow from other pledges."""
    coming = sorted((pledge for pledge in running if pledge.next_on), key=lambda pledge: str(pledge.next_on))
    if not coming:
        return None
    first = NextGift(coming[0].total, coming[0].next_on)
    return {"pledge": coming[0], "amount": words.shown(first.amount), "day": words.day(first.on), "more": len(coming) - 1}  # type: ignore[arg-type]
