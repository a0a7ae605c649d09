"""Collections and their chapters."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from stories import curation
from stories.admin.editing import ByTyping, NoncedMedia
from stories.forms import ChapterForm, ChapterFormSet, CollectionForm
from stories.models import Chapter, Collection


class ChapterInline(ByTyping, admin.StackedInline):
    """The stories in order."""

    model = Chapter
    form = ChapterForm
    formset = ChapterFormSet
    extra = 0
    autocomplete_fields = ("story", "clip")
    joined = ("story", "clip")
    fields = (("position", "story"), "words", "clip", "quote")


@admin.register(Collection)
class CollectionAdmin(NoncedMedia, ByTyping, admin.ModelAdmin):
    """Stories told together. The one called "home" is the home page."""

    form = CollectionForm
    inlines = [ChapterInline]
    list_display = ("title", "slug", "language", "published")
    list_filter = ("published", "language")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("lead",)
    joined = ("lead",)

    class Media:
        css: ClassVar = {"all": ("css/admin-publishing.css",)}
        js = ("js/admin-chapters.js",)  # without it the chapters stand in the order of their numbers

    def get_readonly_fields(self, request: HttpRequest, obj: Collection | None = None) -> Any:
        """Leave it to those who publish to show a collection or take it off."""
        return () if request.user.has_perm("stories.publish_story") else ("published",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the chapters, then let readers see them."""
        super().save_related(request, form, formsets, change)
        curation.changed(form.instance, was_published=bool(form.initial.get("published")))
        if form.instance.published:
            messages.info(request, _("Readers see this now: a collection has no working copy."))

    def delete_model(self, request: HttpRequest, obj: Collection) -> None:
        """Delete, and let readers see that it is gone."""
        was_published = obj.published
        super().delete_model(request, obj)
        curation.changed(obj, was_published)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the chosen collections one by one, as their own pages do."""
        for collection in queryset:
            self.delete_model(request, collection)
