"""Load the demo stories through the real doors: picture and clip intake, the publish gate, publishing.

Repeatable: whatever is there already (by file name, slug or name) is left as staff may have changed it.
"""

import datetime
import tomllib
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import transaction

from public_pages.models import Edition
from safeguarding.gate import charity_today
from safeguarding.models import Channel, Consent, Contributor
from stories import clips, intake, renditions, reviewing
from stories.models import (
    AsideBlock,
    Captions,
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
from stories.models.stories import web_channels
from stories.text import clean_html

FOLDER = Path(__file__).parent
STORIES = ("bablu", "headed-home", "survivor-leaders", "jakelin", "jakelin-es")
CONSENT_MONTHS = 24
Data = dict[str, Any]


def read(name: str) -> Data:
    """Return one of the demo's TOML files."""
    return tomllib.loads((FOLDER / name).read_text())


class DemoLoader:
    """Loads the demo content once; `report` is told what is being done."""

    def __init__(self, report: Any = lambda line: None) -> None:
        self.report = report
        self.pictures: dict[str, Picture] = {}
        self.clips: dict[str, Clip] = {}
        self.contributors: dict[str, Contributor] = {}
        self.themes: dict[str, Theme] = {}

    def load(self) -> None:
        """Load pictures, clips, people, stories and the home collection."""
        collection = read("content/collection.toml")
        self._load_pictures()
        self._load_clips()
        with transaction.atomic():
            self._load_contributors()
            for theme in collection["theme"]:
                self.themes[theme["slug"]], _ = Theme.objects.get_or_create(
                    slug=theme["slug"], defaults={"name": theme["name"], "translations": {"es": theme["name_es"]}}
                )
            contents = [read(f"content/{name}.toml") for name in STORIES]
            new = [content for content in contents if self._load_story(content)]
            for content in new:  # once all stories are there to be pointed at
                self._load_blocks(content)
            for content in new:
                self._join(content)
            writer, reviewer = _demo_person("writer", "Demo writer"), _demo_person("second-reader", "Demo second reader")
            for content in new:
                story = Story.objects.get(slug=content["slug"])
                reviewing.ask(story, writer, "As it came with the site")
                reviewing.approve(story, reviewer)
                reviewing.publish(story, reviewer)
                self.report(f"published “{content['title']}”")
            self._load_collection(collection)

    def _load_pictures(self) -> None:
        new = []
        for key, data in read("pictures.toml").items():
            picture = Picture.objects.filter(title=key).first()
            if picture is None:
                with (FOLDER / "pictures" / data["file"]).open("rb") as file:
                    picture = intake.store_picture(
                        File(file, name=data["file"]),
                        title=key,
                        alt=data["alt"],
                        credit=data["credit"],
                        origin=data["origin"],
                        focal_x=data["focal_x"],
                        focal_y=data["focal_y"],
                    )
            if picture.readiness != Readiness.READY:
                new.append(picture)
            self.pictures[key] = picture
        renditions.make_many(new)
        self.report(f"{len(new)} pictures taken in")

    def _load_clips(self) -> None:
        new = []
        for key, data in read("clips.toml").items():
            clip = Clip.objects.filter(title=data["title"]).first()
            if clip is None:
                with (FOLDER / "clips" / data["file"]).open("rb") as file:
                    clip = clips.store(
                        File(file, name=data["file"]),
                        title=data["title"],
                        poster=self.pictures[data["poster"]],
                        transcript=data["transcript"].strip(),
                    )
                for language, file in data["captions"].items():
                    text = (FOLDER / "clips" / file).read_text()
                    Captions.objects.create(clip=clip, language=language, text=clips.clean_captions(text))
            if clip.readiness != Readiness.READY:
                new.append(clip)
            self.clips[key] = clip
        clips.prepare_many(new)
        self.report(f"{len(new)} clips taken in")

    def _load_contributors(self) -> None:
        for key, data in read("content/contributors.toml").items():
            contributor, made = Contributor.objects.get_or_create(public_name=data["public_name"], defaults=self._said_of(data))
            if made:
                Consent.objects.create(
                    contributor=contributor,
                    materials=data["materials"],
                    channels=data["channels"],
                    given_on=charity_today(),
                    term_months=CONSENT_MONTHS,
                    note=data["note"],
                    **({"guardian_agreed_on": charity_today(), "child_agreed_on": charity_today()} if data["was_minor"] else {}),
                )
            self.contributors[key] = contributor

    def _said_of(self, data: Data) -> Data:
        """Return what the gate asks of a person: these were told long after any support of theirs had ended."""
        ended = charity_today() - datetime.timedelta(days=3 * 365)
        return {
            "was_minor": data["was_minor"], "note": data["note"], "support": "ended", "support_ended_on": ended, "risk": "low",
        }  # fmt: skip

    def _load_story(self, data: Data) -> bool:
        """Make the story's row; return False when it is there already."""
        if Story.objects.filter(slug=data["slug"]).exists():
            return False
        place = None
        if data["country"]:
            slug = "-".join(filter(None, [data["region"].lower().replace(" ", "-"), data["country"].lower()]))
            place, _ = Place.objects.get_or_create(country=data["country"], region=data["region"], defaults={"slug": slug})
        story = Story.objects.create(
            slug=data["slug"],
            title=data["title"],
            standfirst=data["standfirst"],
            byline=data["byline"],
            language=data["language"],
            content_note=data["content_note"],
            lead=self.pictures[data["lead"]],
            lead_caption=data["lead_caption"],
            place=place,
            channels=[*web_channels(), Channel.EMAIL],
        )
        story.themes.set(self.themes[slug] for slug in data["themes"])
        for key in data["contributors"]:
            materials = read("content/contributors.toml")[key]["materials"]
            used = [material for material in materials if material in {"story", "name"}]
            StoryContributor.objects.create(story=story, contributor=self.contributors[key], materials=used)
        return True

    def _load_blocks(self, data: Data) -> None:
        story = Story.objects.get(slug=data["slug"])
        for number, block in enumerate(data["block"]):
            self._block(block, {"parent": story, "region": "main", "ordering": (number + 1) * 10})

    def _block(self, block: Data, where: Data) -> None:
        match block["kind"]:
            case "text":
                TextBlock.objects.create(**where, html=clean_html(block["html"]))
            case "picture":
                PictureBlock.objects.create(**where, picture=self.pictures[block["picture"]], caption=block["caption"])
            case "clip":
                ClipBlock.objects.create(**where, clip=self.clips[block["clip"]])
            case "quote":
                QuoteBlock.objects.create(**where, text=block["text"])
            case "link":
                LinkBlock.objects.create(**where, story=Story.objects.get(slug=block["story"]), label=block["label"])
            case "aside":
                AsideBlock.objects.create(**where, title=block["title"], html=clean_html(block["html"]))
            case kind:
                raise ValueError(f"unknown kind of block: {kind}")

    def _join(self, data: Data) -> None:
        """Point the story at its original and at its related stories."""
        story = Story.objects.get(slug=data["slug"])
        if data["translation_of"]:
            story.translation_of = Story.objects.get(slug=data["translation_of"])
            story.save(update_fields=["translation_of"])
        story.related.set(Story.objects.filter(slug__in=data["related"]))

    def _load_collection(self, data: Data) -> None:
        if Collection.objects.filter(slug=HOME_SLUG, language="en").exists():
            return
        collection = Collection.objects.create(
            slug=HOME_SLUG,
            title=data["title"],
            introduction=clean_html(data["introduction"]),
            lead=self.pictures["hope-lead"],
            published=True,
        )
        for number, chapter in enumerate(data["chapter"], 1):
            Chapter.objects.create(
                collection=collection,
                story=Story.objects.get(slug=chapter["story"]),
                position=number,
                words=clean_html(chapter["words"]),
                clip=self.clips[chapter["clip"]],
                quote=chapter["quote"],
            )
        Edition.advance()


def _demo_person(name: str, called: str) -> Any:
    """Return one of the two people who published the demo: named in its history, and never able to sign in."""
    accounts = get_user_model()._default_manager
    person, made = accounts.get_or_create(email=f"{name}@localhost", defaults={"name": called, "is_active": False})
    if made:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person
