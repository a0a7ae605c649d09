"""Accounts: how people and staff sign in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class AccountManager(BaseUserManager["Account"]):
    """Make accounts whose e-mail address is stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account of an address, however its letters are cased."""
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        """Store a new account; raises ValueError without an address."""
        if not email:
            raise ValueError("An account needs an e-mail address")
        account = self.model(email=email.strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        """Store a new account with every right."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """A way to sign in, known by its e-mail address: a donor's, an editor's, a colleague's."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May sign in to the administration."))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Untick instead of deleting."))
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    # Part of what every session must match: one more ends all of them at once, wherever sessions are kept.
    sign_outs = models.PositiveIntegerField(default=0, editable=False)

    # Set for one request by supporters.sessions: signed in by a mailed code alone, which opens nothing of the staff's.
    without_rights = False

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="account_email_once",
                violation_error_message=_("An account with this e-mail address exists already."),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Keep the address in lower case so that it is found however it is typed."""
        super().clean()
        self.email = (self.email or "").strip().lower()

    def get_full_name(self) -> str:
        """Return the name, or the address when there is none."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """Return the first word of the name, or the address when there is none."""
        return self.name.split(" ")[0] if self.name else self.email

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Return whether they may; who came by a mailed code alone may nothing that staff may."""
        return not self.without_rights and super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Return whether they may do anything with an app's models."""
        return not self.without_rights and super().has_module_perms(app_label)

    def sign_out_everywhere(self) -> None:
        """End every session of this account."""
        type(self).objects.filter(pk=self.pk).update(sign_outs=models.F("sign_outs") + 1)
        self.browsers.all().delete()
        self.refresh_from_db(fields=["sign_outs"])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django's own where nobody signed out everywhere yet, so that running sessions go on.
        own: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return own if not self.sign_outs else salted_hmac(own, str(self.sign_outs), secret=secret, algorithm="sha256").hexdigest()
