"""A story and its translations: beside each other, which one is behind, and a copy to begin another from."""

import difflib
import itertools
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stories import comparing, history, restoring, reviewing
from stories.models import Story, StoryRevision
from stories.models.stories import STORY_LANGUAGES

_FIELDS = {
    "title": gettext_lazy("Title"),
    "standfirst": gettext_lazy("Standfirst"),
    "byline": gettext_lazy("Byline"),
    "content_note": gettext_lazy("Content note"),
    "lead_caption": gettext_lazy("Caption of the lead picture"),
}


class AlreadyThere(Exception):
    """There is a translation into that language; `story` is it."""

    def __init__(self, story: Story) -> None:
        self.story = story
        super().__init__(_("There is a translation into that language already."))


@dataclass(frozen=True)
class Line:
    """One field or block on both sides; None: the side has nothing there."""

    name: str
    left: str | None
    right: str | None

    @property
    def lacks(self) -> bool:
        """Return whether one side says something where the other does not."""
        return bool(self.left) != bool(self.right)


def original_of(story: Story) -> Story:
    """Return the story that this one translates, or itself."""
    return story.translation_of or story


def family(story: Story) -> list[Story]:
    """Return the original and its translations, the original first, then by language."""
    original = original_of(story)
    return [original, *original.translations.order_by("language")]


def missing_languages(story: Story) -> list[tuple[str, Any]]:
    """Return the languages that the story is not told in yet: codes and names."""
    told = {each.language for each in family(story)}
    return [(code, name) for code, name in STORY_LANGUAGES if code not in told]


def behind(translation: Story, original: Story) -> StoryRevision | None:
    """Return what was last saved of the original, where that is later than the translation; else None."""
    ours, theirs = history.newest(translation), history.newest(original)
    return theirs if theirs and (ours is None or theirs.created_at > ours.created_at) else None


def abreast(left: dict[str, Any], right: dict[str, Any]) -> list[Line]:
    """Return two contents line by line (snapshots.py says their shape); blocks are paired by their kinds, in order."""
    fields = [Line(str(name), left[key], right[key]) for key, name in _FIELDS.items() if left[key] or right[key]]
    return fields + [
        Line(str(comparing.KINDS[(one or other or {})["kind"]]), _words(one), _words(other))
        for one, other in _pairs(left["blocks"], right["blocks"])
    ]


def _words(block: dict[str, Any] | None) -> str | None:
    return comparing.words_of(block) if block else None


def _pairs(left: list[Any], right: list[Any]) -> list[tuple[Any, Any]]:
    kinds, other_kinds = ([str(block["kind"]) for block in side] for side in (left, right))
    pairs: list[tuple[Any, Any]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, kinds, other_kinds, autojunk=False).get_opcodes():
        if what == "equal":
            pairs += zip(left[a:b], right[c:d], strict=True)
        else:  # never a text beside a picture: one below the other
            pairs += [(block, None) for block in left[a:b]] + [(None, block) for block in right[c:d]]
    return pairs


@transaction.atomic
def begin(story: Story, language: str, by: Any) -> Story:
    """Make a draft in another language with all of the original in it, to be written over.

    Raises AlreadyThere, and ValueError for a language that stories are not told in.
    """
    if language not in dict(STORY_LANGUAGES):
        raise ValueError(language)
    original = Story.objects.select_for_update(of=("self",)).get(pk=original_of(story).pk)
    if there := next((each for each in family(original) if each.language == language), None):
        raise AlreadyThere(there)
    made = Story(translation_of=original, language=language, slug=_free_slug(f"{original.slug[:90]}-{language}"))
    made.title, made.standfirst = original.title, original.standfirst
    made.save()
    restoring.fill(made, history.working_copy(original).content | {"language": language})
    reviewing.saved(made, by, _("Begun as a copy of “%(story)s”") % {"story": original.title[:100]})
    return made


def _free_slug(slug: str) -> str:
    tries = itertools.chain([slug], (f"{slug}-{number}" for number in itertools.count(2)))
    return next(each for each in tries if not Story.objects.filter(slug=each).exists())
