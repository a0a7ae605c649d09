"""The safeguarding lead's pages."""

from safeguarding.admin.people import ContributorAdmin
from safeguarding.admin.records import LookAdmin, TakedownAdmin

__all__ = ["ContributorAdmin", "LookAdmin", "TakedownAdmin"]
