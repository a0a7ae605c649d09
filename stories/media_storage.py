"""Where picture and clip files lie: the differences between a folder and an S3 bucket, in one place."""

import mimetypes
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

CHUNK = 64 * 1024


class Unreachable(Exception):
    """The bucket does not answer, or answers with an error of its own: try again later."""


class Chunks:
    """A part of an open file, 64 KB at a time; closes the file at its end or when asked."""

    def __init__(self, file: BinaryIO | Any, length: int) -> None:
        self._file, self._left = file, length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = self._file.read(min(CHUNK, self._left)) if self._left else b""
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return bytes(chunk)

    def close(self) -> None:
        """Close the file underneath."""
        self._file.close()


@dataclass(frozen=True)
class StoredFile:
    """One version of a stored file, as HTTP needs to know it.

    `read(start, length)` opens that part, length at least 1; raises FileNotFoundError when this version is gone.
    """

    size: int
    modified: datetime  # aware, whole seconds
    etag: str  # strong, quoted
    read: Callable[[int, int], Chunks]


def find(name: str) -> StoredFile | None:
    """Return the stored file of that name, or None. One `stat`, or one HEAD request to the bucket (else Unreachable)."""
    if _in_folders():
        return _find_in_folder(Path(default_storage.path(name)))
    return _find_in_bucket(_bucket_object(name))


def put(name: str, content: bytes) -> None:
    """Store a file under exactly that name, in the place of an older one; a reader sees either whole."""
    if _in_folders():
        path = Path(default_storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    else:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        _bucket_object(name).put(Body=content, ContentType=kind)


def put_file(name: str, path: Path) -> None:
    """Store a large local file under exactly that name; the local one is moved or copied, never read whole."""
    if _in_folders():
        target = Path(default_storage.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with path.open("rb") as source, beside.open("wb") as copy:
                while chunk := source.read(1024 * 1024):
                    copy.write(chunk)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    else:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        _bucket_object(name).upload_file(str(path), ExtraArgs={"ContentType": kind})


def add(folder: str, content: bytes | File[Any], extension: str) -> str:
    """Store a new file under a random name in a folder; return its name."""
    name = f"{folder}/{secrets.token_urlsafe(16)}.{extension}"
    return default_storage.save(name, ContentFile(content) if isinstance(content, bytes) else content)


def names_in(folder: str) -> set[str]:
    """Return the full names of the files in a folder."""
    try:
        return {f"{folder}/{file}" for file in default_storage.listdir(folder)[1]}
    except FileNotFoundError:
        return set()


def keep_only(folder: str, names: set[str]) -> None:
    """Delete whatever else lies in a folder."""
    for name in names_in(folder) - names:
        default_storage.delete(name)


def _in_folders() -> bool:
    return isinstance(default_storage, FileSystemStorage)


def _find_in_folder(path: Path) -> StoredFile | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    etag = _etag(stat)

    def read(start: int, length: int) -> Chunks:
        file = path.open("rb")
        if _etag(os.fstat(file.fileno())) != etag:
            file.close()
            raise FileNotFoundError(path)
        file.seek(start)
        return Chunks(file, length)

    return StoredFile(stat.st_size, datetime.fromtimestamp(int(stat.st_mtime), UTC), etag, read)


def _etag(stat: os.stat_result) -> str:
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"'


def _bucket_object(name: str) -> Any:
    # By the thread's own connection: boto3's resources must not be shared between threads.
    storage: Any = default_storage
    return storage.connection.Object(storage.bucket_name, storage._normalize_name(name))


def _find_in_bucket(thing: Any) -> StoredFile | None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  (a folder needs no boto3)

    try:
        thing.load()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise Unreachable from error
    except BotoCoreError as error:
        raise Unreachable from error
    etag = thing.e_tag  # said now: boto3 forgets it, and would ask again, after every other request

    def read(start: int, length: int) -> Chunks:
        try:
            answer = thing.get(Range=f"bytes={start}-{start + length - 1}", IfMatch=etag)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in {404, 412, 416}:
                raise FileNotFoundError(thing.key) from error
            raise Unreachable from error
        except BotoCoreError as error:
            raise Unreachable from error
        return Chunks(answer["Body"], length)

    return StoredFile(thing.content_length, thing.last_modified.replace(microsecond=0), etag, read)
