"""The vault: what must stay private about a contributor, sealed; and the log of who looked."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safeguarding.models.people import Contributor, new_reference


class VaultEntry(models.Model):
    """Real name, aliases, phones, address, birth date and notes of a contributor, as one sealed text.

    Only `safeguarding.vault` opens it, and only with a reason. Nothing readable is in a column, a repr or a log.
    """

    reference = models.CharField(max_length=32, unique=True, default=new_reference, editable=False)
    contributor = models.OneToOneField(
        Contributor, on_delete=models.CASCADE, related_name="vault_entry", verbose_name=_("contributor")
    )
    sealed = models.TextField(editable=False)
    key_mark = models.CharField(max_length=16, editable=False, db_index=True)  # which key sealed it
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("vault entry")
        verbose_name_plural = _("vault entries")

    def __str__(self) -> str:
        return f"vault {self.reference[:6]}…"


class VaultMark(models.Model):
    """A keyed digest by which a text is searched for one protected word, without opening the vault.

    `words` is the set of the term's words that it stands for, as bits; a word that is written in two is its own mark.
    """

    entry = models.ForeignKey(VaultEntry, on_delete=models.CASCADE, related_name="marks")
    digest = models.BinaryField(max_length=10)
    term = models.PositiveSmallIntegerField()  # which of the entry's names, phones or address lines
    words = models.PositiveIntegerField()
    needed = models.PositiveSmallIntegerField(default=1)  # how many of the term's words must stand together

    class Meta:
        indexes = [models.Index(fields=["digest"], name="vault_mark_digest")]

    def __str__(self) -> str:
        return f"mark of {self.entry_id}"


class LookedAt(models.TextChoices):
    """What somebody looked at."""

    VAULT = "vault", _("the vault")
    CONSENT = "consent", _("a consent")
    EVIDENCE = "evidence", _("a consent's evidence")
    ORIGINAL = "original", _("an original")


class Look(models.Model):
    """Somebody looked at what is protected: who, what, why. The database refuses to change or delete it.

    People are named by address and number, not linked: a link would have to change when an account goes.
    """

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    by = models.CharField(_("who"), max_length=254, editable=False)
    by_id = models.BigIntegerField(null=True, editable=False)
    what = models.CharField(_("what"), max_length=8, choices=LookedAt.choices, editable=False)
    about = models.CharField(_("of whom"), max_length=32, editable=False)  # the contributor's reference
    why = models.CharField(_("why"), max_length=300, editable=False)

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=["-at", "-id"], name="look_newest"), models.Index(fields=["about"], name="look_about")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.at:%Y-%m-%d %H:%M}"
