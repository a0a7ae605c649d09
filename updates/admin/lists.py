"""Lists of readers: brought in with what their people agreed to, taken out by those who may."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from public_pages import spreadsheets
from safeguarding.gate import charity_today
from supporters import consents
from supporters.consents import Channel, Topic
from supporters.models import Supporter, SupporterConsent
from updates import importing
from updates.models import ListImport

CHUNK = 1000


class ImportForm(forms.ModelForm):
    """A file, and what is known of its people's consent."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV. The first line names the columns: email, and where there are any first_name, last_name, consent_date."
        ),
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("What they agreed to get"), choices=Topic.choices, widget=forms.CheckboxSelectMultiple
    )

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = ListImport
        fields = ("source", "words", "agreed_on", "topics", "language")
        widgets = {"words": forms.Textarea({"rows": 3, "cols": 60})}

    def clean_file(self) -> Any:
        """Read the file; raises for what is no list."""
        file = self.cleaned_data["file"]
        if file.size > importing.MOST_BYTES:
            raise forms.ValidationError(_("The file is too large: at most 10 MB."))
        self.instance.content = importing.text_of(file.read())
        importing.columns_of(self.instance.content)
        self.instance.name = "".join(letter for letter in file.name if letter.isprintable())[:120] or "list.csv"
        return file

    def clean_agreed_on(self) -> Any:
        """Refuse a day that nobody can have agreed on."""
        day = self.cleaned_data["agreed_on"]
        if day is not None and not importing.OLDEST <= day <= charity_today():
            raise forms.ValidationError(_("Nobody can have agreed on that day."))
        return day


@admin.register(ListImport)
class ListImportAdmin(admin.ModelAdmin):
    """Lists that were brought in, and what became of them."""

    list_display = ("name", "source", "at", "state", "added", "known", "bad_count")
    list_filter = ("state",)
    show_full_result_count = False
    actions = None
    form = ImportForm
    fieldsets = ((None, {"fields": ("file", "topics", "words", "source", "agreed_on", "language")}),)
    _shown = ("name", "state", "reason", "added", "known", "unchanged", "merged", "left_out")
    _said = ("source", "words", "agreed_on", "topics", "language", "by", "at", "done_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what became of a list; ask for one."""
        if obj is None:
            return self.fieldsets
        return ((None, {"fields": self._shown}), (_("What was said of it"), {"fields": self._said}))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Change nothing afterwards."""
        return (*self._shown, *self._said) if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: what was said was said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: it is where people's consents come from."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep who brought it."""
        obj.by = request.user
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Add the rows that were left out, and the list of readers."""
        own = [
            path("readers.csv", self.admin_site.admin_view(self.export), name="updates_readers_export"),
            path("<int:import_id>/left-out.csv", self.admin_site.admin_view(self.bad), name="updates_listimport_bad"),
        ]
        return [*own, *super().get_urls()]

    def bad(self, request: HttpRequest, import_id: int) -> HttpResponse | StreamingHttpResponse:
        """Give the rows that were left out, with why."""
        if not request.user.has_perm("updates.add_listimport"):
            raise PermissionDenied
        this = get_object_or_404(ListImport, pk=import_id)
        return _file(importing.bad_rows(this), f"left-out-{this.pk}.csv")

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Give everybody who agrees to some topic; leaves a row in the log of who took it."""
        if not request.user.has_perm("updates.export_readers"):
            raise PermissionDenied
        LogEntry.objects.create(
            user=request.user,  # type: ignore[misc]  # whoever may export has signed in
            content_type=ContentType.objects.get_for_model(Supporter),
            object_id=None,
            object_repr="export",
            action_flag=CHANGE,
            change_message=_("Exported the readers of e-mail updates"),
        )
        return _file(_readers(), f"readers-{timezone.now():%Y-%m-%d-%H%M}.csv")

    @admin.display(description=gettext_lazy("rows left out"))
    def left_out(self, this: ListImport) -> SafeString | str:
        """Return how many, with the way to them while they are kept."""
        if not this.bad:
            return str(this.bad_count)
        address = reverse("admin:updates_listimport_bad", args=[this.pk])
        return format_html('{} · <a href="{}">{}</a>', this.bad_count, address, _("Download them, with why"))


def _file(rows: Any, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        spreadsheets.lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _readers() -> Iterator[list[object]]:
    """Yield everybody who agrees to something, a chunk at a time: two queries each."""
    yield ["E-mail", "First name", "Last name", "Language", *(str(topic) for topic in Topic.values), "Last said (UTC)", "Where"]
    cursor = 0
    while True:
        said = SupporterConsent.objects.filter(channel=Channel.EMAIL, supporter__gt=cursor).order_by("supporter_id")
        ids = list(said.values_list("supporter_id", flat=True).distinct()[:CHUNK])
        if not ids:
            return
        cursor = ids[-1]
        agreed = consents.standing(ids)
        newest = SupporterConsent.objects.filter(channel=Channel.EMAIL, supporter__in=ids).order_by("at", "pk")
        last = {row.supporter_id: row for row in newest}
        for person in Supporter.objects.filter(pk__in=[pk for pk, topics in agreed.items() if topics], email__isnull=False):
            boxes = ["yes" if topic in agreed[person.pk] else "" for topic in Topic.values]
            at = f"{last[person.pk].at:%Y-%m-%d %H:%M}"
            yield [person.email, person.first_name, person.last_name, person.language, *boxes, at, last[person.pk].source]
