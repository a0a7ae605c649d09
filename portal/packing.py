"""Everything known of somebody as one ZIP: JSON for machines, CSV for spreadsheets, and every paper as a PDF.

Asked for in a session, made by the rounds, taken once by that session alone, and gone within hours.
"""

import csv
import datetime
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from donations import receipts
from donations.documents import NotPrintable
from donations.models import DataDownload, Receipt, Statement
from donations.statements import issuing
from portal.known import Whose, tables
from public_pages.spreadsheets import defused
from supporters import people
from supporters.models import Account

LASTS = datetime.timedelta(hours=1)  # for which a file waits to be taken
A_DAY = 3  # files somebody may ask for in 24 hours
LEFT_BEHIND = datetime.timedelta(minutes=15)  # a file that a killed process was making
TRIES = 3


def session_of(request: HttpRequest) -> str:
    """Return a keyed hash of a request's session."""
    return salted_hmac("portal.download", request.session.session_key or "", algorithm="sha256").hexdigest()


def ask(request: HttpRequest, account: Account, language: str) -> bool:
    """Ask for a file; False where this person has asked often enough for a day."""
    if DataDownload.objects.filter(account=account, asked_at__gt=timezone.now() - datetime.timedelta(days=1)).count() >= A_DAY:
        return False
    if current(request) is None:
        DataDownload.objects.create(account=account, session=session_of(request), language=language)
    return True


def current(request: Any) -> DataDownload | None:
    """Return the file this session asked for, while it is being made or waits to be taken."""
    mine = DataDownload.objects.filter(account=request.user, session=session_of(request), taken_at=None, tries__lt=TRIES + 1)
    alive = mine.filter(Q(ready_at=None) | Q(ready_at__gt=timezone.now() - LASTS))
    return alive.filter(Q(ready_at__isnull=False) | Q(tries__lt=TRIES)).order_by("-pk").first()


def take(download: DataDownload) -> File[bytes] | None:
    """Open a file that is ready, once: whoever comes second gets None."""
    mine = DataDownload.objects.filter(pk=download.pk, taken_at=None, ready_at__gt=timezone.now() - LASTS).exclude(file="")
    return default_storage.open(download.file) if mine.update(taken_at=timezone.now()) else None


def make_waiting(most: int = 3) -> int:
    """Make files that were asked for; return how many were."""
    made = 0
    for _number in range(most):
        download = _claimed()
        if download is None:
            break
        made += _make(download)
    return made


def _claimed() -> DataDownload | None:
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEFT_BEHIND)
    waiting = DataDownload.objects.filter(free, ready_at=None, tries__lt=TRIES)
    download = waiting.select_related("account").order_by("asked_at", "pk").first()
    if download is None:
        return None
    claim = DataDownload.objects.filter(pk=download.pk, ready_at=None, claimed_at=download.claimed_at)
    return download if claim.update(claimed_at=now, tries=F("tries") + 1) else None


def _make(download: DataDownload) -> bool:
    whose = Whose.of(download.account, people.of(download.account).supporters)
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed, translation.override(download.language):
            for name, content in contents(whose):
                packed.writestr(name, content)
        size = file.tell()
        file.seek(0)
        name = default_storage.save(f"downloads/{download.reference}.zip", File(file))
    return bool(DataDownload.objects.filter(pk=download.pk, ready_at=None).update(file=name, size=size, ready_at=timezone.now()))


def contents(whose: Whose) -> Iterator[tuple[str, str | bytes]]:
    """Yield each file of the ZIP: its name and what it holds. One table is in memory at a time."""
    yield "README.txt", _readme()
    for name, rows in tables(whose).items():
        listed = [{key: json.loads(json.dumps(value, cls=DjangoJSONEncoder)) for key, value in row.items()} for row in rows]
        yield f"json/{name}.json", json.dumps(listed, indent=1, ensure_ascii=False)
        if listed:
            yield f"csv/{name}.csv", _spreadsheet(listed)
    for receipt in Receipt.objects.filter(gift__in=whose.gifts).order_by("pk").iterator(chunk_size=100):
        yield from _paper(f"documents/receipts/{receipt.number}", lambda one=receipt: receipts.pdf(one, duplicate=True))
    for statement in Statement.objects.filter(supporter__in=whose.supporters).order_by("pk").iterator(chunk_size=100):
        yield from _paper(f"documents/statements/{statement.number}", lambda one=statement: issuing.pdf(one))


def _paper(name: str, printed: Any) -> Iterator[tuple[str, str | bytes]]:
    try:
        yield f"{name}.pdf", printed()
    except NotPrintable as error:
        yield f"{name}.txt", error.reason


def _spreadsheet(rows: list[dict[str, Any]]) -> str:
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(rows[0])
    for row in rows:
        cells = (json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else cell for cell in row.values())
        writer.writerow([defused(cell) for cell in cells])
    return file.getvalue()


def _readme() -> str:
    return "\n\n".join(
        [
            _("This is everything we know of you, as of %(day)s (UTC).") % {"day": f"{timezone.now():%Y-%m-%d %H:%M}"},
            _("json/ holds each table for machines, csv/ the same for spreadsheets, documents/ your receipts and statements."),
            _("Sums in json/ and csv/ are in the smallest unit of their currency: 2500 GBP are £25."),
        ]
    )


def forget() -> int:
    """Delete files that were taken or waited too long, and rows of last month; return how many files went."""
    now, gone = timezone.now(), 0
    over = Q(taken_at__lt=now - datetime.timedelta(minutes=10)) | Q(ready_at__lt=now - LASTS)
    for download in DataDownload.objects.filter(over).exclude(file="")[:100]:
        default_storage.delete(download.file)
        DataDownload.objects.filter(pk=download.pk).update(file="")
        gone += 1
    DataDownload.objects.filter(file="", asked_at__lt=now - datetime.timedelta(days=30)).delete()
    return gone
