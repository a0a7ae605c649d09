"""Where somebody is signed in: one row for each session of the portal, so that its owner can see and end it."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def _reference() -> str:
    return secrets.token_urlsafe(16)


class SignedInBrowser(models.Model):
    """A session as its owner would know it again. Of the address only the network is kept."""

    reference = models.CharField(max_length=32, unique=True, default=_reference)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="browsers")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(_("device"), max_length=60, blank=True)
    network = models.CharField(_("network"), max_length=50, blank=True)
    shared = models.BooleanField(_("shared computer"), default=False)
    since = models.DateTimeField(_("since"), default=timezone.now)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("signed-in browser")
        verbose_name_plural = _("signed-in browsers")
        indexes = [models.Index(fields=["last_seen"], name="browser_last_seen")]

    def __str__(self) -> str:
        return self.device
