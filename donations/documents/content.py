"""What a receipt says: words already put in the reader's language and locale, and nothing that asks a database."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

KINDS = ("receipt", "statement", "duplicate", "replacement")

# Marks that turn the direction of what follows, and byte-order marks: unseen, and able to show a number backwards.
UNSEEN = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Charity:
    """Say who receives, and who signs for it; `registration` holds label and number ("EIN 12-3456789")."""

    name: str
    address: tuple[str, ...] = ()
    registration: str = ""
    signatory: str = ""
    signatory_role: str = ""


@dataclass(frozen=True, slots=True)
class Donor:
    """Say who gave."""

    name: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GiftRow:
    """Say one gift: day received, what it was for, and its amount, as words; `note` stands small beneath ("Gift Aid claimed")."""

    received: str
    description: str
    amount: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """Hold everything one receipt prints.

    `language` is a tag as browsers write it ("en", "es", "en-GB"); `jurisdiction` the country whose rules apply ("GB");
    `issued` the day of issue for the file's own date, `issued_on` the same day in words. `kind` is one of KINDS;
    `replaces` the number this receipt cancels, which a duplicate of a replacement says too. `eligible` is printed where
    the jurisdiction asks for it. `statements` are whole sentences, the law's among them.
    """

    language: str
    jurisdiction: str
    number: str
    kind: str
    charity: Charity
    donor: Donor
    gifts: tuple[GiftRow, ...]
    total: str
    issued: date
    issued_on: str
    verify_address: str
    verify_code: str
    eligible: str = ""
    place_of_issue: str = ""
    statements: tuple[str, ...] = ()
    replaces: str = ""
    voided: bool = False
    test: bool = False


@dataclass(frozen=True, slots=True)
class StatementDocument(ReceiptDocument):
    """Hold everything a statement of one tax year prints: a receipt's parts, for many gifts.

    `period` names the year's first and last day in words; `totals` holds one sum a currency, `total` all of them in a line.
    """

    period: str = ""
    totals: tuple[str, ...] = ()


def tidied(words: str) -> str:
    """Return the words composed (NFC), in one line, with single spaces and without unseen direction marks."""
    return " ".join(UNSEEN.sub("", unicodedata.normalize("NFC", words)).split())


def fields(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted name and the tidied words of every text inside a plain tree of dicts, lists and scalars."""
    if isinstance(value, str):
        yield name, tidied(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from fields(item, f"{name}.{key}" if name else key)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value, start=1):
            yield from fields(item, f"{name}[{index}]")
