"""The words that stories use: what a misspelt word is compared with."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import F

from stories.models import SearchDocument, SearchWord
from stories.search.words import written_words

_BATCH = 400  # words a statement


def add(document: SearchDocument, words: set[str]) -> None:
    """Count the words of a document that became findable."""
    written = written_words(f"{document.title}\n{document.text}")
    for batch in _batches(words):
        SearchWord.objects.bulk_create(
            [SearchWord(language=document.language, word=word, written=written.get(word, word)) for word in batch],
            ignore_conflicts=True,
        )
        SearchWord.objects.filter(language=document.language, word__in=batch).update(stories=F("stories") + 1)


def subtract(document: SearchDocument, words: set[str]) -> None:
    """Forget the words of a document that leaves; a word that no other story uses is deleted."""
    for batch in _batches(words):
        known = SearchWord.objects.filter(language=document.language, word__in=batch)
        known.filter(stories__lte=1).delete()
        known.update(stories=F("stories") - 1)


def _batches(words: set[str]) -> Iterator[list[str]]:
    rest: Iterable[str] = iter(sorted(words))
    while batch := list(islice(rest, _BATCH)):
        yield batch
