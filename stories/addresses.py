"""Public addresses of pictures and clips, as pages, feeds and cards name them."""

from typing import Any

from django.conf import settings


def media_address(path: str) -> str:
    """Return the address of a path below /media/, on the media host where there is one."""
    return f"{settings.MEDIA_URL_HOST}/media/{path}"


def absolute_media_address(path: str) -> str:
    """Return the address with scheme and host, for readers elsewhere."""
    return f"{settings.MEDIA_URL_HOST or settings.SITE_URL}/media/{path}"


def share_address(picture: dict[str, Any]) -> str:
    """Return the absolute address of a picture's share card (1200 x 630 JPEG)."""
    return absolute_media_address(f"p/{picture['token']}/share.jpg")


def largest_jpeg(picture: dict[str, Any]) -> str:
    """Return the absolute address of a picture's largest whole JPEG rendition."""
    full = picture["crops"].get("full") or picture["crops"]["wide"]
    crop = "full" if "full" in picture["crops"] else "wide"
    return absolute_media_address(f"p/{picture['token']}/{crop}-{max(full['widths'])}.jpg")


def clip_address(clip: dict[str, Any]) -> str:
    """Return the absolute address of an own clip's file."""
    return absolute_media_address(f"c/{clip['token']}/clip.mp4")


def player_address(clip: dict[str, Any]) -> str:
    """Return the address of an embedded clip's player; Vimeo's unlisted hash is kept."""
    if clip["host"] == "youtube":
        return f"https://www.youtube-nocookie.com/embed/{clip['video_id']}"
    unlisted = f"&h={clip['unlisted_hash']}" if clip["unlisted_hash"] else ""
    return f"https://player.vimeo.com/video/{clip['video_id']}?dnt=1{unlisted}"


def watch_address(clip: dict[str, Any]) -> str:
    """Return the address of an embedded clip's page at its host, for readers without JavaScript."""
    if clip["host"] == "youtube":
        return f"https://www.youtube.com/watch?v={clip['video_id']}"
    unlisted = f"/{clip['unlisted_hash']}" if clip["unlisted_hash"] else ""
    return f"https://vimeo.com/{clip['video_id']}{unlisted}"
