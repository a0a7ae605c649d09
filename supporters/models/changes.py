"""What was changed of somebody's contact details: who, when and which field; never what it was or became."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters.models.supporters import Supporter

_NAMES = {
    "email": _("E-mail address"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "address": _("Postal address"),
    "phone": _("Telephone"),
    "language": _("Language"),
}


class ContactChange(models.Model):
    """One changed field. The database refuses to change or delete a row (supporters.append_only).

    The rows say nothing personal and outlive whom they are about: keys without a constraint, so that an erasure
    need not touch them.
    """

    supporter = models.ForeignKey(Supporter, on_delete=models.DO_NOTHING, db_constraint=False, related_name="changes")
    account = models.ForeignKey(
        "supporters.Account", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("by")
    )
    field = models.CharField(_("field"), max_length=40)
    by_staff = models.BooleanField(_("by staff"), default=False)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("change of contact details")
        verbose_name_plural = _("changes of contact details")
        indexes = [models.Index(fields=["supporter", "-at"], name="contact_change_newest")]

    def __str__(self) -> str:
        return self.field

    @property
    def named(self) -> str:
        """Return the field as people call it."""
        return str(_NAMES.get(self.field, self.field))
