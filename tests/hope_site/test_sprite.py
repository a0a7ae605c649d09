"""The glyphs are one family, the sprite is in step with them, and a page cannot ask for a missing one."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.template import Context, Template, TemplateSyntaxError

from hope_site.management.commands.build_sprite import SVG, sprite

STATIC = Path(settings.BASE_DIR) / "static"
GLYPHS = sorted((STATIC / "icons").glob("*.svg"))

# The charity's own list, spelled and ordered as it was given.
ASKED_FOR = """
shield arrow-simple-alt-top arrow-simple-alt-left arrow-simple-alt-right arrow-simple-alt-bottom
facebook instagram linkedin medium pinterest rss search-alt shaper twitter video-play
arrow-long-right arrow-long-left arrow-long-top arrow-long-bottom arrow-simple-right
arrow-simple-left arrow-simple-bottom readio arrow-simple-top speaker-down plus minus cloud hb pin
camera globe cart rotate Group-35 star edit arrow-top arrow-right arrow-left arrow-bottom check
search Close square speaker-up speaker-mute return play pause love new-tab equalizer
""".split()

ONE_PEN = {
    "viewBox": "0 0 24 24",
    "fill": "none",
    "stroke": "currentColor",
    "stroke-width": "1.75",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}


@pytest.fixture
def plain_addresses(settings):
    """Address static files without their hash, so that nothing needs to be collected first."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


def drawn(template: str, **context: str) -> ElementTree.Element:
    """Render a template that draws one icon and parse what came out."""
    return ElementTree.fromstring(Template("{% load icons %}" + template).render(Context(context)))


def glyph_in(folder: Path, inside: str, name: str = "star.svg") -> Path:
    """Write a glyph file holding the given markup and return its folder."""
    text = f'<svg xmlns="{SVG}" viewBox="0 0 24 24">{inside}</svg>'
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_sprite_is_in_step_with_its_glyphs():
    assert (STATIC / "sprite.svg").read_bytes() == sprite(STATIC / "icons").encode()


def test_the_check_fails_when_a_glyph_has_changed(tmp_path, settings):
    (tmp_path / "static" / "icons").mkdir(parents=True)
    settings.BASE_DIR = tmp_path
    glyph_in(tmp_path / "static" / "icons", '<path d="M1 1h2"/>')
    call_command("build_sprite", verbosity=0)
    call_command("build_sprite", "--check", verbosity=0)
    glyph_in(tmp_path / "static" / "icons", '<path d="M1 1h3"/>')
    with pytest.raises(CommandError, match="out of step"):
        call_command("build_sprite", "--check", verbosity=0)


def test_every_name_the_charity_asked_for_is_drawn_under_exactly_that_name():
    assert len(ASKED_FOR) == len(set(ASKED_FOR)) == 53
    assert set(ASKED_FOR) <= {glyph.stem for glyph in GLYPHS}
    symbols = [symbol.get("id") for symbol in ElementTree.parse(STATIC / "sprite.svg").iter(f"{{{SVG}}}symbol")]
    assert set(ASKED_FOR) <= set(symbols)
    assert len(symbols) == len(set(symbols)) == len(GLYPHS)


@pytest.mark.parametrize("glyph", GLYPHS, ids=lambda glyph: glyph.stem)
def test_a_glyph_is_drawn_with_the_one_pen_on_the_one_grid(glyph):
    root = ElementTree.parse(glyph).getroot()
    assert root.tag == f"{{{SVG}}}svg"
    assert root.attrib == ONE_PEN
    assert list(root), "an empty glyph would show nothing"
    for element in root.iter():
        assert element.get("fill", "none") in {"none", "currentColor"}
        assert element.get("stroke", "none") in {"none", "currentColor"}
        assert "id" not in element.attrib
        assert element is root or "stroke-width" not in element.attrib


def test_no_two_glyphs_are_the_same_drawing():
    drawings = {}
    for glyph in GLYPHS:
        drawings.setdefault(glyph.read_text(encoding="utf-8"), []).append(glyph.stem)
    assert [names for names in drawings.values() if len(names) > 1] == []


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path d="M1 1" onclick="alert(1)"/>',
        '<path id="a" d="M1 1"/>',
        '<path style="fill:red" d="M1 1"/>',
        '<a href="https://example.org"><path d="M1 1"/></a>',
        '<image href="https://example.org/a.png"/>',
        "<title>Star</title>",
        '<path d="M1 1">',
    ],
)
def test_the_sprite_refuses_a_glyph_that_is_more_than_a_drawing(tmp_path, inside):
    with pytest.raises(CommandError, match=r"star\.svg"):
        sprite(glyph_in(tmp_path, inside))


def test_the_sprite_refuses_names_that_are_no_plain_ids_and_an_empty_folder(tmp_path):
    with pytest.raises(CommandError, match="no glyphs"):
        sprite(tmp_path)
    with pytest.raises(CommandError, match="letters, digits and hyphens"):
        sprite(glyph_in(tmp_path, '<path d="M1 1"/>', 'a b".svg'))


def test_the_order_files_were_made_in_does_not_change_the_sprite(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, names in ((first, "abc"), (second, "cba")):
        folder.mkdir()
        for name in names:
            glyph_in(folder, f"\n  <!-- {folder.name} -->  <path d='M1\n1'/>", f"{name}.svg")
    assert sprite(first) == sprite(second)
    assert sprite(first).count("<symbol ") == 3


def test_an_icon_without_a_label_is_silent(plain_addresses):
    svg = drawn('{% icon "Group-35" %}')
    assert svg.attrib == {"class": "icon", "aria-hidden": "true", "focusable": "false"}
    assert svg.find("use").attrib == {"href": "/static/sprite.svg#Group-35"}


def test_an_icon_with_a_label_is_an_image_with_that_name_and_the_label_is_escaped(plain_addresses):
    svg = drawn('{% icon "search" label=words %}', words='Search <b> & "more"')
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == 'Search <b> & "more"'
    assert svg.get("aria-hidden") is None


@pytest.mark.parametrize("name", ["serach", "close", "", 'search" onload="x', "search-"])
def test_a_mistyped_icon_stops_the_page(name):
    with pytest.raises(TemplateSyntaxError, match="no glyph is named"):
        drawn("{% icon name %}", name=name)
