"""Makers of picture and clip files that tell too much: places, serial numbers, names, comments, hidden tracks."""

import functools
import io
import random
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import piexif
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pillow_heif import register_heif_opener

from stories.transcoding import ffmpeg

CANARY = b"CANARY"
SERIAL = b"CANARYserial4711"
# Latitude seconds that occur nowhere by chance: searched for as raw EXIF numbers in both byte orders.
GPS_SECONDS = (123457, 1009)
GPS_BYTES = (struct.pack(">II", *GPS_SECONDS), struct.pack("<II", *GPS_SECONDS))
GPS_TEXT = b"51.50135"
PICTURE_KINDS = ("jpg", "png", "webp", "avif", "tif", "heic")
_XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" '
    b'aux:SerialNumber="CANARYxmp" aux:Place="' + GPS_TEXT + b'"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def scene(width: int = 960, height: int = 640, mode: str = "RGB", seed: int = 7) -> Image.Image:
    """Return a picture with soft shapes and some grain, the same for the same seed."""
    chance = random.Random(seed)
    small = Image.new("RGB", (12, 8))
    small.putdata([(chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in range(96)])
    large = small.resize((width, height), Image.Resampling.BICUBIC)
    return large.convert(mode)


def exif(orientation: int = 1, thumbnail: bool = True) -> bytes:
    """Return EXIF that names camera, serial number, owner, place and carries a thumbnail of its own."""
    minor = io.BytesIO()
    scene(96, 64).save(minor, "JPEG", comment=b"CANARYthumbnail")
    return piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: b"CANARYmake",
                piexif.ImageIFD.Model: b"CANARYmodel",
                piexif.ImageIFD.Artist: b"CANARYartist",
                piexif.ImageIFD.Orientation: orientation,
            },
            "Exif": {
                piexif.ExifIFD.BodySerialNumber: SERIAL,
                piexif.ExifIFD.UserComment: b"ASCII\0\0\0CANARYcomment",
                piexif.ExifIFD.MakerNote: b"CANARYmakernote" * 4,
            },
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: b"N",
                piexif.GPSIFD.GPSLatitude: ((51, 1), (30, 1), GPS_SECONDS),
                piexif.GPSIFD.GPSLongitudeRef: b"W",
                piexif.GPSIFD.GPSLongitude: ((0, 1), (8, 1), GPS_SECONDS),
            },
            **({"1st": {}, "thumbnail": minor.getvalue()} if thumbnail else {}),
        }
    )


@functools.cache
def telling_picture(kind: str, width: int = 960, height: int = 640) -> bytes:
    """Return a picture file of a kind with place, serial number and comments wherever that kind can hold them."""
    picture, target, about = scene(width, height), io.BytesIO(), exif()
    match kind:
        case "jpg":
            picture.save(target, "JPEG", exif=about, xmp=_XMP, comment=b"CANARYjpegcomment", quality=90)
            return _with_jpeg_segments(target.getvalue())
        case "png":
            words = PngInfo()
            words.add_text("Comment", "CANARYtext")
            words.add_itxt("XML:com.adobe.xmp", _XMP.decode())
            picture.save(target, "PNG", exif=about, pnginfo=words)
        case "webp":
            picture.save(target, "WEBP", exif=about, xmp=_XMP)
        case "avif":
            picture.save(target, "AVIF", exif=about, xmp=_XMP, speed=9)
        case "tif":
            picture.save(target, "TIFF", exif=_tiff_exif())
        case "heic":
            register_heif_opener()
            picture.save(target, "HEIF", exif=about, xmp=_XMP, quality=80)
        case _:
            raise ValueError(kind)
    return target.getvalue()


def _tiff_exif() -> Image.Exif:
    about = Image.Exif()
    about.load(exif(thumbnail=False))
    about[270], about[700], about[33723] = "CANARYdescription", _XMP, b"CANARYiptc"
    return about


def _with_jpeg_segments(jpeg: bytes) -> bytes:
    """Add an IPTC block, a second comment and a tail such as telephones write behind the picture."""
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x10\x1c\x02\x78\x00\x0bCANARYiptcx"
    segments = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + b"\xff\xfe" + struct.pack(">H", 15) + b"CANARYsecond!"
    return jpeg[:2] + segments + jpeg[2:] + b"CANARYtail" * 3


def traces(content: bytes) -> list[str]:
    """Return what a file still tells: canary words in three encodings, the place, metadata blocks."""
    wanted = {
        "a word": CANARY,
        "a word in UTF-16": "CANARY".encode("utf-16-le"),
        "a place in EXIF": GPS_BYTES[0],
        "a place in little-endian EXIF": GPS_BYTES[1],
        "a place in words": GPS_TEXT,
        "EXIF": b"Exif\0\0",
        "XMP": b"xmpmeta",
        "IPTC": b"8BIM",
    }
    return [name for name, mark in wanted.items() if mark in content]


# --- files that mean harm ----------------------------------------------------------------------------
@functools.cache
def png_bomb(side: int = 13_340) -> bytes:
    """Return a PNG of 22 KB that unpacks to 178 megapixels (one bit each)."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    row = bytes(1 + (side + 7) // 8)
    pixels = zlib.compress(row * side, 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a small JPEG whose header promises far more."""
    content = bytearray(encoded(scene(64, 64), "JPEG"))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def tiff_bomb() -> bytes:
    """Return a TIFF of a few bytes that promises 900 megapixels."""
    tags = [(256, 30_000), (257, 30_000), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 30_000), (279, 100)]
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + table + bytes(4)


def encoded(picture: Image.Image, file_format: str, **how: object) -> bytes:
    """Return a picture's file."""
    target = io.BytesIO()
    picture.save(target, file_format, **how)
    return target.getvalue()


# --- clips -------------------------------------------------------------------------------------------
def telling_clip(target: Path, seconds: float = 2, size: str = "640x360", rate: int = 25, sound: bool = True) -> Path:
    """Write a clip that tells place, device and names, with chapters and subtitles; the ending chooses the kind."""
    with tempfile.TemporaryDirectory() as folder:
        about = Path(folder) / "about.txt"
        about.write_text(";FFMETADATA1\ntitle=CANARYtitle\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=CANARYchapter\n")
        words = Path(folder) / "words.srt"
        words.write_text("1\n00:00:00,100 --> 00:00:00,900\nCANARYsubtitle\n")
        moving = target.suffix in {".mp4", ".mov"}
        tone = ["-f", "lavfi", "-i", "sine=frequency=330"] if sound else ["-f", "lavfi", "-i", "anullsrc"]
        codecs = (
            ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
            if target.suffix != ".webm"
            else ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"]
        )
        subtitles = {".mp4": "mov_text", ".mov": "mov_text", ".mkv": "srt", ".webm": "webvtt"}[target.suffix]
        location = f"+{GPS_TEXT.decode()}-000.14189/"
        _ffmpeg(
            *("-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}", *tone, "-i", str(words), "-i", str(about)),
            *("-map", "0:v", *(("-map", "1:a") if sound else ()), "-map", "2:s", "-map_metadata", "3", "-map_chapters", "3"),
            *("-t", str(seconds), "-pix_fmt", "yuv420p", *codecs, "-c:s", subtitles),
            *("-metadata", f"location={location}", "-metadata", "comment=CANARYcomment", "-metadata", "artist=CANARYartist"),
            *("-metadata:s:v", "handler_name=CANARYhandler", "-metadata:s:v", "title=CANARYtrack"),
            *(("-metadata", "com.apple.quicktime.make=CANARYmake", "-movflags", "use_metadata_tags") if moving else ()),
            str(target),
        )
    return target


def turned_clip(target: Path) -> Path:
    """Write an MP4 whose picture is stored lying down and shown upright, as telephones do."""
    lying = target.with_name("lying.mp4")
    _ffmpeg("-f", "lavfi", "-i", "testsrc=size=320x180:rate=25", "-t", "1", "-c:v", "libx264", "-preset", "ultrafast", str(lying))
    if _knows_rotation():
        _ffmpeg("-display_rotation", "90", "-i", str(lying), "-c", "copy", str(target))
    else:
        _ffmpeg("-i", str(lying), "-c", "copy", "-metadata:s:v:0", "rotate=270", str(target))
    return target


def _knows_rotation() -> bool:
    said = subprocess.run([ffmpeg(), "-hide_banner", "-h", "full"], capture_output=True, check=True).stdout
    return b"-display_rotation" in said


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([ffmpeg(), "-v", "error", "-nostdin", "-y", *arguments], check=True)
