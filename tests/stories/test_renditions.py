"""What is made of a master for readers."""

import io
import re

import pytest
from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stories import intake, media_storage, renditions
from stories.models import Picture
from stories.models.preparation import LEASE, MOST_ATTEMPTS, Readiness
from tests import media_files as files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def stored(width: int = 1500, height: int = 1200, mode: str = "RGB", **fields) -> Picture:
    picture = files.scene(width, height, mode)
    if mode == "RGBA":
        picture.paste((0, 0, 0, 0), (0, 0, width // 3, height // 3))
    upload = ContentFile(files.encoded(picture, "PNG"), name="x.png")
    return intake.store_picture(upload, **({"title": "x", "alt": "x", "origin": "own"} | fields))


def names(picture: Picture) -> set[str]:
    return {name.rpartition("/")[2] for name in media_storage.names_in(renditions.folder(picture))}


def opened(picture: Picture, name: str) -> Image.Image:
    with default_storage.open(f"{renditions.folder(picture)}/{name}") as file:
        found = Image.open(io.BytesIO(file.read()))
    found.load()
    return found


def test_every_crop_width_and_format_that_the_row_promises_is_there_and_nothing_else():
    picture = stored()
    assert renditions.make(picture)
    assert picture.readiness == Readiness.READY
    assert picture.renditions == {
        "full": {"width": 1500, "height": 1200, "widths": [360, 720, 1080, 1500]},
        "wide": {"width": 1500, "height": 1000, "widths": [360, 720, 1080, 1500]},
    }
    promised = {
        f"{crop}-{width}.{ending}"
        for crop, sizes in picture.renditions.items()
        for width in sizes["widths"]
        for ending in ("avif", "webp", "jpg")
    }
    assert names(picture) == promised | {"share.jpg"}
    for name in promised:
        found = opened(picture, name)
        crop, width, ending = re.fullmatch(r"(\w+)-(\d+)\.(\w+)", name).groups()
        sizes = picture.renditions[crop]
        assert found.size == (int(width), round(int(width) * sizes["height"] / sizes["width"]))
        assert found.format == {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[ending]
    share = opened(picture, "share.jpg")
    assert share.size == (1200, 630)
    assert picture.share_bytes == default_storage.size(f"{renditions.folder(picture)}/share.jpg")


def test_a_three_by_two_picture_has_no_second_crop():
    picture = stored(900, 603)
    renditions.make(picture)
    assert set(picture.renditions) == {"full"}
    assert picture.renditions["full"]["widths"] == [360, 720, 900]


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((2400, 1600), [360, 720, 1080, 1600, 2400]),
        ((6000, 4000), [360, 720, 1080, 1600, 2400]),
        ((2000, 1300), [360, 720, 1080, 1600, 2000]),
        ((1650, 1100), [360, 720, 1080, 1600]),
        ((300, 200), [300]),
        ((1, 1), [1]),
        ((1000, 16_000), [360, 707]),
    ],
)
def test_widths_never_exceed_the_masters_own(size, widths):
    assert renditions.widths_for(*size) == widths


@given(
    width=st.integers(1, 16_000),
    height=st.integers(1, 16_000),
    ratio=st.sampled_from([1.5, 1200 / 630]),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_a_crop_lies_inside_has_its_ratio_and_keeps_the_focal_point(width, height, ratio, x, y):
    left, top, right, bottom = renditions.crop_box((width, height), ratio, (x, y))
    nearly = 1e-6 * max(width, height)
    assert left >= 0
    assert top >= 0
    assert right <= width + nearly
    assert bottom <= height + nearly
    assert (right - left) / (bottom - top) == pytest.approx(ratio, rel=1e-6)
    assert left - nearly <= x * width <= right + nearly
    assert top - nearly <= y * height <= bottom + nearly
    assert right - left == pytest.approx(width) or bottom - top == pytest.approx(height)


def test_the_wide_crop_follows_the_focal_point_and_old_renditions_do_not_stay(django_capture_on_commit_callbacks):
    tall = Image.new("RGB", (600, 1200), (20, 20, 200))
    tall.paste((220, 20, 20), (0, 0, 600, 400))
    upload = ContentFile(files.encoded(tall, "PNG"), name="x.png")
    picture = intake.store_picture(upload, title="x", alt="x", origin="own", focal_y=0.0)
    renditions.make(picture)
    assert opened(picture, "wide-600.jpg").getpixel((300, 200))[0] > 180
    before = media_storage.find(f"{renditions.folder(picture)}/wide-600.jpg").etag
    media_storage.put(f"{renditions.folder(picture)}/wide-9999.jpg", b"left from an earlier rule")

    picture.focal_y = 1.0
    picture.save()
    with django_capture_on_commit_callbacks(execute=True):
        renditions.renew(picture)
    assert picture.readiness == Readiness.WAITING
    assert DBTaskResult.objects.get().args_kwargs["args"] == [picture.pk]
    assert renditions.make(picture)
    assert opened(picture, "wide-600.jpg").getpixel((300, 200))[2] > 180
    assert media_storage.find(f"{renditions.folder(picture)}/wide-600.jpg").etag != before
    assert "wide-9999.jpg" not in names(picture)


def test_transparency_stays_where_the_format_knows_it():
    picture = stored(900, 600, "RGBA")
    assert picture.master.name.endswith(".png")
    renditions.make(picture)
    assert opened(picture, "full-360.avif").convert("RGBA").getpixel((10, 10))[3] == 0
    assert opened(picture, "full-360.webp").convert("RGBA").getpixel((10, 10))[3] == 0
    assert min(opened(picture, "full-360.jpg").getpixel((10, 10))) > 240


def test_the_stand_in_is_tiny_and_the_colour_is_what_most_of_the_picture_has():
    mostly = Image.new("RGB", (600, 400), (30, 90, 60))
    mostly.paste((250, 240, 10), (0, 0, 200, 150))
    picture = intake.store_picture(ContentFile(files.encoded(mostly, "PNG"), name="x.png"), title="x", alt="x", origin="own")
    renditions.make(picture)
    assert re.fullmatch(r"#[0-9a-f]{6}", picture.colour)
    found = tuple(int(picture.colour[at : at + 2], 16) for at in (1, 3, 5))
    assert all(abs(a - b) < 16 for a, b in zip(found, (30, 90, 60), strict=True))
    assert picture.stand_in.startswith("data:image/webp;base64,")
    for seed in range(5):
        thumb = Image.effect_noise((64, 43), 200).convert("RGB") if seed else files.scene(64, 43, seed=seed)
        assert len(renditions.stand_in(thumb)) <= 350


def test_the_smallest_pictures_have_renditions_too():
    picture = stored(1, 1)
    assert renditions.make(picture)
    assert picture.renditions["full"] == {"width": 1, "height": 1, "widths": [1]}


def test_an_illustration_is_light_enough_for_a_telephone():
    # 720 x 480 is what a telephone of 360 px asks for at double density: at most 35 KB.
    with (settings.BASE_DIR / "stories/demo/pictures/hope-lead.jpg").open("rb") as file:
        picture = intake.store_picture(File(file, name="hope-lead.jpg"), title="x", alt="x", origin="illustration")
    assert renditions.make(picture)
    assert picture.renditions["full"]["widths"][-1] == 2160
    assert default_storage.size(f"{renditions.folder(picture)}/full-720.avif") <= 35_000


def test_work_is_done_once():
    picture = stored(400, 300)
    assert renditions.make(picture)
    first = media_storage.find(f"{renditions.folder(picture)}/full-400.jpg").etag
    assert not renditions.make(picture)
    assert not renditions.make(Picture.objects.get(pk=picture.pk))
    assert media_storage.find(f"{renditions.folder(picture)}/full-400.jpg").etag == first


def test_what_another_worker_has_in_hand_is_left_to_it():
    picture = stored(400, 300)
    theirs = Picture.objects.get(pk=picture.pk)
    assert theirs.claim()
    assert not renditions.make(picture)
    assert theirs.finish(renditions={}, colour="#000000")


def test_a_picture_made_anew_meanwhile_is_not_finished_by_the_older_work(monkeypatch):
    picture = stored(400, 300)
    render = renditions.render

    def slowly(*args, **kwargs):
        renditions.renew(Picture.objects.get(pk=picture.pk))  # the focal point is moved while the worker works
        return render(*args, **kwargs)

    monkeypatch.setattr(renditions, "render", slowly)
    assert not renditions.make(picture)
    picture.refresh_from_db()
    assert picture.readiness == Readiness.WAITING
    assert names(picture) == set()
    monkeypatch.setattr(renditions, "render", render)
    assert renditions.make(picture)


def test_a_damaged_master_fails_with_a_sentence():
    picture = stored(400, 300)
    media_storage.put(picture.master.name, b"not a picture")
    assert not renditions.make(picture)
    assert picture.readiness == Readiness.FAILED
    assert picture.failure.endswith("upload it again.")


def test_trouble_with_the_storage_gives_the_picture_back(monkeypatch):
    picture = stored(400, 300)

    def full(name, content):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(media_storage, "put", full)
        for _ in range(MOST_ATTEMPTS + 1):
            with pytest.raises(OSError, match="no space"):
                renditions.make(picture)
    picture.refresh_from_db()
    assert picture.readiness == Readiness.WAITING
    assert renditions.make(picture)


def test_a_picture_that_kills_every_worker_is_given_up():
    picture = stored(400, 300)
    for _ in range(MOST_ATTEMPTS):
        assert picture.claim()  # and the worker dies: nothing more is written
        Picture.objects.filter(pk=picture.pk).update(claimed_until=timezone.now() - LEASE)
    assert not renditions.make(picture)
    picture.refresh_from_db()
    assert picture.readiness == Readiness.FAILED
    assert "several attempts" in picture.failure


def test_many_pictures_are_made_together():
    pictures = [stored(300 + number, 200) for number in range(6)]
    taken = Picture.objects.get(pk=pictures[0].pk)
    assert taken.claim()
    assert renditions.make_many(pictures) == 5
    assert Picture.objects.filter(readiness=Readiness.READY).count() == 5
    assert renditions.make_many(pictures) == 0


def test_a_huge_master_is_decoded_small_but_keeps_its_largest_rendition():
    master = files.encoded(files.scene(6000, 4000), "JPEG", quality=60)
    rendered = renditions.render(master, (0.5, 0.5))
    assert rendered.crops["full"]["widths"][-1] == 2400
    assert Image.open(io.BytesIO(rendered.files["full-2400.jpg"])).size == (2400, 1600)
