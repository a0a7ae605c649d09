"""The edition: a number that changes whenever what the public may see changes."""

from pathlib import Path

from django.conf import settings
from django.db import models, transaction
from django.db.models import F

from public_pages.stamp import Stamp

# The processes of this machine learn of a new edition at once, by this; others within a second, from the row.
EDITION_STAMP = Stamp(Path(settings.VAR_DIR) / "edition-stamp")


class Edition(models.Model):
    """The one row that says which edition of the public site is current.

    Every page cache compares this number; a change empties them all. The row changes in the same
    transaction as the content, so a rolled-back publish never empties and a committed one always does.
    """

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="edition_is_one_row")]

    def __str__(self) -> str:
        return f"Edition {self.number}"

    @classmethod
    def current(cls) -> int:
        """Return the committed edition number (0 before the first publish). One query."""
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0

    @classmethod
    def advance(cls) -> None:
        """Begin a new edition: call inside the transaction that changes public content."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.get_or_create(pk=1, defaults={"number": 1})
        transaction.on_commit(EDITION_STAMP.change)
