"""Places and themes."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django_countries import countries

from stories import curation
from stories.forms import ThemeForm
from stories.models import Place, Theme


class NamesShown(admin.ModelAdmin):
    """Rows whose names readers see in lists and filters."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and let readers see the new name."""
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            curation.renamed()


@admin.register(Place)
class PlaceAdmin(NamesShown):
    """Countries and regions, never closer."""

    list_display = ("name", "slug")
    search_fields = ("region", "slug")
    prepopulated_fields = {"slug": ("country", "region")}

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find places by the country's name too."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        term = search_term.strip().casefold()
        if term and (codes := [code for code, name in countries if term in name.casefold()]):
            found = queryset.filter(Q(country__in=codes) | Q(pk__in=found.values("pk")))
        return found, duplicates


@admin.register(Theme)
class ThemeAdmin(NamesShown):
    """What stories are about."""

    form = ThemeForm
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
