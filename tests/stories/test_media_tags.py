"""How pictures and clips are drawn from a snapshot's data."""

from typing import Any

import html5lib
import pytest
from django.test import override_settings
from django.utils import translation

from stories.templatetags.media import clip, focus, picture, share_card, words_at
from stories.templatetags.story_words import clock, direction, origin_words

STAND_IN = "data:image/webp;base64,UklGRg=="
PICTURE: dict[str, Any] = {
    "token": "t0ken",
    "alt": "A mother and her son",
    "credit": "Drawn for this site",
    "origin": "illustration",
    "focal": [0.64, 0.62],
    "colour": "#aabbcc",
    "stand_in": STAND_IN,
    "crops": {
        "full": {"width": 1600, "height": 900, "widths": [360, 720, 1600]},
        "wide": {"width": 1080, "height": 720, "widths": [360, 1080]},
    },
}
CLIP: dict[str, Any] = {
    "token": "cl1p",
    "title": "A hug & more",
    "host": "own",
    "video_id": "",
    "unlisted_hash": "",
    "width": 1280,
    "height": 720,
    "duration_ms": 83_400,
    "poster": PICTURE,
    "captions": [{"language": "en"}, {"language": "es"}],
    "transcript": "Soft music.\n\nA boy laughs.",
}


def tree(html: str) -> Any:
    return html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)


def one(html: str, tag: str) -> Any:
    (found,) = tree(html).iter(tag)
    return found


def test_a_picture_offers_every_width_in_three_formats_and_keeps_its_box():
    html = picture(PICTURE, crop="wide", sizes="50vw", **{"class": "lead"})
    avif, webp = tree(html).iter("source")
    assert avif.get("srcset") == "/media/p/t0ken/wide-360.avif 360w, /media/p/t0ken/wide-1080.avif 1080w"
    assert (avif.get("type"), webp.get("type"), webp.get("sizes")) == ("image/avif", "image/webp", "50vw")
    behind, image = tree(html).iter("img")
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("1080", "720", "A mother and her son")
    assert image.get("src") == "/media/p/t0ken/wide-360.jpg", "a browser without srcset gets a modest width"
    assert (image.get("loading"), image.get("decoding"), image.get("fetchpriority")) == ("lazy", "async", None)
    assert (behind.get("src"), behind.get("alt")) == (STAND_IN, "")
    assert "style=" not in html


def test_a_lead_is_fetched_first():
    _behind, image = tree(picture(PICTURE, lazy=False)).iter("img")
    assert (image.get("loading"), image.get("fetchpriority")) == (None, "high")


def test_a_crop_that_was_not_made_falls_back_to_the_whole_picture():
    whole = PICTURE | {"crops": {"full": PICTURE["crops"]["full"]}}
    assert "/media/p/t0ken/full-720.jpg" in picture(whole, crop="wide")


def test_a_picture_still_being_prepared_shows_its_colour_and_asks_for_nothing():
    html = picture(PICTURE | {"crops": {}, "stand_in": ""})
    assert one(html, "{http://www.w3.org/2000/svg}rect").get("fill") == "#aabbcc"
    assert "/media/" not in html


@pytest.mark.parametrize(
    ("stand_in", "colour"),
    [("https://elsewhere.example/x.png", "red"), ("data:image/svg+xml;base64,PHN2Zz4=", "#fff"), ("", 'red"/><script>')],
)
def test_what_stands_behind_a_picture_is_a_tiny_picture_or_a_colour_and_nothing_else(stand_in, colour):
    html = picture(PICTURE | {"stand_in": stand_in, "colour": colour})
    assert "picture__behind" not in html
    assert "script" not in html


def test_a_media_host_is_named_in_the_addresses_but_captions_stay_here():
    with override_settings(MEDIA_URL_HOST="https://media.example.org"):
        html = clip(CLIP)
    assert one(html, "video").find("source").get("src") == "https://media.example.org/media/c/cl1p/clip.mp4"
    assert {track.get("src") for track in tree(html).iter("track")} == {
        "/media/c/cl1p/captions-en.vtt",
        "/media/c/cl1p/captions-es.vtt",
    }


def test_an_own_clip_fetches_nothing_before_it_is_played():
    html = clip(CLIP)
    video = one(html, "video")
    assert (video.get("preload"), video.get("poster"), video.get("autoplay")) == ("none", None, None)
    assert video.get("controls") is not None
    assert not [track for track in tree(html).iter("track") if track.get("default") is not None]
    assert one(html, "time").get("datetime") == "PT83S"
    assert "A boy laughs." in html


def test_captions_are_chosen_in_the_readers_language():
    with translation.override("es"):
        chosen = [track.get("srclang") for track in tree(clip(CLIP)).iter("track") if track.get("data-chosen") is not None]
    assert chosen == ["es"]


def test_a_list_leaves_the_transcript_to_the_storys_page():
    assert "A boy laughs." not in clip(CLIP, transcript=False)


@pytest.mark.parametrize(
    ("host", "fields", "watch", "player"),
    [
        (
            "youtube",
            {"video_id": "dQw4w9WgXcQ"},
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1",
        ),
        (
            "vimeo",
            {"video_id": "123", "unlisted_hash": "abc"},
            "https://vimeo.com/123/abc",
            "https://player.vimeo.com/video/123?dnt=1&h=abc&autoplay=1",
        ),
    ],
)
def test_an_embedded_clip_is_a_link_until_it_is_asked_for(host, fields, watch, player):
    html = clip(CLIP | {"host": host} | fields)
    link = one(html, "a")
    assert link.get("href") == watch
    assert link.get("data-player") == player
    assert not list(tree(html).iter("iframe"))
    assert "see your internet address" in html


def test_a_clip_without_a_poster_borrows_one():
    assert "/media/p/t0ken/" in clip(CLIP | {"poster": None}, poster=PICTURE)
    assert "/media/p/" not in clip(CLIP | {"poster": None})


def test_words_over_a_picture_leave_its_focal_point_free():
    assert words_at(PICTURE) == "above"
    assert words_at(PICTURE | {"focal": [0.5, 0.2]}) == "below"
    assert focus(PICTURE) == "focus-x6 focus-y6"


def test_a_story_without_a_picture_has_no_card():
    assert share_card(None) == ""
    assert share_card(PICTURE).endswith("/media/p/t0ken/share.jpg")


@pytest.mark.parametrize("origin", ["illustration", "model", "stock", "generated"])
def test_a_picture_that_is_not_the_person_says_so_and_our_own_does_not(origin):
    assert origin_words(PICTURE | {"origin": origin})
    assert origin_words(PICTURE | {"origin": "own"}) == ""


def test_lengths_and_directions_are_said_plainly():
    assert (clock(83_400), clock(5_000)) == ("1:23", "0:05")
    assert (direction("ar"), direction("es"), direction("xx")) == ("rtl", "ltr", "ltr")
