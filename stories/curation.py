"""What follows when editors change what is shown without a snapshot: collections and names in filters."""

from django.db import transaction

from public_pages.models import Edition
from stories.models import Collection


@transaction.atomic
def changed(collection: Collection, was_published: bool = False) -> None:
    """Begin a new edition when readers see another collection than before; call after its chapters are saved."""
    if collection.published or was_published:
        Edition.advance()


@transaction.atomic
def renamed() -> None:
    """Begin a new edition after a place or theme was named anew: lists and filters show the names."""
    Edition.advance()
