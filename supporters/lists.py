"""Lists of the admin that stay quick among millions of rows: no counting, no sorting without an index, whole pages read ahead.

Stock change lists count what they found (twice), sort by any column that is clicked, and search by icontains over joins:
each reads the whole table. These read one page and one row more.
"""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import HttpRequest

MOST_PAGES = 100  # further back one goes by the month: an offset of millions reads them all


class UncountedPage(Page):
    """A page that knows whether another follows, because one more row was asked for."""

    def __init__(self, rows: Sequence[Any], number: int, paginator: "Uncounted", more: bool) -> None:
        super().__init__(rows, number, paginator)
        self.more = more

    def has_next(self) -> bool:
        """Return whether there is another page."""
        return self.more and self.number < MOST_PAGES


class Uncounted(Paginator):
    """Pages without a count. `count` and `num_pages` must not be asked for: they would read the whole table."""

    def validate_number(self, number: Any) -> int:
        """Return the page's number; raises PageNotAnInteger or EmptyPage."""
        try:
            number = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger("a page has a number") from None
        if not 1 <= number <= MOST_PAGES:
            raise EmptyPage(f"pages go from 1 to {MOST_PAGES}")
        return number

    def page(self, number: Any) -> UncountedPage:
        """Return a page, read with one row more."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        return UncountedPage(rows[: self.per_page], number, self, more=len(rows) > self.per_page)

    def get_elided_page_range(self, number: Any = 1, *, on_each_side: int = 3, on_ends: int = 2) -> Iterator[str | int]:
        """Return no numbers: the list's template offers newer and older."""
        return iter(())


class UncountedList(ChangeList):
    """A change list of one page: ordered as the model's admin says and not otherwise."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the one ordering, which has an index; `?o=` is not listened to."""
        return list(self.model_admin.get_ordering(request))

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page."""
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        try:
            page = self.paginator.page(self.page_num)
        except (EmptyPage, PageNotAnInteger):
            raise IncorrectLookupParameters from None
        self.result_list = page.object_list
        self.result_count, self.full_result_count = len(page.object_list), None
        self.show_full_result_count, self.show_admin_actions = False, True
        self.can_show_all, self.multi_page = False, page.has_other_pages()
        self.newer = self.get_query_string({"p": page.number - 1}) if page.has_previous() else ""
        self.older = self.get_query_string({"p": page.number + 1}) if page.has_next() else ""
        self.ends_here = page.more and not page.has_next()
        self.first = (page.number - 1) * self.list_per_page + 1
        self.last = self.first + self.result_count - 1


class QuickList(admin.ModelAdmin):
    """An admin whose list and whose choosing by typing never count and never scan."""

    paginator = Uncounted
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    actions: Any = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that does not count."""
        return UncountedList
