"""Addresses below /sandbox/, in its name space."""

from django.urls import path

from sandbox_bank.pages import bank, checkout, payer

urlpatterns = [
    path("checkout/<str:ref>/", checkout.checkout, name="checkout"),
    path("card/<str:ref>/", payer.card, name="bank-card"),
    path("confirm/<str:ref>/", payer.confirm, name="bank-confirm"),
    path("bank/", bank.bank, name="bank"),
]
