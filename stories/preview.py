"""Preview: a story's page from a form that nobody saved, made by what makes the published page."""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils import timezone, translation

from stories import around, listing, rendering
from stories.models import Story, StoryRevision
from stories.models.stories import interface_language, story_address
from stories.snapshots import content_of

_BODY = re.compile(r"<body[^>]*>\n?")


def page(story: Story, blocks: list[Any], themes: QuerySet[Any], related: QuerySet[Any]) -> str:
    """Return the page readers would get if the story and blocks, none of them saved, were published now.

    `themes` and `related` are those chosen in the form. Writes nothing.
    """
    if story.pk is None:
        story.pk = 0  # type: ignore[unreachable]  # never a story's key: its relations can be asked for and are empty
    story._prefetched_objects_cache = {"themes": themes}  # type: ignore[attr-defined]
    now = timezone.now()
    story.publish_at = story.publish_at or now
    revision = StoryRevision(story=story, content=content_of(story, blocks), created_at=now)
    standing = around.shelves_to_be(story, [theme.pk for theme in themes], [other.pk for other in related], now)
    language = interface_language(story.language)
    with translation.override(language):
        rendering.render(revision)
        context = {
            "story": story,
            "revision": revision,
            "content": revision.content,
            "neighbours": listing.neighbours(story, standing),
        }
        return render_to_string("stories/story.html", context, request=_reading(story, language))


def with_banner(html: str, language: str) -> str:
    """Return the page with the line that says what it is, before everything else."""
    with translation.override(interface_language(language)):
        banner = render_to_string("admin/stories/preview_banner.html").strip()
    return _BODY.sub(lambda body: f"{body[0]}{banner}\n", html, count=1)


def _reading(story: Story, language: str) -> HttpRequest:
    """Return the request of somebody who reads the story's public page."""
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = story_address(story.slug, story.language)
    host, _colon, port = settings.SITE_URL.partition("://")[2].partition(":")
    request.META = {"SERVER_NAME": host, "SERVER_PORT": port or "80", "QUERY_STRING": ""}
    request.LANGUAGE_CODE = language
    request.is_public_page = True  # type: ignore[attr-defined]
    request.user = AnonymousUser()
    request.resolver_match = resolve(request.path_info)
    return request
