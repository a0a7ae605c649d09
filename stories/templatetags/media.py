"""Draw pictures and clips from a snapshot's data: {% load media %}{% picture data crop="wide" %}{% clip data %}."""

import re
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from stories.addresses import media_address, player_address, share_address, watch_address

register = template.Library()

FORMATS = (("avif", "image/avif"), ("webp", "image/webp"))
# The width for a browser that knows neither srcset nor the newer formats, in pixels.
PLAIN_WIDTH = 960
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_STAND_IN = re.compile(r"data:image/(?:webp|jpeg|png|avif|gif);base64,[A-Za-z0-9+/=]+")


@register.simple_tag
def picture(data: dict[str, Any], crop: str = "full", sizes: str = "100vw", lazy: bool = True, **attributes: str) -> SafeString:
    """Draw a picture with its box, its stand-in behind it and every rendition to choose from.

    `data` is `Picture.as_data()`; `crop` names a rendition set ("full" where it is missing); `sizes` is the
    picture's width on the page as in HTML; `lazy=False` for the lead, which then loads first.
    `class` goes to the outer element, `alt` replaces the picture's own words ("" where they stand beside it).
    """
    name = crop if crop in data["crops"] else "full"
    rendition = data["crops"].get(name)
    classes = f"picture {attributes.get('class', '')}".strip()
    if not rendition:
        return format_html('<span class="{} picture--waiting">{}</span>', classes, _behind(data))
    return format_html(
        '<span class="{}">{}<picture>{}<img class="picture__image" src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}"{}></picture></span>',
        classes,
        _behind(data),
        format_html_join(
            "",
            '<source type="{}" srcset="{}" sizes="{}">',
            ((mime, _srcset(data["token"], name, rendition["widths"], extension), sizes) for extension, mime in FORMATS),
        ),
        _address(data["token"], name, _plain_width(rendition["widths"]), "jpg"),
        _srcset(data["token"], name, rendition["widths"], "jpg"),
        sizes,
        rendition["width"],
        rendition["height"],
        attributes.get("alt", data["alt"]),
        SafeString(' loading="lazy" decoding="async"' if lazy else ' fetchpriority="high"'),
    )


def _behind(data: dict[str, Any]) -> SafeString:
    """Return what fills the box until the picture is there: its tiny self, or its main colour.

    An element and not a style attribute: the policy header forbids those.
    """
    if _STAND_IN.fullmatch(data.get("stand_in") or ""):
        return format_html('<img class="picture__behind" src="{}" alt="">', data["stand_in"])
    if _COLOUR.fullmatch(data.get("colour") or ""):
        return format_html(
            '<svg class="picture__behind" aria-hidden="true" focusable="false"><rect width="100%" height="100%" fill="{}"/></svg>',
            data["colour"],
        )
    return SafeString("")


def _address(token: str, crop: str, width: int, extension: str) -> str:
    return media_address(f"p/{token}/{crop}-{width}.{extension}")


def _srcset(token: str, crop: str, widths: list[int], extension: str) -> str:
    return ", ".join(f"{_address(token, crop, width, extension)} {width}w" for width in sorted(widths))


def _plain_width(widths: list[int]) -> int:
    return max((width for width in widths if width <= PLAIN_WIDTH), default=min(widths))


@register.filter
def focus(data: dict[str, Any]) -> str:
    """Return classes that keep the focal point in a box of another shape, to the nearest tenth.

    For boxes whose shape follows the window, where no crop can be made beforehand.
    """
    across, down = data["focal"]
    return f"focus-x{round(across * 10)} focus-y{round(down * 10)}"


@register.filter
def words_at(data: dict[str, Any]) -> str:
    """Return "above" or "below": where words over a picture leave its focal point free."""
    return "above" if data["focal"][1] >= 0.5 else "below"


@register.simple_tag
def clip(data: dict[str, Any], sizes: str = "100vw", transcript: bool = True, poster: dict[str, Any] | None = None) -> str:
    """Draw a clip to play in place: our own in a video element, one from elsewhere as a link until it is asked for.

    `data` is `Clip.as_data()`; `transcript=False` leaves the transcript to the story's own page; `poster` is the
    picture for a clip that has none.
    """
    own = data["host"] == "own"
    return render_to_string(
        "components/clip.html" if own else "components/clip-embed.html",
        {
            "clip": data | {"poster": data["poster"] or poster},
            "sizes": sizes,
            "transcript": transcript,
            "file": media_address(f"c/{data['token']}/clip.mp4") if own else "",
            "captions": _captions(data) if own else [],
            "watch": "" if own else watch_address(data),
            "player": "" if own else _playing(player_address(data)),
        },
    )


def _playing(address: str) -> str:
    """Return the player's address so that it plays at once: the reader has just asked for it."""
    return f"{address}{'&' if '?' in address else '?'}autoplay=1"


def _captions(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each captions track: language, address on this site (a track elsewhere needs more rights), chosen."""
    languages = [captions["language"] for captions in data["captions"]]
    chosen = get_language() if get_language() in languages else next(iter(languages), None)
    return [
        {"language": language, "address": f"/media/c/{data['token']}/captions-{language}.vtt", "chosen": language == chosen}
        for language in languages
    ]


@register.filter
def share_card(data: dict[str, Any] | None) -> str:
    """Return the absolute address of the card that shared links show (1200 x 630 JPEG), "" without a picture."""
    return share_address(data) if data else ""
