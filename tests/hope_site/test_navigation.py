"""Parts of pages that are drawn once: what they may depend on, and what never gets into them."""

import pytest
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

from hope_site.templatetags import navigation
from tests import factories

PART = "components/masthead.html"


@pytest.fixture(autouse=True)
def _nothing_kept():
    navigation._drawn.cache_clear()


def draw(path, source="{% load navigation %}{% kept part %}", language="en", **context):
    request = RequestFactory().get(path)
    with translation.override(language):
        request.resolver_match = resolve(path.partition("?")[0])
        return Template(source).render(RequestContext(request, {"part": PART, **context}))


def drawings():
    return navigation._drawn.cache_info().misses


def test_a_part_is_drawn_once_for_all_stories_of_a_language():
    first, second = draw("/stories/one/"), draw("/stories/another/?q=canary")
    assert first == second
    assert drawings() == 1
    assert "canary" not in first


def test_each_language_and_place_has_its_own():
    parts = {draw("/"), draw("/stories/"), draw("/stories/one/"), draw("/es/stories/", language="es")}
    assert len(parts) == drawings() == 4


def test_the_page_a_reader_is_on_is_marked():
    home, everything, story = draw("/"), draw("/stories/"), draw("/stories/one/")
    assert 'class="masthead__home" href="/" aria-current="page"' in home
    assert 'class="masthead__link" href="/stories/" aria-current="page"' in everything
    assert 'href="/stories/" aria-current="page"' not in story
    assert 'aria-current="page"' not in story


def test_a_story_leads_to_the_other_languages_list():
    assert 'href="/es/stories/"' in draw("/stories/one/")
    assert 'href="/es/"' in draw("/")


def test_nothing_of_the_visitor_reaches_a_kept_part(tmp_path, settings):
    (tmp_path / "part.html").write_text("[{{ request }}{{ user }}{{ words }}{{ charity_name }}]")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    assert draw("/stories/one/?q=canary", part="part.html", user="canary", words="canary") == f"[{settings.CHARITY_NAME}]"


def test_parts_with_other_data_are_other_parts(tmp_path, settings):
    (tmp_path / "part.html").write_text("[{{ thing.title }}]")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    source = "{% load navigation %}{% kept part thing=thing %}"
    titles = ["One", "Two", "One", "<Three>"]
    drawn = [draw("/", source, part="part.html", thing={"title": title}) for title in titles]
    assert drawn == ["[One]", "[Two]", "[One]", "[&lt;Three&gt;]"]
    assert drawings() == 3


def test_a_changed_setting_draws_anew(settings):
    settings.CHARITY_NAME = "Before"
    assert "Before" in draw("/")
    settings.CHARITY_NAME = "After"
    assert "After" in draw("/")


def test_under_debug_nothing_is_kept(settings):
    settings.DEBUG = True
    draw("/")
    assert drawings() == 0


@pytest.mark.django_db
def test_a_home_chapter_follows_its_words(reader):
    story = factories.published_story("The lantern")
    home = factories.collection([story])
    home.chapters.update(words="<p>First words.</p>")
    assert "First words." in reader.get("/", queries=4).content.decode()
    home.chapters.update(words="<p>Second words.</p>")
    page = reader.get("/", queries=4).content.decode()
    assert "Second words." in page
    assert "First words." not in page


def test_error_pages_have_no_place_and_lead_home(client, db):
    page = client.get("/nothing/here/").content.decode()
    assert 'href="/es/"' in page
