"""All statements of a year, a group of supporters at a time: each group is a transaction, so a run that is killed goes on."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from donations.documents import NotPrintable
from donations.models import Statement
from donations.statements.issuing import Issued, NotIssued, issue_all, pdf
from donations.statements.reading import counted, is_over
from donations.tax_years import TaxYear
from supporters.models import Supporter

GROUP = 50  # supporters a transaction: numbers are waited for no longer than such a group takes


@dataclass
class Figures:
    """What a run came to. `lacking` counts supporters by what they lack, `unprintable` names numbers and reasons."""

    of: int
    made: int = 0
    kept: int = 0
    refused: int = 0
    nothing: int = 0
    printed: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    unprintable: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Return how many supporters were gone through."""
        return self.made + self.kept + self.refused + self.nothing

    @property
    def rate(self) -> float:
        """Return how many supporters a second."""
        return self.done / self.seconds if self.seconds else 0.0


def run(year: TaxYear, folder: Path | None = None, progress: Callable[[Figures], None] = lambda figures: None) -> Figures:
    """Issue and print every statement of a year that is over; raises NotIssued before.

    Those in force already are kept, so a run that was killed is ended by the next. Into `folder`, if there is one, each is
    printed that is not there yet. Memory does not grow with the number of supporters.
    """
    if not is_over(year):
        raise NotIssued("the year is not over")
    figures, began = Figures(of=counted(year).order_by().values("supporter").distinct().count()), time.monotonic()
    for supporters in _groups(year):
        issued = issue_all(supporters, year)
        _count(figures, issued)
        # Outside the transaction: printing takes ten times as long as issuing, and nobody need wait for it.
        for statement in [*issued.made, *(issued.kept if folder else [])]:
            _print(statement, folder, figures)
        figures.seconds = time.monotonic() - began
        progress(figures)
    return figures


def _groups(year: TaxYear) -> Iterator[list[Supporter]]:
    last = 0
    while True:
        found = counted(year).filter(supporter__gt=last).order_by("supporter").values_list("supporter", flat=True).distinct()
        pks = list(found[:GROUP])
        if not pks:
            return
        yield list(Supporter.objects.filter(pk__in=pks).order_by("pk"))
        last = pks[-1]


def _count(figures: Figures, issued: Issued) -> None:
    figures.made += len(issued.made)
    figures.kept += len(issued.kept)
    figures.refused += len(issued.refused)
    figures.nothing += len(issued.nothing)
    for gaps in issued.refused.values():
        figures.lacking.update(gaps)


def _print(statement: Statement, folder: Path | None, figures: Figures) -> None:
    path = folder / f"{statement.number}.pdf" if folder else None
    if path and path.exists():
        return
    try:
        body = pdf(statement)
    except NotPrintable as error:
        figures.unprintable[statement.number] = error.reason
        return
    figures.printed += 1
    if path:
        half = path.with_suffix(".part")  # whole or not at all: a run that is killed leaves no half file behind a whole name
        half.write_bytes(body)
        half.replace(path)
