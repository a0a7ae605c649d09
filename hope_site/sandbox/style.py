"""The style page: every glyph and component, in light and dark, and a page written from right to left."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from hope_site.sandbox.arabic import FILTERS, STORY
from hope_site.templatetags.icons import glyph_names
from stories.listing import Card, Filter, Page
from stories.models import Story

SCHEMES = ("light", "dark")
COLOURS = ("ground", "raised", "sunk", "ink", "soft", "line", "ember", "on-ember", "dawn", "on-dawn", "good", "wrong")
STEPS = (*((step, step) for step in "76543210"), ("small", "-1"), ("smallest", "-2"))
LONG_WORDS = "Donaudampfschifffahrtsgesellschaft and a title that goes on for rather longer than anyone would wish it to, on a narrow screen"


class SampleForm(forms.Form):
    """A field of every kind, as the giving form and the portal will use them."""

    name = forms.CharField(label="Your name", help_text="As it should stand on a receipt.")
    email = forms.EmailField(label="E-mail address")
    words = forms.CharField(label="A message", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    country = forms.ChoiceField(label="Country", choices=[("", "Choose…"), ("GB", "United Kingdom"), ("IN", "India")])
    often = forms.ChoiceField(label="How often", choices=[("once", "Once"), ("monthly", "Every month")], widget=forms.RadioSelect)
    updates = forms.BooleanField(label="Send me news by e-mail", required=False, help_text="Stop whenever you like.")
    agree = forms.BooleanField(label="I have read how my data is used")


def style(request: HttpRequest) -> HttpResponse:
    """Show every glyph and component twice, in light and dark."""
    stories = _live_stories()
    context = {
        "glyphs": sorted(glyph_names(), key=str.lower),
        "colours": COLOURS,
        "steps": STEPS,
        "long_words": LONG_WORDS,
        "schemes": [_specimens(scheme, stories) for scheme in SCHEMES],
        "place": next((story["place"] for story in stories if story["place"]), None),
    }
    return render(request, "sandbox/style.html", context)


def right_to_left(request: HttpRequest) -> HttpResponse:
    """Show the real components with Arabic words, from right to left."""
    stories = _live_stories()
    picture = stories[0]["lead"] if stories else None
    clip = next((block["clip"] for story in stories for block in story["blocks"] if block["kind"] == "clip"), None)
    content = STORY | {"lead": picture, "blocks": [block for block in STORY["blocks"] if _shown(block, picture, clip)]}
    content["blocks"] = [block | {"picture": picture, "clip": clip} for block in content["blocks"]]
    filters = [Filter(slug, label, count, chosen, "?") for slug, label, count, chosen in FILTERS]
    page = Page(cards=[], total=30, number=2, pages=3, previous_address="?page=1", next_address="?page=3")
    return render(request, "sandbox/rtl.html", {"content": content, "filters": filters, "page": page})


def _shown(block: dict[str, Any], picture: Any, clip: Any) -> bool:
    return {"picture": bool(picture), "clip": bool(clip)}.get(block["kind"], True)


def _live_stories() -> list[dict[str, Any]]:
    """Return the snapshots of up to four live stories: the page shows their real pictures and clips."""
    published = Story.objects.published().newest_first().select_related("live_revision")[:4]
    return [story.live_revision.content for story in published if story.live_revision]


def _specimens(scheme: str, stories: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what one column of the page shows; ids and labels differ from the other column's."""
    clips = [block["clip"] for story in stories for block in story["blocks"] if block["kind"] == "clip"]
    embed = {"host": "youtube", "video_id": "aqz-KbuwO2s", "unlisted_hash": "", "captions": [], "duration_ms": 634_000}
    bound = SampleForm({"email": "not an address", "words": "What was typed stays."}, auto_id=f"{scheme}-wrong-%s")
    return {
        "scheme": scheme,
        "stories": stories,
        "lead": stories[0]["lead"] if stories else None,
        "clip": clips[0] if clips else None,
        "embed": clips[0] | embed if clips else None,
        "long": stories[0] | {"title": LONG_WORDS} if stories else None,
        "form": SampleForm(auto_id=f"{scheme}-%s"),
        "wrong_form": bound,
        "filters": [
            Filter("family", "Family", 12, chosen=False, address="?"),
            Filter("justice", "Justice", 3, chosen=True, address="?"),
            Filter("long", "A theme with a name that is much longer than the others", 0, chosen=False, address="?"),
            *(Filter(f"theme-{number}", f"Theme {number}", number, chosen=False, address="?") for number in range(1, 12)),
        ],
        "filters_name": f"Themes, {scheme}",
        "page": Page(cards=[], total=100, number=2, pages=9, previous_address="?page=1", next_address="?page=3"),
        "pages_label": f"Pages, {scheme}",
        "search_label": f"Stories, {scheme}",
        "nothing": Page(cards=[], total=0, query="bablo", did_you_mean="bablu", did_you_mean_address="?q=bablu"),
        "found": Card("", mark_safe("… and a few days later <mark>Bablu</mark> was born …")),
    }
