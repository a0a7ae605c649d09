"""The safeguarding lead's pages."""

from safeguarding.admin.people import ContributorAdmin

__all__ = ["ContributorAdmin"]
