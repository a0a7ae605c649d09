"""The style page shows every glyph and component; a second one reads from right to left."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from hope_site.templatetags.icons import glyph_names
from tests import factories
from tests.pages import html_valid

CSS = Path(settings.BASE_DIR) / "static" / "css"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sandbox/style/", "/sandbox/style/rtl/"])
def test_it_stands_on_an_empty_site(client, path):
    html_valid(client.get(path).content)


@pytest.mark.django_db
def test_every_glyph_is_drawn_in_light_and_in_dark(client):
    html = client.get("/sandbox/style/").content.decode()
    missing = [name for name in glyph_names() if html.count(f"<code>{name}</code>") != 2]
    assert not missing


@pytest.mark.django_db
def test_with_a_story_it_shows_cards_pictures_and_clips(client):
    factories.published_story(title="A story to look at")
    html = client.get("/sandbox/style/").content.decode()
    html_valid(html)
    assert "A story to look at" in html
    assert "picture__image" in html


@pytest.mark.django_db
def test_the_right_to_left_page_says_so(client):
    tree = html_valid(client.get("/sandbox/style/rtl/").content)
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")


def test_every_stylesheet_is_on_the_list_once():
    listed = re.findall(r'@import url\("([^"]+)"\);', (CSS / "site.css").read_text())
    files = {str(path.relative_to(CSS)) for path in CSS.rglob("*.css") if path.parent.name == "components"}
    assert len(listed) == len(set(listed))
    assert files <= set(listed)


def test_dark_values_are_declared_with_the_tokens_and_nowhere_else():
    others = [
        path.name
        for path in CSS.rglob("*.css")
        if path.name not in {"tokens.css", "admin.css"} and "prefers-color-scheme" in path.read_text()
    ]
    assert not others
