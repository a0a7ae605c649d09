"""Receipts: issued with the gift, in the same transaction; void when money goes back; replaced by what names them.

A receipt's content is fixed when it is issued: its PDF is printed from it and from nothing else, the same bytes each
time. Where the charity's details or the donor's lack what the jurisdiction requires, none is issued: `lacking` says what
is missing, and `issue_due` issues it once it is there.
"""

import dataclasses
import datetime
import hashlib
import json
from typing import Any

from babel.dates import format_date
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from donations.calendar import charity_day
from donations.documents import Charity, Donor, GiftRow, ReceiptDocument, missing, printed
from donations.models import CharityDetails, Gift, GiftAidDeclaration, LedgerEntry, Receipt, ReceiptSeries
from donations.models.gifts import GiftStatus
from donations.money import Money, formatted

# Refunds come in groups and disputes are decided late: a replacement waits until nothing has moved for so long.
QUIET = datetime.timedelta(minutes=10)


def issue(gift: Gift, replaces: Receipt | None = None) -> Receipt | None:
    """Issue the receipt of a received gift, or None where something required is missing; in the caller's transaction."""
    test = gift.provider == "sandbox"
    now = timezone.now()
    document = _document(gift, replaces, now)
    if set(missing(document)) - {"number", "verify_code", "verify_address"}:
        return None
    jurisdiction, year = settings.TAX_JURISDICTION, charity_day(now).year
    receipt = Receipt(jurisdiction=jurisdiction, year=year, test=test, gift=gift, replaces=replaces, issued_at=now)
    address = settings.SITE_URL + reverse("verify-receipt", args=[receipt.code])
    receipt.content = _plain(dataclasses.replace(document, verify_code=receipt.code, verify_address=address, test=test))
    # Last of all, and in the transaction of the gift: a number that is taken is used, and all others wait for it.
    receipt.serial = _next_serial(jurisdiction, year, test)
    receipt.number = receipt.content["number"] = f"{'TEST-' if test else ''}{jurisdiction}-{year}-{receipt.serial:06d}"
    receipt.digest = digest(receipt.content)
    receipt.save(force_insert=True)
    return receipt


def _next_serial(jurisdiction: str, year: int, test: bool) -> int:
    """Return the next number of a series, whose row stays locked until the transaction ends: none is left out."""
    # One statement, made or counted on: everybody else stands still while this transaction holds the row.
    table = connection.ops.quote_name(ReceiptSeries._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (jurisdiction, year, test, last) VALUES (%s, %s, %s, 1) "  # noqa: S608  the table is ours
            f"ON CONFLICT (jurisdiction, year, test) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [jurisdiction, year, test],
        )
        return cursor.fetchone()[0]


def void(gift: Gift, because: str) -> None:
    """Void the gift's receipt in force, if there is one."""
    gift.receipts.filter(voided_at=None).update(voided_at=timezone.now(), voided_because=because)


def lacking(gift: Gift) -> list[str]:
    """Return what a gift's receipt lacks before it may be issued, in the words of donations.documents.required."""
    document = _document(gift, None, timezone.now())
    return [name for name in missing(document) if name not in {"number", "verify_code", "verify_address"}]


def issue_due(most: int = 200) -> list[Receipt]:
    """Issue what is due: receipts that waited for missing details, replacements of voided ones; return them."""
    before = timezone.now() - QUIET
    due = (
        Gift.objects.filter(status=GiftStatus.RECEIVED)
        .exclude(pk__in=Receipt.objects.filter(voided_at=None).values("gift"))
        .exclude(pk__in=LedgerEntry.objects.filter(booked_at__gt=before, gift__isnull=False).values("gift"))
    )
    issued = []
    for pk in list(due.order_by("pk").values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            gift = Gift.objects.select_for_update().get(pk=pk)
            if gift.status == GiftStatus.RECEIVED and not gift.receipts.filter(voided_at=None).exists():
                receipt = issue(gift, gift.receipts.filter(replaced_by=None).order_by("-pk").first())
                issued += [receipt] if receipt else []
    return issued


def pdf(receipt: Receipt, duplicate: bool = False) -> bytes:
    """Return the receipt as a tagged PDF; a duplicate and a voided one say so on the page. Raises NotPrintable."""
    document = document_of(receipt.content)
    kind = "duplicate" if duplicate and document.kind == "receipt" else document.kind
    return printed(dataclasses.replace(document, kind=kind, voided=receipt.voided_at is not None))


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a receipt's content in its canonical form: JSON with sorted keys and no spaces."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def document_of(content: dict[str, Any]) -> ReceiptDocument:
    """Return what a receipt printed, from its kept content."""
    return ReceiptDocument(
        **{
            **content,
            "issued": datetime.date.fromisoformat(content["issued"]),
            "charity": Charity(**{**content["charity"], "address": tuple(content["charity"]["address"])}),
            "donor": Donor(**{**content["donor"], "address": tuple(content["donor"]["address"])}),
            "gifts": tuple(GiftRow(**row) for row in content["gifts"]),
            "statements": tuple(content["statements"]),
        }
    )


def _plain(document: ReceiptDocument) -> dict[str, Any]:
    """Return the document as JSON keeps it: what was said, never how often it was asked for."""
    return json.loads(json.dumps(dataclasses.asdict(document), default=lambda day: day.isoformat()))


def _document(gift: Gift, replaces: Receipt | None, now: datetime.datetime) -> ReceiptDocument:
    assert gift.given_on is not None  # a received gift has a day
    assert gift.supporter is not None  # and a giver
    charity, supporter, day = CharityDetails.current(), gift.supporter, charity_day(now)
    left = LedgerEntry.objects.filter(gift=gift).kept().total(gift.currency) if replaces else gift.total
    with translation.override(gift.language):
        amount = formatted(left, gift.language)
        return ReceiptDocument(
            language=gift.language,
            jurisdiction=settings.TAX_JURISDICTION,
            number="",
            kind="replacement" if replaces else "receipt",
            replaces=replaces.number if replaces else "",
            charity=Charity(
                name=charity.name,
                address=tuple(charity.address.splitlines()),
                registration=charity.registration,
                signatory=charity.signatory,
                signatory_role=charity.signatory_role,
            ),
            donor=Donor(name=supporter.name, address=tuple(supporter.address.get("lines", ()))),
            gifts=(GiftRow(received=_long(gift.given_on, gift.language), description=_description(gift, left), amount=amount),),
            total=amount,
            eligible=amount,
            issued=day,
            issued_on=_long(day, gift.language),
            place_of_issue=charity.place_of_issue,
            statements=tuple(_statements(gift)),
            verify_address="",
            verify_code="",
        )


def _long(day: datetime.date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=language.replace("-", "_"))


def _description(gift: Gift, left: Money) -> str:
    words = _("Monthly gift") if gift.pledge_id or gift.frequency == "monthly" else _("Gift")
    if gift.designation:
        words = f"{words}: {gift.designation}"
    if left != gift.total:
        words += ". " + _("Of %(whole)s given, the rest was returned.") % {"whole": formatted(gift.total, gift.language)}
    return words


def _statements(gift: Gift) -> list[str]:
    """Return the sentences that the jurisdiction's rules ask for (money.md, "Dates and tax years")."""
    match settings.TAX_JURISDICTION:
        case "GB":
            assert gift.given_on is not None
            said = GiftAidDeclaration.objects.filter(supporter=gift.supporter_id)
            declared = any(one.covers(gift.given_on, charity_day(one.at), gift.pk) for one in said)
            return [_("Gift Aid applies to this gift.") if declared else _("Gift Aid has not been claimed on this gift.")]
        case "US":
            return ["No goods or services were provided in exchange for this gift."]
        case "CA":
            return ["Official receipt for income tax purposes.", "Canada Revenue Agency: canada.ca/charities-giving"]
        case "AU":
            return ["This receipt is for a gift."]
        case _:
            return [_("This receipt is for a gift.")]
