"""What belongs to the person who is signed in: gifts, pledges and receipts of theirs; everybody else's do not exist here."""

from django.db.models import Case, DateField, When
from django.db.models.functions import Coalesce, TruncDate
from django.shortcuts import get_object_or_404

from donations.models import Gift, Pledge, Receipt
from donations.models.gifts import GiftQuerySet, GiftStatus
from donations.models.pledges import PledgeQuerySet, PledgeStatus
from supporters.people import Person


def keys(person: Person) -> list[int]:
    """Return the supporters somebody is, as the keys by which gifts know them."""
    return [supporter.pk for supporter in person.supporters]


def gifts(person: Person) -> GiftQuerySet:
    """Return somebody's gifts with their `day` (given, or due): all that came, is on its way, failed or was left out."""
    day = Coalesce("given_on", "due_on", TruncDate("created_at"), output_field=DateField())
    return Gift.objects.filter(supporter__in=keys(person)).exclude(status=GiftStatus.EXPIRED).annotate(day=day)


def on_its_way(person: Person) -> GiftQuerySet:
    """Return single gifts that a bank still takes days over: whose they are only the address says that was typed with them."""
    emails = [supporter.email for supporter in person.supporters]
    return Gift.objects.filter(status=GiftStatus.ON_ITS_WAY, supporter=None, details__email__in=emails)


def pledges(person: Person) -> PledgeQuerySet:
    """Return somebody's pledges, running ones first, then the newest."""
    found = Pledge.objects.filter(supporter__in=keys(person)).select_related("appeal", "supporter")
    ended = Case(When(status=PledgeStatus.CANCELLED, then=1), default=0)
    return found.order_by(ended, "-started_at", "-pk")


def pledge(person: Person, reference: str) -> Pledge:
    """Return one of somebody's pledges; raises Http404 for any other."""
    return get_object_or_404(pledges(person), reference=reference)


def receipt(person: Person, number: str) -> Receipt:
    """Return one of somebody's receipts; raises Http404 for any other."""
    found = Receipt.objects.filter(gift__supporter__in=keys(person)).select_related("gift", "replaces", "replaced_by")
    return get_object_or_404(found, number=number)
