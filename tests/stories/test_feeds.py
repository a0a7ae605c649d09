"""The feed, the sitemap and the files at fixed addresses."""

import datetime
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from django.utils import timezone

from stories import publishing, sitemap
from tests import factories

pytestmark = pytest.mark.django_db
MEDIA = "{http://search.yahoo.com/mrss/}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def feed(client, path="/stories/feed/"):
    answer = client.get(path)
    assert answer["Content-Type"].startswith("application/rss+xml")
    return ElementTree.fromstring(answer.content).find("channel")


def test_the_feed_has_each_story_with_one_enclosure_and_its_picture(client):
    story = factories.published_story(title="Tea & bread", standfirst="Two <friends> share.")
    (item,) = feed(client).findall("item")
    assert item.findtext("title") == "Tea & bread"
    assert item.findtext("description") == "Two <friends> share."
    assert (
        item.findtext("link")
        == item.findtext("guid")
        == f"http://testserver{story.get_absolute_url()}".replace("http://testserver", "http://127.0.0.1:8000")
    )
    (enclosure,) = item.findall("enclosure")
    assert enclosure.get("type") == "image/jpeg"
    assert int(enclosure.get("length")) > 0
    (picture,) = item.findall(f"{MEDIA}content")
    assert picture.get("url") == enclosure.get("url")


def test_only_stories_whose_consents_cover_the_feed_are_in_it(client):
    factories.published_story(title="Everywhere")
    factories.published_story(title="Website only", channels=["web"])
    assert [item.findtext("title") for item in feed(client).findall("item")] == ["Everywhere"]


def test_the_feed_speaks_the_language_of_its_address(client):
    factories.published_story(title="English words")
    factories.published_story(title="Palabras", language="es")
    assert [item.findtext("title") for item in feed(client, "/es/stories/feed/").findall("item")] == ["Palabras"]


def test_the_feed_holds_the_newest_twenty_in_two_queries(client, django_assert_max_num_queries):
    lead = factories.picture()
    now = timezone.now()
    for number in range(22):
        factories.published_story(title=f"Story {number}", lead=lead, publish_at=now - datetime.timedelta(days=30 - number))
    with django_assert_max_num_queries(2):
        titles = [item.findtext("title") for item in feed(client).findall("item")]
    assert titles == [f"Story {number}" for number in range(21, 1, -1)]


def test_the_sitemap_lists_pages_stories_pictures_and_clips(client):
    story = factories.published_story(blocks=["<p>Words.</p>", factories.clip("own", title="A walk")])
    hidden = factories.story(title="Not yet")
    answer = client.get("/sitemap.xml")
    addresses = {url.findtext(f"{MAP}loc"): url for url in ElementTree.fromstring(answer.content)}
    base = "http://127.0.0.1:8000"
    assert {f"{base}/", f"{base}/stories/", f"{base}/es/", f"{base}{story.get_absolute_url()}"} <= set(addresses)
    assert f"{base}{hidden.get_absolute_url()}" not in addresses
    written = ElementTree.tostring(addresses[f"{base}{story.get_absolute_url()}"], encoding="unicode")
    assert "/media/p/" in written and "/media/c/" in written and "A walk" in written


def test_a_large_sitemap_becomes_an_index_of_files(client, monkeypatch):
    monkeypatch.setattr(sitemap, "PER_FILE", 2)
    lead = factories.picture()
    for _ in range(3):
        factories.published_story(lead=lead)
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    files = [entry.findtext(f"{MAP}loc").replace("http://127.0.0.1:8000", "") for entry in index]
    assert files == ["/sitemap.xml?file=1", "/sitemap.xml?file=2"]
    listed = [len(re.findall(rb"/stories/[a-z0-9-]+/</loc>", client.get(file).content)) for file in files]
    assert listed == [2, 1]
    for wrong in ("0", "3", "-1", "x", "9" * 30, "١"):
        assert client.get("/sitemap.xml", {"file": wrong}).status_code == 404


def test_robots_names_the_sitemap_and_keeps_out_of_private_rooms(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text
    for prefix in ("/admin/", "/portal/", "/account/"):
        assert f"Disallow: {prefix}" in text


def test_security_txt_says_whom_to_tell_and_has_not_expired(client):
    fields = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").content.decode().splitlines() if line)
    assert fields["Contact"].startswith("mailto:")
    assert "@" in fields["Contact"]
    expires = datetime.datetime.fromisoformat(fields["Expires"])
    assert timezone.now() < expires < timezone.now() + datetime.timedelta(days=365)


def test_a_withdrawn_story_leaves_feed_and_sitemap(client):
    story = factories.published_story(title="Leaves today")
    publishing.withdraw(story)
    assert "Leaves today" not in client.get("/stories/feed/").content.decode()
    assert story.slug not in client.get("/sitemap.xml").content.decode()


SCHEMAS = Path(__file__).parent.parent / "schemas"


def _namespace(name):
    return ElementTree.parse(SCHEMAS / name).getroot().get("targetNamespace")


def check(answer, *names):
    built = xmlschema.XMLSchema11(str(SCHEMAS / names[0]), build=False)
    for name in names[1:]:
        built.import_schema(_namespace(name), str(SCHEMAS / name))
    built.build()
    built.validate(answer.content.decode())


@pytest.mark.parametrize("path", ["/stories/feed/", "/es/stories/feed/"])
def test_the_feed_is_valid_against_its_schemas(client, path):
    for language in ("en", "es"):
        factories.published_story(
            title="Bread & salt", language=language, lead=factories.picture(credit="A. Weaver"), themes=[factories.theme("Home")]
        )
    check(client.get(path), "rss.xsd", "media-rss.xsd")


def test_the_sitemap_and_its_index_are_valid_against_their_schemas(client, monkeypatch):
    clips = [factories.clip("own"), factories.clip("youtube", title="A song"), factories.clip("vimeo", unlisted_hash="abc123")]
    factories.published_story(blocks=["<p>Words & more.</p>", *clips, factories.picture()])
    factories.published_story(language="es")
    names = ("sitemap.xsd", "sitemap-image.xsd", "sitemap-video.xsd")
    check(client.get("/sitemap.xml"), *names)
    monkeypatch.setattr(sitemap, "PER_FILE", 1)
    check(client.get("/sitemap.xml"), *names)
    check(client.get("/sitemap.xml?file=2"), *names)


def test_the_schemas_can_fail(client):
    """The control: a feed item without enclosure length and a sitemap with a relative address are refused."""
    factories.published_story()
    feed, site = client.get("/stories/feed/"), client.get("/sitemap.xml")
    feed.content = re.sub(rb' length="[0-9]+"', b"", feed.content)
    site.content = site.content.replace(b"http://127.0.0.1:8000/stories/", b"/stories/")
    for answer, names in (
        (feed, ("rss.xsd", "media-rss.xsd")),
        (site, ("sitemap.xsd", "sitemap-image.xsd", "sitemap-video.xsd")),
    ):
        with pytest.raises(xmlschema.XMLSchemaValidationError):
            check(answer, *names)
