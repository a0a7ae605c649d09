"""What lists and search read: the searchable side of each live snapshot, its words, and the shelves it stands on.

All of it is derived from live snapshots, written by stories/search and stories/shelves.py in the transaction
that publishes, and can be made anew by `search.rebuild()`. Each engine keeps an index beside these tables (see
migration 0005_search): on SQLite triggers feed it, and a migration that remakes one of the tables must make them anew.
"""

import datetime
import math

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from stories.models.places import Place, Theme
from stories.models.stories import Story

# A position is a moment in milliseconds with the story's id below it: one number that is unique, orders
# newest first when read backwards, and serves SQLite's full-text index as its row number.
_ID_BITS = 21
_ID_MASK = (1 << _ID_BITS) - 1
_LAST_MOMENT = (1 << 42) - 1  # the year 2109
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def position_of(moment: datetime.datetime, story_id: int) -> int:
    """Return the place in time of a story that is published at a moment."""
    milliseconds = math.ceil((moment - _EPOCH) / datetime.timedelta(milliseconds=1))
    return min(max(milliseconds, 0), _LAST_MOMENT) << _ID_BITS | story_id & _ID_MASK


def last_position(at: datetime.datetime | None = None) -> int:
    """Return the highest position that is public at a moment (default now)."""
    milliseconds = (at or timezone.now()) - _EPOCH
    return (milliseconds // datetime.timedelta(milliseconds=1)) << _ID_BITS | _ID_MASK


def moment_of(position: int) -> datetime.datetime:
    """Return when a position becomes public, to the millisecond above."""
    return _EPOCH + datetime.timedelta(milliseconds=position >> _ID_BITS)


class SearchDocument(models.Model):
    """The searchable side of one live snapshot. On PostgreSQL the table has a column `words` (tsvector) as well."""

    position = models.BigIntegerField(primary_key=True)
    story = models.OneToOneField(Story, on_delete=models.CASCADE, related_name="search_document")
    language = models.CharField(max_length=7)  # of the list it stands in, see interface_language
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="+")
    theme_ids = models.CharField(max_length=200, blank=True)  # "3 14"
    live_until = models.DateTimeField(null=True)
    counted = models.BooleanField(default=False)  # whether the totals of its shelves count it
    title = models.CharField(max_length=160)
    text = models.TextField()  # standfirst, a line break, all other words

    class Meta:
        indexes = [
            models.Index(fields=["live_until"], condition=models.Q(live_until__isnull=False), name="search_document_ends"),
            models.Index(fields=["position"], condition=models.Q(counted=False), name="search_document_uncounted"),
            # Holds all that SQLite asks of a candidate, so that a thousand of them touch no page of text.
            models.Index(
                fields=["position", "language", "live_until", "story", "place", "theme_ids"], name="search_document_candidate"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that stories use, folded, as it is written in one of them, and in how many it stands."""

    language = models.CharField(max_length=7)
    word = models.CharField(max_length=40)
    written = models.CharField(max_length=80)
    stories = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="search_word_once")]

    def __str__(self) -> str:
        return self.word


class Shelf(models.Model):
    """One list of stories: all in a language, or those of a place, of a theme, or of both; and how many it holds."""

    language = models.CharField(max_length=7)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, null=True, related_name="+")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, null=True, related_name="+")
    total = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            # Null is a value here: one shelf without a place, one without a theme.
            models.UniqueConstraint("language", Coalesce("place", 0), Coalesce("theme", 0), name="shelf_once"),
        ]

    def __str__(self) -> str:
        return " / ".join(str(part) for part in (self.language, self.place, self.theme) if part)


class ShelvedStory(models.Model):
    """A story on a shelf."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="entries", db_index=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="shelved")
    position = models.BigIntegerField()
    live_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shelf", "position"], name="shelved_story_once")]
        # Holds all that choosing a page needs, so that page 100 reads no more rows than page 1.
        indexes = [models.Index(fields=["shelf", "-position", "live_until", "story"], name="shelved_story_newest")]

    def __str__(self) -> str:
        return f"{self.story} on {self.shelf}"
