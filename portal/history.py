"""What somebody gave over the years: lines to read, sums by year, and the same as a spreadsheet."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Prefetch, Sum
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.utils.translation import gettext as _

from donations.models import Appeal, Gift, LedgerEntry, Receipt
from donations.models.gifts import GiftQuerySet
from donations.models.ledger import EntryKind
from donations.money import Money
from portal import theirs, words
from supporters.people import Person

A_PAGE = 50
WENT_BACK = (EntryKind.REFUND, EntryKind.DISPUTE, EntryKind.REVERSAL)


@dataclass(frozen=True)
class Asked:
    """Which gifts somebody wants to see; nothing chosen: all of them."""

    year: int | None = None
    appeal: str = ""

    @classmethod
    def of(cls, query: QueryDict, years: Iterable[int], appeals: Iterable[Appeal]) -> "Asked":
        """Return what an address asks for, as far as there is such a year and appeal."""
        year, appeal = query.get("year", ""), query.get("appeal", "")
        known = re.fullmatch("[0-9]{4}", year) and int(year) in set(years)
        return cls(int(year) if known else None, appeal if appeal in {one.slug for one in appeals} else "")

    def among(self, gifts: GiftQuerySet) -> GiftQuerySet:
        """Keep the gifts that are asked for."""
        if self.year:
            first, last = datetime.date(self.year, 1, 1), datetime.date(self.year, 12, 31)
            gifts = gifts.filter(day__range=(first, last))  # type: ignore[misc]  # annotated by theirs.gifts
        return gifts.filter(appeal__slug=self.appeal) if self.appeal else gifts

    def address(self, page: int = 1) -> str:
        """Return the query that asks for the same."""
        said = {"year": self.year, "appeal": self.appeal, "page": page if page > 1 else ""}
        return "?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class Line:
    """One gift as the list shows it."""

    gift: Gift
    given_to: str
    day: str
    amount: str
    state: words.State
    returns: list[str]
    receipt: str  # the number of the one in force, or ""
    dedication: str


@dataclass(frozen=True)
class Year:
    """The lines of a year, and what was given in all of it less what went back, by currency."""

    year: int
    totals: list[str]
    lines: list[Line]


def choices(person: Person) -> tuple[list[int], list[Appeal]]:
    """Return the years and the appeals of somebody's gifts, newest year first. Two queries."""
    gifts = theirs.gifts(person).order_by()
    years = gifts.values_list(ExtractYear("day"), flat=True).distinct()
    appeals = Appeal.objects.filter(pk__in=gifts.values("appeal")).order_by("title")
    return sorted(years, reverse=True), list(appeals)


def newest_first(gifts: GiftQuerySet) -> GiftQuerySet:
    """Return gifts with all that their lines say, in the order of the list."""
    moves = LedgerEntry.objects.filter(kind__in=WENT_BACK).order_by("day", "pk")
    in_force = Receipt.objects.filter(voided_at=None).only("number", "gift")
    return (
        gifts.select_related("appeal", "dedication")
        .prefetch_related(
            Prefetch("entries", queryset=moves, to_attr="moves"), Prefetch("receipts", queryset=in_force, to_attr="in_force")
        )
        .order_by(F("day").desc(), "-pk")
    )


def page_of(person: Person, asked: Asked, number: str) -> tuple[Page[Gift], list[Year]]:
    """Return one page of the list, and its lines under their years. Five queries."""
    found = asked.among(theirs.gifts(person))
    # Counted by itself: the list's order and its prefetched rows are of no use for that.
    paginator = Paginator(newest_first(found), A_PAGE)
    paginator.__dict__["count"] = found.order_by().aggregate(all=Count("pk"))["all"]
    page = paginator.get_page(number)
    rows = list(page.object_list)
    sums = _totals(person, asked, {gift.day.year for gift in rows})  # type: ignore[attr-defined]  # annotated by theirs.gifts
    years = [Year(year, sums.get(year, []), [line(gift) for gift in group]) for year, group in groupby(rows, _year)]
    return page, years


def _year(gift: Any) -> int:
    return gift.day.year


def _totals(person: Person, asked: Asked, years: set[int]) -> dict[int, list[str]]:
    entries = LedgerEntry.objects.kept().filter(gift__supporter__in=theirs.keys(person), gift__given_on__year__in=years)
    if asked.appeal:
        entries = entries.filter(gift__appeal__slug=asked.appeal)
    sums = entries.order_by().values(year=ExtractYear("gift__given_on"), in_currency=F("currency")).annotate(sum=Sum("amount"))
    totals: dict[int, list[str]] = {}
    for row in sums.order_by("in_currency"):
        totals.setdefault(row["year"], []).append(words.shown(Money(row["sum"], row["in_currency"])))
    return totals


def returned(gift: Gift) -> Money:
    """Return what has gone back of a gift that newest_first read."""
    moves: list[LedgerEntry] = gift.moves  # type: ignore[attr-defined]
    return Money(-sum(move.amount for move in moves), gift.currency)


def line(gift: Gift) -> Line:
    """Return a gift that newest_first read, as words."""
    in_force: list[Receipt] = gift.in_force  # type: ignore[attr-defined]
    return Line(
        gift=gift,
        given_to=words.given_to(gift.appeal),
        day=words.day(gift.day),  # type: ignore[attr-defined]
        amount=words.shown(gift.total),
        state=words.gift_state(gift, returned(gift)),
        returns=[_move(move) for move in gift.moves],  # type: ignore[attr-defined]
        receipt=in_force[0].number if in_force else "",
        dedication=words.dedication(gift),
    )


def _move(move: LedgerEntry) -> str:
    said = {"amount": words.shown(Money(abs(move.amount), move.currency)), "day": words.day(move.day)}
    match move.kind:
        case EntryKind.REFUND:
            return _("%(amount)s returned to you on %(day)s") % said
        case EntryKind.DISPUTE:
            return _("%(amount)s taken back by your bank on %(day)s") % said
        case _:
            return _("%(amount)s given back to us by your bank on %(day)s") % said


def spreadsheet(gifts: GiftQuerySet) -> Iterator[Iterable[object]]:
    """Yield the rows of the list for a spreadsheet; sums in plain figures, days as 2026-11-22."""
    yield [
        _("Date"), _("Amount"), _("Currency"), _("Returned"), _("State"), _("Monthly"), _("Given to"), _("Designation"),
        _("Dedication"), _("Receipt"), _("Reference"),
    ]  # fmt: skip
    for gift in newest_first(gifts).iterator(chunk_size=1000):
        told = line(gift)
        monthly = _("yes") if gift.pledge_id else _("no")
        yield [
            gift.day.isoformat(), gift.total.major(), gift.currency, returned(gift).major(), told.state.words, monthly,  # type: ignore[attr-defined]
            told.given_to, gift.designation, told.dedication, told.receipt, gift.reference,
        ]  # fmt: skip
