"""The public pages of the stories."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from public_pages.decorators import public_page
from stories import listing, rendering
from stories.models import OldSlug, Story, StoryRevision
from stories.models.stories import interface_language
from stories.worded import Worded, made

# What the page reads, and what rendering it anew after a deployment does.
STORY_COLUMNS = ("id", "slug", "language", "status", "publish_at", "live_until", "translation_of_id", "live_revision_id")
REVISION_COLUMNS = ("id", "story_id", "content", "body_html", "head_html", "rendered_by", "created_at")
_STORY = Worded(
    lambda: Story.objects.filter(slug="").values_list(*STORY_COLUMNS, *(f"live_revision__{name}" for name in REVISION_COLUMNS))
)


@public_page()
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one story: three queries however many stories there are."""
    found = _found(slug)
    if found is None:
        return _moved(slug)
    if not found.is_public():
        return gone(request, found)
    if interface_language(found.language) != request.LANGUAGE_CODE:
        return redirect(found, permanent=True)
    assert found.live_revision is not None  # is_public() says so
    context = {
        "story": found,
        "revision": rendering.rendered(found.live_revision),
        "content": found.live_revision.content,
        "neighbours": listing.neighbours(found),
    }
    response = render(request, "stories/story.html", context)
    response.fresh_until = found.live_until  # type: ignore[attr-defined]
    return response


@public_page("q", "place", "theme", "page")
def story_list(request: HttpRequest) -> HttpResponse:
    """Show all stories, or those a search and filters leave, twelve a page."""
    page = listing.page(request.GET, request.LANGUAGE_CODE)
    response = render(request, "stories/list.html", {"page": page})
    response.fresh_until = page.fresh_until  # type: ignore[attr-defined]
    return response


def gone(request: HttpRequest, found: Story) -> HttpResponse:
    """Answer 410 for a story that was public once; raise Http404 for one that never was."""
    if not found.was_public():
        raise Http404
    return render(request, "410.html", status=410)


def _found(slug: str) -> Story | None:
    """Return a story with its live revision, each knowing the other. One query."""
    for row in _STORY.rows(slug):
        found = made(Story, STORY_COLUMNS, row[: len(STORY_COLUMNS)])
        if found.live_revision_id:
            found.live_revision = made(StoryRevision, REVISION_COLUMNS, row[len(STORY_COLUMNS) :])
            found.live_revision.story = found
        return found
    return None


def _moved(slug: str) -> HttpResponse:
    old = OldSlug.objects.select_related("story").filter(slug=slug).first()
    if old is None:
        raise Http404
    return redirect(old.story, permanent=True)
