"""E-mail updates: who asked for them, what is sent, whom no mail may reach, lists that were brought along."""

from updates.models.digests import Digest, DigestState, DigestStory
from updates.models.imports import ImportState, ListImport
from updates.models.reach import DoNotMail, Report, ReportKind
from updates.models.signups import SignUp

__all__ = [
    "Digest",
    "DigestState",
    "DigestStory",
    "DoNotMail",
    "ImportState",
    "ListImport",
    "Report",
    "ReportKind",
    "SignUp",
]
