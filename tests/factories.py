"""Makers of what tests need: plain functions, sensible defaults, everything can be said by keyword."""

import datetime
import io
import itertools
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from safeguarding import gate
from safeguarding.models import Channel, Consent, Contributor, Material
from stories import publishing, reviewing
from stories.models import (
    AsideBlock,
    Chapter,
    Clip,
    ClipBlock,
    Collection,
    LinkBlock,
    Picture,
    PictureBlock,
    Place,
    QuoteBlock,
    Story,
    StoryContributor,
    TextBlock,
    Theme,
)
from stories.models.collections import HOME_SLUG
from stories.models.pictures import Readiness
from supporters.models import Account

_numbers = itertools.count(1)
_FORMATS = {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}
STAND_IN = "data:image/gif;base64,R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="


# --- people ---------------------------------------------------------------------------------------
def account(email: str = "", password: str | None = None, **fields: Any) -> Account:
    """Make an account; without a password it cannot sign in by one."""
    return Account.objects.create_user(email or f"person{next(_numbers)}@example.org", password, **fields)


def staff(group: str | None = None, **fields: Any) -> Account:
    """Make a member of staff in a group ("Editor", "Reviewer", …); without a group, one with every right."""
    made = account(is_staff=True, is_superuser=group is None, **fields)
    if group:
        made.groups.add(Group.objects.get(name=group))
    return made


def contributor(public_name: str = "", agreed: bool = True, **fields: Any) -> Contributor:
    """Make a person whose story is told; `agreed` gives a consent for everything everywhere."""
    values = {"public_name": public_name or f"Person {next(_numbers)}", "support": "never", "risk": "low", **fields}
    made = Contributor.objects.create(**values)
    if agreed:
        consent(made)
    return made


def consent(
    of: Contributor,
    materials: Sequence[str] = tuple(Material.values),
    channels: Sequence[str] = tuple(Channel.values),
    given_on: datetime.date | None = None,
    term_months: int = 24,
    **fields: Any,
) -> Consent:
    """Give a consent, by default for everything everywhere from yesterday on."""
    day = given_on or gate.charity_today() - datetime.timedelta(days=1)
    return Consent.objects.create(
        contributor=of, materials=list(materials), channels=list(channels), given_on=day, term_months=term_months, **fields
    )


# --- what stories are made of ---------------------------------------------------------------------
def place(country: str = "IN", region: str = "", slug: str = "") -> Place:
    """Return the place of a country and region, made where it is new."""
    address = slug or "-".join(f"{country} {region}".lower().split())
    return Place.objects.get_or_create(country=country, region=region, defaults={"slug": address})[0]


def theme(name: str = "Coming home", **fields: Any) -> Theme:
    """Return the theme of a name, made where it is new."""
    return Theme.objects.get_or_create(name=name, defaults={"slug": "-".join(name.lower().split()), **fields})[0]


def image_bytes(width: int = 480, height: int = 320, file_format: str = "JPEG", colour: str = "#b5651d") -> bytes:
    """Return a one-coloured picture file."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, file_format)
    return buffer.getvalue()


def picture(
    ready: bool = True, files: bool = False, widths: Sequence[int] = (320, 640), people: Sequence[Contributor] = (), **fields: Any
) -> Picture:
    """Make a picture of 3:2 with renditions as the worker leaves them.

    `files` also stores each rendition as a one-coloured file (for tests that load them); `ready=False` leaves the
    picture waiting, with a master in the storage.
    """
    number = next(_numbers)
    width = max(widths)
    values: dict[str, Any] = {"title": f"Picture {number}", "alt": f"A hill at dawn, number {number}.", "origin": "illustration"}
    values |= {"width": width, "height": width * 2 // 3, **fields}
    made = Picture(**values)
    if not ready or files:
        made.master = default_storage.save(
            f"masters/{made.token}.jpg", ContentFile(image_bytes(values["width"], values["height"]))
        )
    if ready:
        made.readiness = Readiness.READY
        made.colour, made.stand_in, made.share_bytes = "#b5651d", STAND_IN, 24_000
        made.renditions = {"full": {"width": width, "height": width * 2 // 3, "widths": sorted(widths)}}
    made.save()
    made.contributors.set(people)
    if ready and files:
        _store_renditions(made)
    return made


def _store_renditions(made: Picture) -> None:
    for crop, sizes in made.renditions.items():
        for width in sizes["widths"]:
            height = width * sizes["height"] // sizes["width"]
            for extension, file_format in _FORMATS.items():
                data = image_bytes(width, height, file_format)
                default_storage.save(f"pictures/{made.token}/{crop}-{width}.{extension}", ContentFile(data))
    default_storage.save(f"pictures/{made.token}/share.jpg", ContentFile(image_bytes(1200, 630)))


def clip(host: str = "youtube", ready: bool = True, people: Sequence[Contributor] = (), **fields: Any) -> Clip:
    """Make a clip with a poster: embedded from YouTube or Vimeo, or our own ("own", without its file)."""
    ids = {"youtube": "dQw4w9WgXcQ", "vimeo": "76979871", "own": ""}
    values: dict[str, Any] = {"title": f"Clip {next(_numbers)}", "host": host, "video_id": ids[host], "duration_ms": 61_000}
    values |= {"width": 1280, "height": 720, "transcript": "A bell rings. Children sing.", **fields}
    if ready:
        values.setdefault("poster", picture())
        values.setdefault("readiness", Readiness.READY)
    made = Clip.objects.create(**values)
    made.contributors.set(people)
    return made


# --- stories and collections ----------------------------------------------------------------------
Block = str | Picture | Clip | Story | dict[str, Any]


def story(
    title: str = "",
    blocks: Sequence[Block] = ("<p>The train was late, and nobody minded.</p>",),
    themes: Sequence[Theme] = (),
    people: Sequence[Contributor] = (),
    **fields: Any,
) -> Story:
    """Make a story's working copy.

    A block is html (a text), a Picture, a Clip, a Story (a link to it), or a dict: {"quote": …, "attribution": …},
    {"aside": html, "title": …}, {"url": …, "title": …}.
    """
    number = next(_numbers)
    values: dict[str, Any] = {"title": title or f"Story {number}", "slug": f"story-{number}", "standfirst": "What happened next."}
    values |= fields
    if "lead" not in values:
        values["lead"] = picture()
    made = Story.objects.create(**values)
    made.themes.set(themes)
    for person in people:
        StoryContributor.objects.create(story=made, contributor=person, materials=[Material.NAME])
    for position, block in enumerate(blocks, start=1):
        _add_block(made, block, {"parent": made, "region": "main", "ordering": position * 10})
    return made


def _add_block(made: Story, block: Block, where: dict[str, Any]) -> None:
    match block:
        case str():
            TextBlock.objects.create(html=block, **where)
        case Picture():
            PictureBlock.objects.create(picture=block, **where)
        case Clip():
            ClipBlock.objects.create(clip=block, **where)
        case Story():
            LinkBlock.objects.create(story=block, label="Read more about this", **where)
        case {"quote": words}:
            QuoteBlock.objects.create(text=words, **_without(block, "quote"), **where)
        case {"aside": html}:
            AsideBlock.objects.create(html=html, **({"title": "Good to know"} | _without(block, "aside")), **where)
        case {"picture": _}:
            PictureBlock.objects.create(**block, **where)
        case {"url": _}:
            LinkBlock.objects.create(**block, **where)
        case _:
            raise TypeError(f"no such block: {block!r}")


def _without(block: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != name}


def published_story(
    title: str = "", blocks: Sequence[Block] = ("<p>The train was late, and nobody minded.</p>",), **fields: Any
) -> Story:
    """Make a story and publish it through the gate; `publish_at` may lie in the past or ahead."""
    fields.setdefault("publish_at", timezone.now() - datetime.timedelta(minutes=1))
    made = story(title, blocks, **fields)
    publishing.publish(made)
    made.refresh_from_db()
    return made


def approved(of: Story) -> Story:
    """Let somebody ask for a review of the story as it stands, and a second person approve it."""
    reviewing.ask(of, staff("Editor"))
    reviewing.approve(of, staff("Reviewer"))
    of.refresh_from_db()
    return of


def collection(stories: Sequence[Story] = (), slug: str = HOME_SLUG, published: bool = True, **fields: Any) -> Collection:
    """Make a collection of the stories in their order; by default the home page's."""
    values: dict[str, Any] = {"title": "Stories of Hope", "introduction": "<p>People who came home.</p>", **fields}
    made = Collection.objects.create(slug=slug, published=published, **values)
    for position, chapter in enumerate(stories, start=1):
        Chapter.objects.create(collection=made, story=chapter, position=position)
    return made
