"""The public pages of the stories."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from public_pages.decorators import public_page
from stories import listing, rendering
from stories.models import OldSlug, Story
from stories.models.stories import interface_language

# What the page reads, and what rendering it anew after a deployment does.
PAGE_COLUMNS = (
    "slug",
    "language",
    "status",
    "publish_at",
    "live_until",
    "translation_of",
    *(f"live_revision__{column}" for column in ("content", "body_html", "head_html", "rendered_by", "created_at")),
)


@public_page()
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one story: three queries however many stories there are."""
    try:
        found = Story.objects.select_related("live_revision").only(*PAGE_COLUMNS).get(slug=slug)
    except Story.DoesNotExist:
        return _moved(slug)
    if not found.is_public():
        return gone(request, found)
    if interface_language(found.language) != request.LANGUAGE_CODE:
        return redirect(found, permanent=True)
    assert found.live_revision is not None  # is_public() says so
    found.live_revision.story = found  # the row is at hand: rendering must not fetch it again
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


def _moved(slug: str) -> HttpResponse:
    old = OldSlug.objects.select_related("story").filter(slug=slug).first()
    if old is None:
        raise Http404
    return redirect(old.story, permanent=True)
