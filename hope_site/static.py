"""Static files: one stylesheet, hashed names, compressed once."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/site.css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\);')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class BundledStaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; css/site.css becomes one file holding all that it imports.

    A reader on a slow line waits for one stylesheet instead of twenty; with DEBUG on the browser follows the
    imports itself, so nothing needs building.
    """

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._addresses: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """Return a file's address; each is worked out once, for the manifest is read once a process too."""
        if settings.DEBUG or name is None:
            return super().url(name, force)
        address = self._addresses.get(name)
        if address is None:
            address = self._addresses[name] = super().url(name, force)
        return address

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Inline the imports of the bundle, then hash and compress as WhiteNoise does."""
        if not dry_run and BUNDLE in paths:
            storage, path = paths[BUNDLE]
            bundle = bundled(lambda name: _read(storage, name), path)
            self.delete(BUNDLE)
            self._save(BUNDLE, ContentFile(bundle.encode()))
            paths[BUNDLE] = (self, BUNDLE)
        yield from super().post_process(paths, dry_run, **options)


def bundled(read: Any, path: str) -> str:
    """Return a stylesheet with its imports in place and comments gone. Imports lie beside or below it.

    `read(name)` gives a stylesheet's text. Files below must not use relative url(): their folder is gone.
    """
    folder = path.rpartition("/")[0]
    text = _IMPORT.sub(lambda match: read(f"{folder}/{match[1]}"), read(path))
    return re.sub(r"\s*\n\s*", "\n", _COMMENT.sub("", text)).strip() + "\n"


def _read(storage: Any, name: str) -> str:
    with storage.open(name) as file:
        return str(file.read().decode())
