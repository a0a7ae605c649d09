"""Render a revision once, at publishing: body, card and head are kept beside its content.

A deployment that changes the templates changes the fingerprint; until the worker has rendered a revision anew
the page renders it on request, so readers never see the old look or an error.
"""

import functools
import hashlib
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from stories.models import StoryRevision
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
    digest.update(f"{settings.SITE_URL} {settings.MEDIA_URL_HOST} {settings.CHARITY_NAME}".encode())
    return digest.hexdigest()


def render(revision: StoryRevision) -> None:
    """Fill the revision's rendered fields from its content, in the language its page is framed in."""
    content = revision.content
    address = story_address(revision.story.slug, content["language"])
    context = {"story": content, "address": address, "absolute": settings.SITE_URL + address, "site_url": settings.SITE_URL, "charity_name": settings.CHARITY_NAME}
    with translation.override(interface_language(content["language"])):
        revision.body_html = render_to_string("stories/body.html", context)
        revision.card_html = render_to_string("components/story-card.html", context)
        revision.head_html = render_to_string("stories/head.html", context)
    revision.rendered_by = fingerprint()


def rendered(revision: StoryRevision) -> StoryRevision:
    """Return the revision with its rendering up to date (not saved: reading writes nothing)."""
    if revision.rendered_by != fingerprint():
        render(revision)
    return revision
