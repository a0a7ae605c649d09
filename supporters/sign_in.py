"""How accounts sign in: the rules given to allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.password_reset import get_reset_password_from_key_url
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def safe_path(url: str | None) -> str:
    """Return `url` where it is a path of this site, else ""."""
    plain = bool(url and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None))
    return str(url) if plain else ""


class AccountAdapter(DefaultAccountAdapter):
    """Let nobody make an account by themselves: staff are invited, donors come by the portal."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: there is no public sign-up for staff accounts."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether one may be sent on to `url` after signing in or out: a path of this site, nothing else."""
        return bool(safe_path(url))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where somebody belongs who did not say where to: staff to their work, donors to their portal."""
        return str(resolve_url(settings.LOGIN_REDIRECT_URL if getattr(request.user, "is_staff", False) else "/portal/"))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Send the link to staff alone: donors have no password, and nobody gives them one."""
        if user.is_staff:
            super().send_password_reset_mail(user, email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the mail, on the public address whatever host the request named."""
        asked = get_reset_password_from_key_url(self.request, key)
        path: str = asked.split("/", 3)[3]
        return f"{settings.SITE_URL}/{path}"

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as written: neutral, and without the request's host."""
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that names the charity and the public address, never the request's host."""
        super().send_mail(
            template_prefix, email, {**context, "charity_name": settings.CHARITY_NAME, "site_url": settings.SITE_URL}
        )
