"""Addresses of the contributors' quiet pages, below /preview/. What is no token of ours is no address at all."""

from django.urls import re_path

from stories import previews

_SIGNED = r"(?P<token>[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})"

urlpatterns = [
    re_path(rf"^{_SIGNED}/\Z", previews.preview, name="preview"),
    re_path(rf"^{_SIGNED}/stop/\Z", previews.preview_stop, name="preview-stop"),
    re_path(rf"^{_SIGNED}/(?P<picture>[A-Za-z0-9_-]{{22}})\.jpg\Z", previews.preview_picture, name="preview-picture"),
]
