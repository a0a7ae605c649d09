"""Addresses of the donor portal, below /portal/. No language prefix: the portal speaks its supporter's language."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
