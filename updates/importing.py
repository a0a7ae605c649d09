"""Bringing in a list that was kept elsewhere: all of it or nothing, with what its people agreed to, where and when.

A list never overrules a person: what it says is of the day they agreed, so that whoever stopped since stays without mail.
"""

import csv
import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils import timezone, translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from safeguarding.gate import charity_today, start_of_day
from supporters import consents
from supporters.consents import Channel
from supporters.models import Supporter, SupporterConsent
from updates.models import DoNotMail, ImportState, ListImport

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
LONGEST_CELL = 400
CHUNK = 500
OLDEST = datetime.date(1995, 1, 1)
KEPT = datetime.timedelta(days=30)  # rows that were left out, to be mended and brought again
# How columns are called in the lists of others, in small letters without spaces, dashes and underscores.
COLUMNS = {
    "email": ("email", "emailaddress", "mail", "correo", "correoelectrónico"),
    "first_name": ("firstname", "forename", "givenname", "name", "nombre"),
    "last_name": ("lastname", "surname", "familyname", "apellido", "apellidos"),
    "consent_date": ("consentdate", "agreedon", "optinon", "optindate", "optintime", "signedup", "date"),
}
_valid_email = EmailValidator()


@dataclass(frozen=True)
class Row:
    """One good row."""

    email: str
    first_name: str
    last_name: str
    agreed_on: datetime.date


@dataclass
class Read:
    """What a file comes to: its people, each once, and the rows that are left out, with why."""

    rows: dict[str, Row] = field(default_factory=dict)
    bad: list[list[str]] = field(default_factory=list)
    merged: int = 0


def text_of(content: bytes) -> str:
    """Return a file's text, as spreadsheets write it. Raises ValidationError for what is no list."""
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file is too large: at most 10 MB."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise ValidationError(_("This is not a CSV file: save the list as “CSV UTF-8” and choose that file."))


def columns_of(text: str) -> dict[str, int]:
    """Return where each column stands. Raises ValidationError without one of addresses."""
    try:
        header = next(_lines(text), [])
    except csv.Error as error:  # a line without end, say
        raise ValidationError(_("The file cannot be read as CSV.")) from error
    names = ["".join(letter for letter in cell.casefold() if letter not in " -_") for cell in header]
    found = {}
    for column, known in COLUMNS.items():
        places = [names.index(name) for name in known if name in names]
        if places:
            found[column] = places[0]
    if "email" not in found:
        raise ValidationError(_("The first line must name the columns, one of them “email”."))
    return found


def _lines(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)


def read(text: str, agreed_on: datetime.date | None) -> Read:
    """Return the good and the bad rows. Raises ValidationError where the file as a whole cannot be read."""
    places, found = columns_of(text), Read()
    try:
        for number, cells in enumerate(_lines(text), start=1):
            if number == 1 or not any(cell.strip() for cell in cells):
                continue
            if number > MOST_ROWS + 1:
                raise ValidationError(_("The list is too long: at most %(most)s rows. Please split it.") % {"most": MOST_ROWS})
            _take(found, number, {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}, agreed_on)
    except csv.Error as error:
        raise ValidationError(_("The file cannot be read as CSV.")) from error
    return found


def _take(found: Read, number: int, cells: dict[str, str], agreed_on: datetime.date | None) -> None:
    why, day = "", agreed_on
    email = cells["email"].lower()
    if written := cells.get("consent_date", ""):
        day = _day(written)
    if any(len(cell) > LONGEST_CELL for cell in cells.values()):
        why = _("A cell is too long.")
    elif not _is_address(email):
        why = _("This is not an e-mail address.")
    elif day is None:
        why = _("The day they agreed is missing or cannot be read: write it like 2025-12-31.")
    elif not OLDEST <= day <= charity_today():
        why = _("Nobody can have agreed on that day.")
    if why:
        found.bad.append([str(number), why, *(cell[:LONGEST_CELL] for cell in cells.values())])
        return
    assert day is not None
    row = Row(email, _name(cells.get("first_name", "")), _name(cells.get("last_name", "")), day)
    if email in found.rows:
        found.merged += 1
        row = _one_of(found.rows[email], row)
    found.rows[email] = row


def _one_of(first: Row, second: Row) -> Row:
    """Return one row for a person named twice: the later day, and whatever names there are."""
    return Row(
        first.email,
        first.first_name or second.first_name,
        first.last_name or second.last_name,
        max(first.agreed_on, second.agreed_on),
    )


def _is_address(email: str) -> bool:
    if len(email) > 254 or not email.isascii():
        return False
    try:
        _valid_email(email)
    except ValidationError:
        return False
    return True


def _name(text: str) -> str:
    return " ".join(text.split())[:60]


def _day(text: str) -> datetime.date | None:
    """Return a day as spreadsheets write it: 2025-12-31 with or without a time, or 31/12/2025 (the day first)."""
    try:
        if parsed := parse_date(text[:10]):
            return parsed
        day, month, year = (int(part) for part in text[:10].replace(".", "/").split("/"))
        return datetime.date(year, month, day)
    except ValueError:
        return None


# --- bringing in ------------------------------------------------------------------------------------
def work_off() -> int:
    """Bring in the oldest list that waits; return how many people are new or agreed to more. Runs in the rounds."""
    waiting = ListImport.objects.filter(state=ImportState.WAITING).order_by("at").first()
    if waiting is None:
        return 0
    try:
        return bring_in(waiting)
    except ValidationError as wrong:
        refuse(waiting, " ".join(wrong.messages))
        return 0


@transaction.atomic
def bring_in(waiting: ListImport) -> int:
    """Bring in a whole list in one transaction: a process that is killed leaves nothing of it behind, and it is done again."""
    this = ListImport.objects.select_for_update().get(pk=waiting.pk)
    if this.state != ImportState.WAITING:
        return 0
    with translation.override(this.language):
        found = read(this.content, this.agreed_on)
    rows = list(found.rows.values())
    for start in range(0, len(rows), CHUNK):
        _bring_in(this, rows[start : start + CHUNK], found)
    this.state, this.content, this.done_at = ImportState.DONE, "", timezone.now()
    this.merged, this.bad, this.bad_count = found.merged, found.bad, len(found.bad)
    this.save()
    return this.added + this.known


def _bring_in(this: ListImport, rows: list[Row], found: Read) -> None:
    silent = set(DoNotMail.objects.filter(email__in=[row.email for row in rows]).values_list("email", flat=True))
    for row in rows:
        if row.email in silent:
            found.bad.append(["", _("The address takes no mail."), row.email, row.first_name, row.last_name])
    rows = [row for row in rows if row.email not in silent]
    addresses = [row.email for row in rows]
    known = set(Supporter.objects.filter(email__in=addresses).values_list("email", flat=True))
    Supporter.objects.bulk_create(
        [
            Supporter(email=row.email, first_name=row.first_name, last_name=row.last_name, language=this.language)
            for row in rows
            if row.email not in known
        ],
        ignore_conflicts=True,
    )
    people = {supporter.email: supporter for supporter in Supporter.objects.filter(email__in=addresses)}
    before = consents.standing([supporter.pk for supporter in people.values()])
    SupporterConsent.objects.bulk_create(
        [
            SupporterConsent(
                supporter=people[row.email], channel=Channel.EMAIL, purpose=topic, given=True, words=this.words,
                source=this.source, at=start_of_day(row.agreed_on),
            )
            for row in rows
            for topic in this.topics
            if topic not in before[people[row.email].pk]
        ]
    )  # fmt: skip
    after = consents.standing([supporter.pk for supporter in people.values()])
    for row in rows:
        person = people[row.email]
        if row.email not in known:
            this.added += 1
        elif after[person.pk] - before[person.pk]:
            this.known += 1
        else:
            this.unchanged += 1


def refuse(waiting: ListImport, why: str) -> None:
    """Keep on record that a list was not brought in, and why; forget the list."""
    ListImport.objects.filter(pk=waiting.pk, state=ImportState.WAITING).update(
        state=ImportState.REFUSED, reason=why[:200], content="", done_at=timezone.now()
    )


def bad_rows(this: ListImport) -> Iterator[list[Any]]:
    """Yield the rows that were left out, with why, for a file to mend."""
    yield [_("Line"), _("Why"), "email", "first_name", "last_name", "consent_date"]
    yield from this.bad


def forget() -> int:
    """Forget the rows that were left out, a while after; return of how many lists."""
    return ListImport.objects.filter(at__lt=timezone.now() - KEPT).exclude(bad=[]).update(bad=[])
