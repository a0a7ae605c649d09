"""Covers: solid boxes over what nobody may see, burned into a picture's master (safeguarding rule 7).

Never blurred: blurring can be undone. The master without them is deleted, everything made of it is made anew, and what
a page already carries of it, its tiny stand-in, is taken out of the live snapshots. A cover cannot be taken off again.
"""

import functools
import io
import math
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw

from public_pages.models import Edition
from stories import intake, media_storage, rendering, renditions
from stories.models import Picture, StoryRevision

MOST = 40
COLOUR = (28, 27, 46)  # the site's ink
_NUMBER = r"(\d{1,3}(?:\.\d{1,4})?)"
_LINE = re.compile(rf"\s*{_NUMBER}[\s,;]+{_NUMBER}[\s,;]+{_NUMBER}[\s,;]+{_NUMBER}\s*", re.ASCII)


@dataclass(frozen=True)
class Box:
    """A cover: left, top, width and height as parts of the picture's width and height, 0 to 1."""

    left: float
    top: float
    width: float
    height: float


def parse(text: str) -> list[Box]:
    """Return the boxes of a text with one a line, "left, top, width, height" in per cent; raises ValidationError."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise ValidationError(_("At most %(most)s covers at a time."), params={"most": MOST})
    return [_box(line) for line in lines]


def _box(line: str) -> Box:
    found = _LINE.fullmatch(line)
    values = [float(part) / 100 for part in found.groups()] if found else []
    if not values or values[0] >= 1 or values[1] >= 1 or not all(0 < side <= 1 for side in values[2:]):
        raise ValidationError(
            _("“%(line)s” is no cover: give left, top, width and height in per cent, such as 40, 25, 10, 15."),
            params={"line": line[:60]},
        )
    return Box(*values)


@transaction.atomic
def burn(picture: Picture, boxes: list[Box]) -> None:
    """Cover parts of a picture for good, and have everything that is made of it made anew."""
    locked = Picture.objects.select_for_update().get(pk=picture.pk)
    old = str(locked.master.name)
    with default_storage.open(old) as master:
        content, ending = _covered(master.read(), boxes)
    locked.master.name = picture.master.name = media_storage.add(intake.MASTERS, content, ending)
    locked.colour, locked.stand_in = "", ""
    locked.save(update_fields=["master", "colour", "stand_in"])
    # Nothing of the uncovered picture is served while the new ones are made: a gap is better than a face.
    gone = media_storage.names_in(f"pictures/{locked.token}") | {old}
    transaction.on_commit(functools.partial(_delete, gone))
    renditions.renew(locked)
    for revision in StoryRevision.objects.filter(pictures=locked).select_related("story"):
        _forget(revision, locked.token)
    Edition.advance()
    picture.refresh_from_db()


def _covered(master: bytes, boxes: list[Box]) -> tuple[bytes, str]:
    with Image.open(io.BytesIO(master), formats=["JPEG", "PNG"]) as source:
        source.load()
        pixels = source.convert("RGBA" if source.mode == "RGBA" else "RGB")
    draw = ImageDraw.Draw(pixels)
    for box in boxes:
        left, top = math.floor(box.left * pixels.width), math.floor(box.top * pixels.height)
        right, bottom = math.ceil((box.left + box.width) * pixels.width), math.ceil((box.top + box.height) * pixels.height)
        draw.rectangle((left, top, right - 1, bottom - 1), fill=COLOUR if pixels.mode == "RGB" else (*COLOUR, 255))
    clean = intake.encoded(pixels)
    return clean.content, clean.extension


def _forget(revision: StoryRevision, token: str) -> None:
    """Take the stand-in and colour of a picture out of a snapshot, and render the live one anew."""
    _without(revision.content, token)
    revision.save(update_fields=["content"])
    if revision.story.live_revision_id == revision.pk:
        rendering.render(revision)
        revision.save(update_fields=rendering.RENDERED_FIELDS)


def _without(content: Any, token: str) -> None:
    if isinstance(content, dict):
        if content.get("token") == token and "stand_in" in content:
            content["stand_in"] = content["colour"] = ""
        for value in content.values():
            _without(value, token)
    elif isinstance(content, list):
        for value in content:
            _without(value, token)


def _delete(names: set[str]) -> None:
    for name in names - {""}:
        default_storage.delete(name)
