"""Giving: what was asked, given, promised, told and booked."""

from donations.models.appeals import Appeal, AppealTranslation, SuggestedAmount
from donations.models.charity import CharityDetails
from donations.models.claims import ClaimedGift, GiftAidClaim
from donations.models.data_rights import DataDownload, Erasure
from donations.models.declarations import Dedication, GiftAidDeclaration
from donations.models.gifts import Gift
from donations.models.guard import GivingTry, GuardSwitch
from donations.models.ledger import LedgerEntry
from donations.models.notices import ProviderNotice
from donations.models.pledges import Pledge, PledgeEvent
from donations.models.receipts import Receipt, ReceiptSeries
from donations.models.reconciliations import ReconciliationRun
from donations.models.refunds import RefundRequest
from donations.models.statements import Statement, StatementSeries

__all__ = [
    "Appeal",
    "AppealTranslation",
    "CharityDetails",
    "ClaimedGift",
    "DataDownload",
    "Dedication",
    "Erasure",
    "Gift",
    "GiftAidClaim",
    "GiftAidDeclaration",
    "GivingTry",
    "GuardSwitch",
    "LedgerEntry",
    "Pledge",
    "PledgeEvent",
    "ProviderNotice",
    "Receipt",
    "ReceiptSeries",
    "ReconciliationRun",
    "RefundRequest",
    "Statement",
    "StatementSeries",
    "SuggestedAmount",
]
