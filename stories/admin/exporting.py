"""Taking the list of stories away as a file: who may, and the trace it leaves."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from public_pages import spreadsheets
from stories import exporting
from stories.models import Story

KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class Exporting(admin.ModelAdmin):
    """Offer the list as it is filtered, as a spreadsheet or as JSON."""

    def get_urls(self) -> list[URLPattern]:
        """Add an address for each kind of file."""
        view = self.admin_site.admin_view(self.export_view)
        return [
            *(path(f"export.{kind}", view, {"kind": kind}, name=f"stories_story_export_{kind}") for kind in KINDS),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
        """Stream the stories of the list as it is filtered; leaves a row in the log of who took what."""
        if not (self.has_view_permission(request) and request.user.has_perm("stories.export_story")):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:stories_story_changelist") + "?e=1")
        LogEntry.objects.create(
            user=request.user,  # type: ignore[misc]  # whoever may export has signed in
            content_type=ContentType.objects.get_for_model(Story),
            object_id=None,
            object_repr="export",
            action_flag=CHANGE,
            change_message=_("Exported the stories of: %(filters)s (%(kind)s)")
            % {"filters": request.GET.urlencode() or _("all"), "kind": kind},
        )
        return StreamingHttpResponse(
            _lines(found, kind),
            content_type=KINDS[kind],
            headers={"Content-Disposition": f'attachment; filename="stories-{timezone.now():%Y-%m-%d-%H%M}.{kind}"'},
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Offer the files to whoever may take them."""
        may_export = request.user.has_perm("stories.export_story")
        return super().changelist_view(request, {**(extra_context or {}), "may_export": may_export})


def _lines(found: Any, kind: str) -> Iterator[str]:
    return exporting.as_json(found) if kind == "json" else spreadsheets.lines(exporting.rows(found))
