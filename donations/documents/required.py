"""What each tax authority wants to read on a receipt or a statement, as a table, and the check against it."""

import re
from dataclasses import asdict, dataclass

from donations.documents.content import KINDS, ReceiptDocument, StatementDocument, fields, tidied


@dataclass(frozen=True, slots=True)
class Needs:
    """List what a jurisdiction's receipt must hold.

    `present`: dotted names that must not be empty. `shaped`: dotted name, what it must hold in plain words, and the
    pattern that tells. `said`: groups of words, one of each group to stand among the statements, descriptions and notes;
    they are the law's own words, so a receipt in another language carries them beside their translation.
    """

    present: tuple[str, ...] = ()
    shaped: tuple[tuple[str, str, re.Pattern[str]], ...] = ()
    said: tuple[tuple[str, ...], ...] = ()


EVERYWHERE = Needs(
    present=("language", "number", "charity.name", "donor.name", "total", "issued_on", "verify_code"),
    shaped=(("verify_address", "a web address", re.compile(r"https?://[^\s/]\S*")),),
)

REQUIRED: dict[str, Needs] = {
    "GB": Needs(
        present=("charity.registration",),
        said=(("Gift Aid",),),  # claimed or not: the donor's return asks
    ),
    "US": Needs(  # written acknowledgment, IRS publication 1771
        shaped=(("charity.registration", "an EIN", re.compile(r"\bEIN\b.*\b\d{2}-?\d{7}\b")),),
        said=(("No goods or services",),),
    ),
    "CA": Needs(  # official donation receipt, Income Tax Regulations 3501
        present=("charity.address", "donor.address", "place_of_issue", "eligible", "charity.signatory"),
        shaped=(("charity.registration", "a CRA registration number", re.compile(r"\b\d{9} ?RR ?\d{4}\b")),),
        said=(("official receipt for income tax purposes",), ("Canada Revenue Agency",), ("canada.ca/charities-giving",)),
    ),
    "AU": Needs(  # a deductible gift recipient's receipt
        shaped=(("charity.registration", "an ABN", re.compile(r"\bABN\b\D*(?:\d ?){11}\b")),),
        said=(("gift", "gifts"),),
    ),
    "NZ": Needs(
        present=("charity.registration", "charity.signatory"),
        said=(("donation", "donations", "gift", "gifts"),),
    ),
}


def missing(document: ReceiptDocument) -> list[str]:
    """Return the names of what the document lacks under its jurisdiction's rules, in a fixed order; empty when it may print."""
    needs = REQUIRED.get(document.jurisdiction)
    if needs is None:
        return ["jurisdiction"]
    words = dict(fields(asdict(document)))
    gaps = [name for name in (*EVERYWHERE.present, *needs.present) if not _present(name, words)]
    for name, what, shape in (*EVERYWHERE.shaped, *needs.shaped):
        if not words.get(name):
            gaps.append(name)
        elif not shape.search(words[name]):
            gaps.append(f"{name} ({what})")
    if document.kind not in KINDS:
        gaps.append("kind")
    if document.kind == "replacement" and not words["replaces"]:
        gaps.append("replaces")
    if isinstance(document, StatementDocument):
        gaps += [name for name in ("period", "totals") if not _present(name, words)]
    if not document.gifts:
        gaps.append("gifts")
    gaps += [
        f"gifts[{index}].{part}"
        for index in range(1, len(document.gifts) + 1)
        for part in ("received", "description", "amount")
        if not words[f"gifts[{index}].{part}"]
    ]
    return gaps + [f"the words “{group[0]}”" for group in needs.said if not _said(group, document)]


def _present(name: str, words: dict[str, str]) -> bool:
    """Tell whether a text, or any line of a list of texts, holds something."""
    return bool(words.get(name)) or any(text for key, text in words.items() if key.startswith(f"{name}[") and text)


def _said(group: tuple[str, ...], document: ReceiptDocument) -> bool:
    """Tell whether one of the group's phrases stands as whole words in what the receipt says about the gifts."""
    says = [*document.statements, *(words for gift in document.gifts for words in (gift.description, gift.note))]
    phrases = "|".join(re.escape(tidied(phrase)) for phrase in group)
    whole = re.compile(rf"(?<!\w)(?:{phrases})(?!\w)", re.IGNORECASE)
    return any(whole.search(tidied(text)) for text in says)
