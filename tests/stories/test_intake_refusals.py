"""What intake refuses, and the sentence it says (attacks 12 and 13)."""

import io
import random
import subprocess
import sys
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils import translation
from PIL import Image

from stories import intake
from tests import media_files as files

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"


def refusal(content: bytes, name: str) -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        intake.clean_picture(ContentFile(content, name=name))
    assert len(raised.value.messages) == 1
    assert raised.value.messages[0].endswith(".")
    return raised.value


def gif() -> bytes:
    return files.encoded(files.scene(64, 64, "P"), "GIF")


@pytest.mark.parametrize("name", ["x.svg", "x.jpg", "x.png", "x"])
@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b'<?xml version="1.0"?>' + SVG,
        HTML,
        gif(),
        b"%PDF-1.7\n%...",
        b"",
        b"\0" * 4096,
        b"BM" + bytes(200),
        b"GIF89a/*" + HTML,
    ],
    ids=["svg", "svg with a declaration", "html", "gif", "pdf", "nothing", "zeros", "bmp", "gif and script"],
)
def test_what_is_no_picture_of_a_kind_we_take_is_refused_whatever_its_name(content, name):
    error = refusal(content, name)
    assert error.code == "wrong_kind"
    assert "JPEG, PNG, WebP, AVIF, HEIC or TIFF" in error.messages[0]


@pytest.mark.parametrize(
    ("kind", "name"), [("png", "x.jpg"), ("jpg", "x.png"), ("webp", "x.svg"), ("heic", "x.jpg"), ("jpg", "x.html")]
)
def test_a_name_that_says_another_kind_is_refused_and_both_kinds_are_named(kind, name):
    error = refusal(files.telling_picture(kind), name)
    assert error.code == "disguised"
    assert f".{name.partition('.')[2]}," in error.messages[0]


@pytest.mark.parametrize("name", ["x.JPG", "x.jpeg", "x", "a.b.jpg", "x.jfif"])
def test_an_honest_name_is_not_held_against_a_picture(name):
    assert intake.clean_picture(ContentFile(files.telling_picture("jpg"), name=name)).width == 960


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("evil.js", "alert(1)")
    return target.getvalue()


@pytest.mark.parametrize(
    "tail",
    [HTML, SVG, b"<?php system('id');", b"<ScRiPt >alert(1)</script>", zipped()],
    ids=["html", "svg", "php", "script", "zip"],
)
@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_a_picture_that_is_something_else_as_well_is_refused(kind, tail):
    plain = files.telling_picture(kind)
    assert intake.clean_picture(ContentFile(plain, name=f"x.{kind}"))  # the control
    assert refusal(plain + tail, f"x.{kind}").code == "second_nature"


def test_a_pdf_hidden_in_a_comment_is_refused():
    content = files.encoded(files.scene(64, 64), "JPEG", comment=b"%PDF-1.4 CANARY")
    assert refusal(content, "x.jpg").code == "second_nature"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("kind", files.PICTURE_KINDS)
def test_a_truncated_picture_is_refused_as_damaged(kind, share):
    whole = files.telling_picture(kind)
    assert refusal(whole[: int(len(whole) * share)], f"x.{kind}").code == "damaged"


@pytest.mark.parametrize("kind", files.PICTURE_KINDS)
def test_a_picture_with_random_damage_is_refused_or_clean_but_never_an_error(kind):
    whole = files.telling_picture(kind)
    for seed in range(12):
        chance = random.Random(seed)
        content = bytearray(whole)
        for _ in range(20):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            clean = intake.clean_picture(ContentFile(bytes(content), name=f"x.{kind}"))
        except ValidationError:
            continue
        assert files.traces(clean.content) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.png", files.png_bomb()), ("x.jpg", files.jpeg_bomb()), ("x.tif", files.tiff_bomb())],
    ids=["178 megapixels in 22 KB of PNG", "900 megapixels in a JPEG", "900 megapixels in a TIFF"],
)
def test_a_bomb_is_refused_by_its_header_without_unpacking_a_pixel(name, content, monkeypatch):
    assert len(content) < 23_000

    def unpack(self):
        raise AssertionError("the pixels were unpacked")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", unpack)
    error = refusal(content, name)
    assert error.code == "too_many_pixels"
    assert "40 megapixels" in error.messages[0]
    with pytest.raises(AssertionError, match="unpacked"):  # the control: a good picture is unpacked
        intake.clean_picture(ContentFile(files.telling_picture("png"), name="x.png"))


def test_forty_megapixels_are_the_limit_and_a_very_long_picture_is_refused():
    just = files.encoded(Image.new("1", (8000, 5000)), "PNG")
    assert intake.clean_picture(ContentFile(just, name="x.png")).width == 8000
    assert refusal(files.encoded(Image.new("1", (8001, 5000)), "PNG"), "x.png").code == "too_many_pixels"
    assert refusal(files.encoded(Image.new("1", (16_001, 10)), "PNG"), "x.png").code == "too_many_pixels"


def test_a_bomb_costs_less_than_fifty_megabytes():
    program = (
        "import django, re, sys\n"
        "from pathlib import Path\n"
        "django.setup()\n"
        "from django.core.exceptions import ValidationError\n"
        "from django.core.files.base import ContentFile\n"
        "from stories import intake\n"
        "from tests import media_files as files\n"
        "intake.clean_picture(ContentFile(files.telling_picture('heic'), name='x.heic'))\n"
        "content = files.png_bomb()\n"
        # The high water of this program alone: ru_maxrss begins with that of whoever started it.
        "held = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "before = held()\n"
        "try:\n"
        "    intake.clean_picture(ContentFile(content, name='x.png'))\n"
        "except ValidationError as error:\n"
        "    print(error.code, (held() - before) // 1024)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == "too_many_pixels"
    assert int(said[1]) < 50


class TooLarge(File):
    size = 40 * 1024 * 1024 + 1

    def read(self, *args):
        raise AssertionError("it was read")


def test_a_file_over_forty_megabytes_is_refused_unread():
    with pytest.raises(ValidationError) as raised:
        intake.clean_picture(TooLarge(io.BytesIO(), name="x.jpg"))
    assert raised.value.code == "too_many_bytes"


def test_what_intake_says_can_be_translated():
    with pytest.raises(ValidationError) as raised:
        intake.clean_picture(ContentFile(HTML, name="x.jpg"))
    assert raised.value.message.__class__.__name__ == "__proxy__"
    with translation.override("en"):
        assert "not a picture" in raised.value.messages[0]
