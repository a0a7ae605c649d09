"""What an upload tells about people and places never reaches a file of ours (attack 14; safeguarding rule 7)."""

import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django_tasks_db.models import DBTaskResult
from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from stories import intake, renditions
from stories.models import Picture
from tests import media_files as files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def upload(content: bytes, name: str) -> ContentFile:
    return ContentFile(content, name=name)


def every_file(root: str | Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(root).rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", files.PICTURE_KINDS)
def test_nothing_an_upload_tells_is_left_in_the_master_or_any_rendition(kind, settings):
    telling = files.telling_picture(kind)
    told = files.traces(telling)  # the control: the file really carried all this
    assert {"a word", "a place in words", "XMP"} <= set(told)
    assert files.SERIAL in telling
    assert any(place in telling for place in files.GPS_BYTES)

    picture = intake.store_picture(upload(telling, f"holiday.{kind}"), title="A hill", alt="A hill.", origin="own")
    assert renditions.make(picture)

    stored = every_file(settings.MEDIA_ROOT)
    assert len(stored) > 10
    for name, content in stored.items():
        assert files.traces(content) == [], name
        with Image.open(io.BytesIO(content)) as made:
            left = set(made.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "background", "loop"}
            left -= {"duration", "timestamp", "progressive", "progression"}
            assert not left, f"{name} carries {left}"
            assert not made.getexif(), name
    assert "CANARY" not in picture.stand_in
    assert "holiday" not in str(stored.keys())


def test_re_encoding_alone_would_have_kept_the_comment():
    # The control for pasting into a new picture.
    telling = Image.open(io.BytesIO(files.telling_picture("jpg")))
    telling.load()
    kept = io.BytesIO()
    telling.save(kept, "JPEG", quality=95, comment=telling.info["comment"])
    assert b"CANARY" in kept.getvalue()
    assert b"CANARY" in files.encoded(telling, "JPEG")  # Pillow writes info["comment"] by itself


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "avif", "tif"])
def test_a_picture_is_turned_as_its_orientation_says(kind):
    lying = files.scene(300, 200)
    lying.paste((255, 0, 0), (0, 0, 60, 60))  # the corner that stands top right once turned
    file_format = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF", "tif": "TIFF"}[kind]
    about = files.exif(orientation=6, thumbnail=False)
    if kind == "tif":
        turned = Image.Exif()
        turned[274] = 6
        about = turned.tobytes()
    clean = intake.clean_picture(upload(files.encoded(lying, file_format, exif=about), f"x.{kind}"))
    assert (clean.width, clean.height) == (200, 300)
    red, green, blue = Image.open(io.BytesIO(clean.content)).convert("RGB").getpixel((180, 20))
    assert red > 200
    assert green < 80
    assert blue < 80


def test_a_heic_from_a_telephone_stands_upright():
    register_heif_opener()
    lying = files.scene(300, 200)
    content = files.encoded(lying, "HEIF", exif=files.exif(orientation=6, thumbnail=False))
    clean = intake.clean_picture(upload(content, "IMG_0001.HEIC"))
    assert (clean.width, clean.height) == (200, 300)


def test_colours_of_another_profile_are_converted_to_srgb():
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    picture = ImageCms.profileToProfile(Image.new("RGB", (64, 64), (200, 60, 40)), srgb, lab, outputMode="LAB")
    profile = ImageCms.ImageCmsProfile(lab).tobytes()
    clean = intake.clean_picture(upload(files.encoded(picture, "TIFF", icc_profile=profile), "lab.tif"))
    found = Image.open(io.BytesIO(clean.content))
    assert found.mode == "RGB"
    assert "icc_profile" not in found.info
    assert all(abs(a - b) <= 6 for a, b in zip(found.getpixel((32, 32)), (200, 60, 40), strict=True))


def test_a_broken_colour_profile_does_not_stop_a_picture():
    content = files.encoded(files.scene(64, 64), "PNG", icc_profile=b"no profile at all")
    assert intake.clean_picture(upload(content, "x.png")).width == 64


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_way_of_writing_colours_becomes_plain_rgb(mode):
    base = files.scene(64, 48).convert("L")
    picture = files.scene(64, 48, mode) if mode not in {"I;16", "F", "I"} else base.convert(mode)
    if mode in {"I;16", "I"}:
        picture = base.convert("I").point(lambda value: value * 257).convert(mode)
    ending = "png" if mode in {"1", "L", "LA", "P", "RGBA", "I;16"} else "tif"
    content = files.encoded(picture, "PNG" if ending == "png" else "TIFF")
    clean = intake.clean_picture(upload(content, f"x.{ending}"))
    found = Image.open(io.BytesIO(clean.content))
    assert found.mode == "RGB"
    if mode in {"I;16", "F", "I"}:
        middle = found.getpixel((30, 20))[0]
        lightest, darkest = base.getextrema()[1], base.getextrema()[0]
        expected = base.getpixel((30, 20))
        if mode in {"F", "I"}:
            expected = (expected - darkest) * 255 / (lightest - darkest)
        assert abs(middle - expected) <= 6


def test_what_transparency_hid_is_not_carried_along():
    picture = Image.new("RGBA", (80, 60), (10, 200, 30, 255))
    picture.paste((250, 0, 0, 0), (0, 0, 40, 60))  # red that nobody sees
    content = files.encoded(picture, "PNG")
    assert Image.open(io.BytesIO(content)).getpixel((5, 5)) == (250, 0, 0, 0)
    clean = intake.clean_picture(upload(content, "x.png"))
    assert clean.extension == "png"
    assert Image.open(io.BytesIO(clean.content)).getpixel((5, 5)) == (0, 0, 0, 0)
    assert Image.open(io.BytesIO(clean.content)).getpixel((70, 5)) == (10, 200, 30, 255)


@pytest.mark.parametrize(("kind", "file_format"), [("webp", "WEBP"), ("png", "PNG"), ("tif", "TIFF"), ("avif", "AVIF")])
def test_an_animation_or_a_file_of_many_pages_gives_its_first_picture(kind, file_format):
    first, second = Image.new("RGB", (64, 64), (220, 20, 20)), Image.new("RGB", (64, 64), (20, 20, 220))
    content = files.encoded(first, file_format, save_all=True, append_images=[second])
    found = Image.open(io.BytesIO(intake.clean_picture(upload(content, f"x.{kind}")).content))
    red, _green, blue = found.getpixel((30, 30))
    assert red > 180
    assert blue < 60


def test_a_refused_row_leaves_no_master_behind(settings):
    clean = intake.clean_picture(upload(files.telling_picture("jpg"), "x.jpg"))
    with pytest.raises(ValueError, match="broken"):
        intake.keep(BrokenPicture(title="x", alt="x", origin="own"), clean)
    assert every_file(settings.MEDIA_ROOT) == {}
    kept = intake.keep(Picture(title="x", alt="x", origin="own"), clean)  # the control
    assert default_storage.exists(kept.master.name)


class BrokenPicture(Picture):
    class Meta:
        proxy = True
        app_label = "stories"

    def save(self, *args, **kwargs):
        raise ValueError("broken")


def test_a_picture_without_words_is_refused_before_anything_is_stored(settings):
    with pytest.raises(intake.ValidationError, match="alternative text"):
        intake.store_picture(upload(files.telling_picture("jpg"), "x.jpg"), title="x", origin="own")
    assert every_file(settings.MEDIA_ROOT) == {}


def test_storing_a_picture_asks_the_worker_once_it_is_committed(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        picture = intake.store_picture(upload(files.telling_picture("jpg"), "x.jpg"), title="x", alt="x", origin="own")
    assert not DBTaskResult.objects.exists()
    for callback in callbacks:
        callback()
    (nudge,) = DBTaskResult.objects.all()
    assert nudge.task_path == "stories.tasks.prepare_picture"
    assert nudge.args_kwargs["args"] == [picture.pk]
