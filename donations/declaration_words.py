"""The words a giver agrees to, kept with the gift exactly as they were read, and their version.

The Gift Aid sentences are HMRC's model declaration, in English on every page: they are the law's words, not ours. A change
of one letter is a new version; old versions stay readable, since each declaration keeps its own words.
"""

from django.conf import settings
from django.utils.translation import gettext as _

GIFT_AID_VERSION = "2026-11"

_THIS_GIFT = (
    "I want to Gift Aid this donation to %(charity)s. I am a UK taxpayer and understand that if I pay less Income Tax and/or "
    "Capital Gains Tax than the amount of Gift Aid claimed on all my donations in that tax year it is my responsibility to "
    "pay any difference."
)
# The same liability in a declaration that is made without a gift.
_TAXPAYER = (
    "I am a UK taxpayer and understand that if I pay less Income Tax and/or Capital Gains Tax than the amount of Gift Aid "
    "claimed on all my donations in that tax year it is my responsibility to pay any difference."
)
_FUTURE = "I want to Gift Aid any donations I make in the future to %(charity)s."
_PAST = "I want to Gift Aid any donations I have made in the past 4 years to %(charity)s."
# What a giver must know to keep it true; read beside the declaration, not agreed to.
_TELL_US = (
    "Please tell %(charity)s if you want to cancel this declaration, if you change your name or home address, or if you no "
    "longer pay sufficient tax on your income and/or capital gains. If you pay Income Tax at the higher or additional rate "
    "and want to receive the additional tax relief due to you, you must include all your Gift Aid donations on your "
    "Self-Assessment tax return or ask HM Revenue and Customs to adjust your tax code."
)


def this_gift() -> str:
    """Return the sentence by which this gift is declared."""
    return _named(_THIS_GIFT)


def future_gifts() -> str:
    """Return the sentence by which later gifts are declared too."""
    return _named(_FUTURE)


def past_gifts() -> str:
    """Return the sentence by which gifts of the past four years are declared too."""
    return _named(_PAST)


def keep_us_told() -> str:
    """Return what a giver who declares has to know."""
    return _named(_TELL_US)


def declared(*, future: bool, past: bool) -> str:
    """Return the whole declaration as it was read and ticked, one sentence of consent a line."""
    return "\n".join([this_gift(), *([future_gifts()] if future else []), *([past_gifts()] if past else [])])


def taxpayer() -> str:
    """Return the sentence by which a declaration without a gift takes on the liability."""
    return _TAXPAYER


def standing(*, future: bool, past: bool) -> str:
    """Return a whole declaration that is made without a gift, one sentence of consent a line."""
    return "\n".join([*([future_gifts()] if future else []), *([past_gifts()] if past else []), taxpayer()])


def updates() -> str:
    """Return the words of the consent to mail, in the language of the page."""
    return _("E-mail me news of survivors and of the work of %(charity)s. I can stop this at any time.") % {
        "charity": settings.CHARITY_NAME
    }


def _named(words: str) -> str:
    return words % {"charity": settings.CHARITY_NAME}
