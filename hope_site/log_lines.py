"""Log lines: which fault, where and how often, and nothing of the people who were there.

They go to machines and companies that see no donor otherwise. Addresses, links that open something, and the rows that a
database quotes in its refusals are taken out. Error reports have a module of their own: hope_site.error_reports.
"""

import logging
import re

ADDRESS = re.compile(r"[^\s<>\"'()\[\],;=/\\]+@[^\s<>\"'()\[\],;=/\\]+\.[A-Za-z0-9-]{2,}")
# PostgreSQL quotes the refused row or key in its DETAIL, over several lines where the row has some.
QUOTED = re.compile(r"(DETAIL: ).*?(?=^(?:HINT|CONTEXT|Traceback|The above|During)|\Z)", re.MULTILINE | re.DOTALL)
# Whoever has one of these addresses may do what it is for.
OPENS = re.compile(
    r"(/(?:preview|portal/links/[\w-]+|portal/sign-in/link|updates/(?:confirm|preferences|unsubscribe)|account/password/reset/key)/)[^\s?'\"]+"
)


def without_people(words: str) -> str:
    """Return the words with addresses, quoted rows and links that open something left out."""
    return OPENS.sub(r"\1[link]", ADDRESS.sub("[address]", QUOTED.sub(r"\1[left out]\n", words)))


class Line(logging.Formatter):
    """A log line, its traceback too, without people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return without_people(super().format(record))
