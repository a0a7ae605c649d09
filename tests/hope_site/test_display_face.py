"""The display face is small, licensed, and says truly which letters it has."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

STATIC = Path(settings.BASE_DIR) / "static"
FACE = STATIC / "fonts" / "morning-serif.woff2"


@pytest.fixture(scope="module")
def face():
    """Open the face."""
    return TTFont(FACE)


@pytest.fixture(scope="module")
def rules():
    """Return the @font-face rules of the style sheet as dicts, in their order."""
    css = re.sub(r"/\*.*?\*/", "", (STATIC / "css" / "fonts.css").read_text("utf-8"), flags=re.DOTALL)
    blocks = re.findall(r"@font-face\s*\{(.*?)\}", css, flags=re.DOTALL)
    return [dict(re.findall(r"([a-z-]+):\s*(.*?);", block, flags=re.DOTALL)) for block in blocks]


def test_the_only_face_weighs_at_most_30_kilobytes_and_its_licence_lies_beside_it():
    assert list(FACE.parent.glob("*.woff2")) == [FACE]
    assert FACE.stat().st_size <= 30_000
    assert "SIL OPEN FONT LICENSE" in (FACE.parent / "LICENCE-morning-serif.txt").read_text("utf-8")


def test_the_cut_does_not_use_the_name_its_licence_reserves(face):
    for record in (1, 3, 4, 6, 16):
        assert "Source" not in (face["name"].getDebugName(record) or "")
    assert "Adobe" in face["name"].getDebugName(0)


def test_the_style_sheet_promises_exactly_the_letters_the_face_has(face, rules):
    promised = set()
    for part in rules[0]["unicode-range"].replace("U+", "").split(","):
        first, _, last = part.strip().partition("-")
        promised |= set(range(int(first, 16), int(last or first, 16) + 1))
    assert promised == set(face.getBestCmap())


def test_the_face_writes_the_names_and_marks_a_story_needs(face):
    wanted = "Bablu Señora Pérez Łódź Ștefan Çağla Thaiyamma “what she said” ‘so’ – — … £ € ₹ ½ ©"
    assert {ord(letter) for letter in wanted} <= set(face.getBestCmap())


def test_the_weights_named_are_the_weights_drawn(face, rules):
    (axis,) = face["fvar"].axes
    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", 400, 600)
    assert rules[0]["font-weight"] == "400 600"
    assert rules[0]["font-display"] == "swap"
    assert {tag.FeatureTag for tag in face["GPOS"].table.FeatureList.FeatureRecord} >= {"kern"}
    assert {tag.FeatureTag for tag in face["GSUB"].table.FeatureList.FeatureRecord} >= {"liga"}


def test_every_stand_in_has_the_line_height_of_the_face(face, rules):
    scale = face["head"].unitsPerEm
    stand_ins = rules[1:]
    assert len(stand_ins) == 6
    for rule in stand_ins:
        assert "local(" in rule["src"] and "url(" not in rule["src"]
        size = float(rule["size-adjust"].rstrip("%"))
        ascent = size * float(rule["ascent-override"].rstrip("%")) / 10_000
        descent = size * float(rule["descent-override"].rstrip("%")) / 10_000
        assert ascent == pytest.approx(face["hhea"].ascent / scale, abs=0.001)
        assert descent == pytest.approx(-face["hhea"].descent / scale, abs=0.001)
        assert rule["line-gap-override"] == "0%" and face["hhea"].lineGap == 0
