"""People whose stories are told: consents, the vault, who looked, what was taken down."""

from safeguarding.models.consents import (
    MAX_TERM_MONTHS,
    Channel,
    Consent,
    ConsentQuerySet,
    Evidence,
    Material,
    add_months,
    check_channels,
    check_choices,
    check_materials,
)
from safeguarding.models.people import Contributor, Court, Decided, Decision, Risk, Support, new_reference
from safeguarding.models.previews import Erasure, StoryPreview, StoryReview
from safeguarding.models.takedowns import Cause, CopyElsewhere, Expected, ManifestLine, Purge, Takedown
from safeguarding.models.vault import Look, LookedAt, VaultEntry, VaultMark

__all__ = [
    "MAX_TERM_MONTHS",
    "Cause",
    "Channel",
    "Consent",
    "ConsentQuerySet",
    "Contributor",
    "CopyElsewhere",
    "Court",
    "Decided",
    "Decision",
    "Erasure",
    "Evidence",
    "Expected",
    "Look",
    "LookedAt",
    "ManifestLine",
    "Material",
    "Purge",
    "Risk",
    "StoryPreview",
    "StoryReview",
    "Support",
    "Takedown",
    "VaultEntry",
    "VaultMark",
    "add_months",
    "check_channels",
    "check_choices",
    "check_materials",
    "new_reference",
]
