"""Addresses of the donor portal, below /portal/. No language prefix: the portal speaks its supporter's language."""

from django.urls import URLPattern, URLResolver, path, register_converter

from donations.urls import Token
from portal import data, gift_aid, giving, links, overview, pledges, preferences, receipts, sign_in_urls, statements


class Signed(Token):
    """What a signed link ends in: a reference, a moment and a signature, with points between."""

    regex = r"[A-Za-z0-9_.-]{1,160}"


register_converter(Signed, "signed")

urlpatterns: list[URLPattern | URLResolver] = [
    *sign_in_urls.urlpatterns,
    path("", overview.overview, name="portal"),
    path("giving/", giving.giving, name="portal-giving"),
    path("giving/gifts.csv", giving.spreadsheet, name="portal-giving-csv"),
    path("giving/receipts/<slug:number>/", receipts.receipt, name="portal-receipt"),
    path("giving/receipts/<slug:number>/pdf/", receipts.pdf, name="portal-receipt-pdf"),
    path("giving/receipts/<slug:number>/send/", receipts.send, name="portal-receipt-send"),
    path("giving/<token:reference>/", giving.gift, name="portal-gift"),
    path("statements/", statements.statements, name="portal-statements"),
    path("statements/<token:reference>/", statements.statement, name="portal-statement"),
    path("statements/<token:reference>/pdf/", statements.pdf, name="portal-statement-pdf"),
    path("gift-aid/", gift_aid.page, name="portal-gift-aid"),
    path("preferences/", preferences.preferences, name="portal-preferences"),
    path("data/", data.data, name="portal-data"),
    path("data/erase/", data.erase, name="portal-erase"),
    path("data/erased/", data.forgotten, name="portal-forgotten"),
    path("pledges/", pledges.pledges, name="portal-pledges"),
    path("pledges/<token:reference>/", pledges.pledge, name="portal-pledge"),
    path("pledges/<token:reference>/card/", pledges.card, name="portal-pledge-card"),
    path("pledges/<token:reference>/restart/", pledges.restart, name="portal-pledge-restart"),
    path("pledges/<token:reference>/<slug:name>/", pledges.act, name="portal-pledge-act"),
    # From letters, without signing in.
    path("links/<slug:purpose>/<signed:token>/", links.link, name="portal-link"),
]
