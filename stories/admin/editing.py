"""What every editing page here shares: related rows chosen by typing, and scripts that carry the page's nonce."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from js_asset import Media

from stories.forms import KnownAutocomplete
from stories.models import Clip, Picture
from stories.models.pictures import Readiness

MOST_FOUND = 1000  # by a search, to be listed from their keys


class ByTyping(admin.options.BaseModelAdmin):
    """Choose related rows by typing: no list of all stories, no query for the row already chosen."""

    joined: tuple[str, ...] = ()  # relations fetched with each row
    uploaded: tuple[str, ...] = ()  # fields beside which the page takes uploads: they need no second way to add
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Give the field the widget that knows its present choice."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer beside a choice only what its writer needs: its own page, where it is described and cropped."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = field.widget.can_view_related = False
            field.widget.can_add_related &= db_field.name not in self.uploaded
        return field

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the related rows in the same query."""
        found = super().get_queryset(request)
        return found.select_related(*self.joined) if self.joined else found


class SearchedApart(admin.ModelAdmin):
    """Look for words once, in a query of its own: it reads an index of the words alone, not the long rows they stand in."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Keep the rows that hold the words; many are found as they come, so that the newest need no search for the rest."""
        if not search_term:
            return queryset, False
        found, _twice = super().get_search_results(request, self.model._default_manager.order_by(), search_term)
        keys = list(found.values_list("pk", flat=True)[: MOST_FOUND + 1])
        if len(keys) > MOST_FOUND:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(pk__in=keys), False


class NoncedMedia(admin.ModelAdmin):
    """Let the page's import map run under the Content-Security-Policy."""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Put the request's nonce on the page's scripts."""
        response: Any = super().render_change_form(request, context, *args, **kwargs)
        nonce = str(request.csp_nonce)  # type: ignore[attr-defined]  # set by the policy's middleware
        response.context_data["media"] = Media.from_media(response.context_data["media"], nonce=nonce)
        return response


def rendition_address(picture: Picture, width: int) -> str:
    """Return the address of the smallest whole rendition at least so many pixels wide, or of the largest."""
    widths = picture.renditions["full"]["widths"]
    return f"/media/p/{picture.token}/full-{next((w for w in widths if w >= width), widths[-1])}.jpg"


def thumbnail(picture: Picture | None) -> SafeString | str:
    """Return a small view of a picture, or how far its preparation is."""
    if picture is None:
        return "–"
    if not picture.renditions:
        return str(picture.get_readiness_display())
    full = picture.renditions["full"]
    return format_html(
        '<img class="thumbnail" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        rendition_address(picture, 1), full["width"], full["height"], picture.alt,
    )  # fmt: skip


def facade(clip: Clip) -> SafeString | str:
    """Return a clip as the page shows it before it plays: poster, title, who shows it; why it failed if it did."""
    if clip.readiness == Readiness.FAILED:
        return format_html('<strong class="errors">{}</strong> {}', clip.get_readiness_display(), clip.failure)
    words = clip.get_host_display() if clip.readiness == Readiness.READY else clip.get_readiness_display()
    return format_html(
        '<span class="facade">{}<span class="facade__title">{}</span><span class="facade__host">{}</span></span>',
        thumbnail(clip.poster) if clip.poster else "", clip.title, words,
    )  # fmt: skip


def linked(rows: list[Any]) -> SafeString:
    """Return the rows as links to their admin pages, one a line."""
    return format_html_join(
        SafeString("<br>"),
        '<a href="{}">{}</a>',
        ((reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]), row) for row in rows),
    )
