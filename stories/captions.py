"""Captions: WebVTT as it is written, checked and reduced to what a player shows."""

import html
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_CHARACTERS = 400_000

_TIME = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}((?:[ \t]+\S+)*)[ \t]*", re.ASCII)
_SETTING = re.compile(
    r"vertical:(?:rl|lr)|line:-?\d{1,3}(?:\.\d+)?%?(?:,(?:start|center|end))?|size:\d{1,3}(?:\.\d+)?%"
    r"|position:\d{1,3}(?:\.\d+)?%(?:,(?:line-left|center|line-right))?|align:(?:start|center|end|left|right)",
    re.ASCII,
)
_TAG = re.compile(r"<(/?)([a-z]*)((?:\.[A-Za-z0-9_-]+)*)(?:[ \t]+([^<>]*))?>|<[^<>]*>?", re.ASCII)
_PLAIN = {"b", "i", "u", "c"}
_NAMING = {"v", "lang"}  # <v Speaker>, <lang es>
# Blocks that are for authors or for the look: notes may hold names, styles may hide words.
_SILENT = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t]|$)")


def clean_captions(text: str) -> str:
    """Return captions as plain WebVTT: cues in order of time, with the markup b i u c v lang and nothing else.

    Notes, styles, regions and cue names are dropped. Raises ValidationError naming the line (from 1) that a player
    could not read.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").split("\n")
    if len(text) > MAX_CHARACTERS:
        raise ValidationError(_("These captions are too long."), code="too_long")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise _refusal(1, _("Captions begin with a line that says WEBVTT."))
    cues = []
    number = 1
    while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
        number += 1  # what belongs to the header, such as "Kind: captions"
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        end = number
        while end < len(lines) and lines[end].strip():
            end += 1
        if cue := _cue(lines[number:end], number + 1):
            cues.append(cue)
        number = end
    if not cues:
        raise ValidationError(_("There are no captions in this text."), code="empty")
    cues.sort(key=lambda cue: cue[0])
    return "WEBVTT\n\n" + "\n\n".join(cue for _start, cue in cues) + "\n"


def _cue(block: list[str], number: int) -> tuple[int, str] | None:
    """Return the start in milliseconds and the text of the cue that a block is; None for a block that says nothing."""
    if "-->" not in block[0]:
        if _SILENT.match(block[0]) and not (len(block) > 1 and "-->" in block[1]):
            return None
        block, number = block[1:], number + 1  # the name of a cue
    if not block or "-->" not in block[0]:
        raise _refusal(number, _("A line with the times, such as 00:01.000 --> 00:04.000, is missing here."))
    timing = _TIMING.fullmatch(block[0].strip())
    if not timing:
        raise _refusal(number, _("The times are not readable. They look like 00:01.000 --> 00:04.000."))
    start, end = _milliseconds(timing.groups()[:4]), _milliseconds(timing.groups()[4:8])
    if end <= start:
        raise _refusal(number, _("These captions end before they begin."))
    for offset, line in enumerate(block[1:], start=1):
        if "-->" in line:
            raise _refusal(number + offset, _("An empty line is missing before these times."))
    words = _clean_words("\n".join(block[1:]))
    if not words.strip():
        return None
    settings = [setting for setting in (timing.group(9) or "").split() if _SETTING.fullmatch(setting)]
    return start, "\n".join([" ".join([f"{_clock(start)} --> {_clock(end)}", *settings]), words])


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _clock(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"


def _clean_words(words: str) -> str:
    """Return a cue's words with known markup only, well nested, everything else as text or gone."""
    found: list[str] = []
    open_tags: list[str] = []
    place = 0
    for tag in _TAG.finditer(words):
        found.append(_text(words[place : tag.start()]))
        place = tag.end()
        closing, name, classes, note = tag.groups()
        if closing and name in open_tags:
            while open_tags and (last := open_tags.pop()) != name:
                found.append(f"</{last}>")
            found.append(f"</{name}>")
        elif not closing and (name in _PLAIN or (name in _NAMING and note)):
            open_tags.append(name)
            found.append(f"<{name}{classes}{' ' + _text(note.strip()) if name in _NAMING else ''}>")
    found.append(_text(words[place:]))
    found += [f"</{name}>" for name in reversed(open_tags)]
    return "\n".join(line.rstrip() for line in "".join(found).split("\n") if line.strip())


def _text(words: str) -> str:
    return html.escape(html.unescape(words), quote=False)


def _refusal(number: int, sentence: object) -> ValidationError:
    return ValidationError(_("Line %(line)s: %(sentence)s"), code="unreadable", params={"line": number, "sentence": sentence})
