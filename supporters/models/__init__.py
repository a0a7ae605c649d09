"""People who support the charity, and how they and the staff sign in."""

from supporters.models.accounts import Account, AccountManager
from supporters.models.browsers import SignedInBrowser
from supporters.models.changes import ContactChange
from supporters.models.codes import Code, Outcome, Purpose
from supporters.models.supporters import Supporter, SupporterConsent, SupporterQuerySet

__all__ = [
    "Account",
    "AccountManager",
    "Code",
    "ContactChange",
    "Outcome",
    "Purpose",
    "SignedInBrowser",
    "Supporter",
    "SupporterConsent",
    "SupporterQuerySet",
]
