"""Transcoding: one uploaded clip in, one clean MP4 out, by ffmpeg in a process of its own under limits.

The demuxer is named, so that a playlist or script can never be read as one; only the file itself may be opened. The
result is opened again and refused if anything but one picture track and one sound track came through.
"""

import contextlib
import ctypes
import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import av
from django.utils.translation import gettext_lazy as _

MAX_MINUTES = 15
MAX_SIDE = 8192
MAX_OUTPUT_BYTES = 1024**3
MAX_MEMORY_BYTES = 2 * 1024**3
SECONDS_PER_SECOND = 20  # of work for each second of the clip, before it is given up
HEARTBEAT_SECONDS = 10

# Every clip as loud as the next (EBU R 128, at the level that players on the web level to), peaks kept below clipping.
LOUDNESS = "loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000"

# How a file begins -> the demuxer that reads it.
_MOV_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_PICTURE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"}  # pictures in the same kind of box
_MATROSKA = b"\x1a\x45\xdf\xa3"

# At most 720p either way up, never enlarged, square pixels, even sides.
_PICTURE = (
    "scale='max(2,trunc(iw*max(sar,0.01)/2)*2)':ih,setsar=1,"
    "scale=w='min(iw,if(gte(iw,ih),1280,720))':h='min(ih,if(gte(iw,ih),720,1280))'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1,format=yuv420p"
)
# What ffmpeg's own muxer writes about every stream, and says nothing about anyone.
_EMPTY_TAGS = {"language": "und", "vendor_id": "[0][0][0][0]"}
_BRAND_TAGS = {"major_brand", "minor_version", "compatible_brands"}
# The muxer always writes a list of tags (udta, meta, ilst); it is clean while nothing is in it.
_KNOWN_BOXES = {"ftyp", "moov", "mdat", "free", "mvhd", "trak", "tkhd", "edts", "mdia", "udta", "meta", "hdlr", "ilst"}
_OUTER_BOXES = {"moov": 0, "trak": 0, "udta": 0, "meta": 4, "ilst": 0}  # boxes of boxes -> bytes before the first

_LIBC = ctypes.CDLL(None)  # found now: between fork and exec little may be done
logger = logging.getLogger(__name__)


class NotPossible(Exception):
    """A clip cannot be taken or prepared; the message is a sentence for the editor."""


class NoLongerOurs(Exception):
    """The clip was given to another worker meanwhile: the work stops without a trace."""


@dataclass(frozen=True)
class Facts:
    """What is known about a clip file: demuxer, size in pixels, length (0: not said), pictures a second."""

    demuxer: str
    width: int
    height: int
    duration_ms: int
    rate: float


def probe(file: BinaryIO) -> Facts:
    """Read the header of a clip. Raises NotPossible for anything but MP4, MOV, WebM or MKV within the limits."""
    file.seek(0)
    demuxer = _demuxer_for(file.read(12))
    file.seek(0)
    with _opened(file, demuxer) as container:
        if not container.streams.video or container.streams.video[0].codec_context is None:
            raise NotPossible(_("There is no moving picture in this file."))
        stream = container.streams.video[0]
        width, height = stream.codec_context.width, stream.codec_context.height
        duration_ms = (container.duration or 0) // 1000
        rate = float(stream.average_rate or 0)
    if duration_ms > MAX_MINUTES * 60_000:
        raise _too_long()
    if not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE:
        raise NotPossible(_("The picture of this clip is too large."))
    return Facts(demuxer, width, height, duration_ms, rate)


def transcode(source: Path, target: Path, facts: Facts, alive: Callable[[], bool]) -> Facts:
    """Write a clean MP4 of the source and return what it holds.

    `alive` is asked every few seconds: it says that this worker lives, and False stops the work (NoLongerOurs).
    Raises NotPossible when ffmpeg fails, exceeds a limit or lets something through.
    """
    seconds = (facts.duration_ms or MAX_MINUTES * 60_000) / 1000
    rate = ["-r", "30"] if facts.rate > 31 else []
    _run(
        [
            *_reading(source, facts.demuxer),
            *(
                "-map",
                "0:v:0",
                "-map",
                "0:a:0?",
                "-sn",
                "-dn",
                "-map_metadata",
                "-1",
                "-map_metadata:s",
                "-1",
                "-map_chapters",
                "-1",
            ),
            *("-t", str(MAX_MINUTES * 60 + 1), "-vf", _PICTURE, *rate),
            *("-c:v", "libx264", "-preset", "superfast", "-crf", "23", "-maxrate", "3M", "-bufsize", "6M"),
            *("-profile:v", "high", "-level:v", "4.0", "-g", "120", "-threads:v", "2"),
            # x264 signs its work in the stream, and sources carry words there too.
            *("-bsf:v", "filter_units=remove_types=6"),
            *("-af", LOUDNESS),
            *("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"),
            *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-empty_hdlr_name", "1"),
            *("-metadata:s:v", "encoder= ", "-metadata:s:a", "encoder= "),
            *("-movflags", "+faststart", "-f", "mp4", f"file:{target}"),
        ],
        60 + seconds * SECONDS_PER_SECOND,
        alive,
    )
    return checked(target)


def still(source: Path, target: Path, at_seconds: float) -> None:
    """Write the most telling picture near a moment of a prepared clip as PNG."""
    _run(
        [
            *_reading(source, "mov", "-ss", f"{at_seconds:.3f}"),
            *("-map", "0:v:0", "-vf", "thumbnail=50", "-frames:v", "1", "-f", "image2", "-c:v", "png", f"file:{target}"),
        ],
        60,
        lambda: True,
    )


def checked(path: Path) -> Facts:
    """Return what a prepared clip holds; raises NotPossible when it carries more than picture and sound."""
    with path.open("rb") as file, _opened(file, "mov") as container:
        kinds = sorted(stream.type for stream in container.streams)
        tags = {name: value for name, value in container.metadata.items() if name not in _BRAND_TAGS}
        for stream in container.streams:
            tags |= {name: value for name, value in stream.metadata.items() if value.strip() and _EMPTY_TAGS.get(name) != value}
        chapters = container.chapters()
        if kinds not in (["video"], ["audio", "video"]) or tags or chapters:
            logger.error("A prepared clip carries %s, tags %s, %s chapters", kinds, sorted(tags), len(chapters))
            raise NotPossible(_("Something beside picture and sound could not be removed from this clip."))
        stream = container.streams.video[0]
        facts = Facts(
            "mov",
            stream.codec_context.width,
            stream.codec_context.height,
            (container.duration or 0) // 1000,
            float(stream.average_rate or 0),
        )
    names = [name for name, _inside in boxes(path)]
    if set(names) - _KNOWN_BOXES or names.index("moov") > names.index("mdat"):
        logger.error("A prepared clip holds the boxes %s", names)
        raise NotPossible(_("Something beside picture and sound could not be removed from this clip."))
    if facts.duration_ms > MAX_MINUTES * 60_000:
        raise _too_long()
    return facts


def boxes(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the boxes of an MP4 with their depth, as far down as metadata may hide: movie, tracks, lists of tags."""
    with path.open("rb") as file:
        yield from _boxes(file, 0, path.stat().st_size, 0)


def _boxes(file: BinaryIO, start: int, end: int, depth: int) -> Iterator[tuple[str, int]]:
    while start + 8 <= end:
        file.seek(start)
        size = int.from_bytes(file.read(4), "big")
        name = file.read(4).decode("latin-1")
        header = 8
        if size == 1:
            size, header = int.from_bytes(file.read(8), "big"), 16
        size = size or end - start
        if size < header:
            raise NotPossible(_("This clip is damaged."))
        yield name, depth
        if name in _OUTER_BOXES:
            header += _OUTER_BOXES[name]
            yield from _boxes(file, start + header, start + size, depth + 1)
        start += size


def _demuxer_for(head: bytes) -> str:
    if head[4:8] in _MOV_BOXES and head[8:12] not in _PICTURE_BRANDS:
        return "mov"
    if head.startswith(_MATROSKA):
        return "matroska"
    raise NotPossible(_("This is not a clip we can take. Please upload an MP4, MOV, WebM or MKV file."))


@contextlib.contextmanager
def _opened(file: BinaryIO, demuxer: str) -> Iterator[Any]:
    try:
        with av.open(file, format=demuxer, metadata_errors="replace", io_open=_no_other_file) as container:
            yield container
    except (av.FFmpegError, ValueError, OverflowError, UnicodeError) as error:
        raise NotPossible(_("This clip is damaged or incomplete. Please export it again and upload it anew.")) from error


def _no_other_file(url: str, flags: int, options: dict[str, str]) -> Any:
    raise PermissionError(f"a clip may not open {url!r}")


def _reading(source: Path, demuxer: str, *options: str) -> list[str]:
    return ["-protocol_whitelist", "file", "-f", demuxer, "-threads", "2", *options, "-i", f"file:{source}"]


def ffmpeg() -> str:
    """Return the ffmpeg to run: the system's, else the one that imageio-ffmpeg brings."""
    if found := shutil.which("ffmpeg"):
        return found
    import imageio_ffmpeg  # noqa: PLC0415  (only where the system has none)

    return imageio_ffmpeg.get_ffmpeg_exe()


def _run(arguments: list[str], seconds: float, alive: Callable[[], bool]) -> None:
    command = [ffmpeg(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y", *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", "")},
        start_new_session=True,
        preexec_fn=lambda: _limit(seconds),  # noqa: PLW1509  (it makes system calls only: no lock, no import)
    ) as process:
        try:
            said = _wait(process, seconds, alive)
        finally:
            if process.poll() is None:
                process.kill()
    if process.returncode != 0:
        logger.warning("ffmpeg ended with %s: %s", process.returncode, said[-600:].decode(errors="replace"))
        raise NotPossible(_("This clip could not be converted. Please export it as MP4 and upload it again."))


def _wait(process: "subprocess.Popen[bytes]", seconds: float, alive: Callable[[], bool]) -> bytes:
    while seconds > 0:
        try:
            return process.communicate(timeout=min(HEARTBEAT_SECONDS, seconds))[1]
        except subprocess.TimeoutExpired:
            seconds -= HEARTBEAT_SECONDS
        if not alive():
            raise NoLongerOurs
    raise NotPossible(_("Converting this clip took too long. Please upload a shorter or smaller one."))


def _limit(seconds: float) -> None:
    """Bound the child before ffmpeg starts in it: politeness, processor time, output, memory, and no life after ours."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds * 2) + 1, int(seconds * 2) + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUTPUT_BYTES, MAX_OUTPUT_BYTES))
    if sys.platform == "linux":  # elsewhere the memory limit is not kept, and a child cannot tie its life to ours
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        _LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _too_long() -> NotPossible:
    return NotPossible(_("This clip is longer than %(minutes)s minutes. Please upload a shorter one.") % {"minutes": MAX_MINUTES})
