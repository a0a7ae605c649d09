"""Addresses of pictures and clips, below /media/."""

urlpatterns: list = []
