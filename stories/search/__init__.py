"""Search the published stories: what is findable, and finding it.

Words are folded and cut in Python (words.py), so both engines compare the same words and give the same stories in
the same order (ranking.py); the engines (postgresql.py, sqlite.py) only hold the indexes.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from stories import shelves
from stories.models import Place, SearchDocument, SearchWord, Shelf, ShelvedStory, Story, StoryRevision, Theme
from stories.models.search import position_of
from stories.models.stories import interface_language
from stories.search import engine, spelling, vocabulary
from stories.search.indexed import indexed
from stories.search.query import Query, cleaned, parse
from stories.search.ranking import ANY_PLACE, ANY_THEME, LIMIT, SHOWN, Facets, Found
from stories.snapshots import searchable_text

__all__ = [
    "ANY_PLACE",
    "ANY_THEME",
    "LIMIT",
    "SHOWN",
    "Facets",
    "Found",
    "Results",
    "agrees",
    "cleaned",
    "find",
    "forget_documents",
    "lock",
    "put",
    "rebuild",
    "remove",
]


@dataclass(frozen=True)
class Results:
    """What a search found: by variant (see ranking.py), for which query, and what may have been meant."""

    found: dict[str, Found]
    query: Query
    did_you_mean: str = ""

    @property
    def shown(self) -> Found:
        """Return the stories to show, best first."""
        return self.found.get(SHOWN, Found())


def find(typed: str, facets: Facets, at: datetime.datetime | None = None) -> Results:
    """Return the public stories that hold every typed word: one query, three when a word must be corrected.

    Never raises for anything typed. Nothing is found for text without letters and digits.
    """
    at = at or timezone.now()
    query = parse(typed)
    if not query.terms:
        return Results({}, query)
    found = engine.current().candidates(query, facets, at)
    if found or not (better := spelling.corrected(query, facets.language)):
        return Results(found, query)
    meant, writing = better
    found = engine.current().candidates(meant, facets, at)
    if not found:
        return Results({}, query)
    return Results(found, meant, spelling.as_typed(typed, query.words(), writing))


@transaction.atomic
def put(story: Story, revision: StoryRevision) -> None:
    """Make a story's live snapshot findable, by its words and on the shelves of its place and themes."""
    engine.current().lock()
    _forget(story)
    document = document_of(story, revision)
    document.save(force_insert=True)
    content = indexed(document)
    engine.current().put([content])
    vocabulary.add(document, content.words)
    shelves.put(document)


@transaction.atomic
def remove(story: Story) -> None:
    """Forget a story: its words, its place on the shelves, its part in the totals."""
    engine.current().lock()
    _forget(story)


def document_of(story: Story, revision: StoryRevision) -> SearchDocument:
    """Return the document of a snapshot, not saved. Reads only the snapshot and the story's publishing times."""
    content = revision.content
    themes = Theme.objects.filter(slug__in=[theme["slug"] for theme in content["themes"]]).order_by("pk")
    return SearchDocument(
        position=position_of(story.publish_at, story.pk),  # type: ignore[arg-type]  # a published story has a time
        story=story,
        language=interface_language(content["language"]),
        place=Place.objects.filter(slug=content["place"]["slug"]).first() if content["place"] else None,
        theme_ids=" ".join(str(theme.pk) for theme in themes),
        live_until=story.live_until,
        title=content["title"],
        text=searchable_text(content),
    )


def forget_documents(documents: Iterable[SearchDocument]) -> None:
    """Take documents out of search, shelves and totals. On SQLite a trigger empties the index."""
    for document in documents:
        shelves.take_off(document)
        vocabulary.subtract(document, indexed(document).words)
        document.delete()


@transaction.atomic
def rebuild() -> int:
    """Make all that search and lists read anew from the live snapshots; return how many stories there are.

    Needed after a change of the folding (words.py), or after a migration remade one of the tables on SQLite.
    """
    engine.current().lock()
    for model in (SearchDocument, SearchWord, ShelvedStory, Shelf):
        model.objects.all().delete()
    live = Story.objects.exclude(live_revision=None).select_related("live_revision")
    for pk in list(live.order_by("publish_at").values_list("pk", flat=True)):
        story = live.get(pk=pk)
        put(story, story.live_revision)  # type: ignore[arg-type]
    forget_documents(SearchDocument.objects.filter(live_until__lte=timezone.now()))
    return SearchDocument.objects.count()


def lock() -> None:
    """Let one process change search and shelves at a time, until its transaction ends."""
    engine.current().lock()


def agrees(document: SearchDocument) -> bool:
    """Return whether a document stands where its story's publishing times say."""
    story = document.story
    return document.live_until == story.live_until and document.position == position_of(story.publish_at, story.pk)  # type: ignore[arg-type]


def _forget(story: Story) -> None:
    forget_documents(SearchDocument.objects.filter(story=story))
