"""Addresses of e-mail updates: the sign-up under every language's prefix, signed links under none."""

from django.urls import URLPattern, URLResolver, path

from updates import returns, views

# Under every language's prefix.
pages: list[URLPattern | URLResolver] = [
    path("", views.sign_up, name="updates"),
    path("asked/", views.asked, name="updates-asked"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("confirm/<str:token>/", views.confirm, name="updates-confirm"),
    path("preferences/<str:token>/", views.preferences, name="updates-preferences"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="updates-unsubscribe"),
    path("returns/<slug:provider>/", returns.door, name="updates-returns"),
]
