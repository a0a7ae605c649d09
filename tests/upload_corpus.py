"""Files that no upload should stumble over: bombs, files that are two things, cut off, misnamed, rare, huge, empty.

Each is (what it is, its name, its content, whether it may come in).
"""

import io
import tempfile
import zipfile
from pathlib import Path

from PIL import Image

from tests import media_files as files

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"
Upload = tuple[str, str, bytes, bool]


def zipped() -> bytes:
    """Return an archive of forty megabytes of nothing in 40 KB."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", bytes(40_000_000))
    return target.getvalue()


def _of_no_kind() -> list[Upload]:
    return [
        ("svg", "x.svg", SVG, False),
        ("svg called a picture", "x.png", b'<?xml version="1.0"?>' + SVG, False),
        ("html", "x.html", HTML, False),
        ("html called a picture", "x.jpg", HTML, False),
        ("html called a clip", "x.mp4", HTML, False),
        ("nothing", "x.jpg", b"", False),
        ("nothing called a clip", "x.mp4", b"", False),
        ("zeros", "x", bytes(5000), False),
        ("a program", "x.exe", b"MZ" + bytes(500), False),
        ("an archive", "x.zip", zipped(), False),
        ("a gif that is a script", "x.gif", b"GIF89a/*" + HTML, False),
        ("a playlist", "x.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", False),
        ("a name of a kilometre", "x" * 3000 + ".jpg", HTML, False),
        ("a name that climbs", "../../../etc/x\x00.jpg", HTML, False),
    ]


def pictures() -> list[Upload]:
    """Return what is offered as a picture."""
    jpg, png, heic = (files.telling_picture(kind) for kind in ("jpg", "png", "heic"))
    moving = [files.scene(96, 64, seed=number) for number in range(3)]
    return [
        *_of_no_kind(),
        ("a bomb of pixels", "x.png", files.png_bomb(), False),
        ("a JPEG that promises 900 megapixels", "x.jpg", files.jpeg_bomb(), False),
        ("a TIFF that promises 900 megapixels", "x.tif", files.tiff_bomb(), False),
        ("a very long picture", "x.png", files.encoded(Image.new("1", (16_001, 10)), "PNG"), False),
        ("forty megapixels", "x.png", files.encoded(Image.new("1", (8000, 5000)), "PNG"), True),
        ("a picture and a page", "x.jpg", jpg + HTML, False),
        ("a picture and an archive", "x.png", png + zipped(), False),
        ("a picture cut off", "x.jpg", jpg[: len(jpg) // 2], False),
        ("a HEIC cut off", "x.heic", heic[: len(heic) // 2], False),
        ("a PNG called JPEG", "x.jpg", png, False),
        ("a picture called a program", "x.exe", jpg, False),
        ("a HEIC", "IMG_4711.HEIC", heic, True),
        ("an AVIF", "x.avif", files.telling_picture("avif"), True),
        ("a moving PNG", "x.png", files.encoded(moving[0], "PNG", save_all=True, append_images=moving[1:]), True),
        ("a moving WebP", "x.webp", files.encoded(moving[0], "WEBP", save_all=True, append_images=moving[1:]), True),
        ("a moving GIF", "x.gif", files.encoded(moving[0], "GIF", save_all=True, append_images=moving[1:]), False),
        ("CMYK", "x.jpg", files.encoded(files.scene(mode="CMYK"), "JPEG"), True),
        ("16 bits", "x.png", files.encoded(Image.new("I;16", (300, 200), 40_000), "PNG"), True),
        ("32 bits", "x.tif", files.encoded(Image.new("F", (300, 200), 0.5), "TIFF"), True),
    ]


def clips() -> list[Upload]:
    """Return what is offered as a clip."""
    with tempfile.TemporaryDirectory() as folder:
        film = files.telling_clip(Path(folder) / "film.mp4", seconds=0.4, size="160x90").read_bytes()
        wide = files.telling_clip(Path(folder) / "wide.mkv", seconds=0.1, size="8448x16", rate=10).read_bytes()
        quicktime = files.telling_clip(Path(folder) / "film.mov", seconds=0.4, size="160x90").read_bytes()
    return [
        *_of_no_kind(),
        ("a picture called a clip", "x.mp4", files.telling_picture("heic"), False),
        ("a clip cut off", "x.mp4", film[:3000], False),
        ("a clip wider than any screen", "x.mkv", wide, False),
        ("a clip with another ending", "x.avi", film, False),
        ("a clip and a page", "x.mp4", film + HTML, True),
        ("a QuickTime film", "x.mov", quicktime, True),
    ]


def captions() -> list[Upload]:
    """Return what is offered as captions."""
    cue = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
    return [
        ("subrip", "", b"1\n00:00:01,000 --> 00:00:02,000\nx", False),
        ("html", "", HTML, False),
        ("zeros", "", bytes(300), False),
        ("noise", "", bytes(range(256)) * 20, False),
        ("no words", "", b"WEBVTT\n\nNOTE nothing", False),
        ("half a megabyte", "", (cue + "x" * 500_000).encode(), False),
        ("tags without end", "", (cue + "<" * 50_000).encode(), False),
        ("a script", "", (cue + "<script>alert(1)</script>").encode(), True),
        ("cues like sand", "", ("WEBVTT\n\n" + "00:01.000 --> 00:02.000\nx\n\n" * 9000).encode(), True),
    ]


def evidence() -> list[Upload]:
    """Return what is offered as evidence of a consent."""
    return [
        *_of_no_kind(),
        ("a bomb of pixels", "x.png", files.png_bomb(), True),  # kept sealed, never opened
        ("a PDF", "x.pdf", b"%PDF-1.7\n" + HTML, True),  # handed out as a file to be saved
        ("21 megabytes", "x.pdf", b"%PDF-1.7\n" + bytes(21 * 1024 * 1024), False),
    ]


def lists() -> list[Upload]:
    """Return what is offered as a list of people."""
    return [
        *(upload for upload in _of_no_kind() if upload[0] != "an archive"),
        ("a spreadsheet's archive", "x.csv", zipped(), False),
        ("UTF-16", "x.csv", "email\nada@example.org\n".encode("utf-16"), False),
        ("eleven megabytes", "x.csv", b"email\n" + b"a@example.org\n" * 800_000, False),
        ("one endless line", "x.csv", b"email," + b"a" * 3_000_000, False),
        ("a quote that never ends", "x.csv", b'email,name\n"' + b"a\n" * 200_000, True),
        ("columns without end", "x.csv", b"email" + b"," * 200_000 + b"\na@example.org" + b"," * 200_000, True),
        ("formulas", "x.csv", b"email,name\na@example.org,=HYPERLINK(1)\n", True),
    ]
