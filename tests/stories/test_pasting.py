"""Words pasted from Word, Google Docs and web pages: rebuilt, and nothing that was deleted comes back (rule 16)."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from stories import pasting
from stories.text import clean_pasted, clean_typed
from tests.payloads import payloads

CLIPBOARD = Path(__file__).parent / "clipboard"
REBUILT = (
    "<h2>Home again</h2>"
    "<p>She walked to the well <strong>every morning</strong> with her sister, <em>slowly</em>.</p>"
    "<h3>What helped</h3>"
    "<ul><li><p>A lawyer</p><ul><li><p>who stayed</p></li></ul></li><li><p>A school</p></li></ul>"
    "<ol><li><p>First, rest.</p></li></ol>"
    '<p><a href="https://www.ijm.org/" rel="noopener">The work</a> goes on.</p>'
)


def clipboard(name: str) -> str:
    return (CLIPBOARD / f"{name}.html").read_text()


@pytest.mark.parametrize(("name", "deletions"), [("word", 2), ("google-docs", 1)])
def test_a_document_is_rebuilt_and_what_was_deleted_in_it_is_counted(name, deletions):
    pasted = clean_pasted(clipboard(name))
    assert pasted.html == REBUILT
    assert (pasted.deletions, pasted.comments, pasted.pictures) == (deletions, 1, 1)  # Word's hidden words count as one
    for secret in ("Lakshmi", "Narayanan", "Vellore", "Mill Road", "not to be named", "[RO1]", "[a]"):
        assert secret not in pasted.html


def test_the_notice_says_what_was_left_out():
    assert clean_pasted(clipboard("word")).notice() == (
        "Left out: 2 deleted passages, 1 comment, 1 picture. Upload a picture into a block of its own."
    )
    assert clean_pasted("<p>Plain</p>").notice() == ""


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One</p><p>Two</p>", "<p>One</p><p>Two</p>"),
        ("<div>One<div>Two</div>Three</div>", "<p>One</p><p>Two</p><p>Three</p>"),
        ("words alone", "<p>words alone</p>"),
        ("<p>Open<p>Open too", "<p>Open</p><p>Open too</p>"),
        ("<h3>Only</h3><h5>Deep</h5>", "<h2>Only</h2><h3>Deep</h3>"),
        ("<ul><li>One<li>Two</ul>", "<ul><li><p>One</p></li><li><p>Two</p></li></ul>"),
        ("<ol><li>One<ol><li>In</ol></ol>", "<ol><li><p>One</p><ol><li><p>In</p></li></ol></li></ol>"),
        ("<b>Bold <i>both</i></b>", "<p><strong>Bold <em>both</em></strong></p>"),
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "<p>A – B</p><p>C</p>"),
        ("<blockquote><p>Said</p></blockquote>", "<p>Said</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<p><a rel="noopener">x</a></p>'),
        ('<a href="#part">x</a>', "<p>x</p>"),
        ("<p>a&nbsp;&nbsp; b</p><p>&nbsp;</p>", "<p>a b</p>"),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ("<script>alert(1)</script><style>p{}</style><p>x</p>", "<p>x</p>"),
        ("", ""),
        ("<p style='mso-list:l0 level9 lfo1'>Far in</p>", "<ul><li><p>Far in</p></li></ul>"),
    ],
)
def test_web_pages_and_odd_markup_become_what_a_story_may_use(markup, expected):
    assert clean_pasted(markup).html == expected


def test_markup_without_end_is_read_in_bounded_depth():
    assert "deep" in clean_pasted("<div>" * 50_000 + "deep").html
    assert "deep" in clean_pasted("<ul><li>" * 5_000 + "deep").html
    assert clean_pasted("<b>" * 50_000 + "x" + "<del>gone").html.count("x") == 1


@pytest.mark.parametrize(
    "deleted",
    [
        "<del>Lakshmi</del>", "<s>Lakshmi</s>", "<strike>Lakshmi</strike>", '<span class="msoDel">Lakshmi</span>',
        '<span style="text-decoration: line-through">Lakshmi</span>', '<span style="TEXT-DECORATION-LINE:line-through">Lakshmi</span>',
        '<span style="display:none">Lakshmi</span>', "<b><del><i>Lakshmi</i></del></b>", "<p hidden>Lakshmi</p>",
    ],
)  # fmt: skip
def test_a_deleted_name_never_comes_back_pasted_or_saved(deleted):
    assert "Lakshmi" not in clean_pasted(f"<p>Before {deleted} after</p>").html
    assert clean_pasted(f"<p>Before {deleted} after</p>").deletions == 1
    assert "Lakshmi" not in clean_typed(f"<p>Before {deleted} after</p>")
    assert "Lakshmi" in clean_typed("<p>Before Lakshmi after</p>")  # the control


def test_what_the_editor_makes_is_not_taken_for_foreign_and_stays_as_it_is():
    own = '<h2>One</h2><p>Two <strong>three</strong> <em>four</em> <a href="https://ijm.org/" rel="noopener">five</a></p><ul><li><p>Six</p></li></ul>'
    assert not pasting.is_foreign(own)
    assert clean_typed(own) == own
    assert clean_typed(clean_typed(clipboard("word"))) == REBUILT


class Used(HTMLParser):
    """Collects the elements and attributes that some markup uses."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found |= {(tag, name if name != "href" else value.partition(":")[0]) for name, value in attrs} or {(tag, "")}


def test_five_hundred_attempts_to_run_something_leave_only_allowed_elements_when_pasted():
    links = {("a", name) for name in ("rel", "http", "https", "mailto")}
    allowed = links | {(tag, "") for tag in ("p", "h2", "h3", "ul", "ol", "li", "strong", "em", "br", "a")}
    assert len(payloads()) > 500
    for payload in payloads():
        for made in (clean_pasted(payload).html, clean_typed(payload)):
            assert Used(made).found - allowed - {("a", value) for value in ("", "//evil.example/")} == set(), (payload, made)
    assert Used("<p onclick=x><img src=x>").found == {("p", "onclick"), ("img", "src")}  # the control
