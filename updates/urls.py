"""Addresses of e-mail updates: the sign-up under every language's prefix, signed links under none."""

from django.urls import URLPattern, URLResolver

# Under every language's prefix.
pages: list[URLPattern | URLResolver] = []

urlpatterns: list[URLPattern | URLResolver] = []
