"""Addresses below /sandbox/."""

from django.urls import path

from hope_site.sandbox import style

urlpatterns = [
    path("style/", style.style, name="style"),
    path("style/rtl/", style.right_to_left, name="style-rtl"),
]
