"""The clip library."""

# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from stories import clips
from stories.admin.editing import ByTyping, thumbnail
from stories.admin.library import Replacing
from stories.admin.pictures import LibraryAdmin
from stories.admin.taking import TakingClips
from stories.library_forms import CaptionsForm, ClipForm, watch_address
from stories.models import Captions, Clip
from stories.models.clips import ClipHost


class CaptionsInline(admin.StackedInline):
    """Captions, one text for each language."""

    model = Captions
    form = CaptionsForm
    extra = 0


@admin.register(Clip)
class ClipAdmin(ByTyping, TakingClips, Replacing, LibraryAdmin):
    """Clips that YouTube or Vimeo show, and our own."""

    form = ClipForm
    inlines = (CaptionsInline,)
    list_display = ("small", "title", "host", "preparation", "created_at")
    list_display_links = ("small", "title")
    list_filter = ("draft", "readiness", "host")
    list_select_related = ("poster",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("poster", "contributors")
    joined = ("poster",)

    def get_fieldsets(self, request: HttpRequest, obj: Clip | None = None) -> Any:
        """Ask for an address or a file once; afterwards show what became of it."""
        words = ("title", "poster", "transcript", "contributors")
        if obj is None:
            return ((None, {"fields": ("address", "upload", "taken", "duration_ms", *words)}),)
        source = ("source", "preparation") if obj.host == ClipHost.OWN else ("source", "address", "duration_ms")
        return ((None, {"fields": (*source, *words)}), (_("Use"), {"fields": ("used_in", "created_at", "created_by")}))

    def get_readonly_fields(self, request: HttpRequest, obj: Clip | None = None) -> Any:
        """Show what only the machine changes."""
        return ("source", "preparation", "used_in", "created_at", "created_by")

    def save_model(self, request: HttpRequest, obj: Clip, form: Any, change: bool) -> None:
        """Take a file in, keep an address, or save the words."""
        if not change and not obj.pk:
            obj.created_by_id = request.user.pk
        if upload := form.cleaned_data.get("upload"):
            clips.keep(obj, upload)
        elif address := form.cleaned_data.get("address"):
            clips.embed(obj, address)
        else:
            super().save_model(request, obj, form, change)

    @admin.display(description=_("as it looks"))
    def small(self, clip: Clip) -> SafeString | str:
        """Show its poster."""
        return thumbnail(clip.poster)

    @admin.display(description=_("shown by"))
    def source(self, clip: Clip) -> SafeString | str:
        """Say who shows it, and lead there."""
        if clip.host != ClipHost.OWN:
            return format_html(
                '{} <a href="{}" rel="noopener noreferrer">{}</a>',
                clip.get_host_display(),
                watch_address(clip),
                watch_address(clip),
            )
        if not clip.file:
            return str(clip.get_host_display())
        return format_html(
            '<video class="clip-preview" controls preload="none" src="/media/c/{}/clip.mp4" width="{}" height="{}"></video>',
            clip.token, clip.width, clip.height,
        )  # fmt: skip
