"""The library's pages beside its forms: replacing a picture or clip everywhere."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stories import library, replacing
from stories.models import Clip, ClipBlock, PictureBlock


class Replacing(admin.ModelAdmin):
    """Offer to put another picture or clip wherever one stands."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the page that asks which other."""
        view = self.admin_site.admin_view(self.replace_view)
        return [path("<int:pk>/replace/", view, name=f"stories_{self.opts.model_name}_replace"), *super().get_urls()]

    def replace_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say where it stands and ask for the other; replace it when one was chosen."""
        old = get_object_or_404(self.model, pk=pk)
        if not (self.has_change_permission(request, old) and request.user.has_perm("stories.change_story")):
            raise PermissionDenied
        form = self._form(request)
        if request.method == "POST" and form.is_valid():
            try:
                changed = replacing.everywhere(old, form.cleaned_data["by"], request.user)
            except replacing.NotReplaceable as error:
                form.add_error("by", str(error))
            else:
                return self._replaced(request, old, form.cleaned_data["by"], changed)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Replace “%(name)s” everywhere") % {"name": old},
            "opts": self.opts,
            "old": old,
            "form": form,
            "media": form.media,
            "places": [*library.stories_with(old), *library.collections_with(old)],
        }
        return render(request, "admin/stories/replace.html", context)

    def _form(self, request: HttpRequest) -> Any:
        field = (ClipBlock if self.model is Clip else PictureBlock)._meta.get_field("clip" if self.model is Clip else "picture")
        chosen = forms.ModelChoiceField(
            self.model._default_manager.filter(draft=False),
            label=gettext_lazy("Put in its place"),
            widget=admin.widgets.AutocompleteSelect(field, self.admin_site),
        )
        return type("ReplaceForm", (forms.Form,), {"by": chosen})(request.POST or None)

    def _replaced(self, request: HttpRequest, old: Any, new: Any, changed: list[Any]) -> HttpResponse:
        self.log_change(request, old, _("Replaced everywhere by “%(new)s”.") % {"new": new})
        messages.success(request, _("“%(new)s” stands wherever “%(old)s” stood.") % {"new": new, "old": old})
        live = [story for story in changed if story.is_public()]
        if live:
            links = ((reverse("admin:stories_story_change", args=[story.pk]), story) for story in live)
            titles = format_html_join(", ", '<a href="{}">{}</a>', links)
            messages.warning(request, _("Readers still see the old one until these are published anew:") + " " + titles)
        return redirect(f"admin:stories_{self.opts.model_name}_change", new.pk)
