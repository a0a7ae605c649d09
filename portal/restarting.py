"""Beginning again: a monthly gift that ended is never revived; a new one is begun, and the two know of each other."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from donations import asking, giving
from donations.models import Appeal, Gift, Pledge, PledgeEvent
from donations.models.appeals import Frequency
from donations.models.pledges import PledgeStatus
from donations.models.steps import NotAllowed
from donations.money import NotAnAmount, check_limits
from supporters.people import Person

KIND = "restarted"  # the line in the old pledge's timeline that names the new one's first gift


@dataclass(frozen=True)
class Kin:
    """The pledge that this one took up again, and the one that took this one up."""

    before: Pledge | None
    after: Pledge | None


def possible(pledge: Pledge) -> bool:
    """Return whether the same gift can be begun again as it was; if not, the giving form asks what has changed."""
    try:
        check_limits(pledge.total)
    except NotAnAmount:
        return False
    return pledge.status == PledgeStatus.CANCELLED and pledge.currency in settings.CURRENCIES


def form_address(pledge: Pledge) -> str:
    """Return the address of the giving form with the pledge's choices made."""
    return asking.form_address(Gift(frequency=Frequency.MONTHLY, amount=pledge.amount, fee_cover=pledge.fee_cover,
                                    currency=pledge.currency, appeal=appeal_of(pledge)))  # fmt: skip


def begin(pledge: Pledge, person: Person) -> str:
    """Return the provider's page where the same gift is begun again. Raises NotAllowed, ProviderUnavailable.

    However often it is asked, it is one attempt a day: the page is the same until it closes.
    """
    if not possible(pledge):
        raise NotAllowed("this pledge cannot be begun again as it was")
    supporter = pledge.supporter
    assert supporter is not None  # `theirs` found it by its supporter
    gift = giving.begin(
        giving.Intent(
            attempt=f"restart-{pledge.reference}",
            frequency=Frequency.MONTHLY,
            total=pledge.total,
            fee_cover=pledge.fee_cover,
            appeal=appeal_of(pledge),
            language=get_language() or pledge.language,
            details={
                "email": supporter.email or person.account.email,
                "first_name": supporter.first_name,
                "last_name": supporter.last_name,
            },
        )
    )
    pledge.note(KIND, f"{KIND}:{gift.reference}", timezone.now(), gift=gift.reference)
    return giving.checkout(gift)


def kin(pledge: Pledge, theirs: list[Pledge]) -> Kin:
    """Return which of somebody's pledges came before and after this one. Two queries."""
    by_key = {one.pk: one for one in theirs}
    told = PledgeEvent.objects.filter(pledge__in=by_key, kind=KIND).order_by("at")
    first_gifts = {event.data["gift"]: event.pledge_id for event in told}
    links = Gift.objects.filter(reference__in=first_gifts, pledge__in=by_key).values_list("reference", "pledge_id")
    pairs = [(first_gifts[reference], new) for reference, new in links]
    before = next((by_key[old] for old, new in pairs if new == pledge.pk), None)
    after = next((by_key[new] for old, new in pairs if old == pledge.pk), None)
    return Kin(before, after)


def appeal_of(pledge: Pledge) -> Appeal:
    """Return what the new gift is for: the same, or where it is needed most once that appeal has ended."""
    return pledge.appeal if Appeal.objects.open().filter(pk=pledge.appeal_id).exists() else Appeal.objects.general()
