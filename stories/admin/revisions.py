"""The versions of a story: their list, two of them beside each other, and back to one."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stories import comparing, history, rendering, restoring
from stories.models import Review, Story, StoryRevision

NOW = "now"  # the working copy as it stands, in the place of a number
_LONG = ("content", "body_html", "card_html", "head_html")
VERSIONS_A_PAGE = 50


class RevisionPages(admin.ModelAdmin):
    """The addresses of a story's versions."""

    def get_urls(self) -> list[URLPattern]:
        """Add list, comparison, reading and restoring."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("versions/", self.versions, "versions"),
            ("versions/compare/", self.compare, "compare"),
            ("versions/<int:number>/", self.version, "version"),
            ("versions/<int:number>/restore/", self.restore, "restore"),
        ]
        return [
            *(
                path(f"<int:object_id>/{address}", self.admin_site.admin_view(view), name=f"stories_story_{name}")
                for address, view, name in pages
            ),
            *super().get_urls(),
        ]

    def versions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """List the versions, newest first: who, when, what for, what became of it."""
        story = self._looked_at(request, object_id)
        reviews = Prefetch("reviews", Review.objects.select_related("asked_by", "decided_by"))
        found = story.revisions.order_by("-number").defer(*_LONG).select_related("created_by").prefetch_related(reviews)
        page = Paginator(found, VERSIONS_A_PAGE).get_page(request.GET.get("page"))
        return self._version_page(request, "versions", story, _("Versions of “%(story)s”") % {"story": story}, page=page)

    def compare(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show what differs between two versions; either may be the working copy."""
        story = self._looked_at(request, object_id)
        older, newer = (self._version(story, request.GET.get(name, "")) for name in ("from", "to"))
        if older.number and newer.number and older.number > newer.number:
            older, newer = newer, older
        return self._version_page(
            request,
            "compare",
            story,
            _("What differs in “%(story)s”") % {"story": story},
            older=older,
            newer=newer,
            found=comparing.compare(older.content, newer.content),
            may_restore=self.has_change_permission(request, story),
        )

    def version(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """Show a version as it reads."""
        story = self._looked_at(request, object_id)
        revision = self._version(story, str(number))
        reading = SafeString(rendering.rendered(revision).body_html)
        title = _("Version %(number)d of “%(story)s”") % {"number": number, "story": story}
        may_restore = self.has_change_permission(request, story)
        return self._version_page(request, "version", story, title, revision=revision, reading=reading, may_restore=may_restore)

    def restore(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """Make a version, or one block of it, the working copy. Readers see nothing of it before it is published."""
        story = self._looked_at(request, object_id)
        if request.method != "POST" or not self.has_change_permission(request, story):
            raise PermissionDenied
        revision = self._version(story, str(number))
        block = request.POST.get("block", "")
        if block and not (block.isascii() and block.isdigit() and 1 <= int(block[:6]) <= len(revision.content["blocks"])):
            raise Http404
        if block:
            missing = restoring.one_block(story, revision, int(block[:6]), request.user)
        else:
            missing = restoring.everything(story, revision, request.user)
        for sentence in missing:
            messages.warning(request, sentence)
        said = (
            _("Block %(block)s of version %(number)d is back in the working copy.")
            if block
            else _("Version %(number)d is the working copy again.")
        )
        words = said % {"number": number, "block": block}
        self.log_change(request, story, words)
        messages.success(request, words)
        return redirect("admin:stories_story_change", story.pk)

    def _looked_at(self, request: HttpRequest, object_id: int) -> Story:
        story = self.get_object(request, str(object_id))
        if story is None:
            raise Http404
        if not self.has_view_permission(request, story):
            raise PermissionDenied
        return story

    def _version(self, story: Story, number: str) -> StoryRevision:
        """Return the version of a number, or the working copy; raises Http404."""
        if number == NOW:
            return history.working_copy(story)
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Http404
        revision = story.revisions.select_related("created_by").filter(number=int(number)).first()
        if revision is None:
            raise Http404
        return revision

    def _version_page(self, request: HttpRequest, name: str, story: Story, title: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "original": story}
        return TemplateResponse(request, f"admin/stories/story/{name}.html", shared | context)
