"""Clips: our own from upload to clean MP4, and those that YouTube or Vimeo show.

An upload lies in `incoming/` under a random name, which nothing serves, until the worker has made
`clips/<token>.mp4` of it; then it is deleted (safeguarding rules 7 and 8).
"""

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from safeguarding.models import Contributor
from stories import embeds, intake, media_storage, tasks, transcoding
from stories.captions import clean_captions
from stories.models import Clip, Picture
from stories.models.clips import ClipHost
from stories.models.pictures import Origin
from stories.models.preparation import Readiness

__all__ = ["clean_captions", "clean_upload", "embed", "keep", "prepare", "prepare_many", "store"]

INCOMING = "incoming"
ENDINGS = {"mp4", "m4v", "mov", "qt", "webm", "mkv"}
EMBEDDED_SIZE = (1280, 720)
POSTER_AT = 0.3  # of the clip's length: past the opening titles


@dataclass(frozen=True)
class Made:
    """What became of an upload: the clean MP4, what it holds, and a still of it where no poster was given."""

    file: Path
    facts: transcoding.Facts
    poster: intake.CleanPicture | None


def clean_upload(upload: File[Any]) -> transcoding.Facts:
    """Return what an upload holds; raises ValidationError for what cannot become a clip of ours."""
    if upload.size > settings.CLIP_MAX_MEGABYTES * 1024**2:
        raise ValidationError(
            _("This file is larger than %(size)s MB. Please upload a smaller one."),
            code="too_many_bytes",
            params={"size": settings.CLIP_MAX_MEGABYTES},
        )
    ending = PurePath(upload.name or "").suffix.lower().removeprefix(".")
    if ending and ending not in ENDINGS:
        raise ValidationError(
            _("This is not a clip we can take. Please upload an MP4, MOV, WebM or MKV file."), code="wrong_kind"
        )
    try:
        return transcoding.probe(upload)  # type: ignore[arg-type]
    except transcoding.NotPossible as error:
        raise ValidationError(str(error), code="not_possible") from error
    finally:
        upload.seek(0)


def store(
    upload: File[Any],
    *,
    title: str,
    transcript: str = "",
    poster: Picture | None = None,
    contributors: Iterable[Contributor] = (),
    by: Any = None,
) -> Clip:
    """Keep an upload as a clip of our own that the worker prepares. Raises ValidationError as `clean_upload` does."""
    clip = Clip(title=title, transcript=transcript, poster=poster, created_by=by)
    keep(clip, upload)
    clip.contributors.set(contributors)
    return clip


def keep(clip: Clip, upload: File[Any]) -> Clip:
    """Save an unsaved clip with its upload. No upload is left behind when the row is refused."""
    facts = clean_upload(upload)
    clip.host, clip.video_id, clip.unlisted_hash = ClipHost.OWN, "", ""
    clip.duration_ms = facts.duration_ms
    clip.full_clean()
    ending = "mkv" if facts.demuxer == "matroska" else "mp4"
    clip.incoming.name = media_storage.add(INCOMING, upload, ending)
    try:
        with transaction.atomic():
            clip.save(force_insert=True)
    except BaseException:
        default_storage.delete(clip.incoming.name)
        raise
    # A nudge that cannot be queued is no harm: the sweep finds the waiting row.
    transaction.on_commit(functools.partial(tasks.prepare_clip.enqueue, clip.pk), robust=True)
    return clip


def embed(clip: Clip, address: str) -> Clip:
    """Fill an unsaved or changed clip with the video that an address names, and save it: nothing is to be prepared.

    Raises ValidationError for an address that is neither YouTube's nor Vimeo's.
    """
    found = embeds.parse(address)
    clip.host, clip.video_id, clip.unlisted_hash = found.host, found.video_id, found.unlisted_hash
    clip.width, clip.height = EMBEDDED_SIZE
    clip.readiness = Readiness.READY
    clip.full_clean()
    clip.save()
    return clip


def prepare(clip: Clip) -> bool:
    """Make the clean MP4 of a waiting clip; False when it was not waiting, failed, or another worker has it.

    What is wrong with the file marks the clip as failed, with a sentence; trouble of ours gives it back and is raised.
    """
    if not clip.claim():
        return False
    with _workplace() as place:
        return _conclude(clip, lambda: _make(clip, place, clip.renew_claim))


def prepare_many(waiting: Iterable[Clip]) -> int:
    """Prepare waiting clips two at a time, as loading a collection of them asks for; return how many were prepared."""
    mine = [clip for clip in waiting if clip.claim()]
    prepared = 0
    with contextlib.ExitStack() as places, ThreadPoolExecutor(2) as pool:
        # The threads touch no database: this one shows for all of them that the worker lives.
        pending = {pool.submit(_make, clip, places.enter_context(_workplace()), lambda: True): clip for clip in mine}
        while pending:
            done, _running = wait(pending, timeout=transcoding.HEARTBEAT_SECONDS, return_when=FIRST_COMPLETED)
            for job in done:
                prepared += _conclude(pending.pop(job), job.result)
            for clip in pending.values():
                clip.renew_claim()
    return prepared


def workplaces() -> Path:
    """Return the folder in which clips are prepared; what a killed worker leaves there, the sweep removes."""
    folder = Path(settings.VAR_DIR) / "preparing"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def _workplace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=workplaces()) as folder:
        yield Path(folder)


def _make(clip: Clip, place: Path, alive: Callable[[], bool]) -> Made:
    """Turn a clip's upload into what it is to become, in a folder of its own; asks no database but through `alive`."""
    source, prepared = _fetched(clip, place / "incoming"), place / "prepared.mp4"
    with source.open("rb") as file:
        found = transcoding.probe(file)
    facts = transcoding.transcode(source, prepared, found, alive)
    return Made(prepared, facts, None if clip.poster_id else _poster_of(prepared, facts, place / "poster.png"))


def _conclude(clip: Clip, making: Callable[[], Made]) -> bool:
    try:
        try:
            made = making()
        except (transcoding.NotPossible, ValidationError) as error:
            return _give_up(clip, error.messages[0] if isinstance(error, ValidationError) else str(error))
        return _finish(clip, made)
    except transcoding.NoLongerOurs:
        return False
    except BaseException:
        clip.release()
        raise


def _fetched(clip: Clip, target: Path) -> Path:
    try:
        with default_storage.open(str(clip.incoming.name)) as incoming, target.open("wb") as copy:
            for chunk in incoming.chunks(1024 * 1024):
                copy.write(chunk)
    except (FileNotFoundError, ValueError) as error:
        raise transcoding.NotPossible(_("The uploaded file is gone. Please upload it again.")) from error
    return target


def _poster_of(prepared: Path, facts: transcoding.Facts, target: Path) -> intake.CleanPicture:
    transcoding.still(prepared, target, facts.duration_ms / 1000 * POSTER_AT)
    with target.open("rb") as file:
        return intake.clean_picture(File(file, name=target.name))


def _finish(clip: Clip, made: Made) -> bool:
    """Store the file and finish the row with its poster, all or nothing, once."""
    if not clip.renew_claim():
        return False
    name, incoming, facts = f"clips/{clip.token}.mp4", str(clip.incoming.name), made.facts
    media_storage.put_file(name, made.file)
    with transaction.atomic():
        if not clip.finish(file=name, incoming="", width=facts.width, height=facts.height, duration_ms=facts.duration_ms):
            return False
        if made.poster:
            clip.poster = intake.keep(_poster_row(clip), made.poster)
            clip.poster.contributors.set(clip.contributors.all())
            clip.save(update_fields=["poster"])
        transaction.on_commit(functools.partial(default_storage.delete, incoming), robust=True)
    return True


def _poster_row(clip: Clip) -> Picture:
    return Picture(
        title=clip.title,
        alt=_("A still from the clip “%(title)s”.") % {"title": clip.title},
        origin=Origin.OWN,
        created_by=clip.created_by,
    )


def _give_up(clip: Clip, sentence: str) -> bool:
    incoming = str(clip.incoming.name)
    if clip.give_up(sentence):
        Clip.objects.filter(pk=clip.pk).update(incoming="")
        clip.incoming.name = ""
        transaction.on_commit(functools.partial(default_storage.delete, incoming), robust=True)
    return False
