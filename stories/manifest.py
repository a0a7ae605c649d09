"""The manifest of a takedown: every address at which a story could be had, and proof that none gives it any more.

Asked for from outside, at the public address, as a reader would: what a cache in between still holds shows (rule 4).
"""

import http.client
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from safeguarding.models import Expected, ManifestLine, StoryPreview, Takedown
from stories import media, sitemap
from stories.models import Clip, Picture, Story, StoryRevision
from stories.models.clips import ClipHost
from stories.models.stories import interface_language, story_address
from stories.renditions import FORMATS

GONE = frozenset({404, 410})
_SECONDS = 10
_MOST_REDIRECTS = 3
_MOST_BYTES = 20 * 1024 * 1024  # of a page that must no longer name the story: a sitemap is the largest


@dataclass(frozen=True)
class Answer:
    """What an address answered."""

    status: int
    body: str = ""
    location: str = ""


Fetch = Callable[[str], Answer]


def lines(story: Story, revision: StoryRevision) -> Iterator[ManifestLine]:
    """Yield every address of a story and of what only it showed. Call when it has left: what others show stays out."""
    language = interface_language(revision.content["language"])
    page = story_address(story.slug, revision.content["language"])
    yield _gone("page", page)
    for old in story.old_slugs.all():
        yield _gone("former page", story_address(old.slug, revision.content["language"]))
    for picture in _left(revision.pictures.all(), media.public_pictures()):
        yield from _picture_lines(picture)
    for clip in _left(revision.clips.filter(host=ClipHost.OWN), media.public_clips()):
        yield _gone("clip", f"/media/c/{clip.token}/clip.mp4", clip.token)
        for captions in clip.captions.all():
            yield _gone("captions", f"/media/c/{clip.token}/captions-{captions.language}.vtt", clip.token)
    for preview in StoryPreview.objects.filter(story_id=story.pk):
        yield _gone("preview", reverse("preview", args=[preview.token]))
    with translation.override(language):
        listing, feed, home = reverse("stories:list"), reverse("stories:feed"), reverse("home")
    yield _absent("feed", feed, settings.SITE_URL + page)
    for number in range(1, sitemap.files() + 1):
        yield _absent("sitemap", f"{reverse('sitemap')}?file={number}", settings.SITE_URL + page)
    yield _absent("search", f"{listing}?q={quote(revision.content['title'][:100])}", f'href="{page}"')
    yield _absent("list", listing, f'href="{page}"')
    yield _absent("home", home, f'href="{page}"')


def shared_with_others(revision: StoryRevision) -> list[Picture | Clip]:
    """Return the pictures and clips that another story or collection still shows."""
    pictures = revision.pictures.filter(pk__in=media.public_pictures())
    return [*pictures, *revision.clips.filter(pk__in=media.public_clips())]


def _left(shown: Any, public: Any) -> Any:
    return shown.exclude(pk__in=public.values("pk"))


def _picture_lines(picture: Picture) -> Iterator[ManifestLine]:
    for crop, sizes in picture.renditions.items():
        for width in sizes["widths"]:
            for ending in FORMATS:
                yield _gone("picture", f"/media/p/{picture.token}/{crop}-{width}.{ending}", picture.token)
    yield _gone("share card", f"/media/p/{picture.token}/share.jpg", picture.token)


def _gone(kind: str, address: str, token: str = "") -> ManifestLine:
    return ManifestLine(kind=kind, address=address[:500], token=token, expected=Expected.GONE)


def _absent(kind: str, address: str, mark: str) -> ManifestLine:
    return ManifestLine(kind=kind, address=address[:500], mark=mark[:200], expected=Expected.ABSENT)


# --- proof ------------------------------------------------------------------------------------------
def check(takedown: Takedown, fetch: Fetch | None = None) -> bool:
    """Ask for every address that is not proved gone yet and put the answers on record; True when all are proved.

    Outside any transaction: the network is slow. An address that does not answer stays unproved.
    """
    ask = fetch or Asker()
    open_lines = list(takedown.manifest.filter(proved=False))
    try:
        for line in open_lines:
            _ask(line, ask)
    finally:
        if fetch is None and isinstance(ask, Asker):
            ask.close()
    with transaction.atomic():
        ManifestLine.objects.bulk_update(open_lines, ["status", "asked_at", "proved"], batch_size=200)
        takedown.checked_at = timezone.now()
        if all(line.proved for line in open_lines) and takedown.gone_at is None:
            takedown.gone_at = takedown.checked_at
        takedown.save(update_fields=["checked_at", "gone_at"])
    return takedown.gone_at is not None


def _ask(line: ManifestLine, ask: Fetch) -> None:
    asked: set[str] = set()
    try:
        answer = ask(absolute(line))
        while answer.status in {301, 302, 307, 308} and len(asked) < _MOST_REDIRECTS and answer.location not in asked:
            asked.add(answer.location)
            answer = ask(answer.location if "://" in answer.location else settings.SITE_URL + answer.location)
    except OSError:
        line.status, line.asked_at = None, timezone.now()
        return
    line.status, line.asked_at = answer.status, timezone.now()
    if line.expected == Expected.GONE:
        line.proved = answer.status in GONE
    else:
        # A page of a language that holds no story any more, or a sitemap file fewer, says so by its absence.
        line.proved = answer.status in GONE or (answer.status == 200 and line.mark not in answer.body)


def absolute(line: ManifestLine) -> str:
    """Return a line's address with scheme and host, as readers and caches know it."""
    on_media_host = settings.MEDIA_URL_HOST and line.address.startswith("/media/")
    return (settings.MEDIA_URL_HOST if on_media_host else settings.SITE_URL) + line.address


class Asker:
    """Asks for addresses as a reader without a cookie, keeping one connection a host."""

    def __init__(self) -> None:
        self._kept: dict[str, http.client.HTTPConnection] = {}

    def __call__(self, address: str) -> Answer:
        """Return what the address answers; raises OSError when it does not."""
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        for attempt in (1, 2):
            connection = self._kept.get(parts.netloc) or _connection(parts.scheme, parts.netloc)
            self._kept[parts.netloc] = connection
            try:
                connection.request("GET", re.sub(r"[^\x21-\x7e]", "", path), headers={"Accept-Encoding": "identity"})
                with connection.getresponse() as response:
                    body = response.read(_MOST_BYTES).decode(errors="replace")
                    return Answer(response.status, body, response.headers.get("Location", ""))
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                del self._kept[parts.netloc]
                if attempt == 2:
                    raise OSError(str(error)) from error
        raise AssertionError  # the second attempt returned or raised

    def close(self) -> None:
        """Close what is open."""
        for connection in self._kept.values():
            connection.close()


def _connection(scheme: str, host: str) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return kind(host, timeout=_SECONDS)
