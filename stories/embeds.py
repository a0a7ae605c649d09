"""Embedded clips: the addresses of YouTube and Vimeo that we know how to read.

An address is only ever read, by an allow-list of hosts and forms; nothing is fetched.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from stories.models.clips import ClipHost

MAX_LENGTH = 500

_YOUTUBE_HOSTS = {
    "youtube.com",
    "www.youtube.com",
    "m.youtube.com",
    "music.youtube.com",
    "www.youtube-nocookie.com",
    "youtube-nocookie.com",
}
_YOUTUBE_SHORT_HOSTS = {"youtu.be", "www.youtu.be"}
_VIMEO_HOSTS = {"vimeo.com", "www.vimeo.com"}
_VIMEO_PLAYER_HOSTS = {"player.vimeo.com"}

_YOUTUBE_ID = r"(?P<id>[A-Za-z0-9_-]{11})"
_VIMEO_ID = r"(?P<id>[1-9][0-9]{5,11})"
_HASH = r"[0-9a-f]{6,20}"

_YOUTUBE_PATH = re.compile(rf"/(?:shorts|embed|live|v)/{_YOUTUBE_ID}/?")
_YOUTUBE_SHORT_PATH = re.compile(rf"/{_YOUTUBE_ID}/?")
_VIMEO_PATHS = [
    re.compile(rf"/{_VIMEO_ID}(?:/(?P<hash>{_HASH}))?/?"),
    re.compile(rf"/channels/[A-Za-z0-9_-]{{1,60}}/{_VIMEO_ID}/?"),
    re.compile(rf"/groups/[A-Za-z0-9_-]{{1,60}}/videos/{_VIMEO_ID}/?"),
    re.compile(rf"/(?:showcase|album)/[0-9]{{1,12}}/video/{_VIMEO_ID}/?"),
]
_VIMEO_PLAYER_PATH = re.compile(rf"/video/{_VIMEO_ID}/?")
_PRINTABLE_ASCII = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Embed:
    """An embedded clip: who shows it, its id there, and Vimeo's hash where the clip is unlisted."""

    host: str
    video_id: str
    unlisted_hash: str = ""


def parse(address: str) -> Embed:
    """Return the clip that an address of YouTube or Vimeo names.

    Raises ValidationError for every other address, however like one it looks.
    """
    address = address.strip()
    if len(address) > MAX_LENGTH or not _PRINTABLE_ASCII.fullmatch(address) or set(address) & set("\\@<>\"'`{}|^"):
        raise _refusal()
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _refusal() from error
    if (
        parts.scheme not in {"https", "http"}
        or port is not None
        or parts.netloc.endswith(":")
        or "%" in parts.netloc + parts.path
    ):
        raise _refusal()
    host = parts.netloc.lower()
    query = parse_qs(parts.query, max_num_fields=30) if parts.query.count("&") < 30 else {}
    if embed := _youtube(host, parts.path, query) or _vimeo(host, parts.path, query):
        return embed
    raise _refusal()


def _youtube(host: str, path: str, query: dict[str, list[str]]) -> Embed | None:
    if host in _YOUTUBE_HOSTS and path.rstrip("/") == "/watch":
        values = query.get("v", [])
        match = re.fullmatch(_YOUTUBE_ID, values[0]) if len(values) == 1 else None
    elif host in _YOUTUBE_HOSTS:
        match = _YOUTUBE_PATH.fullmatch(path)
    elif host in _YOUTUBE_SHORT_HOSTS:
        match = _YOUTUBE_SHORT_PATH.fullmatch(path)
    else:
        return None
    return Embed(ClipHost.YOUTUBE, match["id"]) if match else None


def _vimeo(host: str, path: str, query: dict[str, list[str]]) -> Embed | None:
    if host in _VIMEO_HOSTS:
        match = next((found for form in _VIMEO_PATHS if (found := form.fullmatch(path))), None)
    elif host in _VIMEO_PLAYER_HOSTS:
        match = _VIMEO_PLAYER_PATH.fullmatch(path)
    else:
        return None
    if not match:
        return None
    # The hash is part of the address or its ?h=; a wrong one is refused rather than dropped: without it nothing plays.
    unlisted = match.groupdict().get("hash") or (query.get("h") or [""])[0]
    if unlisted and not re.fullmatch(_HASH, unlisted):
        return None
    return Embed(ClipHost.VIMEO, match["id"], unlisted)


def _refusal() -> ValidationError:
    return ValidationError(
        _("This is not an address of a YouTube or Vimeo clip. Please copy the address from the clip's own page."),
        code="not_a_clip",
    )
