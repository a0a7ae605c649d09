"""A document as the engines index it: folded words by where they stand, and the filters it answers to."""

from dataclasses import dataclass

from stories.models.search import SearchDocument
from stories.search.words import often_used, words_of


@dataclass(frozen=True)
class Indexed:
    """Folded words of one document, each once where it stands, and its facets: "p3" a place, "t7" a theme."""

    position: int
    title: list[str]
    standfirst: list[str]
    often: list[str]
    text: list[str]
    facets: list[str]

    @property
    def words(self) -> set[str]:
        """Return every word of the document."""
        return {*self.title, *self.standfirst, *self.text}


def indexed(document: SearchDocument) -> Indexed:
    """Return what an engine stores of a document."""
    standfirst, _, body = document.text.partition("\n")
    text = words_of(body)
    return Indexed(
        position=document.position,
        title=list(dict.fromkeys(words_of(document.title))),
        standfirst=list(dict.fromkeys(words_of(standfirst))),
        often=often_used(text),
        text=list(dict.fromkeys(text)),
        facets=[f"p{document.place_id}"] * bool(document.place_id) + [f"t{pk}" for pk in document.theme_ids.split()],
    )
