"""Claims for the tax office: what may be claimed and was not yet, as HMRC's schedule spreadsheet wants it.

Columns, limits and formats: HMRC, "Schedule spreadsheet to claim back tax on Gift Aid donations"; a file has 1,000 rows at
most. Whoever lives outside the UK has an X for a postcode.
"""

import datetime
import io
import zipfile
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Sum

from donations import gift_aid
from donations.calendar import today
from donations.models import CharityDetails, ClaimedGift, Gift, GiftAidClaim, GiftAidDeclaration, LedgerEntry
from donations.money import Money
from public_pages import spreadsheets
from supporters.models import Account

ROWS = 1000  # of one spreadsheet
GROUP = 500
COLUMNS = (
    "Title", "First name or initial", "Last name", "House name or number", "Postcode", "Aggregated donations", "Sponsored event",
    "Donation date", "Amount",
)  # fmt: skip


class NothingToClaim(Exception):
    """No gift up to the day may be claimed that was not claimed before."""


def make(until: datetime.date, by: Account) -> GiftAidClaim:
    """Make a claim of every gift up to a day (included); raises NothingToClaim, ValueError for a day still to come."""
    if until > today():
        raise ValueError("a claim is made of gifts that have come")
    with transaction.atomic():
        CharityDetails.objects.select_for_update().get(pk=1)  # one claim at a time
        claim = GiftAidClaim.objects.create(until=until, by=by, taken_off=adjustment().minor)
        for standings in claimable(until):
            rows = [
                ClaimedGift(claim=claim, gift=one.gift, declaration=one.declaration, amount=one.left.minor) for one in standings
            ]
            ClaimedGift.objects.bulk_create(rows)
            claim.gifts += len(rows)
            claim.total += sum(row.amount for row in rows)
        if not claim.gifts:
            raise NothingToClaim
        claim.save(update_fields=["gifts", "total"])
    return claim


def claimable(until: datetime.date) -> Iterator[list[gift_aid.Standing]]:
    """Yield the gifts up to a day that may be claimed and were not, oldest first, in groups."""
    declared = GiftAidDeclaration.objects.exclude(last_name="").values("supporter")
    open_ones = Gift.objects.received().filter(claimed=None, currency=gift_aid.CURRENCY, supporter__in=declared)
    pks = list(open_ones.filter(given_on__lte=until).order_by("given_on", "pk").values_list("pk", flat=True))
    for start in range(0, len(pks), GROUP):
        group = Gift.objects.filter(pk__in=pks[start : start + GROUP]).order_by("given_on", "pk")
        yield [one for one in gift_aid.standings(group) if one.claimable]


def adjustment() -> Money:
    """Return what the next claim has to take off: the tax on gifts that went back after they were claimed, at 25p a pound."""
    claimed = ClaimedGift.objects.aggregate(all=Sum("amount"))["all"] or 0
    left = LedgerEntry.objects.kept().filter(gift__claimed__isnull=False).total(gift_aid.CURRENCY).minor
    before = GiftAidClaim.objects.aggregate(all=Sum("taken_off"))["all"] or 0
    due = Money(max(claimed - left, 0), gift_aid.CURRENCY).share(1, 4)
    return Money(max(due.minor - before, 0), gift_aid.CURRENCY)


def schedules(claim: GiftAidClaim) -> bytes:
    """Return the claim's spreadsheets, each of ROWS rows at most, as one ZIP of CSV files."""
    packed = io.BytesIO()
    rows = [_row(one) for one in claim.rows.select_related("gift", "declaration").order_by("gift__given_on", "pk")]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for number, start in enumerate(range(0, len(rows), ROWS), start=1):
            text = "".join(spreadsheets.lines([COLUMNS, *rows[start : start + ROWS]]))
            files.writestr(f"gift-aid-{claim.made_at:%Y-%m-%d}-{claim.pk}-{number}.csv", text)
    return packed.getvalue()


def _row(one: ClaimedGift) -> tuple[str, ...]:
    said, day = one.declaration, one.gift.given_on
    assert day is not None
    amount = Money(one.amount, gift_aid.CURRENCY).major()
    return (
        said.title[:4], said.first_name[:35], said.last_name[:35], said.house[:40], said.postcode or "X", "", "",
        f"{day:%d/%m/%y}", amount,
    )  # fmt: skip
