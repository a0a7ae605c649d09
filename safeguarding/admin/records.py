"""What stays on record: looks, and takedowns with their certificates."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safeguarding.models import Look, Takedown


class OnRecord(admin.ModelAdmin):
    """Rows that nobody adds or deletes by hand."""

    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no: rows come from what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: they stay."""
        return False


@admin.register(Look)
class LookAdmin(OnRecord):
    """Who looked at what, and why. Read only: the database refuses anything else."""

    list_display = ("at", "by", "what", "about", "why")
    list_filter = ("what",)
    search_fields = ("by", "about", "why")
    date_hierarchy = "at"
    readonly_fields = ("at", "by", "what", "about", "why")
    fields = readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False


@admin.register(Takedown)
class TakedownAdmin(OnRecord):
    """Takedowns, newest first, each with a certificate to print."""

    list_display = ("title", "begun_at", "cause", "by", "proved", "copies_left")
    list_filter = ("cause",)
    search_fields = ("title",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the copies along."""
        return super().get_queryset(request).prefetch_related("copies")

    @admin.display(description=gettext_lazy("proved gone"))
    def proved(self, record: Takedown) -> str:
        """Return after how many seconds everything was proved gone."""
        return _("after %(seconds).1f s") % {"seconds": record.seconds} if record.gone_at else _("not yet")

    @admin.display(description=gettext_lazy("copies elsewhere"))
    def copies_left(self, record: Takedown) -> str:
        """Return how many copies elsewhere still are to be seen to."""
        left = sum(copy.done_at is None for copy in record.copies.all())
        return _("%(count)d to do") % {"count": left} if left else _("all seen to")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the certificate; tick off copies elsewhere."""
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_change_permission(request, record):
                raise PermissionDenied
            ticked = [
                number for number in request.POST.getlist("done") if number.isascii() and number.isdigit() and len(number) < 19
            ]
            record.copies.filter(pk__in=ticked, done_at=None).update(done_at=timezone.now(), done_by=str(request.user))
            return redirect("admin:safeguarding_takedown_change", record.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("“%(title)s” is taken down") % {"title": record.title},
            "opts": self.opts,
            "record": record,
            "lines": list(record.manifest.all()),
            "may_change": self.has_change_permission(request, record),
        }
        return render(request, "admin/safeguarding/certificate.html", context)
