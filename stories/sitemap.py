"""What the sitemap says about each story: its address, when it changed, its pictures and clips."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from stories.addresses import clip_address, largest_jpeg, player_address, share_address
from stories.models import Story

PER_FILE = 5000  # the protocol allows 50,000; with pictures a file must also stay under 50 MB


@dataclass(frozen=True)
class Entry:
    """One address of the sitemap."""

    address: str
    changed: datetime.datetime | None
    pictures: list[str]
    clips: list[dict[str, Any]]


def files() -> int:
    """Return how many sitemap files the published stories fill, at least one. One query."""
    return max(1, -(-Story.objects.published().count() // PER_FILE))


def entries(number: int) -> list[Entry]:
    """Return the stories of one file (from 1), oldest first so that files fill and stay. Two queries."""
    start = (number - 1) * PER_FILE
    stories = Story.objects.published().order_by("publish_at", "pk").select_related("live_revision")
    return [
        _entry(story) for story in stories.defer("live_revision__body_html", "live_revision__card_html")[start : start + PER_FILE]
    ]


def _entry(story: Story) -> Entry:
    assert story.live_revision is not None  # published() says so
    content = story.live_revision.content
    pictures = [content["lead"]] if content["lead"] else []
    pictures += [block["picture"] for block in content["blocks"] if block["kind"] == "picture"]
    clips = [block["clip"] for block in content["blocks"] if block["kind"] == "clip"]
    return Entry(
        address=settings.SITE_URL + story.get_absolute_url(),
        changed=story.live_revision.created_at,
        pictures=[largest_jpeg(picture) for picture in pictures],
        clips=[_clip(clip, content) for clip in clips],
    )


def _clip(clip: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    poster = clip["poster"] or content["lead"]
    return {
        "thumbnail": share_address(poster) if poster else "",
        "title": clip["title"],
        "description": (clip["transcript"] or content["standfirst"])[:2048],
        "content": clip_address(clip) if clip["host"] == "own" else "",
        "player": "" if clip["host"] == "own" else player_address(clip),
        "seconds": max(1, round(clip["duration_ms"] / 1000)),
    }
