"""The history of a story: a revision for every save, what of it a person judges, and back to any of them.

History only grows: restoring makes a new working copy and, with it, a new revision.
"""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import Max

from stories.models import Captions, Story, StoryRevision
from stories.snapshots import blocks_in_order, clips_in, content_of, pictures_in

# What the worker adds to a picture or clip when it prepares it, and numbers that follow from the words: nobody judges these.
_PREPARED = frozenset({"colour", "stand_in", "crops", "share_bytes", "width", "height", "duration_ms"})
_FOLLOWS = frozenset({"version", "words", "minutes", "key"})


def digest_of(story: Story, content: dict[str, Any]) -> str:
    """Return 32 letters that change with anything readers could notice, or that decides how long and where they see it.

    Two queries, and a third where there are clips. The time of publishing is not part of it: a reviewer sets that.
    """
    told = {
        "content": _meaning(content),
        "slug": story.slug,
        "expire_at": story.expire_at.isoformat() if story.expire_at else None,
        "translation_of": story.translation_of_id,
        "related": sorted(story.related.values_list("pk", flat=True)),
        "captions": _captions(content),
    }
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16).hexdigest()


def _meaning(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _meaning(value) for name, value in data.items() if name not in _PREPARED | _FOLLOWS}
    return [_meaning(value) for value in data] if isinstance(data, list) else data


def _captions(content: dict[str, Any]) -> list[list[str]]:
    tokens = [block["clip"]["token"] for block in content["blocks"] if block["kind"] == "clip"]
    found = Captions.objects.filter(clip__token__in=tokens).order_by("clip__token", "language") if tokens else ()
    return [[captions.clip.token, captions.language, captions.text] for captions in found.select_related("clip")] if found else []


def working_copy(story: Story) -> StoryRevision:
    """Return the story as it is being written, as a revision that is not stored."""
    content = content_of(story, blocks_in_order(story))
    return StoryRevision(story=story, content=content, digest=digest_of(story, content))


def newest(story: Story) -> StoryRevision | None:
    """Return the last revision, its long texts left where they are."""
    return story.revisions.order_by("-number").defer("content", "body_html", "card_html", "head_html").first()


@transaction.atomic
def keep(story: Story, by: Any, note: str = "") -> StoryRevision:
    """Return a revision of the working copy: the newest one where nothing has changed since, else a new one.

    A note given for what is kept already becomes that revision's own, where it had none.
    """
    blocks = blocks_in_order(story)
    content = content_of(story, blocks)
    digest = digest_of(story, content)
    last = newest(story)
    if last and last.digest == digest:
        if note and not last.note:
            last.note = note
            last.save(update_fields=["note"])
        return last
    return add(story, blocks, content=content, digest=digest, note=note, created_by=by)


def add(story: Story, blocks: list[Any], **fields: Any) -> StoryRevision:
    """Store a revision under the next number, with the pictures and clips it holds on to."""
    number = (story.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    revision = StoryRevision.objects.create(story=story, number=number, **fields)
    revision.pictures.set(pictures_in(story, blocks))
    revision.clips.set(clips_in(blocks))
    return revision


def writers_since(story: Story, number: int) -> set[int]:
    """Return the accounts that changed the working copy after a revision; what was only put live is nobody's change."""
    later = story.revisions.filter(number__gt=number, published_at=None).exclude(created_by=None)
    return set(later.values_list("created_by", flat=True))
