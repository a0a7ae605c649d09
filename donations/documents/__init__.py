"""The room that prints receipts and statements: plain data in, the bytes of a tagged PDF (PDF/UA-1) out."""

from donations.documents.content import KINDS, Charity, Donor, GiftRow, ReceiptDocument, StatementDocument
from donations.documents.printing import NotPrintable, pictured, printed
from donations.documents.required import REQUIRED, missing

__all__ = [
    "KINDS",
    "REQUIRED",
    "Charity",
    "Donor",
    "GiftRow",
    "NotPrintable",
    "ReceiptDocument",
    "StatementDocument",
    "missing",
    "pictured",
    "printed",
]
