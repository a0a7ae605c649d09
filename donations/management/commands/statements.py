"""`manage.py statements --year 2026`: every statement of a tax year."""

import datetime
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from donations.documents import missing
from donations.models import CharityDetails
from donations.statements import batch, writing
from donations.statements.issuing import NotIssued
from donations.statements.reading import Given, is_over
from donations.tax_years import FIRST_DAYS, TaxYear, tax_year
from supporters.models import Supporter

BREADTH = 30


class Command(BaseCommand):
    """Issue and print the statements of a tax year; run again, it goes on where it was stopped."""

    help = "Issue every statement of the tax year that begins in --year. What is there already is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the year, and offer a folder for the PDFs."""
        parser.add_argument("--year", type=int, required=True, help="The year in which the tax year begins, such as 2026.")
        parser.add_argument(
            "--to", type=Path, help="A folder for the PDFs, made if it is missing. Without it they are tried only."
        )

    def handle(self, *, year: int, to: Path | None, **options: Any) -> None:
        """Run the batch and say what it came to."""
        named = _year(year)
        if not is_over(named):
            raise CommandError(f"The tax year {named.name} ends on {named.end}: its statements can be written from then on.")
        if gaps := _charity_lacks(named):
            raise CommandError(f"The charity's details lack {', '.join(gaps)}: Finance keeps them in the admin.")
        if to:
            to.mkdir(parents=True, exist_ok=True)
        shown = _Bar(self)
        try:
            figures = batch.run(named, to, shown.show)
        except NotIssued as error:
            raise CommandError(error.reason) from None
        shown.end()
        self.stdout.write(
            f"{named.name}: {figures.made} made, {figures.kept} kept, {figures.refused} refused, {figures.nothing} with nothing "
            f"left, {figures.printed} printed, in {figures.seconds:.1f} s ({figures.rate:.0f} a second)"
        )
        for name, count in figures.lacking.most_common():
            self.stdout.write(f"  {count} lack {name}")
        for number, reason in figures.unprintable.items():
            self.stdout.write(f"  {number} cannot be printed: {reason}")


class _Bar:
    """A bar that is drawn over itself on a terminal, and elsewhere says a line each tenth."""

    def __init__(self, command: BaseCommand) -> None:
        self.err, self.drawn, self.tenth = command.stderr, bool(getattr(sys.stderr, "isatty", bool)()), 0

    def show(self, figures: batch.Figures) -> None:
        """Show how far the run has got."""
        share = min(1.0, figures.done / figures.of) if figures.of else 1.0
        left = (figures.of - figures.done) / figures.rate if figures.rate else 0
        words = f"{figures.done} of {figures.of}, {figures.rate:.0f} a second, {max(left, 0):.0f} s left"
        if self.drawn:
            full = int(share * BREADTH)
            self.err.write(f"\r[{'#' * full}{'.' * (BREADTH - full)}] {share:4.0%} {words}   ", ending="")
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.err.write(f"{share:.0%}: {words}")

    def end(self) -> None:
        """Leave the bar's line."""
        if self.drawn:
            self.err.write("")


def _year(year: int) -> TaxYear:
    if not 1990 <= year <= 2200:
        raise CommandError(f"No tax year begins in {year}.")
    month, day = FIRST_DAYS[settings.TAX_JURISDICTION]
    return tax_year(datetime.date(year, month, day), settings.TAX_JURISDICTION)


def _charity_lacks(year: TaxYear) -> list[str]:
    """Return what the charity's own details lack: then nobody's statement could be written."""
    document = writing.document(Given(Supporter(), year), CharityDetails.current(), year.end)
    return [name for name in missing(document) if name.startswith("charity.") or name == "place_of_issue"]
