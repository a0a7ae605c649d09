"""What the served site of the tests holds: the home collection, stories of several languages, every kind of block.

Addresses: birthday (YouTube), leaders (Vimeo), workshop (every kind of block, a clip of our own), doorway with its
Spanish abrazo, first-birthday-ar, letter-1 to letter-12; old-workshop redirects, rested is gone (410), unwritten is a draft.
One mail lies in the demo mailbox.
"""

import datetime
import tempfile
from pathlib import Path

from django.core.files import File
from django.core.mail import send_mail
from django.utils import timezone

from stories import clips, publishing
from stories.models import Captions, Clip, OldSlug, Picture
from tests import factories as make
from tests.media_files import telling_clip

CLIP_SECONDS = 6
CAPTIONS = {
    "en": "WEBVTT\n\n00:00.000 --> 00:05.500\nThe loom is loud, and she laughs over it.\n",
    "es": "WEBVTT\n\n00:00.000 --> 00:05.500\nEl telar hace ruido y ella se ríe.\n",
}


def fill() -> None:
    """Fill an empty site."""
    now = timezone.now()
    tamil_nadu = make.place("IN", "Tamil Nadu")
    guatemala = make.place("GT")
    home, work = make.theme("Coming home", translations={"es": "De vuelta a casa"}), make.theme("Survivor leaders")
    asha = make.contributor("Asha")

    def lead() -> Picture:
        return make.picture(files=True, people=[asha])

    def ago(days: int) -> datetime.datetime:
        return now - datetime.timedelta(days=days)

    birthday = make.published_story(
        "The first birthday cake",
        slug="birthday",
        blocks=[
            "<p>Nobody had ever lit candles for Asha. Eleven of them stood on the cake.</p><h2>A long way</h2>",
            lead(),
            {"quote": "I wished for this to happen again.", "attribution": "Asha"},
            make.clip("youtube", title="The birthday", poster=lead()),
            "<p>The neighbours came, and their neighbours too.</p>",
        ],
        lead=lead(), place=tamil_nadu, themes=[home], people=[asha], publish_at=ago(1), content_note="Speaks of forced labour.",
    )  # fmt: skip
    leaders = make.published_story(
        "Women who lead",
        slug="leaders",
        blocks=[
            "<p>Under the tamarind tree they divide the rice, the masks and the work.</p>",
            make.clip("vimeo", title="Under the tree", poster=lead()),
            birthday,
            {"aside": "<p>Whoever leaves bonded labour can be elected to its committee.</p>", "title": "How it works"},
        ],
        lead=lead(), place=tamil_nadu, themes=[work], publish_at=ago(2),
    )  # fmt: skip
    doorway = make.published_story(
        "An embrace at the door", slug="doorway", lead=lead(), place=guatemala, themes=[home], publish_at=ago(3)
    )
    make.published_story(
        "Un abrazo en la puerta",
        slug="abrazo", language="es", translation_of=doorway, lead=lead(), place=guatemala, themes=[home], publish_at=ago(3),
        blocks=["<p>La puerta se abrió antes de que ella llamara.</p>"],
    )  # fmt: skip
    make.published_story(
        "عيد ميلاد أول", slug="first-birthday-ar", language="ar", lead=lead(), publish_at=ago(4),
        blocks=["<p>لم تُشعل لها شمعة من قبل.</p>"],
    )  # fmt: skip
    workshop = make.published_story(
        "The workshop with the open door",
        slug="workshop",
        blocks=[
            "<p>The door has stood open since the day they came back.</p><h2>Who works here</h2><ul><li>Asha</li></ul>",
            {"picture": lead(), "caption": "The loom by the window."},
            _own_clip(lead()),
            {"quote": "Nobody locks it now.", "attribution": "Asha"},
            {"aside": "<p>Bonded labour is against the law.</p>", "title": "What the law says"},
            birthday,
            {"url": "https://www.ijm.org/", "title": "The work around the world", "label": "Read more"},
            make.clip("vimeo", title="Unlisted", video_id="76979872", unlisted_hash="8272103f6e", poster=lead()),
        ],
        lead=lead(), lead_caption="Morning.", place=tamil_nadu, themes=[home, work], people=[asha], publish_at=ago(5),
        byline="Told by our editors",
    )  # fmt: skip
    OldSlug.objects.create(slug="old-workshop", story=workshop)
    publishing.withdraw(make.published_story("Rested", slug="rested", lead=lead(), publish_at=ago(6)))
    make.story("Unwritten", slug="unwritten", lead=lead())
    for number in range(1, 13):  # enough for a second page of the list
        make.published_story(f"Letter {number} from the road", slug=f"letter-{number}", lead=lead(), publish_at=ago(10 + number))
    make.collection([birthday, leaders, doorway], lead=lead())
    words = "The loom is mended."
    send_mail(
        "News of the workshop", words, "hello@example.org", ["asha@example.org"], html_message=f"<h1>News</h1><p>{words}</p>"
    )


def _own_clip(poster: Picture) -> Clip:
    """Make a clip of our own as the worker would, with a picture that moves, a sound and captions."""
    with tempfile.TemporaryDirectory() as folder:
        with telling_clip(Path(folder) / "loom.mp4", seconds=CLIP_SECONDS).open("rb") as file:
            clip = clips.store(File(file, "loom.mp4"), title="The loom", transcript="A loom, and laughter.", poster=poster)
    assert clips.prepare(clip)
    for language, text in CAPTIONS.items():
        Captions.objects.create(clip=clip, language=language, text=clips.clean_captions(text))
    clip.refresh_from_db()
    return clip
