"""What waits for somebody, on the admin's first page: {% load giving_desk %}{% desk_today %}."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from donations import reconciliation
from donations.models import ProviderNotice, ReconciliationRun, RefundRequest

register = template.Library()

MOST = 100  # nobody needs to know whether it is 5,000 or 6,000


@dataclass(frozen=True)
class Line:
    """One line: its words, where it leads, whether it is bad news."""

    words: str
    address: str = ""
    trouble: bool = False


@register.inclusion_tag("admin/donations/today.html", takes_context=True)
def desk_today(context: Context) -> dict[str, list[Line]]:
    """Return the lines for those who keep the books; nothing for the others."""
    user: Any = context["request"].user
    if not user.has_perm("donations.view_reconciliationrun"):
        return {"lines": []}
    return {"lines": [*_held(), *_refunds(), *_door(), *_books()]}


def _held() -> list[Line]:
    held = ProviderNotice.objects.troubling()[:MOST].count()
    words = ngettext("%(count)s notice needs a look", "%(count)s notices need a look", held) % {"count": _most(held)}
    return [Line(words, reverse("admin:donations_providernotice_changelist") + "?state=look", trouble=True)] if held else []


def _refunds() -> list[Line]:
    waiting = RefundRequest.objects.waiting()[:MOST].count()
    words = ngettext(
        "%(count)s refund waits for a second person", "%(count)s refunds wait for a second person", waiting
    ) % {"count": _most(waiting)}  # fmt: skip
    return [Line(words, reverse("admin:donations_refundrequest_changelist") + "?state__exact=asked")] if waiting else []


def _door() -> list[Line]:
    quiet = reconciliation.silent_door()
    if quiet is None:
        return []
    hours = int(quiet.total_seconds() // 3600)
    return [Line(_("Gifts begin, but no notice has come for %(hours)d hours") % {"hours": hours}, trouble=True)]


def _books() -> list[Line]:
    last = ReconciliationRun.objects.order_by("-day", "-id").first()
    address = reverse("admin:donations_reconciliationrun_changelist")
    if last is None:
        return [Line(_("The books have not been compared yet"), address)]
    day, differing = date_format(last.day, "DATE_FORMAT"), len(last.differences)
    if not differing:
        return [Line(_("The books of %(day)s agree") % {"day": day}, address)]
    words = ngettext("%(count)d line of %(day)s differs", "%(count)d lines of %(day)s differ", differing)
    iso = last.day.isoformat()
    return [Line(words % {"count": differing, "day": day}, f"{address}?first={iso}&last={iso}", trouble=True)]


def _most(count: int) -> str:
    return f"{count}+" if count >= MOST else str(count)
