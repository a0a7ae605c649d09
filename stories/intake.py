"""Picture intake: from whatever was uploaded to a clean master, before anything else can read it.

The pixels alone are encoded anew, since re-encoding what was opened keeps comments; nothing of the original is kept
(safeguarding rules 7 and 8).
"""

import functools
import io
import re
import warnings
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from stories import media_storage, tasks
from stories.models import Picture

MAX_BYTES = 40 * 1024 * 1024
MAX_PIXELS = 40_000_000
# Where reading takes several times the memory of the pixels: libwebp keeps whole canvases, deep grey takes four bytes.
MAX_COSTLY_PIXELS = 16_000_000
MAX_SIDE = 16_000  # WebP ends at 16,383
MASTERS = "masters"

# What Pillow calls a kind of picture -> (what people call it, the endings its files have).
KINDS = {
    "JPEG": ("JPEG", {"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    "MPO": ("JPEG", {"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    "PNG": ("PNG", {"png", "apng"}),
    "WEBP": ("WebP", {"webp"}),
    "AVIF": ("AVIF", {"avif", "avifs"}),
    "HEIF": ("HEIC", {"heic", "heif", "hif", "heics", "heifs"}),
    "TIFF": ("TIFF", {"tif", "tiff"}),
}
# How a picture of a kind we take begins: one that cannot be opened all the same is damaged.
_HEADS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP|II\*\0|MM\0\*|....ftyp(?:avi[fs]|hei[cmxs]|hev[cmxs]|mif1|msf1)", re.DOTALL
)
# Marks of a file that is something else as well. Such a second nature dies in the re-encoding; this says so early.
_SECOND_NATURE = re.compile(rb"<script[\s>]|<iframe[\s>]|<!doctype\s+html|<html[\s>]|<\?php|<svg\s[^>]{0,80}xmlns", re.IGNORECASE)
_PDF_WITHIN = 1024  # readers accept a PDF whose mark stands this far in
_ZIP_END = b"PK\x05\x06\x00\x00\x00\x00"
_ZIP_END_WITHIN = 65_557  # the end record and the longest comment after it

# A picture whose header promises more is an error for every use of Pillow in this process, not only here.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class CleanPicture:
    """A picture without anything but its pixels: encoded bytes, size in pixels, extension jpg or png."""

    content: bytes
    width: int
    height: int
    extension: str


def clean_picture(upload: File[Any]) -> CleanPicture:
    """Return the upload's pixels, upright and in sRGB, encoded anew without any metadata.

    An animation or a file of several pages gives its first picture. Raises ValidationError with a sentence for the
    person uploading: wrong kind, disguised, too large, too many megapixels, damaged.
    """
    if upload.size > MAX_BYTES:
        raise _refusal(_("This file is larger than 40 MB. Please upload a smaller one."), "too_many_bytes")
    upload.seek(0)
    content = upload.read()
    picture = _opened(content)
    _check_name(upload.name or "", picture.format or "")
    _check_single_nature(content)
    if picture.width * picture.height > MAX_PIXELS or max(picture.size) > MAX_SIDE:
        raise _too_many_pixels()
    if picture.width * picture.height > MAX_COSTLY_PIXELS and (picture.format == "WEBP" or picture.mode in {"I", "F"}):
        raise _refusal(
            _("A picture of this kind may have 16 megapixels. Please upload a smaller one, or save it as JPEG."),
            "too_many_pixels",
        )
    try:
        pixels = _upright_srgb(picture)
        return encoded(pixels)
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError, MemoryError, Image.DecompressionBombError) as error:
        raise _damaged() from error


def store_picture(
    upload: File[Any] | CleanPicture,
    *,
    title: str,
    origin: str,
    alt: str = "",
    decorative: bool = False,
    credit: str = "",
    focal_x: float = 0.5,
    focal_y: float = 0.5,
    by: Any = None,
) -> Picture:
    """Keep an upload as a picture: its clean master, its row, and on commit a nudge to make the renditions.

    The focal point is given as fractions of the width and height. Raises ValidationError as
    `clean_picture` and the model do.
    """
    clean = upload if isinstance(upload, CleanPicture) else clean_picture(upload)
    picture = Picture(
        title=title, origin=origin, alt=alt, decorative=decorative, credit=credit, focal_x=focal_x, focal_y=focal_y,
        width=clean.width, height=clean.height, created_by=by,
    )  # fmt: skip
    return keep(picture, clean)


def keep(picture: Picture, clean: CleanPicture) -> Picture:
    """Save an unsaved picture with its master. No master is left behind when the row is refused."""
    picture.width, picture.height = clean.width, clean.height
    picture.full_clean(exclude=["master", "origin"] if picture.draft else ["master"])
    picture.master.name = media_storage.add(MASTERS, clean.content, clean.extension)
    try:
        with transaction.atomic():
            picture.save(force_insert=True)
    except BaseException:
        default_storage.delete(picture.master.name)
        raise
    # A nudge that cannot be queued is no harm: the sweep finds the waiting row.
    transaction.on_commit(functools.partial(tasks.prepare_picture.enqueue, picture.pk), robust=True)
    return picture


def _opened(content: bytes) -> Image.Image:
    """Open the file by its content alone, reading no more than its header."""
    from pillow_heif import register_heif_opener  # noqa: PLC0415  (9 MB that readers' pages never need)

    register_heif_opener(thumbnails=False)
    try:
        return Image.open(io.BytesIO(content), formats=[kind for kind in KINDS if kind != "MPO"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError, TypeError, OverflowError) as error:
        if _HEADS.match(content):
            raise _damaged() from error
        raise _refusal(
            _("This is not a picture we can take. Please upload a JPEG, PNG, WebP, AVIF, HEIC or TIFF file."), "wrong_kind"
        ) from error


def _check_name(name: str, kind: str) -> None:
    """Refuse a file whose name says that it is something else; a name without an ending says nothing."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    called, endings = KINDS[kind]
    if ending and ending not in endings:
        raise ValidationError(
            _(
                "The name of this file ends in .%(ending)s, but it is a %(kind)s picture. "
                "Please rename it or export it again, then upload it."
            ),
            code="disguised",
            params={"ending": ending[:12], "kind": called},
        )


def _check_single_nature(content: bytes) -> None:
    if b"%PDF-" in content[:_PDF_WITHIN] or _ZIP_END in content[-_ZIP_END_WITHIN:] or _SECOND_NATURE.search(content):
        raise _refusal(
            _("This file carries something beside the picture. Please export the picture again and upload that."), "second_nature"
        )


def _upright_srgb(picture: Image.Image) -> Image.Image:
    """Return the first picture of the file, turned as its orientation says, as RGB or RGBA in sRGB.

    A large picture takes 160 MB: it is changed where it lies, and what was opened is let go.
    """
    profile = picture.info.get("icc_profile")
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    upright = picture._new(picture.im)
    picture.close()
    if upright.mode in {"I", "F"} or upright.mode.startswith("I;16"):
        upright = _eight_bits(upright)
    if "transparency" in upright.info or upright.mode in {"LA", "La", "PA", "RGBa"}:
        upright = upright.convert("RGBA")
    elif upright.mode in {"P", "1"}:
        upright = upright.convert("RGB")
    return _in_srgb(upright, profile)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return a deep greyscale picture in eight bits: 16-bit values by their upper byte, others by their span."""
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point([value >> 8 for value in range(65_536)], "L")
    darkest, lightest = picture.getextrema()
    span = (lightest - darkest) or 1  # type: ignore[operator]
    return picture.convert("F").point(lambda value: value * (255 / span) - darkest * 255 / span).convert("L")  # type: ignore[operator]


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    if alpha and alpha.getextrema()[0] == 255:
        picture = picture.convert("RGB")
    if profile:
        picture = _from_profile(picture, profile)
    return picture if picture.mode in {"RGB", "RGBA"} else picture.convert("RGB")


def _from_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture with its numbers as sRGB has them; they stay where the profile is broken or foreign."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if picture.mode not in {"RGB", "RGBA"}:
            return ImageCms.profileToProfile(picture, source, _srgb(), outputMode="RGB") or picture
        ImageCms.profileToProfile(picture, source, _srgb(), inPlace=True)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # the numbers are taken as sRGB
    return picture


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.createProfile("sRGB")  # type: ignore[return-value]


def encoded(pixels: Image.Image) -> CleanPicture:
    """Encode the pixels, and nothing else that came with them: JPEG, or PNG where something is transparent.

    What lies under wholly transparent pixels was hidden by someone: it is painted over, in the picture given.
    """
    fresh = pixels._new(pixels.im)  # the pixels alone, not copied: a large picture takes 160 MB
    fresh.info = {}
    target = io.BytesIO()
    if fresh.mode == "RGBA":
        fresh.paste((0, 0, 0, 0), mask=fresh.getchannel("A").point(lambda alpha: 0 if alpha else 255))
        fresh.save(target, "PNG", compress_level=4)
        return CleanPicture(target.getvalue(), *fresh.size, "png")
    fresh.save(target, "JPEG", quality=95, subsampling="4:4:4")
    return CleanPicture(target.getvalue(), *fresh.size, "jpg")


def _refusal(sentence: Any, code: str) -> ValidationError:
    return ValidationError(sentence, code=code)


def _damaged() -> ValidationError:
    return _refusal(_("This picture is damaged or incomplete. Please export it again and upload it anew."), "damaged")


def _too_many_pixels() -> ValidationError:
    return _refusal(_("This picture has more than 40 megapixels. Please upload a smaller one."), "too_many_pixels")
