"""Evidence of a consent: a signed form, a photograph of it, a voice saying yes. Sealed before it is stored (rule 12).

What a file is, its content says, never its name; its name, which may hold somebody's, is not kept.
"""

import hashlib
import re
import secrets
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeguarding import vault
from safeguarding.models import Consent, Evidence, LookedAt

FOLDER = "evidence"  # no address of the site leads there
MAX_BYTES = 20 * 1024 * 1024
# How a file begins -> its kind and its ending when it is handed out.
_KINDS = [
    (rb"%PDF-", "application/pdf", "pdf"),
    (rb"\xff\xd8\xff", "image/jpeg", "jpg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (rb"....ftyp(?:heic|heix|hevc|mif1|msf1)", "image/heic", "heic"),
    (rb"....ftypM4A ", "audio/mp4", "m4a"),
    (rb"....ftyp", "video/mp4", "mp4"),
    (rb"OggS", "audio/ogg", "ogg"),
    (rb"RIFF....WAVE", "audio/wav", "wav"),
    (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg", "mp3"),
    (rb"#!AMR", "audio/amr", "amr"),
]
ENDINGS = {kind: ending for _begin, kind, ending in _KINDS}


def kind_of(content: bytes) -> str:
    """Return what a file is by its first bytes; raises ValidationError for anything that we do not keep."""
    for begin, kind, _ending in _KINDS:
        if re.match(begin, content, re.DOTALL):
            return kind
    raise ValidationError(_("Please give a PDF, a photograph (JPEG, PNG, HEIC), or a recording (MP3, M4A, OGG, WAV, AMR, MP4)."))


def checked(upload: Any) -> bytes:
    """Return the content of an upload that may be kept; raises ValidationError with a sentence for the person uploading."""
    if upload.size > MAX_BYTES:
        raise ValidationError(_("This file is larger than 20 MB. Please give a smaller one."))
    upload.seek(0)
    content = bytes(upload.read())
    kind_of(content)
    return content


@transaction.atomic
def add(consent: Consent, content: bytes, by: Any = None) -> Evidence:
    """Seal a file and keep it with a consent. No file is left behind when the row is refused."""
    kind = kind_of(content)
    name = default_storage.save(f"{FOLDER}/{secrets.token_urlsafe(16)}", ContentFile(vault.seal(content)))
    try:
        with transaction.atomic():
            return Evidence.objects.create(
                consent=consent, file=name, kind=kind, size=len(content), digest=hashlib.sha256(content).hexdigest(),
                key_mark=vault.key_marks()[0], added_by=by,
            )  # fmt: skip
    except BaseException:
        default_storage.delete(name)
        raise


def look(evidence: Evidence, by: Any, why: str) -> bytes:
    """Return the file for a person who may see it, once who and why are on record. Raises PermissionDenied, NoReason."""
    if not by.has_perm("safeguarding.view_evidence"):
        raise PermissionDenied
    vault.note_look(LookedAt.EVIDENCE, evidence.consent.contributor, by, why)
    with default_storage.open(evidence.file) as file:
        return vault.unseal(file.read())
