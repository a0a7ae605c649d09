"""Build a crowd of stories with pictures in each of the bench's databases and open the admin's pages; see editor.py."""

import json
import os
import random
from collections.abc import Callable

import django
from django.core.management.color import no_style
from django.db import connection
from django.test import Client, override_settings

django.setup()

from bench import scale  # noqa: E402  models can be imported once Django is set up
from bench.editor import FORMS, LISTS, SEARCHES  # noqa: E402
from bench.figures import Figures  # noqa: E402
from stories.models import Picture, Story, StoryRevision  # noqa: E402
from stories.models.stories import Status  # noqa: E402
from tests import factories as make  # noqa: E402

SMALL, LARGE = scale.SMALL, scale.LARGE
ROUNDS = int(os.environ.get("ROUNDS", "25"))
BLOCKS = 60
DRAFTS_IN = 20  # one story of so many is still being written
_BATCH = 1_000
STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def build(size: str) -> tuple[Client, dict[str, str]]:
    """Fill the database of a size and return an editor's browser and the addresses to open there, by name."""
    scale.build(size)
    _give_pictures(int(size))
    newest = Story.objects.order_by("-pk")[0]
    word = "quartz"  # one the crowd does not know: in one title of each site, so that the same rows are shown
    Story.objects.filter(pk=3).update(title=f"The {word} of the river")
    Picture.objects.filter(pk__in=Story.objects.filter(pk=3).values("lead")).update(title=f"The {word} of the river")
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Story, StoryRevision]):  # the crowd numbers its own
            cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")
    client = Client(HTTP_HOST="localhost")
    client.force_login(make.staff("Editor"), backend="allauth.account.auth_backends.AuthenticationBackend")
    typing = "/admin/autocomplete/?app_label=stories&term="
    return client, {
        "list of stories": "/admin/stories/story/",
        "drafts of the list": "/admin/stories/story/?state=draft",
        "library of pictures": "/admin/stories/picture/",
        "search of stories": f"/admin/stories/story/?q={word}",
        "search of pictures": f"/admin/stories/picture/?q={word}",
        "search that finds them all": "/admin/stories/picture/?q=a",
        "picture chosen by typing": f"{typing}{word}&model_name=pictureblock&field_name=picture",
        "story chosen by typing": f"{typing}{word}&model_name=linkblock&field_name=story",
        "editor of 60 blocks": f"/admin/stories/story/{_long_story(newest).pk}/change/",
        "editor of a new story": "/admin/stories/story/add/",
        "form of a picture": f"/admin/stories/picture/{Picture.objects.order_by('pk')[3].pk}/change/",
    }


def _give_pictures(size: int) -> None:
    """Make as many pictures as stories, one each its lead, its snapshot's too; leave some stories drafts."""
    chance = random.Random(size)
    pattern = make.picture()
    shown = StoryRevision.pictures.through
    for start in range(1, size + 1, _BATCH):
        stories = list(Story.objects.filter(pk__gte=start, pk__lt=start + _BATCH).order_by("pk"))
        pictures = Picture.objects.bulk_create(
            Picture(
                title=story.title[:120], alt=f"{story.standfirst[:200]} {chance.randrange(size)}", origin="illustration",
                width=640, height=426, readiness="ready", renditions=pattern.renditions, stand_in=pattern.stand_in,
            )
            for story in stories
        )  # fmt: skip
        for story, picture in zip(stories, pictures, strict=True):
            story.lead = picture
            if story.pk % DRAFTS_IN == 0:
                story.status, story.live_revision = Status.DRAFT, None
        Story.objects.bulk_update(stories, ["lead", "status", "live_revision"], batch_size=200)
        shown.objects.bulk_create(shown(storyrevision_id=story.pk, picture_id=story.lead_id) for story in stories)


def _long_story(link_to: Story) -> Story:
    kinds: list[make.Block] = [
        "<p>Words.</p>", make.picture(), make.clip(), link_to, {"quote": "Q"}, {"aside": "<p>A</p>"},
    ]  # fmt: skip
    return make.story(
        "A long one", blocks=kinds * (BLOCKS // len(kinds)), people=[make.contributor()], slug="a-long-one", language="fr"
    )


def _opening(client: Client, address: str) -> scale.Call:
    """Return the call that opens a page, which must be there."""

    def opened() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return opened


def pages_of(build: Callable[[str], tuple[Client, dict[str, str]]]) -> dict[str, dict[str, scale.Call]]:
    """Build both sites and return the calls that open their pages, by size, then by name."""
    pages = {}
    for size in (SMALL, LARGE):
        client, addresses = build(size)
        pages[size] = {name: _opening(client, address) for name, address in addresses.items()}
    return pages


def figures() -> Figures:
    """Build both, open every page in turn on each, and return every figure."""
    pages = pages_of(build)
    medians = scale.medians(pages, ROUNDS)
    counts = {name: scale.queries(opened) for name, opened in pages[LARGE].items()}
    names = (*LISTS, *FORMS, *SEARCHES)
    return {
        **{f"{name}, of 1,000's": medians[LARGE, name] / medians[SMALL, name] for name in names},
        **{f"{name}, ms": round(medians[LARGE, name] * 1000, 1) for name in names},
        "editor of 60 blocks, seconds": medians[LARGE, "editor of 60 blocks"],
        **{f"{name}, queries": counts[name] for name in names},
    }


if __name__ == "__main__":
    with override_settings(STORAGES={**django.conf.settings.STORAGES, **STATIC}):
        print(json.dumps(figures()))
