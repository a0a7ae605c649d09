"""The press: one kept typst compiler a process, fed with data only, never with source text."""

import json
import os
import re
import threading
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from donations.documents.content import ReceiptDocument, StatementDocument, fields, tidied
from donations.documents.required import REQUIRED, missing

HERE = Path(__file__).resolve().parent
LETTER = {"US", "CA"}  # everyone else reads A4
LONGEST_WORD = 24  # letters; longer ones may be broken, or a name without spaces would leave the page
# Thai, Lao, Myanmar and Khmer write no spaces: the typesetter breaks them where a word ends, a cut here would part a syllable.
BROKEN_BY_DICTIONARY = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")

_press = threading.Lock()  # the compiler takes one job at a time
_NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class NotPrintable(Exception):
    """Say why a document was not rendered; `missing` names the required fields it lacks, if that is why."""

    def __init__(self, reason: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing


def printed(document: ReceiptDocument) -> bytes:
    """Return the receipt or statement as a tagged PDF/UA-1 file, the same bytes for the same data.

    Raises NotPrintable when a required field is missing, when no shipped font has one of its characters, or when the
    typesetter had anything at all to remark.
    """
    (pdf,) = _run(document, format="pdf", pdf_standards=["ua-1"])
    return pdf


def pictured(document: ReceiptDocument, ppi: float = 96) -> list[bytes]:
    """Return each page of the receipt as a PNG, `ppi` dots to the inch; raises as `printed` does."""
    printed(document)  # a picture would show boxes where the PDF refuses
    return _run(document, format="png", ppi=ppi)


def _run(document: ReceiptDocument, **output: Any) -> list[bytes]:
    """Check, compile and return the pages' bytes (one item for a PDF)."""
    gaps = missing(document)
    if gaps:
        raise NotPrintable(f"the {_what(document)} lacks {', '.join(gaps)}", tuple(gaps))
    data = _data(document)
    issued = int(datetime.combine(document.issued, time(12), UTC).timestamp())  # noon: the same day in any reader's zone
    compiler = _compiler()
    try:
        with _press:
            result, remarks = compiler.compile_with_warnings(
                sys_inputs={"receipt": json.dumps(data, sort_keys=True)}, timestamp=issued, **output
            )
    except typst.TypstError as error:
        raise _refusal(error, document) from None  # the typesetter's own words quote the donor's name
    if remarks:
        raise NotPrintable("; ".join(str(remark.message) for remark in remarks))
    if result is None:
        raise NotPrintable("the typesetter returned no page")
    return result if isinstance(result, list) else [result]


def _what(document: ReceiptDocument) -> str:
    return "statement" if isinstance(document, StatementDocument) else "receipt"


def _compiler() -> typst.Compiler:
    """Return this process's compiler; raises NotPrintable in a child forked from a process that has printed.

    The typesetter keeps threads, and a fork leaves them behind: such a child would wait for them for ever, in silence.
    """
    compiler, home = _made()
    if home != os.getpid():
        raise NotPrintable("this process was forked from one that had already printed; start it afresh to print in it")
    return compiler


@cache
def _made() -> tuple[typst.Compiler, int]:
    """Return a compiler that knows our template, our fonts and no others, and the process it was made in."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])
    compiler = typst.Compiler(str(HERE / "receipt.typ"), root=str(HERE), font_paths=fonts, ignore_system_fonts=True)
    return compiler, os.getpid()


def _data(document: ReceiptDocument) -> dict[str, Any]:
    """Return what the template reads: the document's words tidied, and the fixed words of its language."""
    language, _dash, region = document.language.replace("_", "-").partition("-")
    with translation.override(document.language):
        words = _words(document)
    receipt = asdict(document)
    if "eligible" not in REQUIRED[document.jurisdiction].present:
        receipt["eligible"] = ""  # a term of one country's law, puzzling in another's
    receipt["period"] = receipt.get("period", "")
    receipt["totals"] = receipt.get("totals") or (document.total,)
    return {
        "receipt": _breakable(receipt),
        "words": _breakable(words),
        "language": language.lower(),
        "region": (region or document.jurisdiction).upper(),
        "paper": "us-letter" if document.jurisdiction in LETTER else "a4",
    }


def _words(document: ReceiptDocument) -> dict[str, Any]:
    """Return the fixed words in the active language; `mark` lies across each page, `notices` are read before all else."""
    number, old = tidied(document.number), tidied(document.replaces)
    said = (
        _of_a_statement(document, number, old)
        if isinstance(document, StatementDocument)
        else _of_a_receipt(document, number, old)
    )
    mark, notices = "", said.pop("notices")
    if document.voided:
        mark = _("VOID")
        notices.insert(0, said["void"])
    if document.test:
        mark = _("TEST, no money moved")
        notices.insert(0, said["test"])
    return {
        **said,
        "file_title": f"{said['title']} {number}",
        "mark": mark,
        "notices": notices,
        "given_by": _("Given by"),
        "issued_on": _("Date of issue"),
        "place": _("Place of issue"),
        "received": _("Received on"),
        "gift": _("Gift"),
        "amount": _("Amount"),
        "total": _("Total"),
        "eligible": _("Eligible amount for tax purposes"),
        "signed": _("Signed for %(charity)s") % {"charity": tidied(document.charity.name)},
        "check_how": _("Anyone can check that it is genuine and still valid, with the code %(code)s, at")
        % {"code": tidied(document.verify_code)},
        "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},  # the template counts them
    }


def _of_a_receipt(document: ReceiptDocument, number: str, old: str) -> dict[str, Any]:
    notices, title = [], _("Receipt")
    if document.kind == "duplicate":
        title = _("Duplicate receipt")
        notices.append(_("This is a duplicate of receipt %(number)s. It counts once only.") % {"number": number})
    elif document.kind == "replacement":
        title = _("Replacement receipt")
    if old:
        notices.append(_("This receipt cancels and replaces receipt %(number)s.") % {"number": old})
    return {
        "title": title,
        "notices": notices,
        "void": _("VOID: this receipt has been cancelled and cannot be used to claim tax relief."),
        "test": _("TEST, no money moved. This page shows how a receipt looks; it is not one."),
        "number": _("Receipt number"),
        "period": "",
        "check": _("Check this receipt"),
    }


def _of_a_statement(document: StatementDocument, number: str, old: str) -> dict[str, Any]:
    notices, title = [], _("Statement of gifts")
    if document.kind == "duplicate":
        title = _("Duplicate statement")
        notices.append(_("This is a duplicate of statement %(number)s. It counts once only.") % {"number": number})
    elif document.kind == "replacement":
        title = _("Replacement statement")
    if old:
        notices.append(_("This statement cancels and replaces statement %(number)s.") % {"number": old})
    return {
        "title": title,
        "notices": notices,
        "void": _("VOID: this statement has been cancelled and cannot be used to claim tax relief."),
        "test": _("TEST, no money moved. This page shows how a statement looks; it is not one."),
        "number": _("Statement number"),
        "period": _("Tax year"),
        "check": _("Check this statement"),
    }


def _breakable(value: Any, name: str = "") -> Any:
    """Return the tree with its texts tidied and its overlong words given places to break (addresses stay whole as links)."""
    if isinstance(value, dict):
        return {key: _breakable(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_breakable(item) for item in value]
    if not isinstance(value, str):
        return value if isinstance(value, bool) else str(value)
    words = tidied(value)
    return words if name == "verify_address" else " ".join(map(_with_breaks, words.split(" ")))


def _with_breaks(word: str) -> str:
    """Return the word with a zero-width space every LONGEST_WORD letters, never between a letter and its marks."""
    if len(word) <= LONGEST_WORD or BROKEN_BY_DICTIONARY.search(word):
        return word
    out: list[str] = []
    since = 0
    for letter in word:
        if since >= LONGEST_WORD and unicodedata.category(letter)[0] in "LNP" and out[-1] != "\u200d":
            out.append("\u200b")
            since = 0
        out.append(letter)
        since += 1
    return "".join(out)


def _refusal(error: typst.TypstError, document: ReceiptDocument) -> NotPrintable:
    """Return the refusal in words fit for a log: which characters in which fields, never the text itself."""
    parts = [_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in _NO_GLYPH.findall(error.diagnostic)]
    if not parts:
        return NotPrintable(f"the typesetter refused the page: {error.message}")
    where = sorted({name for name, text in fields(asdict(document)) if any(part in text for part in parts)})
    letters = " ".join(sorted({f"U+{ord(letter):04X}" for part in parts for letter in part}))
    return NotPrintable(f"no font here can show {letters} (in {', '.join(where) or 'the fixed words'})")
