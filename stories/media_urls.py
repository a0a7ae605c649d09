"""Addresses of pictures and clips, below /media/. Only names we give ourselves are addresses at all."""

from django.urls import re_path

from stories import media

_NAMED = r"(?P<token>[A-Za-z0-9_-]{22})"

urlpatterns = [
    re_path(
        rf"^media/p/{_NAMED}/(?P<file>(?:full|wide)-[1-9][0-9]{{0,3}}\.(?:avif|webp|jpg)|share\.jpg)\Z",
        media.picture,
        name="picture",
    ),
    re_path(rf"^media/c/{_NAMED}/clip\.mp4\Z", media.clip, name="clip"),
    re_path(
        rf"^media/c/{_NAMED}/captions-(?P<language>[a-z]{{2,3}}(?:-[A-Za-z]{{2,4}})?)\.vtt\Z", media.captions, name="captions"
    ),
]
