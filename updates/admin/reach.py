"""Addresses that get no mailing, and what the mail provider said."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from supporters.lists import QuickList
from supporters.prefixes import begins
from updates.models import DoNotMail, Report


class _LookedAt(QuickList):
    """Rows that are shown, found by the beginning of an address, and never typed into."""

    search_fields = ("email",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Keep the addresses that begin as typed."""
        term = search_term.strip().lower()
        return (queryset.filter(begins("email", term)) if term else queryset), False


@admin.register(DoNotMail)
class DoNotMailAdmin(_LookedAt):
    """Addresses without mail. Deleting one lets mailings reach it again; the log keeps who did."""

    list_display = ("email", "why", "said", "at")
    list_filter = ("why",)
    ordering = ("-at", "-id")


@admin.register(Report)
class ReportAdmin(_LookedAt):
    """What the mail provider told."""

    list_display = ("email", "kind", "digest", "said", "at")
    list_filter = ("kind",)
    list_select_related = ("digest",)
    ordering = ("-at", "-id")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False
