"""Bring back what a story was: the whole of a version, or one block. The history itself is never changed."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from safeguarding.models import Contributor, Material
from stories import reviewing
from stories.models import (
    BLOCKS,
    AsideBlock,
    Clip,
    ClipBlock,
    LinkBlock,
    OldSlug,
    Picture,
    PictureBlock,
    Place,
    QuoteBlock,
    Story,
    StoryContributor,
    StoryRevision,
    TextBlock,
    Theme,
)
from stories.snapshots import blocks_in_order, key_of

Data = dict[str, Any]
_WORDS = ("title", "standfirst", "byline", "language", "content_note", "lead_caption")


@transaction.atomic
def everything(story: Story, revision: StoryRevision, by: Any) -> list[str]:
    """Make the working copy what a version was; return sentences about what could not be brought back.

    The address, the times and the translations stay as they are. People who came in since stay: somebody added them for
    a reason, and consent is asked of everybody who is named.
    """
    found = _locked(story)
    missing = fill(found, revision.content)
    reviewing.saved(found, by, _("Version %(number)d brought back") % {"number": revision.number})
    return missing


def fill(found: Story, content: Data) -> list[str]:
    """Put all of a content into a story in the place of what is there; return sentences about what is gone."""
    missing = []
    for name in _WORDS:
        setattr(found, name, content[name])
    found.channels = content["channels"]
    found.place = Place.objects.filter(slug=content["place"]["slug"]).first() if content["place"] else None
    found.lead = _picture(content["lead"])
    if content["lead"] and found.lead is None:
        missing.append(_("The lead picture is no longer in the library."))
    found.save(update_fields=[*_WORDS, "channels", "place", "lead", "changed_at"])
    found.themes.set(Theme.objects.filter(slug__in=[theme["slug"] for theme in content["themes"]]))
    _bring_people(found, content.get("people", {}))
    for model in BLOCKS:
        model.objects.filter(parent=found).delete()
    for number, data in enumerate(content["blocks"], start=1):
        if not _make(found, data, ordering=number * 10):
            missing.append(_gone(number))
    return missing


@transaction.atomic
def one_block(story: Story, revision: StoryRevision, number: int, by: Any) -> list[str]:
    """Bring back one block of a version; return sentences about what could not be brought back.

    `number` is the block's in that version, from 1; raises IndexError where there is none. Where the block still stands it
    is replaced, else it goes behind the same neighbour as far as one is left.
    """
    found, data = _locked(story), revision.content["blocks"][number - 1]
    present = blocks_in_order(found)
    places = {key_of(block): place for place, block in enumerate(present)}
    if (place := places.get(data.get("key", ""))) is not None:
        ordering = present.pop(place).ordering
    else:
        before = [places[block["key"]] for block in revision.content["blocks"][: number - 1] if block.get("key") in places]
        place = before[-1] + 1 if before else 0
        _make_room(present[place:])
        ordering = present[place - 1].ordering + 5 if place else 0
    if not _make(found, data, ordering=ordering):
        return [_gone(number)]
    if (key := data.get("key", "")) in places:
        _delete(found, key)
    found.save(update_fields=["changed_at"])
    reviewing.saved(
        found, by, _("Block %(block)d of version %(number)d brought back") % {"block": number, "number": revision.number}
    )
    return []


def _locked(story: Story) -> Story:
    return Story.objects.select_for_update(of=("self",)).select_related("lead", "place").get(pk=story.pk)


def _gone(number: int) -> str:
    return _("Block %(number)d could not be brought back: what it shows or leads to is gone.") % {"number": number}


def _picture(data: Data | None) -> Picture | None:
    return Picture.objects.filter(token=data["token"]).first() if data else None


def _bring_people(story: Story, people: dict[str, list[str]]) -> None:
    for person in Contributor.objects.filter(reference__in=people):
        materials = sorted(set(people[person.reference]) - {Material.STORY.value})
        whose, made = StoryContributor.objects.get_or_create(story=story, contributor=person, defaults={"materials": materials})
        if not made and not set(materials) <= set(whose.materials):
            whose.materials = sorted({*whose.materials, *materials})
            whose.save(update_fields=["materials"])


def _make_room(later: list[Any]) -> None:
    for block in later:
        block.ordering += 10
        block.save(update_fields=["ordering"])


def _delete(story: Story, key: str) -> None:
    kind, _colon, pk = key.partition(":")
    for model in BLOCKS:
        if model._meta.model_name == kind:
            model.objects.filter(parent=story, pk=pk).delete()


def _make(story: Story, data: Data, ordering: int) -> bool:
    """Make a block as a version tells of it; return False where what it shows is gone."""
    where: Data = {"parent": story, "region": "main", "ordering": ordering}
    match data["kind"]:
        case "text":
            TextBlock.objects.create(html=data["html"], **where)
        case "quote":
            QuoteBlock.objects.create(text=data["text"], attribution=data["attribution"], **where)
        case "aside":
            AsideBlock.objects.create(title=data["title"], html=data["html"], **where)
        case "picture":
            return _shown(PictureBlock, where, picture=_picture(data["picture"]), caption=data["caption"])
        case "clip":
            return _shown(ClipBlock, where, clip=Clip.objects.filter(token=data["clip"]["token"]).first())
        case "link" if "url" in data:
            LinkBlock.objects.create(label=data["label"], url=data["url"], title=data["title"], **where)
        case "link":
            return _shown(LinkBlock, where, label=data["label"], story=_story(data["slug"]))
    return True


def _shown(model: Any, where: Data, **fields: Any) -> bool:
    if None in fields.values():
        return False
    model.objects.create(**fields, **where)
    return True


def _story(slug: str) -> Story | None:
    """Return the story an address leads to, a former address too."""
    old = OldSlug.objects.filter(slug=slug).select_related("story").first()
    return Story.objects.filter(slug=slug).first() or (old.story if old else None)
