"""The translations of a story, two of them beside each other."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from stories import history, publishing, translating
from stories.admin.revisions import RevisionPages
from stories.models import Story


class Translations(RevisionPages):
    """The page of a story's translations."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.translations)
        return [path("<int:object_id>/translations/", view, name="stories_story_translations"), *super().get_urls()]

    def translations(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show the original beside a translation; begin another when asked to."""
        story = self._looked_at(request, object_id)
        if request.method == "POST":
            return self._begin(request, story)
        original, *others = translating.family(story)
        other = _chosen(request.GET.get("with", ""), others) or (story if story != original else next(iter(others), None))
        context = {
            "left": original,
            "right": other,
            "left_state": publishing.where(original),
            "right_state": publishing.where(other) if other else "",
            "others": others,
            "behind": translating.behind(other, original) if other else None,
            "lines": translating.abreast(*(history.working_copy(each).content for each in (original, other))) if other else [],
            "languages": translating.missing_languages(original) if self.has_add_permission(request) else [],
            "may_edit": self.has_change_permission(request, original),
        }
        title = _("Translations of “%(story)s”") % {"story": original}
        return self._version_page(request, "abreast", story, title, **context)

    def _begin(self, request: HttpRequest, story: Story) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            made = translating.begin(story, request.POST.get("language", ""), request.user)
        except translating.AlreadyThere as known:
            messages.info(request, str(known))
            made = known.story
        except ValueError as error:
            raise Http404 from error
        else:
            self.log_addition(request, made, [{"added": {}}])
            messages.success(request, _("The draft has everything of the original: write the other language over it."))
        return redirect("admin:stories_story_change", made.pk)


def _chosen(number: str, others: list[Story]) -> Story | None:
    return next((other for other in others if str(other.pk) == number), None)
