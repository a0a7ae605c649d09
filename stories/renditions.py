"""Renditions: what is made of a picture's master for readers.

Two crops: "full", and "wide" (3:2, keeping the focal point; left out where the master is 3:2 within 1 %). Each at
several widths as AVIF, WebP and JPEG, stored as `pictures/<token>/<crop>-<width>.<avif|webp|jpg>`; beside them the
share card `share.jpg`, the dominant colour and a tiny blurred stand-in.

`Picture.renditions` = {"full": {"width": int, "height": int, "widths": [int, …]}, "wide": {…}}: width and height in
pixels are those of the crop's largest rendition; widths ascend.
"""

import base64
import io
import itertools
import logging
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypedDict

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageFilter

from stories import media_storage, tasks
from stories.models import Picture

WIDTHS = (360, 720, 1080, 1600, 2400)
MOST_PIXELS = 8_000_000  # a very tall picture gets no rendition above this
WIDE = 3 / 2
WIDE_TOLERANCE = 0.01
SHARE_SIZE = (1200, 630)
STAND_IN_BYTES = 350  # of the whole data: address
BEHIND = (255, 255, 255)  # where a format knows no transparency

# Ending -> how Pillow writes it. AVIF at speed 8: five times faster than 6 for 15 % more bytes; the larger ones at 9,
# three times as fast again for 8 % more. One thread each: the renditions of a picture are made side by side.
FORMATS: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 54, "speed": 8, "max_threads": 1},
    "webp": {"format": "WEBP", "quality": 74, "method": 2},
    "jpg": {"format": "JPEG", "quality": 78, "progressive": True, "optimize": True},
}

logger = logging.getLogger(__name__)
FAST_ABOVE = 720  # pixels across


class Unreadable(Exception):
    """A master cannot be decoded: trying again will not help."""


class Crop(TypedDict):
    """The renditions of one crop: the largest's size in pixels, and every width there is."""

    width: int
    height: int
    widths: list[int]


@dataclass(frozen=True)
class Rendered:
    """All that is made of one master: files by name below the picture's folder, and what the row keeps."""

    files: dict[str, bytes]
    crops: dict[str, Crop]
    colour: str
    stand_in: str


def folder(picture: Picture) -> str:
    """Return the storage folder of a picture's renditions."""
    return f"pictures/{picture.token}"


def make(picture: Picture) -> bool:
    """Make the renditions of a waiting picture; False when it was not waiting or another worker has it.

    Old renditions are replaced one by one, so that a live page never misses its picture. A master that cannot be read
    marks the picture as failed; trouble with the storage gives the row back and is raised.
    """
    if not picture.claim():
        return False
    return _finish(picture, lambda: render(_master_of(picture), (picture.focal_x, picture.focal_y)))


def make_many(pictures: Iterable[Picture]) -> int:
    """Make the renditions of many waiting pictures on all cores; return how many were made."""
    made = 0
    rows = iter(pictures)
    with ThreadPoolExecutor(_cores()) as pool:
        # A handful at a time: what is claimed is also begun within the claim's time.
        while batch := list(itertools.islice(rows, 2 * _cores())):
            mine = [picture for picture in batch if picture.claim()]
            jobs = [
                (picture, pool.submit(render, _master_of(picture), (picture.focal_x, picture.focal_y), 1)) for picture in mine
            ]
            for picture, job in jobs:
                made += _finish(picture, job.result)
    return made


def renew(picture: Picture) -> None:
    """Have the renditions made anew, as after a change of the focal point."""
    picture.wait_again()
    transaction.on_commit(lambda: tasks.prepare_picture.enqueue(picture.pk), robust=True)


def render(master: bytes, focal: tuple[float, float], threads: int = 0) -> Rendered:
    """Make everything of a master, on plain bytes alone. `threads` encode at a time (0: one for each core).

    Raises Unreadable when the master is damaged.
    """
    try:
        source = Image.open(io.BytesIO(master), formats=["JPEG", "PNG"])
        size = source.size
        # A very large JPEG is halved while it is decoded, as long as the largest rendition stays full size.
        source.draft("RGB", (WIDTHS[-1], round(WIDTHS[-1] * size[1] / size[0])))
        source.load()
    except (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombError) as error:
        raise Unreadable from error
    boxes = {"full": (0.0, 0.0, float(source.width), float(source.height))}
    if abs(size[0] / size[1] / WIDE - 1) > WIDE_TOLERANCE:
        boxes["wide"] = crop_box(source.size, WIDE, focal)

    crops: dict[str, Crop] = {}
    encodings: list[tuple[str, Callable[[], bytes]]] = []
    for crop, box in boxes.items():
        scale = size[0] / source.width  # the master's own pixels, where the decoder halved it
        widths = widths_for((box[2] - box[0]) * scale, (box[3] - box[1]) * scale)
        largest = _resized(source, widths[-1], box)
        crops[crop] = {"width": largest.width, "height": largest.height, "widths": widths}
        for width in reversed(widths):
            rendition = largest if width == largest.width else _resized(largest, width)
            encodings += [(f"{crop}-{width}.{ending}", _encoding(rendition, ending)) for ending in FORMATS]
    card = source.resize(SHARE_SIZE, Image.Resampling.LANCZOS, crop_box(source.size, SHARE_SIZE[0] / SHARE_SIZE[1], focal), 3.0)
    encodings.append(("share.jpg", _encoding(card, "jpg")))

    # The encoders let go of the interpreter's lock: threads use all cores. AVIF, the slowest, first.
    encodings.sort(key=lambda encoding: encoding[0].endswith(".avif"), reverse=True)
    with ThreadPoolExecutor(threads or _cores()) as pool:
        jobs = {name: pool.submit(encode) for name, encode in encodings}
        files = {name: job.result() for name, job in jobs.items()}
    thumb = _opaque(source.resize(_inside(source.size, 64), Image.Resampling.BOX, reducing_gap=2.0))
    return Rendered(files, crops, dominant_colour(thumb), stand_in(thumb))


def widths_for(width: float, height: float) -> list[int]:
    """Return the widths to make of a crop of that size in pixels: never above its own, ascending."""
    most = min(width, (MOST_PIXELS * width / height) ** 0.5)
    own = max(1, int(most + 1e-6))
    widths = [step for step in WIDTHS if step <= own]
    # A picture between two steps is also kept at its own width where that shows.
    if not widths or (own < WIDTHS[-1] and own >= widths[-1] * 1.1):
        widths.append(own)
    return widths


def crop_box(size: tuple[int, int], ratio: float, focal: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return the largest box of a ratio (width by height) inside a size, as near to centred on the focal point as fits."""
    width, height = float(size[0]), float(size[1])
    across, down = (height * ratio, height) if width / height > ratio else (width, width / ratio)
    left = min(max(focal[0] * width - across / 2, 0), width - across)
    top = min(max(focal[1] * height - down / 2, 0), height - down)
    return (left, top, left + across, top + down)


def dominant_colour(thumb: Image.Image) -> str:
    """Return the colour that most of a picture has, as #rrggbb."""
    few = thumb.quantize(6, method=Image.Quantize.MEDIANCUT)
    index = max(enumerate(few.histogram()), key=lambda counted: counted[1])[0]
    red, green, blue = (few.getpalette() or [])[index * 3 : index * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def stand_in(thumb: Image.Image) -> str:
    """Return a tiny blurred WebP of a picture as a data: address of at most STAND_IN_BYTES characters."""
    blurred = thumb.filter(ImageFilter.GaussianBlur(2))
    address = ""
    for side in (20, 16, 12, 8):
        small = blurred.resize(_inside(blurred.size, side), Image.Resampling.BOX)
        address = (
            "data:image/webp;base64," + base64.b64encode(_encode(small, {"format": "WEBP", "quality": 30, "method": 6})).decode()
        )
        if len(address) <= STAND_IN_BYTES:
            break
    return address


def _finish(picture: Picture, rendering: Callable[[], Rendered]) -> bool:
    try:
        try:
            rendered = rendering()
        except Unreadable:
            logger.exception("Picture %s cannot be rendered", picture.pk)
            picture.give_up(_("Its renditions could not be made. Please upload it again."))
            return False
        return _keep(picture, rendered)
    except BaseException:
        picture.release()
        raise


def _keep(picture: Picture, rendered: Rendered) -> bool:
    """Store the files and finish the row, unless the row meanwhile became another worker's or was to be made anew."""
    if not picture.renew_claim():
        return False
    for name, content in rendered.files.items():
        media_storage.put(f"{folder(picture)}/{name}", content)
    media_storage.keep_only(folder(picture), {f"{folder(picture)}/{name}" for name in rendered.files})
    return picture.finish(
        renditions=rendered.crops,
        colour=rendered.colour,
        stand_in=rendered.stand_in,
        share_bytes=len(rendered.files["share.jpg"]),
    )


def _master_of(picture: Picture) -> bytes:
    with default_storage.open(str(picture.master.name)) as file:
        return bytes(file.read())


def _resized(source: Image.Image, width: int, box: tuple[float, float, float, float] | None = None) -> Image.Image:
    box = box or (0.0, 0.0, float(source.width), float(source.height))
    height = max(1, round(width * (box[3] - box[1]) / (box[2] - box[0])))
    if (width, height) == source.size:
        return source
    return source.resize((width, height), Image.Resampling.LANCZOS, box, 2.0)


def _inside(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _encoding(picture: Image.Image, ending: str) -> Callable[[], bytes]:
    how = FORMATS[ending]
    if ending == "avif" and picture.width > FAST_ABOVE:
        how = how | {"speed": 9}
    return lambda: _encode(_opaque(picture) if ending == "jpg" else picture, how)


def _encode(picture: Image.Image, how: dict[str, Any]) -> bytes:
    target = io.BytesIO()
    picture.save(target, **how)
    return target.getvalue()


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    behind = Image.new("RGB", picture.size, BEHIND)
    behind.paste(picture, mask=picture.getchannel("A"))
    return behind


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
