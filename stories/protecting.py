"""What of a story is searched for protected names before it goes out, and what the people in it have said to it (rules 5, 11)."""

import html
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from safeguarding import names
from safeguarding.models import Contributor, Decided, Decision, StoryPreview
from stories import history
from stories.models import AsideBlock, Clip, ClipBlock, LinkBlock, Picture, PictureBlock, QuoteBlock, Story, TextBlock
from stories.snapshots import clips_in, content_of, pictures_in
from stories.text import plain_words


def reasons(story: Story, blocks: list[Any]) -> list[str]:
    """Return why a story may not go out: protected names, and people who stopped it or have not approved this version."""
    people = people_in(story, blocks)
    found = [hit.sentence(may_know=False) for hit in name_hits(story, blocks, people)]
    return list(dict.fromkeys(found)) + unapproved(story, blocks, people)


# --- names --------------------------------------------------------------------------------------------
def name_hits(story: Story, blocks: list[Any], people: list[Contributor] | None = None) -> list[names.Hit]:
    """Return every protected name in whatever of the story goes out. Show them to whoever may know, see Hit.sentence."""
    if not names.any_protected():
        return []
    return names.hits(dict(_numbered(_texts(story, blocks))), people_in(story, blocks) if people is None else people)


def people_in(story: Story, blocks: list[Any]) -> list[Contributor]:
    """Return everybody the story is told of or shows."""
    people = {whose.contributor for whose in story.story_contributors.select_related("contributor")}
    shown: list[Picture | Clip] = [*pictures_in(story, blocks), *clips_in(blocks)]
    for media in shown:
        people |= set(media.contributors.all())
    return sorted(people, key=lambda person: person.pk)


def _numbered(texts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for label, text in texts:
        if text:
            seen[label] = seen.get(label, 0) + 1
            yield (label if seen[label] == 1 else f"{label} ({seen[label]})"), text


def _texts(story: Story, blocks: list[Any]) -> Iterator[tuple[str, str]]:
    yield _("the title"), story.title
    yield _("the address"), story.slug
    yield _("the standfirst"), story.standfirst
    yield _("the byline"), story.byline
    yield _("the content note"), story.content_note
    yield _("the caption of the lead picture"), story.lead_caption
    for block in blocks:
        yield from _texts_of(block)
    for picture in pictures_in(story, blocks):
        yield from _picture_texts(picture)
    for clip in clips_in(blocks):
        yield _("the title of a clip"), clip.title
        yield _("the transcript of a clip"), clip.transcript
        for captions in clip.captions.all():
            yield _("the captions of a clip"), captions.text


def _texts_of(block: Any) -> Iterator[tuple[str, str]]:
    match block:
        case TextBlock():
            yield _("the text"), html.unescape(plain_words(block.html))
            yield _("the links in a text"), block.html if "href" in block.html else ""
        case AsideBlock():
            yield _("an aside"), f"{block.title}\n{html.unescape(plain_words(block.html))}"
        case QuoteBlock():
            yield _("a quote"), f"{block.text}\n{block.attribution}"
        case PictureBlock():
            yield _("the caption of a picture"), block.caption
        case LinkBlock():
            yield _("a link"), f"{block.label}\n{block.title}\n{block.url}"
        case ClipBlock():
            pass  # searched with its captions and transcript


def _picture_texts(picture: Picture) -> Iterator[tuple[str, str]]:
    yield _("the alternative text of a picture"), picture.alt
    yield _("the credit of a picture"), picture.credit
    yield _("the name of a picture in the library"), picture.title
    yield _("the file name of a picture"), picture.master.name or ""


# --- what the people in it said -------------------------------------------------------------------------
def unapproved(story: Story, blocks: list[Any], people: list[Contributor]) -> list[str]:
    """Return a sentence for everybody who stopped the story, or was shown it and has not approved this very version."""
    newest: dict[int, StoryPreview] = {}
    for preview in StoryPreview.objects.filter(story_id=story.pk).defer("content").select_related("contributor").order_by("pk"):
        newest[preview.contributor_id] = preview
    asked = {person.pk: person for person in people if person.sees_first}
    asked |= {pk: preview.contributor for pk, preview in newest.items()}
    if not asked:
        return []
    digest = history.digest_of(story, content_of(story, blocks))
    otherwise = set(
        Decision.objects.filter(kind=Decided.AGREED_OTHERWISE, digest=digest, contributor__in=asked).values_list(
            "contributor", flat=True
        )
    )
    return [
        sentence
        for pk, person in asked.items()
        if pk not in otherwise and (sentence := _what_they_said(person, newest.get(pk), digest))
    ]


def _what_they_said(person: Contributor, preview: StoryPreview | None, digest: str) -> str:
    if preview is None:
        return _("%(person)s wants to see every story first: send them a private link.") % {"person": person}
    if preview.stopped_at:
        return _("%(person)s has stopped this story.") % {"person": person}
    if preview.approved_at is None:
        return _("%(person)s has been shown this story and has not approved it yet.") % {"person": person}
    if preview.digest != digest:
        return _("The story has changed since %(person)s approved it: send them a new private link.") % {"person": person}
    return ""
