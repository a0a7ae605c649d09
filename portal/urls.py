"""Addresses of the donor portal, below /portal/. No language prefix: the portal speaks its supporter's language."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", RedirectView.as_view(pattern_name="account_login", query_string=True), name="portal-sign-in"),
]
