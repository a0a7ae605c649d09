"""Signing up: what is typed is kept as it came, the rounds decide, and only the address's owner makes it count.

Nobody learns from the answer who is known, and nobody can use the sign-up to flood a mailbox: an inbox gets at most one
letter a day, a network and the whole site only so many an hour.
"""

import datetime
import logging
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from letters import outbox
from public_pages.callers import address_of, network_of
from supporters import consents
from supporters.consents import Topic
from supporters.models import Supporter
from updates import words
from updates.models import DoNotMail, SignUp

logger = logging.getLogger(__name__)

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
ONE_LETTER_IN = DAY
SITE_AN_HOUR = 1000
NETWORK_AN_HOUR = 60  # a parish hall that signs up on one connection
NETWORK_A_DAY = 200
HASTY_AN_HOUR = 20  # of those sent faster than most people type, or without scripts
WAITS_AT_MOST = DAY  # for its place below the ceilings
KEPT = datetime.timedelta(days=7)  # as long as its link is good
AT_ONCE = 500
# Mailboxes that leave out dots: one inbox under many names.
_DOTLESS = {"gmail.com", "googlemail.com"}


def take(request: HttpRequest, *, email: str, first_name: str, topics: Iterable[str], hasty: bool) -> None:
    """Keep a sending as it came: one row whoever it is, so that the answer tells nothing."""
    address = email.strip().lower()
    at = address_of(request)
    network = salted_hmac("updates.network", network_of(at) if at else "", algorithm="sha256").hexdigest()[:32]
    SignUp.objects.create(
        email=address,
        inbox=inbox_of(address),
        first_name=first_name,
        topics=[topic for topic in Topic.values if topic in set(topics)],
        language=getattr(request, "LANGUAGE_CODE", "en"),
        network=network,
        hasty=hasty,
    )


def inbox_of(email: str) -> str:
    """Return the mailbox an address leads to: what stands behind a plus sign is a label of its owner's."""
    local, _, domain = email.rpartition("@")
    local = local.split("+", 1)[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


# --- deciding ---------------------------------------------------------------------------------------
def work_off() -> int:
    """Decide about the sendings that wait; return how many letters were written. Runs in the rounds."""
    try:
        with transaction.atomic():
            return _work_off()
    except IntegrityError:  # another process decided about the same inbox: the next round sees what it did
        logger.info("Sign-ups were decided about elsewhere at the same time")
        return 0


def _work_off() -> int:
    now = timezone.now()
    waiting = SignUp.objects.filter(look_at__lte=now).order_by("look_at", "pk")
    ids = list(waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    these = SignUp.objects.filter(pk__in=ids)
    _leave_out_repeated(these, now)
    written = 0
    for sign_up in these.order_by("pk"):
        if later := _ceiling(sign_up, now):
            _put_off(sign_up, later, now)
            continue
        written += _mail(sign_up, now)
    return written


def _leave_out_repeated(these: QuerySet[SignUp], now: datetime.datetime) -> None:
    """Remove every sending but the first for an inbox, and all for an inbox that had its letter within a day."""
    lately = SignUp.objects.filter(inbox=OuterRef("inbox"), mailed_at__gt=now - ONE_LETTER_IN)
    these.filter(Exists(lately)).delete()
    first = these.order_by().values("inbox").annotate(first=Min("pk")).values_list("first", flat=True)
    these.exclude(pk__in=list(first)).delete()


def _ceiling(sign_up: SignUp, now: datetime.datetime) -> datetime.timedelta | None:
    """Return how long a sending has to wait because too many came, None where it may go on."""
    mailed = SignUp.objects.filter(mailed_at__gt=now - HOUR)
    theirs = mailed.filter(network=sign_up.network)
    if mailed.count() >= SITE_AN_HOUR:
        logger.error("More than %s people signed up within an hour: the letters wait", SITE_AN_HOUR)
        return HOUR
    if theirs.count() >= NETWORK_AN_HOUR or (sign_up.hasty and theirs.filter(hasty=True).count() >= HASTY_AN_HOUR):
        return HOUR
    if SignUp.objects.filter(network=sign_up.network, mailed_at__gt=now - DAY).count() >= NETWORK_A_DAY:
        return DAY
    return None


def _put_off(sign_up: SignUp, later: datetime.timedelta, now: datetime.datetime) -> None:
    if now + later - sign_up.asked_at > WAITS_AT_MOST:
        sign_up.delete()
        return
    sign_up.look_at = now + later
    sign_up.save(update_fields=["look_at"])


def _mail(sign_up: SignUp, now: datetime.datetime) -> int:
    """Write the letter; an earlier one's link stays good and brings what was asked for last."""
    earlier = SignUp.objects.filter(inbox=sign_up.inbox, mailed_at__isnull=False).first()
    if earlier is not None:
        SignUp.objects.filter(pk=sign_up.pk).delete()
        for name in ("email", "first_name", "topics", "language", "network", "hasty", "asked_at"):
            setattr(earlier, name, getattr(sign_up, name))
        sign_up = earlier
    sign_up.look_at, sign_up.mailed_at, sign_up.confirmed_at = None, now, None
    sign_up.save()
    outbox.write(
        "updates_confirm", f"{sign_up.reference}:{now:%Y%m%d%H%M%S}", to=sign_up.email, language=sign_up.language,
        about=f"sign-up:{sign_up.reference}",
    )  # fmt: skip
    return 1


def forget() -> int:
    """Remove sign-ups whose links have ended and return how many. Runs in the rounds."""
    ended = timezone.now() - KEPT
    return SignUp.objects.filter(Q(mailed_at__lt=ended) | Q(mailed_at=None, asked_at__lt=ended)).delete()[0]


# --- confirming -------------------------------------------------------------------------------------
@transaction.atomic
def confirm(sign_up: SignUp, topics: Iterable[str]) -> Supporter:
    """Make a sign-up count: its owner has proven the address and says which topics. Doing it twice does it once."""
    sign_up = SignUp.objects.select_for_update().get(pk=sign_up.pk)
    supporter, _new = Supporter.objects.get_or_create(
        email=sign_up.email, defaults={"first_name": sign_up.first_name, "language": sign_up.language}
    )
    if sign_up.confirmed_at is not None:
        return supporter
    Supporter.objects.select_for_update().get(pk=supporter.pk)
    consents.say(supporter, topics, words.agreed(sign_up.language), "sign-up")
    sign_up.confirmed_at, sign_up.topics = timezone.now(), list(topics)
    sign_up.save(update_fields=["confirmed_at", "topics"])
    outbox.write(
        "updates_welcome", sign_up.reference, to=sign_up.email, language=sign_up.language, about=f"supporter:{supporter.pk}"
    )
    return supporter


def may_be_mailed(email: str) -> bool:
    """Return whether an address takes mail at all, as far as we know."""
    return not DoNotMail.objects.filter(email=email).exists()
