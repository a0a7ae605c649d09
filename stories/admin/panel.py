"""Beside the story's form: what stands against publishing it, how it will look when shared, its review and comments."""
# Django's forms and admin classes take no type arguments at run time.
# mypy: disable-error-code="type-arg"

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from js_asset import Media, Script

from stories import checking, comparing, reviewing
from stories.addresses import media_address
from stories.admin.revisions import RevisionPages
from stories.checking import Finding
from stories.models import Review, ReviewComment, Story
from stories.models.stories import Stage
from stories.snapshots import blocks_in_order, key_of

TITLE_SHOWN, DESCRIPTION_SHOWN = 60, 155  # letters, about, in a search result


class CommentForm(forms.ModelForm):
    """A word about a story, or about one of its blocks."""

    class Meta:
        model = ReviewComment
        fields = ("words",)
        widgets = {"words": forms.Textarea({"rows": 3})}


@dataclass(frozen=True)
class Line:
    """A finding and the address that leads to its field."""

    finding: Finding
    address: str


class Panel(RevisionPages):
    """The panel and the comments in it."""

    def get_urls(self) -> list[URLPattern]:
        """Add the panel's own page and the doors for comments."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("panel/", self.panel, "panel"),
            ("comment/", self.comment, "comment"),
            ("comment/<int:comment_id>/settle/", self.settle, "settle"),
        ]
        return [
            *(
                path(f"<int:object_id>/{address}", self.admin_site.admin_view(view), name=f"stories_story_{name}")
                for address, view, name in pages
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Let the page fetch its panel once it is there: the form opens without waiting for it."""
        if kwargs.get("obj"):
            scripts = [Script("js/admin-panel.js", type="module"), Script("js/admin-times.js", defer=True)]
            context["media"] = context["media"] + Media(js=scripts)
        return super().render_change_form(request, context, *args, **kwargs)

    def panel(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Answer with the panel of the story as it was last saved: alone, or as a page of its own."""
        story = self._looked_at(request, object_id)
        blocks = blocks_in_order(story)
        found = checking.findings(story, may_know=request.user.has_perm("safeguarding.view_vaultentry"))
        lines = [Line(finding, _address_of(story, blocks, finding)) for finding in found]
        review = story.reviews.select_related("asked_by", "decided_by", "revision").order_by("-asked_at", "-pk").first()
        context = {
            "red": [line for line in lines if line.finding.red],
            "amber": [line for line in lines if not line.finding.red],
            "card": _card(story),
            "review": review,
            "waits": story.stage == Stage.IN_REVIEW,
            "threads": _threads(review, blocks) if review else [],
            "blocks": [(key_of(block), f"{number}. {block._meta.verbose_name}: {Truncator(block).chars(40)}")
                       for number, block in enumerate(blocks, start=1)],
            "may_comment": review is not None and request.user.has_perm("stories.add_reviewcomment"),
            "may_see_consents": request.user.has_perm("safeguarding.view_contributor"),
        }  # fmt: skip
        if "part" in request.GET:
            return TemplateResponse(request, "admin/stories/story/panel_part.html", {"original": story, **context})
        title = _("Before “%(story)s” goes out") % {"story": story}
        return self._version_page(request, "panel", story, title, **context)

    def comment(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Add a comment to the newest review, or an answer to one."""
        story = self._looked_at(request, object_id)
        if request.method != "POST" or not request.user.has_perm("stories.add_reviewcomment"):
            raise PermissionDenied
        review = story.reviews.order_by("-asked_at", "-pk").first()
        if review is None:
            raise Http404
        form = CommentForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
            return redirect("admin:stories_story_panel", story.pk)
        block = request.POST.get("block", "")
        known = block if block in {key_of(each) for each in blocks_in_order(story)} else ""
        answers = _one_of(review.comments, request.POST.get("answers", ""))
        reviewing.comment(review, request.user, form.cleaned_data["words"], block=known, answers=answers)
        return self._back(request, story)

    def settle(self, request: HttpRequest, object_id: int, comment_id: int) -> HttpResponse:
        """Mark a comment as seen to."""
        story = self._looked_at(request, object_id)
        if request.method != "POST" or not request.user.has_perm("stories.add_reviewcomment"):
            raise PermissionDenied
        said = ReviewComment.objects.filter(pk=comment_id, review__story=story).first()
        if said is None:
            raise Http404
        reviewing.settle(said, request.user)
        return self._back(request, story)

    def _back(self, request: HttpRequest, story: Story) -> HttpResponse:
        if request.headers.get("X-Panel"):  # the script asks for the panel anew by itself
            return HttpResponse(status=204)
        return redirect("admin:stories_story_change", story.pk)


def _one_of(comments: Any, number: str) -> ReviewComment | None:
    known = number.isascii() and number.isdigit() and len(number) < 16
    return comments.filter(pk=int(number)).first() if known else None


def _address_of(story: Story, blocks: list[Any], finding: Finding) -> str:
    """Return where a finding is mended: a page elsewhere, or the field in the form. Without a script it is an anchor."""
    if finding.mend_at:
        return finding.mend_at
    page = reverse("admin:stories_story_change", args=[story.pk])
    if finding.block:
        kind = finding.block.partition(":")[0]
        alike = [key_of(block) for block in blocks if block._meta.model_name == kind]
        return f"{page}#stories_{kind}_set-{alike.index(finding.block)}"
    return f"{page}#id_{finding.field}" if finding.field else ""


def _card(story: Story) -> dict[str, Any]:
    """Return what Facebook, X and a search result would show of the story."""
    social = "social" in story.channels and story.lead is not None and bool(story.lead.renditions)
    return {
        "title": story.title,
        "title_found": Truncator(f"{story.title} · {settings.CHARITY_NAME}").chars(TITLE_SHOWN),
        "words": story.standfirst,
        "words_found": Truncator(story.standfirst).chars(DESCRIPTION_SHOWN),
        "site": settings.SITE_URL.partition("://")[2],
        "address": settings.SITE_URL + story.get_absolute_url(),
        "picture": media_address(f"p/{story.lead.token}/share.jpg") if social and story.lead else "",
        "alt": story.lead.alt if story.lead else "",
    }


def _threads(review: Review, blocks: list[Any]) -> list[dict[str, Any]]:
    """Return the comments of a review, each with its answers and the block it is about as that stands now."""
    numbers = {key_of(block): number for number, block in enumerate(blocks, start=1)}
    known = {key_of(block): block for block in blocks}
    then = {block.get("key"): block for block in review.revision.content["blocks"]}
    comments = list(review.comments.select_related("by", "settled_by"))
    threads = []
    for said in comments:
        if said.answers_id is None:
            about = Truncator(str(known[said.block])).chars(50) if said.block in known else ""
            if said.block in then and not about:
                about = _("%(words)s (gone since)") % {"words": Truncator(comparing.words_of(then[said.block])).chars(50)}
            answers = [answer for answer in comments if answer.answers_id == said.pk]
            threads.append({"said": said, "about": about, "number": numbers.get(said.block), "answers": answers})
    return threads
