"""Gifts that came by hand: cheque, cash, bank transfer, standing order. Staff enter them; the one handler books them."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from donations import declaration_words, notices
from donations.bookkeeping import Cause
from donations.calendar import start_of_day
from donations.models import Appeal, Gift, GiftAidDeclaration
from donations.money import Money, formatted, maximum
from donations.providers import base
from supporters.models import Account, Supporter

PROVIDER = "offline"
METHODS = {
    "cheque": gettext_lazy("Cheque"),
    "cash": pgettext_lazy("how somebody pays", "Cash"),
    "transfer": gettext_lazy("Bank transfer"),
    "standing_order": gettext_lazy("Standing order"),
}


@dataclass(frozen=True, kw_only=True)
class Giver:
    """Somebody not yet among our supporters; without an address no mail is sent."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    address: tuple[str, ...] = ()  # lines


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One gift as it was received. Days are the charity's: `received_on` is the gift date, `posted_on` the bank's."""

    token: str  # of the form: sent twice it is one gift
    method: str  # of METHODS
    number: str = ""  # the cheque's, or the transfer's reference
    total: Money
    received_on: datetime.date
    posted_on: datetime.date
    giver: Supporter | Giver
    appeal: Appeal
    language: str = "en"
    anonymous: bool = False
    note: str = ""
    gift_aid: dict[str, Any] = field(default_factory=dict)  # title, first_name, last_name, house, address, postcode, …


def enter(entry: Entry, by: Account) -> Gift:
    """Enter a gift and everything that goes with it, all or none; the same form sent again finds the same gift.

    Raises Quarantined or NotAllowed where the handler finds a contradiction.
    """
    attempt = f"offline-{entry.token}"
    with transaction.atomic():
        if known := Gift.objects.filter(attempt=attempt).first():
            return known
        supporter = entry.giver if isinstance(entry.giver, Supporter) else _made_known(entry.giver, entry.language)
        gift = Gift.objects.create(
            attempt=attempt,
            provider=PROVIDER,
            amount=entry.total.minor,
            currency=entry.total.currency,
            appeal=entry.appeal,
            designation=entry.appeal.designation,
            language=entry.language,
            anonymous=entry.anonymous,
            supporter=supporter,
            posted_on=entry.posted_on,
            method=method_label(entry),
            entered_by=by,
        )
        if entry.gift_aid:
            _declared(entry, gift, supporter)
        fact = base.Paid(
            happened_at=start_of_day(entry.received_on),
            reference=gift.reference,
            payment=attempt,
            amount=entry.total,
        )
        notices.enter_facts([fact], Cause(PROVIDER, by=by, reason=(entry.note or f"entered by hand: {entry.method}")[:200]))
    gift.refresh_from_db()
    return gift


def warnings(entry: Entry) -> list[str]:
    """Return what looks like a mistake but need not be one: the same gift entered before, a sum out of the common."""
    told = []
    same = Gift.objects.filter(
        provider=PROVIDER, given_on=entry.received_on, amount=entry.total.minor, currency=entry.total.currency
    )
    if entry.number and same.filter(method=method_label(entry)).exists():
        told.append(_("%(method)s of this sum was entered for this day already.") % {"method": method_label(entry)})
    elif isinstance(entry.giver, Supporter) and same.filter(supporter=entry.giver).exists():
        told.append(_("A gift of this sum from this giver was entered for this day already."))
    if isinstance(entry.giver, Giver) and not entry.giver.email and _namesake(entry.giver):
        told.append(_("We know somebody of this name. If it is the same person, choose them as a known giver."))
    if entry.total > (most := maximum(entry.total.currency)):
        told.append(_("That is more than %(most)s. Please check the noughts.") % {"most": formatted(most, entry.language)})
    if entry.received_on < timezone.now().date() - datetime.timedelta(days=366):
        told.append(_("It was received more than a year ago. Please check the year."))
    return told


def method_label(entry: Entry) -> str:
    """Return how the gift was paid, in the giver's language: "Cheque 001234"."""
    with translation.override(entry.language):
        return f"{METHODS[entry.method]} {entry.number}".strip()[:80]


def _namesake(giver: Giver) -> bool:
    return Supporter.objects.filter(last_name=giver.last_name, first_name=giver.first_name).exists()


def _made_known(giver: Giver, language: str) -> Supporter:
    """Return the supporter of an address, or a new one; somebody without an address is always new."""
    email = giver.email.strip().lower()
    fields = {
        "first_name": giver.first_name,
        "last_name": giver.last_name,
        "language": language,
        "address": {"lines": list(giver.address)} if giver.address else {},
    }
    if not email:
        return Supporter.objects.create(email=None, **fields)
    supporter, new = Supporter.objects.get_or_create(email=email, defaults=fields)
    if not new and giver.address and not supporter.address:
        supporter.address = fields["address"]
        supporter.save(update_fields=["address"])
    return supporter


def _declared(entry: Entry, gift: Gift, supporter: Supporter) -> None:
    """Keep a declaration made on paper, in the words that our form prints."""
    future, past = bool(entry.gift_aid.get("future")), bool(entry.gift_aid.get("past_four_years"))
    GiftAidDeclaration.objects.create(
        supporter=supporter,
        gift=gift,
        charity=settings.CHARITY_NAME,
        words=declaration_words.declared(future=future, past=past),
        version=declaration_words.GIFT_AID_VERSION,
        channel="paper",
        at=start_of_day(entry.received_on),
        **entry.gift_aid,
    )
