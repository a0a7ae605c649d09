"""The RSS 2.0 feed of published stories, with Media RSS: one picture or clip a story as its enclosure."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from public_pages.decorators import public_page
from stories.addresses import share_address
from stories.models import Story

ITEMS = 20
MEDIA_NAMESPACE = "http://search.yahoo.com/mrss/"


class MediaFeed(Rss201rev2Feed):
    """RSS 2.0 whose items name their picture in Media RSS as well."""

    content_type = "application/rss+xml; charset=utf-8"

    def rss_attributes(self) -> dict[str, str]:
        """Declare the Media RSS namespace beside Atom's."""
        return {**super().rss_attributes(), "xmlns:media": MEDIA_NAMESPACE}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Write the item, then its picture."""
        super().add_item_elements(handler, item)
        if picture := item["picture"]:
            handler.startElement(
                "media:content",
                {"url": share_address(picture), "medium": "image", "type": "image/jpeg", "width": "1200", "height": "630"},
            )
            if picture["alt"]:
                handler.addQuickElement("media:description", picture["alt"], {"type": "plain"})
            if picture["credit"]:
                handler.addQuickElement("media:credit", picture["credit"])
            handler.endElement("media:content")


@public_page()
def stories_feed(request: HttpRequest) -> HttpResponse:
    """Answer the newest stories whose consents cover the feed: two queries."""
    language = get_language() or settings.LANGUAGE_CODE
    feed = MediaFeed(
        title=_("%(charity)s: stories") % {"charity": settings.CHARITY_NAME},
        link=settings.SITE_URL + reverse("stories:list"),
        description=_("Stories of people who came through slavery and violence."),
        language=language,
        feed_url=settings.SITE_URL + reverse("stories:feed"),
        ttl=30,
    )
    stories = Story.objects.published().filter(in_feed=True).newest_first().select_related("live_revision")
    for story in stories.filter(language=language)[:ITEMS]:
        assert story.live_revision is not None  # published() says so
        content = story.live_revision.content
        address = settings.SITE_URL + story.get_absolute_url()
        feed.add_item(
            title=content["title"],
            link=address,
            description=content["standfirst"],
            unique_id=address,
            unique_id_is_permalink=True,
            pubdate=story.publish_at,
            updateddate=story.live_revision.created_at,
            categories=[theme["name"] for theme in content["themes"]],
            enclosures=_enclosures(content["lead"]),
            picture=content["lead"],
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    response.fresh_until = Story.objects.next_change()  # type: ignore[attr-defined]
    return response


def _enclosures(picture: dict[str, Any] | None) -> list[Enclosure]:
    """Return the share card as the item's one enclosure, with its true length in bytes."""
    if not picture:
        return []
    return [Enclosure(share_address(picture), str(picture["share_bytes"]), "image/jpeg")]
