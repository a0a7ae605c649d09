"""Turn a story's working copy into plain data: the content of a revision.

Shape (version 1): title, standfirst, byline, language, content_note, place {slug, country, region} or None,
themes [{slug, name, translations}], lead picture or None, lead_caption, channels, blocks [{kind, key, …}] (key: which
block of the working copy it was, "textblock:12"; not shown),
words (int), minutes (int), people {reference: [material, …]} (never shown: whose consent this rests on). Pictures
and clips as their `as_data()`.
"""

import html
from collections.abc import Iterator
from typing import Any

from content_editor.contents import contents_for_item

from stories.models import (
    BLOCKS,
    AsideBlock,
    Clip,
    ClipBlock,
    LinkBlock,
    Picture,
    PictureBlock,
    QuoteBlock,
    Story,
    TextBlock,
)
from stories.text import clean_html, is_web_address, plain_words, reading_minutes

VERSION = 1


def blocks_in_order(story: Story) -> list[Any]:
    """Return the story's blocks as they stand on the page."""
    return list(contents_for_item(story, plugins=BLOCKS)["main"])


def pictures_in(story: Story, blocks: list[Any]) -> list[Picture]:
    """Return every picture the story shows, the lead and posters included, each once."""
    found = [story.lead] if story.lead else []
    for block in blocks:
        if isinstance(block, PictureBlock):
            found.append(block.picture)
        elif isinstance(block, ClipBlock) and block.clip.poster:
            found.append(block.clip.poster)
    return list({picture.pk: picture for picture in found}.values())


def clips_in(blocks: list[Any]) -> list[Clip]:
    """Return every clip the story shows, each once."""
    return list({block.clip.pk: block.clip for block in blocks if isinstance(block, ClipBlock)}.values())


def content_of(story: Story, blocks: list[Any]) -> dict[str, Any]:
    """Return the story and its blocks as plain data, cleaned, with nothing left to look up."""
    block_data = [data | {"key": key_of(block)} for block in blocks if (data := _block_data(block))]
    words = sum(len(text.split()) for text in _words(block_data)) + len(story.standfirst.split())
    place = story.place
    return {
        "version": VERSION,
        "title": story.title,
        "standfirst": story.standfirst,
        "byline": story.byline,
        "language": story.language,
        "content_note": story.content_note,
        "place": {"slug": place.slug, "country": place.country.code, "region": place.region} if place else None,
        "themes": [{"slug": t.slug, "name": t.name, "translations": t.translations} for t in story.themes.all()],
        "lead": story.lead.as_data() if story.lead else None,
        "lead_caption": story.lead_caption,
        "channels": list(story.channels),
        "blocks": block_data,
        "words": words,
        "minutes": reading_minutes(words),
        "people": {
            w.contributor.reference: sorted(w.materials_used) for w in story.story_contributors.select_related("contributor")
        },
    }


def key_of(block: Any) -> str:
    """Return which block of the working copy this is, "textblock:12"; "" while it is not saved."""
    return f"{block._meta.model_name}:{block.pk}" if block.pk else ""


def searchable_text(content: dict[str, Any]) -> str:
    """Return all words of a revision's content that a reader may search for, the title left out."""
    return "\n".join([content["standfirst"], *(html.unescape(text) for text in _words(content["blocks"]))])


def _block_data(block: Any) -> dict[str, Any] | None:
    match block:
        case TextBlock():
            return {"kind": "text", "html": clean_html(block.html)}
        case PictureBlock():
            return {"kind": "picture", "picture": block.picture.as_data(), "caption": block.caption}
        case ClipBlock():
            return {"kind": "clip", "clip": block.clip.as_data()}
        case QuoteBlock():
            return {"kind": "quote", "text": block.text, "attribution": block.attribution}
        case AsideBlock():
            return {"kind": "aside", "title": block.title, "html": clean_html(block.html)}
        case LinkBlock(story=Story() as target):
            return {"kind": "link", "label": block.label, "slug": target.slug, "language": target.language, "title": target.title}
        case LinkBlock() if is_web_address(block.url):
            return {"kind": "link", "label": block.label, "url": block.url, "title": block.title}
    return None  # a link whose story is gone, or whose address is none of the web, says nothing


def _words(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        match block["kind"]:
            case "text":
                yield plain_words(block["html"])
            case "aside":
                yield f"{block['title']} {plain_words(block['html'])}"
            case "quote":
                yield block["text"]
            case "picture":
                yield block["caption"]
