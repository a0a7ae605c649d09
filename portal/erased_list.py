"""The list of givers who were forgotten, in a folder beside the files: a backup of the database does not bring it back.

A line names nobody. It holds a row's number and a keyed digest of the address it had, so that another person under the same
number after a restore is not taken for them. The key is SECRET_KEY: keep it where the backups' keys are.
"""

import json
import secrets

from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.known import Whose
from stories import media_storage
from supporters.models import Supporter

FOLDER = "erasures-of-givers"  # of the private store


def keep(whose: Whose) -> None:
    """Write down whom an erasure is about; before it is done, so that none is missing."""
    rows = [[supporter.pk, mark(supporter)] for supporter in whose.supporters]
    line = {"at": timezone.now().isoformat(), "supporters": rows}
    media_storage.put(f"{FOLDER}/{secrets.token_urlsafe(16)}.json", json.dumps(line).encode())


def mark(supporter: Supporter) -> str:
    """Return the digest by which a row is known to be the same."""
    known = supporter.email or f"{supporter.first_name}\n{supporter.last_name}"
    return salted_hmac("portal.erased_again", known, algorithm="sha256").hexdigest()
