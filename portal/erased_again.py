"""Forget givers again whom a restored backup has brought back (portal.erased_list says whom)."""

import datetime
import json
import secrets

from django.core.files.storage import default_storage
from django.utils.crypto import constant_time_compare

from donations.models import Erasure
from portal import erased_list, forgetting
from portal.known import Whose
from stories import media_storage
from supporters.models import Account, Supporter


def apply_list() -> int:
    """Forget again everybody on the list whom a restored backup has brought back; return how many rows of supporters.

    Raises ProviderUnavailable while a promise that the backup brought back cannot be ended: done again, it goes on there.
    """
    return sum(_again(name) for name in sorted(media_storage.names_in(erased_list.FOLDER)))


def _again(name: str) -> int:
    with default_storage.open(name) as file:
        line = json.loads(file.read())
    marks, done = dict(line["supporters"]), datetime.datetime.fromisoformat(line["at"])
    forgotten = Erasure.objects.filter(erased_at__gte=done).values("supporter")
    rows = Supporter.objects.filter(pk__in=marks).exclude(pk__in=forgotten)
    back = [one for one in rows if constant_time_compare(erased_list.mark(one), marks[one.pk])]
    if not back:
        return 0
    # Forgetting begins at an account and ends with it: the backup may be older than theirs.
    email = next((one.email for one in back if one.email), None) or f"{secrets.token_hex(8)}@nobody.invalid"
    account = Account.objects.filter(email=email).first() or Account.objects.create_user(email)
    forgetting.forget(Whose.of(account, back))
    return len(back)
