"""What people read when they agree: kept with each consent, word for word, in the language it was read in."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from supporters.consents import EVERYTHING, Channel, Topic


def topics() -> dict[str, tuple[str, str]]:
    """Return the name and the description of each topic of e-mail, in the active language."""
    return {
        Topic.STORIES: (_("Stories"), _("Survivors and those beside them tell what happened next. About once a month.")),
        Topic.EVENTS: (_("Events"), _("Evenings, walks and meetings you can come to. A few times a year.")),
        Topic.WAYS: (_("Ways to help"), _("Appeals, petitions and things to do. At most once a month.")),
    }


def promise() -> str:
    """Return what follows from signing up, in the active language."""
    return _("%(charity)s sends you e-mail on these subjects and nothing else. You can stop at any time, by one click.") % {
        "charity": settings.CHARITY_NAME
    }


def agreed(language: str) -> dict[str, str]:
    """Return, for each topic, the words that stand beside its box, with the promise below."""
    with translation.override(language):
        below = promise()
        return {topic: f"{name}: {description} {below}" for topic, (name, description) in topics().items()}


def other_channels() -> dict[str, tuple[str, str]]:
    """Return the name and the question of the channels that are asked for as a whole, in the active language."""
    return {
        Channel.POST: (_("Post"), _("Send me letters about the work, at most four a year.")),
        Channel.PHONE: (_("Telephone"), _("You may call me about the work, at most twice a year.")),
    }


def agreed_otherwise(channel: str, language: str) -> dict[str, str]:
    """Return the words that stand beside the box of post or telephone."""
    with translation.override(language):
        return {EVERYTHING: other_channels()[channel][1]}


def stopped(language: str) -> str:
    """Return the words of the button that stops everything."""
    with translation.override(language):
        return _("Stop all e-mail updates")
