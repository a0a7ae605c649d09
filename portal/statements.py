"""Tax statements: the years somebody gave in, and the statement of each once it is over, to read and to keep as a PDF."""

import datetime
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from donations.documents import NotPrintable
from donations.models import Statement
from donations.money import Money
from donations.statements import issuing, reading, writing
from donations.statements.issuing import NotIssued
from donations.tax_years import TaxYear
from donations.views import SeeOther
from portal import door, theirs
from portal.door import GiverRequest
from portal.templatetags.portal_pages import address

logger = logging.getLogger(__name__)

# What a giver can mend themselves, and where; all else that may be missing is the charity's.
THEIRS = {
    "donor.name": gettext_lazy("your name"),
    "donor.address": gettext_lazy("your postal address"),
}


@dataclass(frozen=True)
class YearOfGiving:
    """One tax year of somebody's: its days in words, what is left of what they gave, its statements, what can be done."""

    year: TaxYear
    days: str
    sums: list[str]
    statements: list[Statement]

    @property
    def start(self) -> int:
        """Return the year in which it begins: how the form names it."""
        return self.year.start.year

    @property
    def over(self) -> bool:
        """Return whether its statement can be written."""
        return reading.is_over(self.year)

    @property
    def opens(self) -> datetime.date:
        """Return the first day on which it can be."""
        return self.year.end + datetime.timedelta(days=1)

    @property
    def in_force(self) -> list[Statement]:
        """Return the statements that hold."""
        return [statement for statement in self.statements if statement.voided_at is None]

    @property
    def changed(self) -> list[Statement]:
        """Return the statements that hold no longer and have no replacement yet."""
        return [statement for statement in self.statements if statement.voided_at and not hasattr(statement, "replaced_by")]

    @property
    def may_write(self) -> bool:
        """Return whether there is something to be written."""
        return self.over and bool(self.sums) and (bool(self.changed) or not self.in_force)


@door.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def statements(request: GiverRequest) -> HttpResponse:
    """List the tax years; by POST write the statement of one: 422 with what is missing for it."""
    if request.method == "POST":
        return _write(request)
    return _list(request)


def _list(request: GiverRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show the years. Two queries beside the door's."""
    return render(request, "portal/statements.html", {"years": _years(request), **more}, status=status)


def _years(request: GiverRequest) -> list[YearOfGiving]:
    language = request.giver.language
    known = Statement.objects.filter(supporter__in=theirs.keys(request.giver), jurisdiction=settings.TAX_JURISDICTION)
    by_year: dict[int, list[Statement]] = {}
    for statement in known.select_related("replaced_by").defer("content", "lines").order_by("-pk"):
        by_year.setdefault(statement.year, []).append(statement)
    return [
        YearOfGiving(
            year,
            year.label(language),
            [writing.exact(Money(minor, currency), language) for currency, minor in sorted(sums.items()) if minor > 0],
            by_year.get(year.start.year, []),
        )
        for year, sums in reading.years(request.giver.supporters).items()
    ]


def _write(request: GiverRequest) -> HttpResponse:
    given = {str(year.start.year): year for year in reading.years(request.giver.supporters)}
    year = given.get(request.POST.get("year", ""))
    if year is None:
        raise Http404
    try:
        issued = issuing.issue_all(request.giver.supporters, year)
    except NotIssued:  # its last day is not past: the page has no button for it
        return _list(request, status=422)
    if lacking := sorted({name for names in issued.refused.values() for name in names}):
        ours = [name for name in lacking if name not in THEIRS]
        if ours:
            logger.error("Statements of %s cannot be written: the charity's details lack %s", year.name, ", ".join(ours))
        asked = [THEIRS[name] for name in lacking if name in THEIRS]
        return _list(request, status=422, refused=year.label(request.giver.language), asked=asked, ours=ours, contact=_contact())
    found = [*issued.made, *issued.kept]
    if len(found) == 1:
        return SeeOther(reverse("portal-statement", args=[found[0].reference]))
    if not found:
        messages.info(request, _("Everything you gave in that year went back to you, so there is nothing to state."))
    return SeeOther(reverse("portal-statements"))


def _contact() -> str:
    return address("portal-contact")


def _theirs(request: GiverRequest, reference: str) -> Statement:
    found = Statement.objects.filter(supporter__in=theirs.keys(request.giver)).select_related("replaces", "replaced_by")
    return get_object_or_404(found, reference=reference)


@door.signed_in
@require_safe
def statement(request: GiverRequest, reference: str) -> HttpResponse:
    """Show a statement as it was issued, and whether it still holds. One query beside the door's."""
    return _page(request, _theirs(request, reference))


def _page(request: GiverRequest, found: Statement, *, status: int = 200, trouble: str = "") -> HttpResponse:
    context = {
        "statement": found,
        "document": writing.document_of(found.content),
        "replaced_by": getattr(found, "replaced_by", None),
        "trouble": trouble,
    }
    return render(request, "portal/statement.html", context, status=status)


@door.signed_in
@require_safe
def pdf(request: GiverRequest, reference: str) -> HttpResponse:
    """Give the PDF; 503 while it cannot be printed."""
    found = _theirs(request, reference)
    try:
        body = issuing.pdf(found)
    except NotPrintable as fault:
        logger.error("Statement %s cannot be printed, its giver asks for it: %s", found.number, fault)
        return _page(request, found, status=503, trouble=_("It cannot be printed just now; we have been told. It is all here."))
    name = f'attachment; filename="{found.number}.pdf"'
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": name})
