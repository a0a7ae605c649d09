"""The staff's side of giving: look at everything, change what may change, and leave a trace of each act."""

from django.contrib import admin

from donations import models

for model in (
    models.Appeal,
    models.CharityDetails,
    models.Gift,
    models.GiftAidDeclaration,
    models.LedgerEntry,
    models.Letter,
    models.Pledge,
    models.ProviderNotice,
    models.Receipt,
    models.ReconciliationRun,
    models.RefundRequest,
):
    admin.site.register(model)
