"""Render a revision once, at publishing: body, card and head are kept beside its content.

A deployment that changes the templates changes the fingerprint; until the worker has rendered a revision anew
the page renders it on request, so readers never see the old look or an error.
"""

import functools
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from stories import structured_data
from stories.models import Story, StoryRevision
from stories.models.stories import interface_language, story_address

RENDERED_FIELDS = ["body_html", "card_html", "head_html", "rendered_by"]
_TEMPLATES = ("templates/stories", "templates/components")


@functools.cache
def fingerprint() -> str:
    """Return a hash of all that a rendering depends on beside its content."""
    digest = hashlib.blake2b(digest_size=12)
    for folder in _TEMPLATES:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*.html")):
            digest.update(path.read_bytes())
    for path in sorted(Path(settings.BASE_DIR, "stories").glob("*.py")):
        digest.update(path.read_bytes())
    for path in sorted(Path(settings.BASE_DIR, "locale").rglob("*.mo")):
        digest.update(path.read_bytes())
    digest.update(getattr(staticfiles_storage, "manifest_hash", "").encode())  # renderings name static files by hash
    digest.update(f"{settings.SITE_URL} {settings.MEDIA_URL_HOST} {settings.CHARITY_NAME}".encode())
    return digest.hexdigest()


def render(revision: StoryRevision) -> None:
    """Fill the revision's rendered fields from its content, in the language its page is framed in."""
    content = revision.content
    address = story_address(revision.story.slug, content["language"])
    context = {
        "story": content,
        "address": address,
        "absolute": settings.SITE_URL + address,
        "site_url": settings.SITE_URL,
        "charity_name": settings.CHARITY_NAME,
        "alternates": alternates(revision.story),
        "structured_data": structured_data.of_story(revision, settings.SITE_URL + address),
    }
    with translation.override(interface_language(content["language"])):
        revision.body_html = render_to_string("stories/body.html", context)
        revision.card_html = render_to_string("components/story-card.html", context)
        revision.head_html = render_to_string("stories/head.html", context)
    revision.rendered_by = fingerprint()


def alternates(story: Story) -> list[dict[str, str]]:
    """Return language and absolute address of each public translation, the story's own included.

    Empty without translations: a page needs no `hreflang` that only names itself.
    """
    others = [other for other in family(story) if other.is_public()]
    if not others:
        return []
    everyone = sorted([story, *others], key=lambda member: member.language)
    return [{"language": member.language, "address": settings.SITE_URL + member.get_absolute_url()} for member in everyone]


def family(story: Story) -> list[Story]:
    """Return the other stories that are translations of the same original, the original included."""
    original = story.translation_of_id or story.pk
    members = Story.objects.filter(Q(pk=original) | Q(translation_of=original)).exclude(pk=story.pk)
    return list(members.select_related("live_revision"))


def refresh_family(story: Story) -> None:
    """Render the live translations of a story anew, since each names the others."""
    for other in family(story):
        if other.live_revision:
            other.live_revision.story = other
            render(other.live_revision)
            other.live_revision.save(update_fields=RENDERED_FIELDS)


def rendered(revision: StoryRevision) -> StoryRevision:
    """Return the revision with its rendering up to date (not saved: reading writes nothing)."""
    if revision.rendered_by != fingerprint():
        render(revision)
    return revision


def card_of(content: dict[str, Any], slug: str) -> str:
    """Return the card of a snapshot alone, for lists whose kept card is out of date. No query."""
    with translation.override(interface_language(content["language"])):
        return render_to_string(
            "components/story-card.html", {"story": content, "address": story_address(slug, content["language"])}
        )
