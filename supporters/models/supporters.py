"""People who support the charity, and what they agreed to."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters.prefixes import PrefixIndex


class SupporterQuerySet(models.QuerySet["Supporter"]):
    """Supporters."""

    def known_by(self, email: str) -> "Supporter | None":
        """Return the supporter of an address, however its letters are cased."""
        return self.filter(email=email.strip().lower()).first()


class Supporter(models.Model):
    """A person we know because they support the charity; a donor once they gave. Exists only once money or a proof came."""

    # None: somebody who writes cheques and letters. They get no mail, and are known by their name alone.
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True, null=True, blank=True)
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    # "lines" as a label shows them; from the portal also "country" and the parts it is made of (see supporters.countries).
    address = models.JSONField(_("postal address"), default=dict, blank=True)
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    # Where to write instead: the main address of the person, where this supporter's is another of theirs.
    mail_to = models.EmailField(max_length=254, blank=True, editable=False)
    since = models.DateTimeField(_("known since"), default=timezone.now)

    objects = SupporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="supporter_email_lower_case",
            ),
        ]
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="supporter_by_name"),
            PrefixIndex(Lower("last_name"), Lower("first_name"), name="supporter_last_name_typed"),
            PrefixIndex(Lower("first_name"), name="supporter_first_name_typed"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or ""

    @property
    def written_to(self) -> str:
        """Return the address to write to, "" for none."""
        return self.mail_to or self.email or ""

    @property
    def name(self) -> str:
        """Return first and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()


class SupporterConsent(models.Model):
    """What a supporter agreed to or took back: one row each time, never changed; the newest of a purpose counts."""

    supporter = models.ForeignKey(Supporter, on_delete=models.CASCADE, related_name="consents")
    channel = models.CharField(max_length=16, choices=[("email", _("E-mail")), ("post", _("Post")), ("phone", _("Telephone"))])
    # "updates" speaks of every topic of its channel at once (see supporters.consents).
    purpose = models.CharField(
        max_length=24,
        choices=[("updates", _("Updates")), ("stories", _("Stories")), ("events", _("Events")), ("ways", _("Ways to help"))],
    )
    given = models.BooleanField()
    words = models.TextField(help_text=_("Exactly what the person read."))
    source = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["supporter", "channel", "purpose", "-at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose}: {self.given}"
