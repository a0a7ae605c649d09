"""The vault: private facts sealed with a key from the environment, opened only for a reason that stays on record.

VAULT_KEYS holds Fernet keys: the first seals, all open. What an attacker finds in a copy of the database are sealed
texts and keyed digests (safeguarding.names); without the environment neither says anything (safeguarding rule 5).
"""

import datetime
import functools
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from safeguarding.models import Contributor, Evidence, Look, LookedAt, VaultEntry

SHORTEST_REASON = 5  # letters: "court" is one, "x" is none


class Unopenable(Exception):
    """None of VAULT_KEYS opens what is sealed: a key is missing, or the text was changed."""


class NoReason(ValueError):
    """Somebody wanted to look without saying why."""


@dataclass(frozen=True)
class Private:
    """What the vault holds of one person. Its repr says nothing, so that no log and no error report does."""

    name: str = ""
    aliases: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    address: str = ""
    born_on: datetime.date | None = None
    notes: str = ""
    name_may_be_published: bool = field(default=False)

    def __repr__(self) -> str:
        return "Private(…)"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that may not be published: none where the person wants to be told by their own."""
        return () if self.name_may_be_published else tuple(filter(None, (self.name, *self.aliases)))


# --- sealing -------------------------------------------------------------------------------------------
@functools.lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def key_marks() -> list[str]:
    """Return a short public mark of each key, the sealing one first: which key sealed a row, without the key."""
    return [hashlib.sha256(b"mark:" + key.encode()).hexdigest()[:16] for key in settings.VAULT_KEYS]


def seal(content: bytes) -> bytes:
    """Return the content sealed with the first key."""
    return _keys(tuple(settings.VAULT_KEYS)).encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """Return what was sealed; raises Unopenable, which names nothing."""
    try:
        return _keys(tuple(settings.VAULT_KEYS)).decrypt(sealed)
    except InvalidToken:
        raise Unopenable("No key in VAULT_KEYS opens this.") from None


def digests(words: str) -> list[bytes]:
    """Return the keyed digest of a folded word under every key, the sealing one first."""
    return [_digest(key, words) for key in settings.VAULT_KEYS]


@functools.lru_cache(maxsize=8)
def _digest_key(key: str) -> bytes:
    return hmac.digest(key.encode(), b"safeguarding.names", "sha256")


def _digest(key: str, words: str) -> bytes:
    return hashlib.blake2b(words.encode(), key=_digest_key(key), digest_size=10).digest()


# --- entries -------------------------------------------------------------------------------------------
@transaction.atomic
def put(contributor: Contributor, private: Private) -> VaultEntry:
    """Seal what is private about a contributor, in the place of what was there, and mark its names for the search."""
    from safeguarding import names  # noqa: PLC0415  (names open the vault to verify what they found)

    entry = VaultEntry.objects.filter(contributor=contributor).first() or VaultEntry(contributor=contributor)
    entry.sealed, entry.key_mark = sealed(private), key_marks()[0]
    entry.save()
    names.mark(entry, private)
    return entry


def sealed(private: Private) -> str:
    """Return what is private as one sealed text."""
    return seal(json.dumps(asdict(private), ensure_ascii=False, default=str).encode()).decode()


def opened(entry: VaultEntry) -> Private:
    """Return what an entry holds, for the site's own checks. People go through `look`. Raises Unopenable."""
    found: dict[str, Any] = json.loads(unseal(entry.sealed.encode()))
    found["aliases"], found["phones"] = tuple(found["aliases"]), tuple(found["phones"])
    found["born_on"] = datetime.date.fromisoformat(found["born_on"]) if found["born_on"] else None
    return Private(**found)


# --- looking -------------------------------------------------------------------------------------------
def note_look(what: str, contributor: Contributor, by: Any, why: str) -> Look:
    """Put on record that somebody looks; raises NoReason without one. Nobody can change the row, see append_only."""
    why = " ".join(why.split())
    if len(why) < SHORTEST_REASON:
        raise NoReason
    return Look.objects.create(what=what, about=contributor.reference, by=str(by), by_id=by.pk, why=why[:300])


def look(contributor: Contributor, by: Any, why: str) -> Private:
    """Open a contributor's entry for a person who may, and put who and why on record first.

    Raises PermissionDenied, NoReason, Unopenable; an entry that was never made is an empty one.
    """
    if not by.has_perm("safeguarding.view_vaultentry"):
        raise PermissionDenied
    note_look(LookedAt.VAULT, contributor, by, why)
    entry = VaultEntry.objects.filter(contributor=contributor).first()
    return opened(entry) if entry else Private()


# --- a new key -----------------------------------------------------------------------------------------
def rotate(most: int = 100) -> int:
    """Seal up to `most` entries and files anew with the first key; return how many. Run until it returns 0.

    Each row is one transaction: whatever stops it, the next run goes on with the rows that still bear an old key's mark.
    """
    mark = key_marks()[0]
    done = 0
    for pk in list(VaultEntry.objects.exclude(key_mark=mark).order_by("pk").values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            entry = VaultEntry.objects.select_for_update(of=("self",)).select_related("contributor").get(pk=pk)
            if entry.key_mark != mark:
                put(entry.contributor, opened(entry))
                done += 1
    for pk in list(Evidence.objects.exclude(key_mark=mark).order_by("pk").values_list("pk", flat=True)[: most - done]):
        done += _reseal(pk, mark)
    return done


def _reseal(pk: int, mark: str) -> bool:
    with transaction.atomic():
        evidence = Evidence.objects.select_for_update().get(pk=pk)
        with default_storage.open(evidence.file) as file:
            content = unseal(file.read())
        old = evidence.file
        evidence.file, evidence.key_mark = default_storage.save(old, ContentFile(seal(content))), mark
        evidence.save(update_fields=["file", "key_mark"])
        # Only then: a copy too many is cleared by the next rotation of this row, a file too few by nothing.
        transaction.on_commit(functools.partial(default_storage.delete, old))
    return True


def sealed_by_old_keys() -> int:
    """Return how many entries and files still bear an old key's mark."""
    mark = key_marks()[0]
    return VaultEntry.objects.exclude(key_mark=mark).count() + Evidence.objects.exclude(key_mark=mark).count()
