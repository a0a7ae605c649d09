"""Media: the bytes of pictures, clips and captions, public only while something public shows them.

Whoever may not see a file gets the same 404 as for a file that never was (safeguarding rule 9).
"""

import hashlib
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from safeguarding.models import ManifestLine
from stories import media_storage
from stories.models import Captions, Chapter, Clip, Collection, Picture, Story
from stories.models.clips import ClipHost
from stories.ranges import NotSatisfiable, still_the_same, wanted_part

KINDS = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "mp4": "video/mp4", "vtt": "text/vtt; charset=utf-8"}
# With what a shared cache may serve stale, a file is gone everywhere within a minute (safeguarding rule 4).
PUBLIC = "public, max-age=30, s-maxage=30, stale-while-revalidate=30"
PRIVATE = "private, no-store"

logger = logging.getLogger(__name__)


def public_pictures() -> QuerySet[Picture]:
    """Return the pictures that a live story, a published collection or a poster in one shows now."""
    live, chapters = Story.objects.published(), _public_chapters()
    return Picture.objects.filter(
        Exists(live.filter(live_revision__pictures=OuterRef("pk")))
        | Exists(Collection.objects.filter(published=True, lead=OuterRef("pk")))
        | Exists(chapters.filter(clip__poster=OuterRef("pk")))
    )


def public_clips() -> QuerySet[Clip]:
    """Return the clips that a live story or a chapter of a published collection shows now."""
    live, chapters = Story.objects.published(), _public_chapters()
    return Clip.objects.filter(
        Exists(live.filter(live_revision__clips=OuterRef("pk"))) | Exists(chapters.filter(clip=OuterRef("pk")))
    )


def _public_chapters() -> QuerySet[Chapter]:
    return Chapter.objects.filter(Exists(Story.objects.published().filter(pk=OuterRef("story_id"))), collection__published=True)


@require_safe
def picture(request: HttpRequest, token: str, file: str) -> HttpResponseBase:
    """Answer with a rendition of a picture: one query where it is public."""
    public = public_pictures().filter(token=token).exists()
    if not public and not (_may(request, "stories.view_picture") and Picture.objects.filter(token=token).exists()):
        return _gone_or_never(token)
    return _file(request, f"pictures/{token}/{file}", public)


@require_safe
def clip(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer with the prepared file of a clip of our own, or the part of it asked for: one query where it is public."""
    found = _name_and_reach(request, "stories.view_clip", lambda clips: clips.filter(token=token).values_list("file"))
    return _file(request, *found) if found else _gone_or_never(token)


@require_safe
def captions(request: HttpRequest, token: str, language: str) -> HttpResponseBase:
    """Answer with the captions of a clip in a language: one query where the clip is public."""
    found = _name_and_reach(
        request,
        "stories.view_clip",
        lambda clips: Captions.objects.filter(clip__in=clips.filter(token=token), language=language).values_list("text"),
    )
    if not found:
        return _gone_or_never(token)
    text, public = found
    content = text.encode()
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(content)
    return _with_headers(response, "vtt", public, etag)


def _may(request: HttpRequest, permission: str) -> bool:
    """Ask who is there, which reads the session: only after the file turned out not to be public."""
    return bool(request.user.is_active and request.user.is_staff and request.user.has_perm(permission))


def _name_and_reach(
    request: HttpRequest, permission: str, look: Callable[[QuerySet[Clip]], QuerySet[Any, Any]]
) -> tuple[str, bool] | None:
    """Return the one value that a look at a clip of our own finds, and whether the public may see it; None: neither."""
    own = {"host": ClipHost.OWN}
    if found := look(public_clips().filter(**own)).first():
        return found[0], True
    if _may(request, permission) and (found := look(Clip.objects.filter(**own)).first()):
        return found[0], False
    return None


def _gone_or_never(token: str) -> HttpResponse:
    """Answer 410 for what went with a story that was taken down; raise Http404 for anything else (rule 4)."""
    if ManifestLine.objects.filter(token=token).exists():
        return HttpResponse(status=410, headers={"Cache-Control": PRIVATE})
    raise Http404


def private_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer with a stored file that the caller's own right opens; nobody may keep it."""
    return _file(request, name, public=False)


def _file(request: HttpRequest, name: str, public: bool) -> HttpResponseBase:
    try:
        return _stored(request, name, public)
    except media_storage.Unreachable:
        logger.warning("The storage does not answer for %s", name)
        return HttpResponse(status=503, headers={"Retry-After": "10"})


def _stored(request: HttpRequest, name: str, public: bool) -> HttpResponseBase:
    stored = media_storage.find(name) if name else None
    if stored is None:
        raise Http404
    unchanged = get_conditional_response(request, etag=stored.etag, last_modified=int(stored.modified.timestamp()))
    try:
        response = unchanged or _whole_or_part(request, stored)
    except FileNotFoundError as error:  # replaced or deleted between the look and the reading
        raise Http404 from error
    response["Last-Modified"] = http_date(stored.modified.timestamp())
    return _with_headers(response, name.rpartition(".")[2], public, stored.etag)


def _whole_or_part(request: HttpRequest, stored: media_storage.StoredFile) -> HttpResponseBase:
    start, length, status = 0, stored.size, 200
    header = request.headers.get("Range", "")
    if request.method == "GET" and header and still_the_same(request.headers.get("If-Range", ""), stored.etag, stored.modified):
        try:
            if part := wanted_part(header, stored.size):
                start, length, status = part.start, part.length, 206
        except NotSatisfiable:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}", "Accept-Ranges": "bytes"})
    response: HttpResponseBase = HttpResponse()
    if request.method == "GET" and length:
        response = StreamingHttpResponse(stored.read(start, length), status=status)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(length)
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{stored.size}"
    return response


def _with_headers(response: HttpResponseBase, ending: str, public: bool, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = PUBLIC if public else PRIVATE
    # Whatever a file may turn out to be, nothing in it runs and no page of another origin may read it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if settings.MEDIA_URL_HOST else "same-origin"
    if settings.MEDIA_URL_HOST and public:
        response["Access-Control-Allow-Origin"] = settings.SITE_URL  # captions are read across origins
    if response.status_code in {200, 206}:
        response["Content-Type"] = KINDS[ending]
    return response
