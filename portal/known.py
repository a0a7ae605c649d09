"""All that the site knows of a person, room by room, as plain rows: what they may read, and what an erasure has to find.

The portal alone sees every room that knows somebody: giving, updates, supporters and the outbox know nothing of each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Model, Q, QuerySet

from donations.models import (
    Dedication,
    Gift,
    GiftAidDeclaration,
    LedgerEntry,
    Pledge,
    PledgeEvent,
    ProviderNotice,
    Receipt,
    Statement,
)
from donations.models.pledges import PledgeQuerySet
from letters.models import Letter
from supporters.models import Account, Code, ContactChange, SignedInBrowser, Supporter, SupporterConsent
from updates.models import DoNotMail, Report, SignUp

Rows = Iterable[dict[str, Any]]


@dataclass(frozen=True)
class Whose:
    """A person: their account, the supporters they are, every address of theirs (proven and as supporters)."""

    account: Account
    supporters: tuple[Supporter, ...]
    emails: frozenset[str]

    @classmethod
    def of(cls, account: Account, supporters: Iterable[Supporter]) -> "Whose":
        """Return who stands behind an account."""
        known = tuple(supporters)
        proven = EmailAddress.objects.filter(user=account, verified=True).values_list("email", flat=True)
        emails = {email.lower() for email in proven} | {supporter.email for supporter in known if supporter.email}
        return cls(account, known, frozenset(emails | {account.email.lower()}))

    @property
    def gifts(self) -> QuerySet[Gift]:
        """Return their gifts, and the attempts that no money came of under an address of theirs."""
        return Gift.objects.filter(Q(supporter__in=self.supporters) | Q(supporter=None, details__email__in=self.emails))

    @property
    def pledges(self) -> PledgeQuerySet:
        """Return their pledges."""
        return Pledge.objects.filter(supporter__in=self.supporters)

    @property
    def letters(self) -> QuerySet[Letter]:
        """Return the letters written to them, or about their gifts and pledges."""
        about = [f"gift:{reference}" for reference in self.gifts.values_list("reference", flat=True)]
        about += [f"pledge:{reference}" for reference in self.pledges.values_list("reference", flat=True)]
        return Letter.objects.filter(Q(to__in=self.emails) | Q(about__in=about) | Q(about=f"account:{self.account.pk}"))

    @property
    def notices(self) -> QuerySet[ProviderNotice]:
        """Return the provider's messages that moved money of theirs."""
        return ProviderNotice.objects.filter(entries__gift__in=self.gifts).distinct()


def tables(whose: Whose) -> dict[str, Rows]:
    """Return every table of what is known, by name; nothing is read before its rows are."""
    mine = {"supporter__in": whose.supporters}
    mails = {"email__in": whose.emails}
    return {
        "supporter": _rows(Supporter.objects.filter(pk__in=[one.pk for one in whose.supporters]), hidden={"id"}),
        "account": Account.objects.filter(pk=whose.account.pk).values("email", "name", "date_joined", "last_login"),
        "addresses": EmailAddress.objects.filter(user=whose.account).values("email", "verified", "primary"),
        "changes_of_contact_details": ContactChange.objects.filter(**mine).order_by("pk").values("field", "by_staff", "at"),
        "agreed_to": _rows(SupporterConsent.objects.filter(**mine), hidden={"id", "supporter"}),
        "gifts": _rows(whose.gifts, hidden=_HIDDEN_GIFT),
        "dedications": _rows(Dedication.objects.filter(gift__in=whose.gifts), hidden={"id", "gift"}, more=("gift__reference",)),
        "ledger": _rows(
            LedgerEntry.objects.filter(gift__in=whose.gifts),
            hidden={"id", "gift", "appeal", "notice", "by", "reason"},
            more=("gift__reference",),
        ),
        "monthly_gifts": _rows(whose.pledges, hidden={"id", "supporter", "appeal"}),
        "monthly_gifts_history": PledgeEvent.objects.filter(pledge__in=whose.pledges)
        .order_by("at", "pk")
        .values("pledge__reference", "kind", "at", "data"),
        "receipts": _rows(Receipt.objects.filter(gift__in=whose.gifts), hidden=_HIDDEN_PAPER, more=("gift__reference",)),
        "statements": _rows(Statement.objects.filter(**mine), hidden=_HIDDEN_PAPER),
        "gift_aid": _rows(GiftAidDeclaration.objects.filter(**mine), hidden={"id", "supporter", "gift"}),
        "letters": whose.letters.order_by("pk").values("kind", "to", "state", "created_at", "sent_at", "about"),
        "messages_of_the_provider": whose.notices.order_by("pk").values("kind", "received_at", "payload"),
        "signed_in_browsers": SignedInBrowser.objects.filter(account=whose.account).values(
            "device", "network", "since", "last_seen"
        ),
        "codes_asked_for": Code.objects.filter(**mails).order_by("pk").values("purpose", "email", "outcome", "asked_at"),
        "sign_ups": SignUp.objects.filter(**mails).values(
            "email", "first_name", "topics", "language", "asked_at", "confirmed_at"
        ),
        "mail_reports": Report.objects.filter(**mails).values("kind", "email", "said", "at"),
        "no_mail_to": DoNotMail.objects.filter(**mails).values("email", "why", "said", "at"),
    }


_HIDDEN_GIFT = {
    "id", "attempt", "key", "checkout", "checkout_url", "confirm_url", "supporter", "pledge", "entered_by", "appeal", "failed_at",
}  # fmt: skip
_HIDDEN_PAPER = {"id", "gift", "supporter", "replaces", "content", "lines", "test", "serial", "erased_at"}


def _rows(found: QuerySet[Any], hidden: set[str], more: tuple[str, ...] = ()) -> Rows:
    model: type[Model] = found.model
    names = [field.name for field in model._meta.concrete_fields if field.name not in hidden]
    return found.order_by("pk").values(*names, *more).iterator(chunk_size=500)
