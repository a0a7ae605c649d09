"""Attacks through what is written, uploaded and asked for, from the list in quality.md, section 5 (their numbers there)."""

import itertools
from urllib.parse import quote, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from stories import clips, listing, publishing
from stories import text as story_text
from stories.models import Clip, LinkBlock, Story, TextBlock
from stories.text import clean_html
from tests import factories as make
from tests.house.test_headers import fetch
from tests.listening import Listener
from tests.pages import html_valid
from tests.payloads import EVIL, URLS, payloads

# --- 11: scripts in whatever is written ---------------------------------------------------------------
PER_STORY = 30


def stories_of_payloads(some: list[str]) -> list[Story]:
    """Publish stories whose every field is a payload, each payload once as rich text and once somewhere else."""
    turn = itertools.cycle(some)

    def cut(length: int) -> str:
        return next(turn)[:length]

    made = []
    for start in range(0, len(some), PER_STORY):
        picture = make.picture(title=cut(120), alt=cut(300), credit=cut(120))
        clip = make.clip("youtube", title=cut(120), transcript=cut(900), poster=picture)
        blocks: list[make.Block] = [*some[start : start + PER_STORY]]
        blocks += [{"picture": picture, "caption": cut(240)}, clip, {"aside": cut(900), "title": cut(120)}]
        blocks += [{"quote": cut(400), "attribution": cut(120)} for _ in range(8)]
        blocks += [{"url": "https://ok.example/", "title": cut(160), "label": cut(120)} for _ in range(4)]
        blocks += [{"picture": picture, "caption": cut(240)} for _ in range(4)]
        number = start // PER_STORY
        place = make.place("IN", cut(80), slug=f"place-{number}")
        theme = make.theme(cut(60), slug=f"theme-{number}")
        made.append(
            make.published_story(
                cut(160), blocks, slug=f"attack-{number}", standfirst=cut(320), byline=cut(120), lead=picture, lead_caption=cut(240),
                content_note=cut(240), place=place, themes=[theme],
            )
        )  # fmt: skip
    make.collection(made[:6], title=cut(120), introduction=" ".join(some[:40]), lead=make.picture(alt=cut(300)))
    return made


@pytest.fixture
def visit(open_page, live_server):
    """Give a function that reads pages and returns what ran, what was asked of others, and what is foreign in them."""

    def read(paths, **options):
        page = open_page(base_url=live_server.url, reduced_motion="reduce", **options)
        listener = Listener(page, live_server.url)
        for path in paths:
            listener.open(path)
        page.faults.clear()  # pictures without files; what the policy held back, where a test takes the cleaning away
        return listener.ran, listener.away, listener.foreign

    return read


def test_11_no_payload_in_a_story_runs_or_asks_others_even_without_the_policy(visit):
    written = payloads()
    assert len(written) >= 400
    made = stories_of_payloads(written)
    paths = [
        *(story.get_absolute_url() for story in made),
        "/",
        "/stories/",
        "/stories/?page=2",
        "/stories/?q=hit",
        "/stories/?theme=theme-1",
    ]
    paths += [f"/stories/?q={quote(payload)}" for payload in written[::40]]
    ran, away, foreign = visit(paths, bypass_csp=True)
    assert ran == []
    assert away == []
    assert foreign == {}


def test_11_control_without_cleaning_they_do_run_and_with_the_policy_alone_they_do_not(visit, monkeypatch, transactional_db):
    for module in ("stories.snapshots", "stories.templatetags.story_words"):
        monkeypatch.setattr(f"{module}.clean_html", lambda html: html)
    # Those that swallow what follows them, or carry the reader off, would hide the others.
    wild = [
        it
        for it in payloads()
        if it.startswith("<") and not any(word in it.lower() for word in ("meta", "<base", "<!", "noscript", "style"))
    ]
    made = stories_of_payloads(wild[: PER_STORY * 4])
    paths = [story.get_absolute_url() for story in made]
    ran, away, foreign = visit(paths, bypass_csp=True)
    assert len(set(ran)) > 20, "the payloads are real"
    assert away
    assert foreign
    ran, away, _ = visit(paths)
    assert ran == []
    assert away == []


def test_11_what_is_saved_is_clean_already(db):
    field = TextBlock._meta.get_field("html")
    allowed = {"html", "head", "title", "body", "p", "h2", "h3", "ul", "ol", "li", "strong", "em", "a", "br"}
    for payload in payloads():
        saved = field.sanitize(payload)  # type: ignore[attr-defined]  # ours, see stories/text.py
        tree = html_valid(f"<!doctype html><html lang=en><title>x</title>{saved}</html>") if saved else None
        for element in tree.iter() if tree is not None else ():
            assert element.tag in allowed, payload
            assert set(element.keys()) <= {"href", "rel", "lang", "title"}, payload
            assert element.get("href", "https:").startswith(("https:", "http:", "mailto:")), payload
    assert "script" in story_text.plain_words("&lt;script&gt;"), "words about scripts are words"


@pytest.mark.parametrize("address", URLS)
def test_11_no_address_but_of_the_web_becomes_a_link_or_a_clip(db, address):
    with pytest.raises(ValidationError):
        LinkBlock(parent=make.story(), region="main", ordering=1, url=address, title="x").full_clean()
    with pytest.raises(ValidationError):
        clips.embed(Clip(title="x", duration_ms=1000), address)
    story = make.published_story(blocks=["<p>x</p>", {"url": address, "title": "past the form"}])
    for link in html_valid(Client().get(story.get_absolute_url()).content).iter("a"):
        assert urlsplit(link.get("href", "").strip()).scheme in {"", "http", "https", "mailto"}
        assert EVIL not in link.get("href", "")


# --- 15: media of what is not public -------------------------------------------------------------------
def test_15_media_is_there_with_its_story_and_gone_with_it(db):
    picture = make.picture(files=True)
    story = make.story(lead=picture)
    address = f"/media/p/{picture.token}/full-320.jpg"
    client = Client()
    never = client.get("/media/p/aaaaaaaaaaaaaaaaaaaaaa/full-320.jpg")
    assert never.status_code == 404
    assert client.get(address).content.replace(picture.token.encode(), b"a" * 22) == never.content
    publishing.publish(story)
    shown = client.get(address)
    assert shown.getvalue()
    assert shown.status_code == 200  # the control: nothing but publishing opened it
    publishing.unpublish(story)
    for headers in ({}, {"If-None-Match": shown["ETag"]}, {"Range": "bytes=0-3"}, {"If-Modified-Since": shown["Last-Modified"]}):
        assert client.get(address, headers=headers).status_code == 404
    assert client.head(address).status_code == 404
    assert picture.token not in client.get("/stories/").content.decode()


@pytest.mark.parametrize("path", [
    "/media/", "/media/p/", "/media/masters/{0}.jpg", "/media/pictures/{0}/full-320.jpg", "/media/p/{0}/",
    "/media/p/{0}/../../masters/{0}.jpg", "/media/p/{0}/%2e%2e/share.jpg", "/media//p/{0}/full-320.jpg", "/media/p/{0}/full-320.jpg/",
    "/media/p/{0}/full-320.jpg%00.css", "/media/incoming/x.mp4",
])  # fmt: skip
def test_15_nothing_is_listed_and_no_master_is_served(db, path):
    picture = make.picture(files=True)
    make.published_story(lead=picture)
    assert Client().get(f"/media/p/{picture.token}/full-320.jpg").getvalue()
    assert Client().get(path.format(picture.token)).status_code == 404


# --- 27: too much of everything -----------------------------------------------------------------------
WORDS = [
    "a" * 4000, "a " * 2000, "%00", "%ff%fe", "%ed%a0%80", "%F0%9F%8E%82" * 300, '"', "'", "\"unclosed", "NEAR(a b)", "title:x", "*", "a*", "-a", "a AND", "OR",
    "(", ")", "((((((((", "^", "{a b}", "a + b", "'; DROP TABLE stories_story; --", "%", "_", "\\", "%5c%5c%5c", "<b>", "a:*", "a&b", "a|b", "!a", "a<->b", "&", "|",
    "%e2%80%ae", "%cc%81" * 500, "%C4%B0", "%EF%AC%83", "i%CC%87", "1e9", "١٢", "%0d%0aSet-Cookie:x=y", "." * 3000, "-" * 3000, "a-" * 1000, "%F0%9F%8E%82",
]  # fmt: skip
NUMBERS = [
    "1e9",
    "1000000000",
    "9" * 30,
    "9" * 3000,
    "-1",
    "0",
    "1.5",
    "NaN",
    "inf",
    "٣",
    "１２",
    "0x10",
    "%00",
    "1_000",
    "+1",
    " 1",
    "²",
    "½",
    "",
    "1;2",
    "[]",
]
SLUGS = ["..%2f..", "%00", "a" * 4000, "'", "*", "in-tamil-nadu%00", "IN-TAMIL-NADU", "%ff", "-", "1"]
MANY = "&".join(f"field{number}=x" for number in range(1001))


def too_much() -> list[str]:
    """Return queries no reader would send."""
    queries = [f"q={quote(word, safe='%')}" for word in WORDS] + [f"page={quote(number, safe='%')}" for number in NUMBERS]
    queries += [f"{name}={slug}" for name in ("place", "theme") for slug in SLUGS] + [
        MANY,
        "&".join(["q=x"] * 1001),
        "q[]=x&q[$ne]=y",
        "=&=&=",
    ]
    return [*queries, "q=birthday&page=1e9&place=gt&theme=%ff", "q=" + "+".join(f"w{number}" for number in range(900))]


def _broken(get) -> list[str]:
    return [query[:80] for query in too_much() if get(f"/stories/?{query}").status_code >= 500]


def test_27_no_query_is_too_much(db):
    make.published_story("The first birthday", slug="birthday")
    assert _broken(Client(raise_request_exception=False).get) == []


def test_27_control_one_careless_number_would_be(db, monkeypatch):
    monkeypatch.setattr(listing, "_number", int)
    assert len(_broken(Client(raise_request_exception=False).get)) > 3


def test_27_no_query_is_too_much_for_the_served_site(live_site):
    for query in too_much():
        assert fetch(live_site, f"/stories/?{query}")[0] in {200, 400, 414}, query[:80]
    for path in ("/", "/stories/birthday/", "/stories/feed/", "/sitemap.xml", "/robots.txt"):
        assert fetch(live_site, f"{path}?{MANY[:3000]}")[0] == 200
    assert fetch(live_site, "/stories/?q=" + "a" * 100_000)[0] in {400, 414}
    assert fetch(live_site, "/stories/" + "a/" * 2000)[0] in {404, 400, 414}
    assert fetch(live_site, "/stories/" + "a" * 3000 + "/")[0] == 404
    assert fetch(live_site, "/", **{f"X-Many-{number}": "x" for number in range(200)})[0] in {200, 400, 431}
    assert fetch(live_site, "/healthz")[0] == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/stories/", "/stories/birthday/", "/stories/feed/", "/sitemap.xml", "/media/p/aaaaaaaaaaaaaaaaaaaaaa/share.jpg"],
)
def test_27_posting_a_thousand_and_one_fields_or_any_other_method_is_never_our_fault(db, path):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answers = [client.post(path, MANY, content_type="application/x-www-form-urlencoded").status_code]
    answers += [
        client.generic(method, path, b"x" * 100).status_code for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "FOO")
    ]
    assert [status for status in answers if status >= 500] == []


def test_no_attribute_but_a_links_address_is_let_through():
    dirty = '<p title="x" lang="es" dir="rtl" class="y">Words <a href="https://example.org/" title="q" lang="fr">there</a></p>'
    assert clean_html(dirty) == '<p>Words <a href="https://example.org/" rel="noopener">there</a></p>'
