"""From the form to the provider's page: one attempt, one row, one checkout, however often the button is pressed."""

import datetime
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from donations import asking, providers
from donations.calendar import charity_day
from donations.models import Appeal, Gift
from donations.models.gifts import UNPAID, GiftStatus
from donations.money import Money
from donations.providers.base import CheckoutRequest

KEY_HOLDS = datetime.timedelta(hours=23)


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What somebody wants to give, cleaned: `total` includes `fee_cover`; `details` is what supporting.supporter_of reads.

    details: email, first_name, last_name; consent {words, at}, gift_aid {fields of GiftAidDeclaration, at},
    dedication {kind, name, message, tell} where given; times as ISO 8601.
    """

    attempt: str  # the form's hidden token
    frequency: str
    total: Money
    fee_cover: int
    appeal: Appeal
    language: str
    anonymous: bool = False
    story_slug: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def begun(intent: Intent) -> Gift | None:
    """Return the row of an attempt whose page is open already: a second press of the button."""
    gift = Gift.objects.filter(attempt=_fingerprint(intent), checkout__gt="").select_related("appeal").first()
    return None if gift is None or _is_over(gift) else gift


def begin(intent: Intent) -> Gift:
    """Return the row of an attempt: the same for the same form sent again, another once anything in it is changed."""
    attempt = _fingerprint(intent)
    try:
        return _written(intent, attempt)
    except IntegrityError:  # sent before, or from the other tab a moment faster
        gift = Gift.objects.get(attempt=attempt)
    if not _is_over(gift):
        return gift
    # Its page has closed: the same form sent now is another attempt.
    Gift.objects.filter(pk=gift.pk, attempt=attempt).update(attempt=None)
    return _written(intent, attempt)


def _written(intent: Intent, attempt: str) -> Gift:
    with transaction.atomic():
        return Gift.objects.create(
            attempt=attempt,
            key=f"gift-{secrets.token_hex(20)}",
            provider=settings.GIVING_PROVIDER,
            frequency=intent.frequency,
            amount=intent.total.minor,
            fee_cover=intent.fee_cover,
            currency=intent.total.currency,
            appeal=intent.appeal,
            designation=intent.appeal.designation,
            story_slug=intent.story_slug,
            anonymous=intent.anonymous,
            language=intent.language,
            details=intent.details,
        )


def _is_over(gift: Gift) -> bool:
    """Return whether an attempt can no longer be paid: given up, or its page closed unpaid a day after it opened.

    A provider may forget an idempotency key after a day: nothing is asked under an older one.
    """
    if gift.status == GiftStatus.EXPIRED:
        return True
    return gift.status in {GiftStatus.PENDING, GiftStatus.FAILED} and gift.created_at < timezone.now() - KEY_HOLDS


def checkout(gift: Gift) -> str:
    """Return where to send the giver: the provider's page, asked for once. Raises ProviderUnavailable.

    Call outside any transaction. The idempotency key was stored with the row: asked again after a crash or a slow
    answer, the provider gives the same page.
    """
    if gift.status not in UNPAID or gift.status == GiftStatus.ON_ITS_WAY:
        return thanks_url(gift)
    if gift.checkout_url and gift.status in {GiftStatus.PENDING, GiftStatus.FAILED}:
        return gift.checkout_url
    opened = providers.named(gift.provider).start(_request(gift))
    gift.checkout, gift.checkout_url, gift.checkout_at = opened.id, opened.url, timezone.now()
    gift.save(update_fields=["checkout", "checkout_url", "checkout_at"])
    return opened.url


def thanks_url(gift: Gift) -> str:
    """Return the absolute address of a gift's thanks page."""
    with translation.override(gift.language):
        return settings.SITE_URL + reverse("thanks", args=[gift.reference])


def _request(gift: Gift) -> CheckoutRequest:
    monthly = gift.frequency == "monthly"
    with translation.override(gift.language):
        if monthly:
            description = _("Monthly gift to %(charity)s") % {"charity": settings.CHARITY_NAME}
        else:
            description = _("Gift to %(charity)s") % {"charity": settings.CHARITY_NAME}
        back = settings.SITE_URL + asking.form_address(gift)
    name = f"{gift.details.get('first_name', '')} {gift.details.get('last_name', '')}".strip()
    return CheckoutRequest(
        reference=gift.reference,
        key=gift.key,
        total=gift.total,
        monthly=monthly,
        anchor_day=charity_day(gift.created_at).day,
        email=gift.details.get("email", ""),
        name=name,
        description=description,
        language=gift.language,
        return_url=thanks_url(gift),
        cancel_url=back,
    )


def _fingerprint(intent: Intent) -> str:
    """Return 64 hex digits that name this attempt with all that was said in it, but for the moment it was said."""
    said = vars(intent) | {"appeal": intent.appeal.pk, "total": str(intent.total)}
    for part in ("consent", "gift_aid"):
        if part in said["details"]:
            said["details"] = said["details"] | {part: {**said["details"][part], "at": ""}}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
