"""JSON-LD: what search engines read about a page (schema.org Article, VideoObject, Organization, BreadcrumbList)."""

import json
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stories.addresses import clip_address, largest_jpeg, player_address, share_address
from stories.models import StoryRevision

# What could end the script element or begin another, as in Django's json_script.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def of_story(revision: StoryRevision, absolute: str) -> SafeString:
    """Return a story page's JSON-LD, safe inside a script element. `absolute` is the page's address."""
    content = revision.content
    story = revision.story
    published = (story.publish_at or revision.created_at).isoformat()
    article: dict[str, Any] = {
        "@type": "Article",
        "@id": f"{absolute}#article",
        "mainEntityOfPage": absolute,
        "headline": content["title"],
        "description": content["standfirst"],
        "inLanguage": content["language"],
        "datePublished": published,
        "dateModified": revision.created_at.isoformat(),
        "wordCount": content["words"],
        "publisher": organization(),
        "author": organization(),
        "keywords": [theme["name"] for theme in content["themes"]],
    }
    if content["lead"] and content["lead"]["crops"]:  # none while it is being prepared
        article["image"] = [share_address(content["lead"]), largest_jpeg(content["lead"])]
    clips = [block["clip"] for block in content["blocks"] if block["kind"] == "clip"]
    graph = [article, *(_video(clip, content, published) for clip in clips), _breadcrumbs(content, absolute)]
    return as_script({"@context": "https://schema.org", "@graph": graph})


def of_site() -> SafeString:
    """Return the home page's JSON-LD: the charity and its site with its search."""
    search = f"{settings.SITE_URL}{reverse('stories:list')}?q={{search_term_string}}"
    site = {
        "@type": "WebSite",
        "name": settings.CHARITY_NAME,
        "url": f"{settings.SITE_URL}/",
        "potentialAction": {"@type": "SearchAction", "target": search, "query-input": "required name=search_term_string"},
    }
    return as_script({"@context": "https://schema.org", "@graph": [organization(), site]})


def organization() -> dict[str, Any]:
    """Return the charity as schema.org names it."""
    return {
        "@type": "Organization",
        "@id": f"{settings.SITE_URL}/#charity",
        "name": settings.CHARITY_NAME,
        "url": f"{settings.SITE_URL}/",
        "logo": settings.SITE_URL + static("apple-touch-icon.png"),
    }


def as_script(data: dict[str, Any]) -> SafeString:
    """Return data as JSON that cannot leave its script element."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308  <, > and & are escaped


def iso_duration(milliseconds: int) -> str:
    """Return a length as ISO 8601 ("PT1M5S"), in whole seconds, at least one."""
    minutes, seconds = divmod(max(1, round(milliseconds / 1000)), 60)
    return f"PT{minutes}M{seconds}S" if minutes else f"PT{seconds}S"


def _video(clip: dict[str, Any], content: dict[str, Any], published: str) -> dict[str, Any]:
    poster = clip["poster"] or content["lead"]
    video = {
        "@type": "VideoObject",
        "name": clip["title"],
        "description": clip["transcript"][:500] or content["standfirst"],
        "uploadDate": published,
        "duration": iso_duration(clip["duration_ms"]),
        "thumbnailUrl": share_address(poster) if poster else "",
    }
    address = {"contentUrl": clip_address(clip)} if clip["host"] == "own" else {"embedUrl": player_address(clip)}
    return {key: value for key, value in {**video, **address}.items() if value}


def _breadcrumbs(content: dict[str, Any], absolute: str) -> dict[str, Any]:
    steps = [
        (_("Home"), settings.SITE_URL + reverse("home")),
        (_("Stories"), settings.SITE_URL + reverse("stories:list")),
        (content["title"], absolute),
    ]
    items = [{"@type": "ListItem", "position": n, "name": name, "item": item} for n, (name, item) in enumerate(steps, 1)]
    return {"@type": "BreadcrumbList", "itemListElement": items}
