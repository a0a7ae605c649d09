"""What the pages of giving share: looking without touching, finding by what staff have in hand, a trace of each act."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from donations.calendar import charity_day, start_of_day, today
from donations.models import Gift, Pledge, Receipt
from donations.money import Money, formatted
from supporters.lists import QuickList
from supporters.models import Supporter
from supporters.searching import ids_matching

_NAME_OF_OURS_OR_THEIRS = re.compile(r"[A-Za-z0-9_-]{1,160}")
_PROVIDERS = ("stripe", "sandbox", "offline")
MOST_GIFTS = 1000  # gifts of one search through another list


def shown(money: Money) -> str:
    """Return a sum as the reader's language writes it."""
    return formatted(money, get_language() or "en")


def link_to(row: Any, text: str = "") -> SafeString | str:
    """Return a link to a row's page in the admin, or a dash."""
    if row is None:
        return "–"
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, text or str(row))


def pretty(data: Any) -> SafeString:
    """Return JSON as people read it."""
    return format_html('<pre class="payload">{}</pre>', json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False))


def may(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied for those without a permission of giving."""
    if not request.user.has_perm(f"donations.{permission}"):
        raise PermissionDenied


class LookOnly(admin.options.BaseModelAdmin):
    """Rows that are shown and never typed into, added or deleted."""

    empty_value_display = "–"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False


class LookOnlyInline(LookOnly, admin.TabularInline):
    """Rows of a row, shown below it."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False
    template = "admin/donations/looked_at.html"


class GivingAdmin(LookOnly, QuickList):
    """A list and a page that look and do not touch; what may be done is done by verbs with a reason."""

    list_per_page = 50

    def row(self, request: HttpRequest, object_id: Any) -> Any:
        """Return a row that the person may see, for a page about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=object_id)

    def page(self, request: HttpRequest, title: Any, **context: Any) -> dict[str, Any]:
        """Return what a page of our own needs to look like the others."""
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "media": self.media, **context}


class ByTime(SimpleListFilter):
    """Years, then months, then days: each a range of an index, never a truncation of the whole table."""

    title = _("when")
    parameter_name = "when"
    field = "created_at"
    _WHEN = re.compile(r"(?P<year>[12][0-9]{3})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>[0-3][0-9]))?)?")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the years there are rows of, newest first."""
        first = model_admin.model._base_manager.order_by(self.field).values_list(self.field, flat=True).first()
        oldest = self._day_of(first).year if first else today().year
        return [(str(year), str(year)) for year in range(max(today().year, oldest), oldest - 1, -1)]

    def has_output(self) -> bool:
        """Say yes, so that the range in the address counts."""
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return the way back and the parts of what is chosen."""
        value = self.value() or ""
        yield self._choice(changelist, "", str(_("Any time")), not value)
        year, month, day = (*value.split("-"), "", "", "")[:3]
        for number, label in self.lookup_choices:
            yield self._choice(changelist, number, str(label), value == number)
            if number != year:
                continue
            for each in range(12, 0, -1):
                if f"{year}-{each:02d}" <= f"{today():%Y-%m}":
                    yield self._choice(changelist, f"{year}-{each:02d}", f"— {MONTHS[each]}", f"{each:02d}" == month and not day)
            if day:
                yield self._choice(changelist, value, f"— {value}", selected=True)

    def _choice(self, changelist: Any, value: str, label: str, selected: bool) -> dict[str, Any]:
        address = changelist.get_query_string({self.parameter_name: value or None}, ["p"])
        return {"selected": selected, "query_string": address, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen year, month or day where the charity is."""
        if not self.value():
            return queryset
        first, after = self.bounds(str(self.value()))
        return queryset.filter(**{f"{self.field}__gte": self._bound(first), f"{self.field}__lt": self._bound(after)})

    def bounds(self, value: str) -> tuple[datetime.date, datetime.date]:
        """Return the first day and the day after the last; raises IncorrectLookupParameters."""
        match = self._WHEN.fullmatch(value)
        if match is None:
            raise IncorrectLookupParameters
        year, month, day = int(match["year"]), int(match["month"] or 0), int(match["day"] or 0)
        try:
            first = datetime.date(year, month or 1, day or 1)
        except ValueError as error:
            raise IncorrectLookupParameters from error
        if day:
            return first, first + datetime.timedelta(days=1)
        if month:
            return first, (first + datetime.timedelta(days=32)).replace(day=1)
        return first, datetime.date(year + 1, 1, 1)

    def _bound(self, day: datetime.date) -> Any:
        return start_of_day(day)

    def _day_of(self, at: Any) -> datetime.date:
        return charity_day(at)


def by_time(of: str) -> type[ByTime]:
    """Return the filter for another field of instants."""
    return type("ByTime", (ByTime,), {"field": of})


class ByProvider(SimpleListFilter):
    """Rows by provider: the three there can be, since asking which there are reads the whole table."""

    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the providers."""
        return [(name, name) for name in _PROVIDERS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of one."""
        return queryset.filter(provider=self.value()) if self.value() else queryset


# --- finding ----------------------------------------------------------------------------------------
def gifts_of(term: str) -> Q:
    """Return the condition for gifts that a term finds: our reference, a receipt's number, the provider's names, a giver."""
    term = term.strip()
    if _NAME_OF_OURS_OR_THEIRS.fullmatch(term):
        named = Gift.objects.order_by()
        theirs = Q(provider__in=_PROVIDERS)
        found = named.filter(reference=term).values_list("pk", flat=True).union(
            named.filter(payment=term).values_list("pk", flat=True),
            named.filter(theirs, ~Q(bill=""), bill=term).values_list("pk", flat=True),
            named.filter(theirs, ~Q(checkout=""), checkout=term).values_list("pk", flat=True),
            Receipt.objects.order_by().filter(number=term.upper()).values_list("gift_id", flat=True),
        )  # fmt: skip
        if ids := list(found):
            return Q(pk__in=ids)
        if pledge := pledge_named(term):
            return Q(pledge=pledge)
    return Q(supporter__in=ids_matching(term))


def pledge_named(term: str) -> Pledge | None:
    """Return the pledge of our reference or of the provider's name."""
    return Pledge.objects.filter(Q(reference=term) | Q(provider__in=_PROVIDERS, name_there=term)).order_by().first()


def gift_ids(term: str) -> list[int]:
    """Return the keys of the gifts a term finds, newest first, at most MOST_GIFTS."""
    return list(Gift.objects.filter(gifts_of(term)).order_by("-pk").values_list("pk", flat=True)[:MOST_GIFTS])


class FoundByGift(QuickList):
    """A list of rows that belong to gifts, found as the gifts are."""

    search_fields = ("gift__reference",)
    search_help_text = _("A reference, the provider's name of the payment, or the beginning of a name or e-mail address.")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the rows of the gifts found."""
        return (queryset.filter(gift__in=gift_ids(search_term)) if search_term.strip() else queryset), False


def giver(supporter: Supporter | None) -> SafeString | str:
    """Return a giver as a link."""
    return link_to(supporter)
