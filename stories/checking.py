"""What stands against publishing a story, and what an editor may want to look at first.

A red finding blocks (reviewing.publish asks for them), an amber one warns. Each says which field or block it is about.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from safeguarding import gate
from stories import grading, media_storage, protecting, publishing
from stories.models import AsideBlock, ClipBlock, LinkBlock, OldSlug, Picture, PictureBlock, Story, TextBlock
from stories.models.clips import Clip, ClipHost
from stories.models.stories import Status
from stories.snapshots import blocks_in_order, clips_in, key_of
from stories.text import clean_html, plain_words

TITLE_LETTERS = 65  # what Google shows of a title on a phone, about
STANDFIRST_LETTERS = 160  # and of a description
ALT_LETTERS = 5
PHONE_WIDTH = 720  # device pixels of a 360 px phone
HEAVY_PICTURE = 150_000  # bytes; quality.md, section 2: a story's first view is at most that, all in
HEAVY_STORY = 1_000_000
PICTURES_WEIGHED = 24  # asking a bucket for sizes takes time
GRADE = 10  # school years: above it, half of all adults read with effort

_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)
_LINK = re.compile(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_LOST_LINK = re.compile(r"<a\b(?![^>]*href=)[^>]*>(.*?)</a>", re.DOTALL)
_EMPTY_LINKS = frozenset({"here", "click here", "this", "link", "read more", "more", "aquí", "haz clic aquí", "leer más"})
_FILE_NAME = re.compile(r"(?i)^(img|dsc|pic|image|photo|picture|screenshot)?[\s_-]*\d*\.?(jpe?g|png|heic|webp|avif)?$")


@dataclass(frozen=True)
class Finding:
    """One line of the panel. `field`: of the story's form; `block`: which of its blocks; `mend_at`: an address elsewhere."""

    red: bool
    words: str
    field: str = ""
    block: str = ""
    mend_at: str = ""


def _red(words: str, **place: str) -> Finding:
    return Finding(red=True, words=words, **place)


def _amber(words: str, **place: str) -> Finding:
    return Finding(red=False, words=words, **place)


def findings(story: Story, *, may_know: bool = False) -> list[Finding]:
    """Return everything found in the working copy, red before amber, in the order of the page.

    `may_know`: show protected names where they stand, to whoever may see the vault.
    """
    blocks = blocks_in_order(story)
    found = [
        *_obstacles(story, blocks, may_know),
        *_title_and_standfirst(story),
        *_pictures(story, blocks),
        *_clips(blocks),
        *_headings(blocks),
        *_links(blocks),
        *_reading(story, blocks),
        *_weights(story, blocks),
    ]
    return sorted(found, key=lambda finding: not finding.red)


def reds(story: Story) -> list[str]:
    """Return what blocks publishing beside publishing's own obstacles: each a sentence."""
    blocks = blocks_in_order(story)
    found = [*_pictures(story, blocks), *_clips(blocks), *_links(blocks)]
    return list(dict.fromkeys(finding.words for finding in found if finding.red))


# --- publishing's own obstacles ---------------------------------------------------------------------
def _obstacles(story: Story, blocks: list[Any], may_know: bool) -> Iterator[Finding]:
    verdict = gate.judge(publishing.uses_of(story, blocks))
    mend_at = {str(refusal): refusal.mend_at for refusal in verdict.refusals}
    plain = {hit.sentence(may_know=False): hit for hit in protecting.name_hits(story, blocks)}
    fields = {_("Choose a lead picture."): "lead", _("The story would expire before it is published."): "expire_at"}
    for words in publishing.obstacles(story, blocks, verdict):
        shown = plain[words].sentence(may_know=True) if may_know and words in plain else words
        yield _red(shown, field=fields.get(words, ""), mend_at=mend_at.get(words, ""))


# --- words ------------------------------------------------------------------------------------------
def _title_and_standfirst(story: Story) -> Iterator[Finding]:
    if len(story.title) > TITLE_LETTERS:
        words = _("The title has %(count)d letters: search results and cards cut it after about %(most)d.")
        yield _amber(words % {"count": len(story.title), "most": TITLE_LETTERS}, field="title")
    if len(story.standfirst) > STANDFIRST_LETTERS:
        words = _("The standfirst has %(count)d letters: search results and cards cut it after about %(most)d.")
        yield _amber(words % {"count": len(story.standfirst), "most": STANDFIRST_LETTERS}, field="standfirst")


def _headings(blocks: list[Any]) -> Iterator[Finding]:
    level = 1
    for block in blocks:
        if not isinstance(block, TextBlock):
            continue
        for number, words in _HEADING.findall(clean_html(block.html)):
            if not plain_words(words):
                yield _amber(_("A heading is empty."), block=key_of(block))
            elif int(number) > level + 1:
                said = _("“%(heading)s” is a smaller heading with no larger one above it.") % {"heading": plain_words(words)[:60]}
                yield _amber(said, block=key_of(block))
            level = int(number)


def _reading(story: Story, blocks: list[Any]) -> Iterator[Finding]:
    whole = " ".join(plain_words(block.html) for block in blocks if isinstance(block, TextBlock))
    grade = grading.grade(whole, story.language)
    if grade is not None and grade > GRADE:
        words = _("The text reads like school year %(grade)d: shorter sentences and plainer words reach more people.")
        yield _amber(words % {"grade": round(grade)})


# --- pictures and clips -----------------------------------------------------------------------------
def _where_pictures_stand(story: Story, blocks: list[Any]) -> Iterator[tuple[Picture, Finding]]:
    if story.lead:
        yield story.lead, Finding(red=False, words="", field="lead")
    for block in blocks:
        if isinstance(block, PictureBlock):
            yield block.picture, Finding(red=False, words="", block=key_of(block))
        elif isinstance(block, ClipBlock) and block.clip.poster:
            yield block.clip.poster, Finding(red=False, words="", block=key_of(block))


def _pictures(story: Story, blocks: list[Any]) -> Iterator[Finding]:
    for picture, place in _where_pictures_stand(story, blocks):
        title, alt = {"title": picture}, picture.alt.strip()
        if picture.decorative:
            if place.field == "lead":
                yield replace(place, words=_("The lead picture is marked as decorative: nobody hears what it shows."))
        elif not alt:
            yield replace(place, red=True, words=_("“%(title)s” has no alternative text.") % title)
        elif len(alt) < ALT_LETTERS or _FILE_NAME.match(alt):
            yield replace(place, words=_("The alternative text of “%(title)s” does not say what it shows.") % title)


def _clips(blocks: list[Any]) -> Iterator[Finding]:
    captioned = _captioned(clips_in(blocks))
    for block in blocks:
        if not isinstance(block, ClipBlock):
            continue
        own, title = block.clip.host == ClipHost.OWN, {"title": block.clip}
        if own and block.clip.pk not in captioned:
            yield _red(_("“%(title)s” has no captions: nobody who cannot hear follows it.") % title, block=key_of(block))
        if not block.clip.transcript.strip():
            yield Finding(red=own, words=_("“%(title)s” has no transcript.") % title, block=key_of(block))
        if block.clip.poster is None:
            yield _amber(_("“%(title)s” has no poster: readers see an empty box.") % title, block=key_of(block))


def _captioned(clips: list[Clip]) -> set[int]:
    own = [clip.pk for clip in clips if clip.host == ClipHost.OWN]
    return set(Clip.objects.filter(pk__in=own, captions__isnull=False).values_list("pk", flat=True)) if own else set()


def _weights(story: Story, blocks: list[Any]) -> Iterator[Finding]:
    whole = 0
    seen: set[int] = set()
    for picture, place in _where_pictures_stand(story, blocks):
        if picture.pk in seen or len(seen) == PICTURES_WEIGHED:
            continue
        seen.add(picture.pk)
        weight = _weight(picture)
        whole += weight
        if weight > HEAVY_PICTURE:
            words = _("“%(title)s” weighs %(size)d KB on a phone: crop it, or choose a calmer picture.")
            yield replace(place, words=words % {"title": picture, "size": weight // 1000})
    if whole > HEAVY_STORY:
        words = _("The pictures weigh %(size)d KB on a phone together: some readers pay for each of them.")
        yield _amber(words % {"size": whole // 1000})


def _weight(picture: Picture) -> int:
    """Return the bytes that a phone fetches of a picture, 0 where that cannot be known now."""
    crop = picture.renditions.get("full")
    if not crop:
        return 0
    width = min((width for width in crop["widths"] if width >= PHONE_WIDTH), default=max(crop["widths"]))
    try:
        stored = media_storage.find(f"pictures/{picture.token}/full-{width}.avif")
    except media_storage.Unreachable:
        return 0
    return stored.size if stored else 0


# --- links ------------------------------------------------------------------------------------------
def _links(blocks: list[Any]) -> Iterator[Finding]:
    for block in blocks:
        if isinstance(block, TextBlock | AsideBlock):
            html = clean_html(block.html)
            for address, words in _LINK.findall(html):
                yield from _link(address.replace("&amp;", "&"), plain_words(words), key_of(block))
            for words in _LOST_LINK.findall(html):  # cleaning kept no address that no browser could follow
                yield _red(
                    _("The link “%(words)s” has no address that works.") % {"words": plain_words(words)}, block=key_of(block)
                )
        elif isinstance(block, LinkBlock):
            if block.story:
                yield from _to_story(block.story, key_of(block))
            elif block.url:
                yield from _link(block.url, block.title, key_of(block))
            else:
                yield _red(_("A link leads nowhere: its story is gone."), block=key_of(block))


def _link(address: str, words: str, block: str) -> Iterator[Finding]:
    if words.lower().strip(" .…") in _EMPTY_LINKS or not words:
        yield _amber(_("“%(words)s” does not say where the link leads.") % {"words": words or address}, block=block)
    parts = _parts(address)
    if parts is None:
        yield _red(_("%(address)s is no address.") % {"address": address}, block=block)
    elif _is_ours(parts):
        yield from _to_page(parts.path or "/", address, block)
    elif parts.scheme == "http":
        yield _amber(_("%(address)s is not encrypted: try it with https.") % {"address": address}, block=block)


def _parts(address: str) -> Any:
    try:
        parts = urlsplit(address)
        _port = parts.port  # may be no number
    except ValueError:
        return None
    return parts


def _is_ours(parts: Any) -> bool:
    return bool(parts.scheme in {"", "http", "https"} and parts.netloc in {"", urlsplit(settings.SITE_URL).netloc})


def _to_page(path: str, address: str, block: str) -> Iterator[Finding]:
    dead = _red(_("%(address)s leads to no page of this site.") % {"address": address}, block=block)
    path = unquote(path)
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            match = resolve(path)
        except Resolver404:
            yield dead
            return
    if match.app_name == "admin":
        yield replace(dead, words=_("%(address)s is a page for staff only.") % {"address": address})
    elif match.view_name == "stories:story":
        slug = str(match.kwargs.get("slug", ""))
        story = Story.objects.filter(slug=slug).first()
        if story is None and (old := OldSlug.objects.filter(slug=slug).select_related("story").first()):
            yield replace(dead, red=False, words=_("%(address)s is a former address of a story.") % {"address": address})
            story = old.story
        yield from _to_story(story, block) if story else [dead]


def _to_story(story: Story, block: str) -> Iterator[Finding]:
    if story.is_public():
        return
    if story.status == Status.WITHDRAWN or (story.status == Status.PUBLISHED and story.state() == "expired"):
        yield _red(_("“%(story)s” is no longer shown: a link to it is dead.") % {"story": story}, block=block)
    else:
        yield _amber(_("“%(story)s” is not public yet: readers who follow the link find nothing.") % {"story": story},
                      block=block)  # fmt: skip
