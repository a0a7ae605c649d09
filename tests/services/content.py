"""What the served site of the tests holds: the home collection, stories of several languages, both embeds."""

import datetime

from django.utils import timezone

from tests import factories as make


def fill() -> None:
    """Fill an empty site."""
    now = timezone.now()
    tamil_nadu = make.place("IN", "Tamil Nadu")
    guatemala = make.place("GT")
    home, work = make.theme("Coming home", translations={"es": "De vuelta a casa"}), make.theme("Survivor leaders")
    asha = make.contributor("Asha")

    def lead() -> object:
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
    for number in range(1, 13):  # enough for a second page of the list
        make.published_story(f"Letter {number} from the road", slug=f"letter-{number}", lead=lead(), publish_at=ago(10 + number))
    make.collection([birthday, leaders, doorway], lead=lead())
