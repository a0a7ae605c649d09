"""The mark exists in every size that browsers and phones ask for."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from PIL import Image

STATIC = Path(settings.BASE_DIR) / "static"


def test_the_icon_file_holds_16_and_32_pixels_with_see_through_corners():
    with Image.open(STATIC / "favicon.ico") as icon:
        assert icon.info["sizes"] == {(16, 16), (32, 32)}
        assert icon.convert("RGBA").getpixel((0, 0))[3] == 0


def test_the_touch_icon_fills_180_pixels_to_the_corners():
    with Image.open(STATIC / "apple-touch-icon.png") as icon:
        assert icon.size == (180, 180)
        assert icon.mode == "RGB"


@pytest.mark.parametrize("name", ["favicon.svg", "mark.svg"])
def test_a_mark_is_only_shapes(name):
    root = ElementTree.parse(STATIC / name).getroot()
    assert root.get("viewBox") == "0 0 32 32"
    assert {element.tag.rpartition("}")[2] for element in root} <= {"path", "rect"}


def test_the_masthead_mark_takes_the_colour_of_the_words_beside_it():
    root = ElementTree.parse(STATIC / "mark.svg").getroot()
    assert root.get("id") == "mark", "the masthead draws it by this id"
    assert "currentColor" in {element.get("stroke") for element in root}
