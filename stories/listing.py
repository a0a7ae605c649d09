"""Lists of published stories: all, filtered, searched, and what to read next."""

import datetime
from dataclasses import dataclass, field

from django.http import QueryDict

from stories import rendering
from stories.models import Story

PER_PAGE = 12


@dataclass(frozen=True)
class Card:
    """One story in a list: its rendered card and, in a search, the words that matched (safe html)."""

    html: str
    excerpt: str = ""


@dataclass(frozen=True)
class Filter:
    """One choice of place or theme: what it is called, how many stories it leaves, and its address."""

    slug: str
    label: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True)
class Page:
    """One page of a list and all that its template shows."""

    cards: list[Card]
    total: int
    number: int = 1
    pages: int = 1
    query: str = ""
    places: list[Filter] = field(default_factory=list)
    themes: list[Filter] = field(default_factory=list)
    previous_address: str = ""
    next_address: str = ""
    suggestions: list[Card] = field(default_factory=list)  # when nothing was found
    did_you_mean: str = ""
    fresh_until: datetime.datetime | None = None


@dataclass(frozen=True)
class Neighbours:
    """What to read after a story."""

    next: Card | None
    related: list[Card]


def page(params: QueryDict, language: str) -> Page:
    """Return the page of stories that the parameters q, place, theme and page ask for."""
    stories = Story.objects.published().filter(language=language).newest_first().select_related("live_revision")
    cards = [card(story) for story in stories[:PER_PAGE]]
    return Page(cards=cards, total=len(cards))


def neighbours(story: Story) -> Neighbours:
    """Return the next older story and up to three related ones: two queries."""
    stories = Story.objects.published().filter(language=story.language).exclude(pk=story.pk).newest_first().select_related("live_revision")
    cards = [card(other) for other in stories[:4]]
    return Neighbours(next=cards[0] if cards else None, related=cards[1:])


def card(story: Story) -> Card:
    """Return the rendered card of a published story."""
    story.live_revision.story = story
    return Card(rendering.rendered(story.live_revision).card_html)
