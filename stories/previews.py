"""A contributor's quiet page: the story as it would be published, a way to approve it, and a way to stop it.

Made for an old phone, held by somebody who may be watched: little markup, no script, no cookie, nothing stored, a title
that says nothing. Whoever holds the link is taken for the person it was made for; it ends, and it can be closed.
"""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from safeguarding.models import Cause, Contributor, StoryPreview
from stories import history, media, takedown
from stories.models import Story
from stories.models.stories import Status, interface_language
from stories.snapshots import blocks_in_order, content_of

SMALL = 360  # pixels: as wide as an old phone


@transaction.atomic
def invite(story: Story, contributor: Contributor, by: Any = None) -> StoryPreview:
    """Make a private link to the story as it stands, for one person; a link they had to it before ends."""
    content = content_of(story, blocks_in_order(story))
    StoryPreview.objects.filter(story_id=story.pk, contributor=contributor).open().update(closed_at=timezone.now())
    return StoryPreview.objects.create(
        contributor=contributor, story_id=story.pk, content=content, digest=history.digest_of(story, content), made_by=by
    )


@transaction.atomic
def approve(preview: StoryPreview) -> None:
    """Put on record that the person approves exactly what the link shows."""
    preview.approved_at, preview.stopped_at = timezone.now(), None
    preview.save(update_fields=["approved_at", "stopped_at"])


@transaction.atomic
def stop(preview: StoryPreview) -> None:
    """Put on record that the person says no, and take the story down where it is public. Nothing is asked of them."""
    preview.stopped_at, preview.approved_at = timezone.now(), None
    preview.save(update_fields=["stopped_at", "approved_at"])
    story = Story.objects.filter(pk=preview.story_id, status=Status.PUBLISHED).first()
    if story is not None:
        takedown.take_down(story, Cause.CONTRIBUTOR)


# The link itself is the secret: who does not know it cannot forge a post, and a cookie would be one trace more.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the version that the link was made for, and take an answer to it."""
    found = _found(token)
    if request.method == "POST":
        match request.POST.get("answer", ""):
            case "approve" if _open(found) and _unchanged(found):
                approve(found)
            case "stop" if _may_stop(found):
                stop(found)
        return _quiet(redirect("preview", token))
    if found.seen_at is None and request.method == "GET":
        StoryPreview.objects.filter(pk=found.pk).update(seen_at=timezone.now())
    if not _open(found):
        return _page(request, found, "ended", 410)
    return _page(request, found, "preview")


@require_safe
def preview_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once more before stopping; the page that asks changes nothing."""
    found = _found(token)
    return _page(request, found, "stop") if _may_stop(found) else _page(request, found, "ended", 410)


@require_safe
def preview_picture(request: HttpRequest, token: str, picture: str) -> HttpResponseBase:
    """Answer with a small JPEG of a picture that this version shows, however private it still is."""
    found = _found(token)
    shown = next((each for each in _pictures(found.content) if each["token"] == picture), None)
    if not _open(found) or shown is None or not shown["crops"]:
        raise Http404
    crop = "full" if "full" in shown["crops"] else "wide"
    width = min(shown["crops"][crop]["widths"], key=lambda each: abs(each - SMALL))
    return media.private_file(request, f"pictures/{picture}/{crop}-{width}.jpg")


def _pictures(content: dict[str, Any]) -> list[dict[str, Any]]:
    found = [content["lead"]] if content["lead"] else []
    found += [block["picture"] for block in content["blocks"] if block["kind"] == "picture"]
    return found + [block["clip"]["poster"] for block in content["blocks"] if block["kind"] == "clip" and block["clip"]["poster"]]


def _found(token: str) -> StoryPreview:
    found = StoryPreview.of_token(token)
    if found is None:
        raise Http404
    return found


def _open(found: StoryPreview) -> bool:
    return found.is_open() and not found.stopped_at


def _may_stop(found: StoryPreview) -> bool:
    """Return whether there is something to stop: a link that has ended stops a public story all the same (rule 4)."""
    if found.stopped_at:
        return False
    return found.is_open() or Story.objects.filter(pk=found.story_id, status=Status.PUBLISHED).exists()


def _unchanged(found: StoryPreview) -> bool:
    """Return whether the story still is what the link shows: an approval of something else would be worth nothing."""
    story = Story.objects.filter(pk=found.story_id).first()
    return story is not None and history.working_copy(story).digest == found.digest


def _page(request: HttpRequest, found: StoryPreview, name: str, status: int = 200) -> HttpResponse:
    context = {"preview": found, "token": found.token}
    if name == "preview":
        context |= {"story": found.content, "unchanged": _unchanged(found)}
    if name == "ended":
        context["may_stop"] = _may_stop(found)
    with translation.override(interface_language(found.content["language"])):
        return _quiet(render(request, f"safeguarding/{name}.html", context, status=status))


def _quiet(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
