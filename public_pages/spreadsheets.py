"""Lists for a spreadsheet: CSV with nothing in it that a spreadsheet would run as a formula. Every room that gives one may ask."""

import csv
from collections.abc import Iterable, Iterator

_STARTS_FORMULA = "=+-@＝＋－＠﹢﹣﹦﹫−"
_CONTROLS = "\t\r\n"


def defused(cell: object) -> str:
    """Return a cell that every spreadsheet takes for text: an apostrophe stands before what would be a formula."""
    text = "" if cell is None else str(cell)
    bare = text.lstrip()
    if (text[:1] in _CONTROLS and text) or (bare[:1] and bare[0] in _STARTS_FORMULA):
        return "'" + text
    return text


class _Line:
    """A file that hands back what is written, for csv."""

    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Return the lines of a CSV file, each cell defused; the first says that it is UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([defused(cell) for cell in row])
