"""Captions are plain WebVTT, or the line that is not is named (attack 11)."""

import pytest
from django.core.exceptions import ValidationError

from stories.clips import clean_captions


def cues(*blocks: str) -> str:
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


def refused(text: str) -> str:
    with pytest.raises(ValidationError) as raised:
        clean_captions(text)
    return raised.value.messages[0]


def test_plain_captions_stay_as_they_are():
    text = cues(
        "00:00:01.000 --> 00:00:04.000\nShe opened the door.", "00:00:04.000 --> 00:00:06.500 line:0 align:start\nTwo\nlines"
    )
    assert clean_captions(text) == text
    assert clean_captions(clean_captions(text)) == text


def test_line_ends_short_times_and_names_of_cues_are_made_alike():
    text = "\ufeffWEBVTT - made somewhere\r\nKind: captions\r\nLanguage: en\r\n\r\nintro\r\n00:01.000 --> 01:04.000\r\nHello\r\n"
    assert clean_captions(text) == cues("00:00:01.000 --> 00:01:04.000\nHello")


def test_notes_styles_and_regions_are_dropped():
    text = cues(
        "NOTE CANARY her name is secret",
        "STYLE\n::cue { background: url(https://evil.example/x) }",
        "REGION\nid:fred\nwidth:40%",
        "00:01.000 --> 00:02.000 region:fred position:10%,line-left\nHello",
        "NOTE\nCANARY again",
    )
    assert clean_captions(text) == cues("00:00:01.000 --> 00:00:02.000 position:10%,line-left\nHello")


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        ("<b>a</b> <i>b</i> <u>c</u> <c.yellow.loud>d</c>", None),
        ("<v Thaiyamma>We said yes.</v>", None),
        ("<lang ta>வணக்கம்</lang>", None),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>x", "x"),
        ("<b onclick=alert(1)>x</b>", "<b>x</b>"),
        ("<b>open", "<b>open</b>"),
        ("<b><i>crossed</b></i>", "<b><i>crossed</i></b>"),
        ("<00:00:01.500>word<ruby>by<rt>word", "wordbyword"),
        ("a & b &amp; c &lt;b&gt; d < e", "a &amp; b &amp; c &lt;b&gt; d"),
        ("<v A<b>x", "<b>x</b>"),
    ],
)
def test_only_markup_that_a_player_needs_is_kept(words, clean):
    found = clean_captions(cues(f"00:01.000 --> 00:02.000\n{words}")).partition("02.000\n")[2].strip()
    assert found == (words if clean is None else clean)


def test_cues_come_in_order_of_time():
    text = cues("00:05.000 --> 00:06.000\nlater", "00:01.000 --> 00:02.000\nsooner")
    assert clean_captions(text).index("sooner") < clean_captions(text).index("later")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nSubRip", 1, "WEBVTT"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nx", 1, "WEBVTT"),
        (cues("00:01,000 --> 00:02,000\nx"), 3, "times"),
        (cues("00:01.000 --> 00:02.000\nx", "\n\n00:61.000 --> 00:62.000\nx"), 8, "times"),
        (cues("00:04.000 --> 00:02.000\nx"), 3, "before they begin"),
        (cues("00:02.000 --> 00:02.000\nx"), 3, "before they begin"),
        (cues("just words"), 4, "missing"),
        (cues("name\nwords without times"), 4, "missing"),
        (cues("00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny"), 5, "empty line"),
        (cues("00:01.000 --> ٠٠:02.000\nx"), 3, "times"),
    ],
)
def test_what_a_player_could_not_read_is_refused_with_its_line(text, line, word):
    said = refused(text)
    assert said.startswith(f"Line {line}: ")
    assert word in said


def test_empty_and_endless_captions_are_refused():
    assert "no captions" in refused("WEBVTT\n\nNOTE nothing here\n")
    assert "too long" in refused(cues("00:01.000 --> 00:02.000\n" + "x" * 500_000))


def test_hostile_input_takes_no_time():
    # Patterns that make a careless expression run for minutes.
    for words in ("<" * 50_000, "<v " * 20_000, "<b." * 20_000, "a --" * 20_000, "&" * 50_000):
        assert clean_captions(cues(f"00:01.000 --> 00:02.000\nx {words}"))
