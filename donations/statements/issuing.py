"""Issuing: numbers without gaps, one statement of a year in force, void the moment its money moves, replaced once it rests.

The supporter's row is the lock: whoever issues or voids a statement of theirs takes it first. So a refund that is booked
while a statement is written is either in it, or voids it.
"""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from donations.calendar import charity_day
from donations.documents import StatementDocument, missing, printed
from donations.models import CharityDetails, Gift, LedgerEntry, Statement, StatementSeries
from donations.models.statements import NOTHING_LEFT
from donations.statements import writing
from donations.statements.reading import Given, given, is_over
from donations.tax_years import TaxYear, tax_year
from supporters.models import Supporter

# Refunds come in groups and disputes are decided late: a replacement waits until nothing has moved for so long.
QUIET = datetime.timedelta(minutes=10)
NUMBERED = {"number", "verify_code", "verify_address"}  # what a statement gets last, when nothing else is missing


class NotIssued(Exception):
    """Say why no statement was issued: the year is not over, nothing is left of it, or `lacking` names what is missing."""

    def __init__(self, reason: str, lacking: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lacking = list(lacking)


@dataclass
class Issued:
    """What became of a group of supporters: statements made, those in force already, and who lacks what."""

    made: list[Statement] = field(default_factory=list)
    kept: list[Statement] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=dict)  # supporter -> the names of donations.documents.required
    nothing: list[int] = field(default_factory=list)  # supporters whose gifts of the year all went back


def issue(supporter: Supporter, year: TaxYear) -> Statement:
    """Return the statement in force of a year that is over, issued if it is not there yet. Raises NotIssued."""
    issued = issue_all([supporter], year)
    for statement in (*issued.made, *issued.kept):
        return statement
    if supporter.pk in issued.refused:
        raise NotIssued("something required is missing", issued.refused[supporter.pk])
    raise NotIssued("nothing that was given in this year is left")


def issue_all(supporters: Collection[Supporter], year: TaxYear) -> Issued:
    """Issue the year's statements of some supporters in one transaction; raises NotIssued before the year is over."""
    if not is_over(year):
        raise NotIssued("the year is not over")
    with transaction.atomic():
        pks = sorted(supporter.pk for supporter in supporters)
        locked = list(Supporter.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))
        return _issued(locked, year)


def _issued(supporters: list[Supporter], year: TaxYear) -> Issued:
    answer, now, charity = Issued(), timezone.now(), CharityDetails.current()
    known = Statement.objects.filter(supporter__in=supporters, **_series(year))
    in_force = {statement.supporter_id: statement for statement in known.in_force()}
    answer.kept = list(in_force.values())
    to_replace = {one.supporter_id: one for one in known.filter(voided_at__isnull=False, replaced_by=None).order_by("pk")}
    ready: list[tuple[Given, StatementDocument]] = []
    for one in given([supporter for supporter in supporters if supporter.pk not in in_force], year):
        if not one.listed:
            answer.nothing.append(one.supporter.pk)
            continue
        document = writing.document(one, charity, charity_day(now), to_replace.get(one.supporter.pk))
        if gaps := [name for name in missing(document) if name not in NUMBERED]:
            answer.refused[one.supporter.pk] = gaps
        else:
            ready.append((one, document))
    # Last of all, and in this transaction: a number that is taken is used.
    first = _numbers(year, len(ready))
    made = [
        _statement(one, document, first + index, now, to_replace.get(one.supporter.pk))
        for index, (one, document) in enumerate(ready)
    ]
    answer.made = Statement.objects.bulk_create(made)
    return answer


def _statement(one: Given, document: StatementDocument, serial: int, now: datetime.datetime, old: Statement | None) -> Statement:
    series = _series(one.year)
    statement = Statement(
        **series,
        number=f"{'TEST-' if series['test'] else ''}{one.year.jurisdiction}-{one.year.name}-S{serial:06d}",
        serial=serial,
        first_day=one.year.start,
        last_day=one.year.end,
        supporter=one.supporter,
        replaces=old,
        lines=one.lines,
        totals=one.totals,
        issued_at=now,
    )
    address = settings.SITE_URL + reverse("verify-statement", args=[statement.code])
    statement.content = writing.plain(
        dataclasses.replace(
            document, number=statement.number, verify_code=statement.code, verify_address=address, test=series["test"]
        )
    )
    statement.digest = digest(statement.content)
    return statement


def _series(year: TaxYear) -> dict[str, Any]:
    return {"jurisdiction": year.jurisdiction, "year": year.start.year, "test": settings.SANDBOX}


def _numbers(year: TaxYear, count: int) -> int:
    """Take so many numbers of the year's series; return the first of them."""
    if not count:
        return 0
    series = StatementSeries.objects.filter(**_series(year))
    if not series.update(last=F("last") + count):  # the year's first
        StatementSeries.objects.get_or_create(**_series(year))
        series.update(last=F("last") + count)
    return series.values_list("last", flat=True).get() - count + 1


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a statement's content in its canonical form: JSON with sorted keys and no spaces."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def pdf(statement: Statement, duplicate: bool = False) -> bytes:
    """Return the statement as a tagged PDF; a duplicate and a voided one say so on the page. Raises NotPrintable."""
    document = writing.document_of(statement.content)
    kind = "duplicate" if duplicate and document.kind == "statement" else document.kind
    return printed(dataclasses.replace(document, kind=kind, voided=statement.voided_at is not None))


def void(gift: Gift, because: str) -> None:
    """Void the statement in force of the year of a gift whose money moved; in the transaction that books it."""
    if gift.supporter_id is None or gift.given_on is None:
        return
    year = tax_year(gift.given_on, settings.TAX_JURISDICTION)
    if is_over(year):
        _void(gift.supporter_id, year, because)


def void_changed(supporter: Supporter, because: str) -> None:
    """Void each statement of a supporter that no longer says what is so: after a declaration that reaches back."""
    with transaction.atomic():
        for statement in Statement.objects.in_force().filter(supporter=supporter, jurisdiction=settings.TAX_JURISDICTION):
            year = year_of(statement)
            (now,) = given([supporter], year)
            if now.lines != statement.lines:
                _void(supporter.pk, year, because)


def _void(supporter_id: int, year: TaxYear, because: str) -> None:
    # The lock: see the module's own words.
    Supporter.objects.select_for_update(no_key=True).filter(pk=supporter_id).values_list("pk").first()
    known = Statement.objects.filter(supporter=supporter_id, **_series(year))
    known.in_force().update(voided_at=timezone.now(), voided_because=because)
    known.filter(voided_because=NOTHING_LEFT, replaced_by=None).update(voided_because=because)


def issue_due(most: int = 200) -> list[Statement]:
    """Replace voided statements whose year's money has come to rest; return the replacements."""
    before = timezone.now() - QUIET
    due = Statement.objects.to_be_replaced().filter(voided_at__lt=before).select_related("supporter").order_by("pk")
    replaced = []
    for old in due.filter(jurisdiction=settings.TAX_JURISDICTION, test=settings.SANDBOX)[:most]:
        entries = LedgerEntry.objects.filter(
            gift__supporter=old.supporter_id, gift__given_on__range=(old.first_day, old.last_day)
        )
        if entries.filter(booked_at__gt=before).exists():
            continue
        answer = issue_all([old.supporter], year_of(old))
        replaced += answer.made
        if answer.nothing:
            Statement.objects.filter(pk=old.pk).update(voided_because=NOTHING_LEFT)
    return replaced


def year_of(statement: Statement) -> TaxYear:
    """Return the tax year a statement is about."""
    return TaxYear(statement.jurisdiction, statement.first_day, statement.last_day)
