"""The picture library."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from stories import covers, intake, library, renditions
from stories.admin.editing import SearchedApart, linked, rendition_address, thumbnail
from stories.admin.library import Replacing
from stories.admin.taking import TakingPictures
from stories.library_forms import PictureForm
from stories.models import Picture
from stories.models.pictures import Readiness


class LibraryAdmin(SearchedApart):
    """Pictures or clips: kept as long as something needs them, deleted with their files."""

    keep: Any  # stores an upload as a draft

    list_filter: ClassVar[tuple[str, ...]] = ("readiness",)
    search_fields: ClassVar[tuple[str, ...]] = ("title",)
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("contributors",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form who fills it in: a kept file is theirs alone."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep a good file where something else in a new row's form is wrong: nobody uploads it twice."""
        form = context["adminform"].form
        if kwargs.get("add") and form.is_bound and not form.took and (upload := form.cleaned_data.get("upload")):
            taken = type(self).keep(upload, request.user)
            form.data = form.data.copy()
            form.data["taken"] = str(taken.pk)
            messages.info(request, _("Your file is kept: you need not choose it again."))
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow deleting only what nothing shows or ever showed."""
        return super().has_delete_permission(request, obj) and (obj is None or not library.is_needed(obj))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row and its files."""
        library.discard(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the chosen rows and their files."""
        for media in queryset:
            library.discard(media)

    @admin.display(description=_("where it is used"))
    def used_in(self, media: Any) -> SafeString | str:
        """List the stories and collections that show it."""
        return linked([*library.stories_with(media), *library.collections_with(media)]) or str(_("Nowhere yet."))

    @admin.display(description=_("state"), ordering="readiness")
    def preparation(self, media: Any) -> SafeString | str:
        """Say how far its preparation is, and why it failed if it did."""
        if media.readiness == Readiness.FAILED:
            return format_html('<strong class="errors">{}</strong> {}', media.get_readiness_display(), media.failure)
        return str(media.get_readiness_display())


@admin.register(Picture)
class PictureAdmin(TakingPictures, Replacing, LibraryAdmin):
    """Pictures: taken in once, described and cropped here."""

    form = PictureForm
    list_display = ("small", "title", "origin", "preparation", "created_at")
    list_display_links = ("small", "title")
    list_filter = ("draft", "readiness", "origin")
    search_fields = ("title", "alt")

    class Media:
        js = ("js/admin-covers.js", "js/admin-focal-point.js")

    def get_fieldsets(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        """Ask for the file once; afterwards show what was made of it."""
        words = ("title", "alt", "decorative", "credit", "origin", "contributors")
        if obj is None:
            return ((None, {"fields": ("upload", "taken", *words, ("focal_x", "focal_y"))}),)
        return (
            (None, {"fields": ("preview", "preparation", *words)}),
            (
                _("Focal point"),
                {
                    "fields": (("focal_x", "focal_y"),),
                    "description": _("Click the picture, or give numbers. Crops keep this point."),
                },
            ),
            (
                _("Covers"),
                {
                    "fields": ("covers",),
                    "description": _(
                        "Solid boxes over what nobody may see. They are burned in when you save, and cannot be taken off."
                    ),
                },
            ),
            (_("Use"), {"fields": ("used_in", "created_at", "created_by")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        """Show what only the machine changes."""
        return ("preview", "preparation", "used_in", "created_at", "created_by")

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        """Take a new picture in; for another focal point have its crops made anew."""
        if not change and not obj.pk:
            obj.created_by_id = request.user.pk
            intake.keep(obj, form.cleaned_data["upload"])
            return
        super().save_model(request, obj, form, change)
        if boxes := form.cleaned_data.get("covers"):
            covers.burn(obj, boxes)
            messages.success(request, _("The covers are burned in; what was made of the picture before is gone."))
        elif {"focal_x", "focal_y"} & set(form.changed_data):
            renditions.renew(obj)

    @admin.display(description=_("as it looks"))
    def small(self, picture: Picture) -> SafeString | str:
        """Show it small."""
        return thumbnail(picture)

    @admin.display(description=_("as it looks"))
    def preview(self, picture: Picture) -> SafeString | str:
        """Show the whole picture with its focal point."""
        if not picture.renditions:
            return thumbnail(picture)
        return format_html(
            '<span class="focal"><img src="{}" alt="{}"><span class="focal__point" hidden></span></span>',
            rendition_address(picture, 720), picture.alt,
        )  # fmt: skip
