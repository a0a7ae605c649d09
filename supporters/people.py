"""Who stands behind an account: the supporters of every address its person has proven to be theirs."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import QuerySet

from supporters.models import Account, Supporter


@dataclass(frozen=True)
class Person:
    """Somebody signed in. `supporters` are read already: going through them asks nothing, `supporter__in` is a subquery."""

    account: Account
    supporters: QuerySet[Supporter]
    name: str
    language: str
    foremost: Supporter | None = None  # of the main address, or the first that gave

    @property
    def known(self) -> bool:
        """Return whether we know them as a supporter at all: staff and newcomers may be signed in without."""
        return bool(self.supporters)


def addresses(account: Account) -> list[str]:
    """Return the addresses that somebody proved to be theirs, the main one first."""
    proven = EmailAddress.objects.filter(user=account, verified=True).order_by("-primary", "pk")
    return [email.lower() for email in proven.values_list("email", flat=True)]


def of(account: Account) -> Person:
    """Return the person of an account, named as the supporter of their main address is."""
    proven = addresses(account)
    supporters = Supporter.objects.filter(email__in=proven).order_by("since", "pk")
    foremost = sorted(supporters, key=lambda supporter: proven.index(supporter.email or ""))
    named = next((supporter.name for supporter in foremost if supporter.name), account.name)
    language = foremost[0].language if foremost else settings.LANGUAGE_CODE
    spoken = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return Person(account, supporters, named, spoken, foremost[0] if foremost else None)
