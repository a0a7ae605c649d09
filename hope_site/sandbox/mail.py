"""The demo mailbox: mail that Django's file backend wrote to settings.EMAIL_FILE_PATH, newest first.

Mail is personal: nothing of it is stored by browsers or caches. HTML comes from its own address, in a sandbox without
scripts, forms or anything fetched from elsewhere: of pictures, those of this site.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

SHOWN = 200
NAME = re.compile(r"\d{8}-\d{6}-\d{1,20}\.log", re.ASCII)
# Between mails of one connection stands a line of dashes; a mail's own such line is not followed by its first header.
_BETWEEN = re.compile(rb"\n-{79}\n(?=Content-Type: |MIME-Version: |\Z)")
_HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


@dataclass(frozen=True)
class Letter:
    """One mail: the file it stands in, its number there (from 0), and itself."""

    name: str
    number: int
    message: EmailMessage

    @property
    def text(self) -> str:
        """Return the text body, "" where there is none."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """Return the HTML body, "" where there is none."""
        return self._body("html")

    @property
    def attachments(self) -> list[tuple[int, str]]:
        """Return number and file name of each attachment."""
        return [(number, part.get_filename() or "attachment") for number, part in enumerate(self.message.iter_attachments())]

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def letters() -> Iterator[Letter]:
    """Yield the newest mails, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = [path for path in folder.iterdir() if NAME.fullmatch(path.name)] if folder.is_dir() else []
    for path in sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)[:SHOWN]:
        yield from reversed(_letters_in(path))


def _letters_in(path: Path) -> list[Letter]:
    sources = [source for source in _BETWEEN.split(path.read_bytes()) if source.strip()]
    return [Letter(path.name, number, email.message_from_bytes(source, policy=default)) for number, source in enumerate(sources)]


def _letter(name: str, number: int) -> Letter:
    path = Path(settings.EMAIL_FILE_PATH) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise Http404
    found = _letters_in(path)
    if number >= len(found):
        raise Http404
    return found[number]


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the mails."""
    return render(request, "sandbox/mailbox.html", {"letters": list(letters())})


@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
def letter(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show one mail."""
    return render(request, "sandbox/mail.html", {"letter": _letter(name, number)})


@require_safe
def letter_html(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Give the HTML of a mail, for the frame in its page."""
    html = _letter(name, number).html
    if not html:
        raise Http404
    return HttpResponse(html, headers={"Content-Security-Policy": _HTML_POLICY, "X-Frame-Options": "SAMEORIGIN"})


@require_safe
def attachment(request: HttpRequest, name: str, number: int, part: int) -> HttpResponse:
    """Give an attachment as a file to keep, never to show."""
    found = list(_letter(name, number).message.iter_attachments())
    if part >= len(found):
        raise Http404
    content = found[part].get_payload(decode=True) or b""
    response = HttpResponse(content, content_type="application/octet-stream", headers={"Content-Security-Policy": "sandbox"})
    response.headers["Content-Disposition"] = _disposition(found[part].get_filename() or "attachment")
    return response


def _disposition(name: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:100].strip(".-") or "attachment"
    return f'attachment; filename="{safe}"'
