"""A crowd of published stories, made in bulk: all rows that lists and search read, as publishing would leave them.

tests/stories/test_search.py holds the two to the same answers. Words spread as in natural text; one stands in a tenth
of the stories (in the title of a tenth of those), one in a handful.
"""

import datetime
import itertools
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from stories import rendering
from stories.models import Place, SearchDocument, SearchWord, Shelf, ShelvedStory, Story, StoryRevision, Theme
from stories.models.search import position_of
from stories.models.stories import Status
from stories.search import engine
from stories.search.indexed import indexed

TENTH, RARE, MISSPELT, EVERYWHERE = "harvest", "marigold", "marygold", "morning"
RARE_STORIES = 8
_WORDS_A_STORY = 150
_VOCABULARY = 40_000
_BATCH = 1_000
_COUNTRIES = ("BD", "BO", "BR", "CO", "DO", "EC", "GH", "GT", "HN", "IN", "KE", "KH", "LK", "MM", "MX", "NP", "PE", "PH", "PK")
_THEMES = ("Coming home", "Survivor leaders", "Bonded labour", "Children", "Courts", "Police", "Families", "Work")


@dataclass
class Crowd:
    """What the stories are made of, and what was counted while they were made."""

    size: int
    chance: random.Random
    words: list[str]
    weights: list[float]
    places: list[Place]
    themes: list[Theme]
    newest: datetime.datetime
    shelves: dict[tuple[int | None, int | None], list[SearchDocument]] = field(default_factory=lambda: defaultdict(list))
    counted: Counter[str] = field(default_factory=Counter)


@transaction.atomic
def build(stories: int, seed: int = 20261122) -> None:
    """Fill an empty, migrated database with so many published stories, spread over ten years up to an hour ago."""
    chance = random.Random(seed)
    crowd = Crowd(
        size=stories,
        chance=chance,
        words=_vocabulary(chance),
        weights=list(itertools.accumulate(1 / (rank + 2) for rank in range(_VOCABULARY))),
        places=[Place.objects.create(country=code, slug=code.lower()) for code in _COUNTRIES],
        themes=[Theme.objects.create(name=name, slug=name.lower().replace(" ", "-")) for name in _THEMES],
        newest=timezone.now() - datetime.timedelta(hours=1),
    )
    for start in range(0, stories, _BATCH):
        _store(crowd, [_story(crowd, number) for number in range(start, min(start + _BATCH, stories))])
    SearchWord.objects.bulk_create(
        (SearchWord(language="en", word=word, written=word, stories=times) for word, times in crowd.counted.items()),
        batch_size=_BATCH,
    )
    for (place, theme), entries in crowd.shelves.items():
        shelf = Shelf.objects.create(language="en", place_id=place, theme_id=theme, total=len(entries))
        standing = (
            ShelvedStory(shelf=shelf, story_id=document.story_id, position=document.position, live_until=document.live_until)
            for document in entries
        )
        ShelvedStory.objects.bulk_create(standing, batch_size=_BATCH)


def _vocabulary(chance: random.Random) -> list[str]:
    syllables = [first + second for first in "bcdfghjklmnprstvw" for second in "aeiou"]
    made: dict[str, None] = {}
    while len(made) < _VOCABULARY:
        made["".join(chance.choices(syllables, k=chance.randint(2, 5)))] = None
    return list(made)


def _story(crowd: Crowd, number: int) -> tuple[Story, StoryRevision, SearchDocument]:
    words = crowd.chance.choices(crowd.words, cum_weights=crowd.weights, k=_WORDS_A_STORY)
    title = " ".join(words[:6]).capitalize()
    if number % 10 == 5:
        title = f"{TENTH} {title}" if number % 100 == 5 else title
        words[60] = TENTH
    words[70] = EVERYWHERE
    if number % (crowd.size // RARE_STORIES or 1) == 0:
        words[80] = RARE
    standfirst, body = " ".join(words[6:30]).capitalize(), " ".join(words[30:])
    place = crowd.chance.choice([*crowd.places, None])
    themes = sorted(crowd.chance.sample(crowd.themes, k=crowd.chance.randint(1, 3)), key=lambda theme: theme.pk)
    story = Story(
        pk=number + 1,
        title=title,
        slug=f"tale-{number}",
        standfirst=standfirst,
        place=place,
        status=Status.PUBLISHED,
        publish_at=crowd.newest - datetime.timedelta(days=3650) * (crowd.size - number) / crowd.size,
        # Most stories end some day: their consents do.
        live_until=crowd.newest + datetime.timedelta(hours=crowd.chance.randint(48, 26_000)) if number % 10 else None,
    )
    content: dict[str, Any] = {
        "version": 1, "title": title, "standfirst": standfirst, "byline": "", "language": "en", "content_note": "",
        "place": {"slug": place.slug, "country": place.country.code, "region": ""} if place else None,
        "themes": [{"slug": theme.slug, "name": theme.name, "translations": {}} for theme in themes],
        "lead": None, "lead_caption": "", "channels": ["web"], "blocks": [{"kind": "text", "html": f"<p>{body}</p>"}],
        "words": len(words), "minutes": 1,
    }  # fmt: skip
    revision = StoryRevision(pk=number + 1, story=story, number=1, content=content, rendered_by=rendering.fingerprint())
    revision.card_html = f'<article class="story-card"><h3>{title}</h3><p>{standfirst}</p>{"<source>" * 200}</article>'
    revision.body_html = f"<h1>{title}</h1>{content['blocks'][0]['html']}"
    document = SearchDocument(
        position=position_of(story.publish_at, story.pk),  # type: ignore[arg-type]  # set above
        story=story,
        language="en",
        place=place,
        theme_ids=" ".join(str(theme.pk) for theme in themes),
        live_until=story.live_until,
        counted=True,
        title=title,
        text=f"{standfirst}\n{body}",
    )
    places = {None, place.pk if place else None}
    for shelf in itertools.product(places, [None, *(theme.pk for theme in themes)]):
        crowd.shelves[shelf].append(document)
    return story, revision, document


def _store(crowd: Crowd, made: list[tuple[Story, StoryRevision, SearchDocument]]) -> None:
    stories, revisions, documents = zip(*made, strict=True)
    for story in stories:  # a published story needs its revision, a revision its story: first the one as a draft
        story.status = Status.DRAFT
    Story.objects.bulk_create(stories)
    StoryRevision.objects.bulk_create(revisions)
    ids = [story.pk for story in stories]
    Story.objects.filter(pk__in=ids).update(status=Status.PUBLISHED, live_revision_id=F("pk"))
    SearchDocument.objects.bulk_create(documents)
    contents = [indexed(document) for document in documents]
    engine.current().put(contents)
    for content in contents:
        crowd.counted.update(content.words)
