"""Build static/sprite.svg, the one file every icon is drawn from, out of static/icons/."""

import re
from argparse import ArgumentParser
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SVG = "http://www.w3.org/2000/svg"
#: A name becomes an id in the sprite and the part after "#" in a page, so it is kept plain.
GLYPH_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
#: What a glyph may be made of. The sprite is served from our own origin, so nothing that runs or links.
SHAPES = frozenset({"path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "g"})


class Command(BaseCommand):
    """Write the sprite, or with --check only say whether it is in step."""

    help = "Build static/sprite.svg from the glyphs in static/icons/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer --check, for use before a commit."""
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the sprite is out of step.")

    def handle(self, *, check: bool, **options: object) -> None:
        """Build from the project's own static folder. Raises CommandError when --check finds a difference."""
        static = Path(settings.BASE_DIR) / "static"
        built, target = sprite(static / "icons"), static / "sprite.svg"
        if check and not (target.exists() and target.read_text(encoding="utf-8") == built):
            raise CommandError("static/sprite.svg is out of step: run manage.py build_sprite")
        if not check:
            target.write_text(built, encoding="utf-8", newline="\n")
        self.stdout.write(f"{built.count('<symbol ')} glyphs, {len(built.encode())} bytes")


def sprite(folder: Path) -> str:
    """Join every glyph of the folder into one SVG text, in the order of their names.

    The same files give the same bytes on every machine. Raises CommandError naming the file
    when a glyph is not well formed, not SVG, or has no viewBox, and when the folder is empty.
    """
    files = sorted(folder.glob("*.svg"), key=lambda file: file.name)
    if not files:
        raise CommandError(f"no glyphs in {folder}")
    symbols = "".join(f"{_symbol(file)}\n" for file in files)
    return f'<svg xmlns="{SVG}">\n{symbols}</svg>\n'


def _symbol(file: Path) -> str:
    """Return one glyph as a symbol that carries its own stroke, so that it needs no style sheet."""
    if not GLYPH_NAME.fullmatch(file.stem):
        raise CommandError(f"{file.name}: a glyph's name is letters, digits and hyphens")
    try:
        root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    except ElementTree.ParseError as error:
        raise CommandError(f"{file.name}: {error}") from error
    if root.tag != f"{{{SVG}}}svg" or "viewBox" not in root.attrib:
        raise CommandError(f"{file.name}: not an SVG with a viewBox")
    for element in root.iter():
        fault = _fault(element, root)
        if fault:
            raise CommandError(f"{file.name}: {fault}")
    return _element(root, "symbol", {"id": file.stem, **root.attrib})


def _fault(element: ElementTree.Element, root: ElementTree.Element) -> str:
    """Say what a glyph may not hold, or nothing: only plain shapes, unnamed, with plain attributes."""
    name = element.tag.removeprefix(f"{{{SVG}}}")
    if element is not root and name not in SHAPES:
        return f"{name} is not a plain shape"
    for attribute in element.attrib:
        if attribute in {"id", "style", "class", "href"} or attribute.startswith(("on", "{")):
            return f"{name} has the attribute {attribute}"
    return f"{name} holds text" if (element.text or "").strip() else ""


def _element(element: ElementTree.Element, tag: str, attributes: dict[str, str]) -> str:
    """Write an element without white space, comments or namespace prefixes."""
    opening = tag + "".join(f' {name}="{_attribute(" ".join(value.split()))}"' for name, value in attributes.items())
    inside = "".join(_element(child, child.tag.removeprefix(f"{{{SVG}}}"), child.attrib) for child in element)
    return f"<{opening}>{inside}</{tag}>" if inside else f"<{opening}/>"


def _attribute(value: str) -> str:
    """Escape a value for use between double quotes."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
