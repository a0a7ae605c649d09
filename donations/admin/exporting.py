"""The list of gifts as a spreadsheet: streamed, without a query a row, and with nothing in it that a spreadsheet would run."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from donations.admin.looking import may
from donations.models import Gift, LedgerEntry
from donations.money import Money
from public_pages.spreadsheets import lines


def gifts(model_admin: Any, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Stream the gifts of the list as it is filtered; leaves a row in the log of who took what."""
    may(request, "export_gift")
    try:
        found = model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        return HttpResponseRedirect(reverse("admin:donations_gift_changelist") + "?e=1")
    LogEntry.objects.create(
        user=request.user,  # type: ignore[misc]  # whoever may export has signed in
        content_type=ContentType.objects.get_for_model(Gift),
        object_id=None,
        object_repr="export"[:200],
        action_flag=CHANGE,
        change_message=_("Exported the gifts of: %(filters)s") % {"filters": request.GET.urlencode() or _("all")},
    )
    name = f"gifts-{timezone.now():%Y-%m-%d-%H%M}.csv"
    return StreamingHttpResponse(
        lines(_rows(found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_COLUMNS = {
    "reference": "Reference",
    "created_at": "Begun (UTC)",
    "given_on": "Gift date",
    "posted_on": "Posted on",
    "status": "Status",
    "frequency": "Frequency",
    "amount": "Amount",
    "currency": "Currency",
    "kept": "Still with us",
    "appeal__title": "Appeal",
    "designation": "Designation",
    "supporter__first_name": "First name",
    "supporter__last_name": "Last name",
    "supporter__email": "E-mail",
    "anonymous": "Anonymous",
    "provider": "Provider",
    "method": "Paid by",
    "payment": "Provider's payment",
}


def _rows(found: Any) -> Iterator[Iterable[object]]:
    yield _COLUMNS.values()
    kept = (
        LedgerEntry.objects.kept().filter(gift=OuterRef("pk")).order_by().values("gift").annotate(all=Sum("amount")).values("all")
    )
    rows = found.select_related(None).annotate(kept=Subquery(kept)).values(*_COLUMNS)
    for row in rows.iterator(chunk_size=1000):
        currency = row["currency"]
        told = {
            **row,
            "amount": Money(row["amount"], currency).major(),
            "kept": Money(row["kept"], currency).major() if row["kept"] is not None else "",
            "created_at": row["created_at"].astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S"),
        }
        yield [told[name] for name in _COLUMNS]
