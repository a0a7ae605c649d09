"""What somebody gave in a tax year, read from the ledger: many givers with a handful of questions."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Sum

from donations.calendar import charity_day, today
from donations.models import Gift, GiftAidDeclaration, LedgerEntry, Receipt
from donations.money import Money
from donations.statements.rules import RULES
from donations.tax_years import TaxYear, tax_year
from supporters.models import Supporter


@dataclass(frozen=True, slots=True)
class GivenGift:
    """One gift of the year: what was given, what is left of it after refunds and disputes, and what is said of it."""

    reference: str
    given_on: datetime.date
    whole: Money
    left: Money
    monthly: bool
    designation: str
    declared: bool
    receipt: str

    @property
    def line(self) -> list[Any]:
        """Return what a statement holds of it: once this changes, the statement holds no longer."""
        return [self.reference, self.left.minor, self.left.currency, self.declared]


@dataclass(slots=True)
class Given:
    """All that one supporter gave in one tax year; `listed` leaves out what went back whole."""

    supporter: Supporter
    year: TaxYear
    gifts: list[GivenGift] = field(default_factory=list)

    @property
    def listed(self) -> list[GivenGift]:
        """Return the gifts of which something is left."""
        return [gift for gift in self.gifts if gift.left.minor > 0]

    @property
    def lines(self) -> list[list[Any]]:
        """Return what a statement of them holds."""
        return [gift.line for gift in self.listed]

    @property
    def totals(self) -> dict[str, int]:
        """Return the minor units left, by currency."""
        return totals_of(self.lines)


def totals_of(lines: Iterable[list[Any]]) -> dict[str, int]:
    """Return the minor units of a statement's lines, by currency."""
    sums: dict[str, int] = defaultdict(int)
    for _reference, minor, currency, _declared in lines:
        sums[currency] += minor
    return dict(sorted(sums.items()))


def counted(year: TaxYear) -> Any:
    """Return the gifts whose money came in a tax year. Sandbox gifts count only where the sandbox is configured."""
    gifts = Gift.objects.received().filter(given_on__range=(year.start, year.end), supporter__isnull=False)
    return gifts if settings.SANDBOX else gifts.exclude(provider="sandbox")


def given(supporters: Collection[Supporter], year: TaxYear) -> list[Given]:
    """Return what each gave in the year, in the order of the supporters; four questions however many they are."""
    all_given = {supporter.pk: Given(supporter, year) for supporter in supporters}
    rows = list(
        counted(year)
        .filter(supporter__in=all_given)
        .order_by("given_on", "pk")
        .values("pk", "reference", "given_on", "amount", "currency", "pledge_id", "frequency", "designation", "supporter_id")
    )
    pks = [row["pk"] for row in rows]
    kept = LedgerEntry.objects.kept().filter(gift__in=pks).order_by().values_list("gift", "currency").annotate(Sum("amount"))
    left = {(gift, currency): minor for gift, currency, minor in kept}
    receipts = dict(Receipt.objects.filter(gift__in=pks, voided_at=None).values_list("gift", "number"))
    declarations: dict[int, list[GiftAidDeclaration]] = defaultdict(list)
    if RULES[year.jurisdiction].gift_aid:
        for declaration in GiftAidDeclaration.objects.filter(supporter__in=all_given):
            declarations[declaration.supporter_id].append(declaration)
    for row in rows:
        money = Money(row["amount"], row["currency"])
        mine = declarations.get(row["supporter_id"], ())
        all_given[row["supporter_id"]].gifts.append(
            GivenGift(
                reference=row["reference"],
                given_on=row["given_on"],
                whole=money,
                left=Money(left.get((row["pk"], row["currency"]), 0), row["currency"]),
                monthly=bool(row["pledge_id"]) or row["frequency"] == "monthly",
                designation=row["designation"],
                declared=any(one.covers(row["given_on"], charity_day(one.at), gift_id=row["pk"]) for one in mine),
                receipt=receipts.get(row["pk"], ""),
            )
        )
    return list(all_given.values())


def years(supporters: Iterable[Supporter]) -> dict[TaxYear, dict[str, int]]:
    """Return the tax years in which any of them gave, newest first, with the minor units left of each currency."""
    entries = LedgerEntry.objects.kept().filter(gift__supporter__in=list(supporters), gift__given_on__isnull=False)
    if not settings.SANDBOX:
        entries = entries.exclude(gift__provider="sandbox")
    found: dict[TaxYear, dict[str, int]] = {}
    for day, currency, minor in (
        entries.order_by("-gift__given_on").values_list("gift__given_on", "currency").annotate(Sum("amount"))
    ):
        sums = found.setdefault(tax_year(day, settings.TAX_JURISDICTION), {})
        sums[currency] = sums.get(currency, 0) + minor
    return found


def is_over(year: TaxYear) -> bool:
    """Return whether the year's last day is past where the charity is."""
    return year.end < today()
