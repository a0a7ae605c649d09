"""Addresses below /sandbox/."""

from django.urls import URLPattern, URLResolver, include, path

from hope_site.sandbox import mail, style

_LETTER = "mail/<str:name>/<int:number>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("mail/", mail.mailbox, name="mailbox"),
    path(f"{_LETTER}/", mail.letter, name="mail"),
    path(f"{_LETTER}/html/", mail.letter_html, name="mail-html"),
    path(f"{_LETTER}/attachments/<int:part>/", mail.attachment, name="mail-attachment"),
    path("style/", style.style, name="style"),
    path("style/rtl/", style.right_to_left, name="style-rtl"),
    path("", include("sandbox_bank.pages.urls")),
]
