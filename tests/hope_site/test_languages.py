"""The interface in two languages: a whole Spanish catalogue, pages that speak it, and addresses that alone decide."""

import ast
import datetime
import gettext
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import ngettext

from stories import listing, publishing
from stories.captions import clean_captions
from stories.demo import loading
from stories.models import Captions
from tests import factories

FOLDER = Path(settings.BASE_DIR, "locale", "es", "LC_MESSAGES")
SOURCES = ("donations", "hope_site", "public_pages", "safeguarding", "stories", "supporters")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}|</?[a-z]+")
FORMS = 3  # one, whole millions ("un millón de historias"), all others
MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()


# --- the catalogue --------------------------------------------------------------------------------
@dataclass
class Entry:
    """One message of a .po file; `forms` has one Spanish text, or one for each plural form."""

    context: str | None = None
    source: str = ""
    plural: str = ""
    forms: dict[int, str] = field(default_factory=dict)
    flags: str = ""

    @property
    def key(self) -> str:
        """Return the message as compiled catalogues name it."""
        return self.source if self.context is None else f"{self.context}\x04{self.source}"


def read_catalogue() -> list[Entry]:
    """Read the .po file, its header first; obsolete entries ("#~") fail."""
    entries = []
    for paragraph in (FOLDER / "django.po").read_text().strip().split("\n\n"):
        entry, name = Entry(), ""
        for line in paragraph.splitlines():
            assert not line.startswith("#~"), f"an obsolete entry: {line}"
            if line.startswith("#,"):
                entry.flags += line
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                name, line = line.split(" ", 1)  # noqa: PLW2901  the rest of the line is its first piece
            add(entry, name, ast.literal_eval(line))
        entries.append(entry)
    return entries


def add(entry: Entry, name: str, piece: str) -> None:
    match name:
        case "msgid":
            entry.source += piece
        case "msgid_plural":
            entry.plural += piece
        case "msgctxt":
            entry.context = (entry.context or "") + piece
        case _:
            form = int(name[7:-1]) if name.startswith("msgstr[") else 0
            entry.forms[form] = entry.forms.get(form, "") + piece


HEADER, *ENTRIES = read_catalogue()
KEYS = {entry.key for entry in ENTRIES}


def test_every_string_has_spanish_words_and_none_is_a_guess():
    assert not HEADER.source
    assert "Language: es\n" in HEADER.forms[0]
    assert len(ENTRIES) > 300
    assert len(KEYS) == len(ENTRIES), "an entry stands twice"
    assert not [e.source for e in (HEADER, *ENTRIES) if "fuzzy" in e.flags]
    assert not [e.source for e in ENTRIES if set(e.forms) != set(range(FORMS if e.plural else 1))]
    assert not [e.source for e in ENTRIES if not all(form.strip() for form in e.forms.values())]


def test_placeholders_and_markup_survive_translation():
    for entry in ENTRIES:
        wanted = Counter(PLACEHOLDER.findall(entry.plural or entry.source))
        for form in entry.forms.values():
            assert Counter(PLACEHOLDER.findall(form)) == wanted, entry.source
            assert form[-1:].isspace() == entry.source[-1:].isspace(), entry.source


def test_the_voice_holds_in_spanish():
    said = " ".join(form for entry in ENTRIES for form in entry.forms.values()).lower()
    assert not re.findall(r"[!¡]|víctima\w*|\b(?:tú|tienes|puedes|quieres)\b", said)


def test_the_compiled_catalogue_is_in_step():
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    expected = {"": HEADER.forms[0]}
    for entry in ENTRIES:
        for form, words in entry.forms.items():
            expected[(entry.key, form) if entry.plural else entry.key] = words
    for catalogue in (compiled, expected):  # msgfmt leaves this line out
        catalogue[""] = re.sub(r"POT-Creation-Date: .*\n", "", catalogue[""])
    assert compiled == expected


GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
PGETTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}


def strings_of_code(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in GETTEXT and words:
                found.add(words[0])
            elif name in PGETTEXT:
                found.add("\x04".join(words[:2]))
    return found


def strings_of_template(name: str) -> set[str]:
    found = set()
    nodes = engines["django"].get_template(name).template.nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        if not isinstance(node.filter_expression.var, str):
            found.add(node.filter_expression.var.literal.replace("%", "%%"))
        else:
            found.add(node.filter_expression.var)
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        found.add(node.render_token_list(node.singular)[0])
    return found


def test_every_string_of_code_and_templates_is_in_the_catalogue():
    base = Path(settings.BASE_DIR)
    paths = [p for source in SOURCES for p in base.glob(f"{source}/**/*.py") if "sandbox" not in p.parts]
    code = set().union(*map(strings_of_code, paths))
    names = [str(p.relative_to(base / "templates")) for p in base.glob("templates/**/*.*") if p.suffix in {".html", ".txt"}]
    pages = set().union(*(strings_of_template(name) for name in names if not name.startswith("sandbox/")))
    assert len(code) > 200
    assert len(pages) > 100
    assert not (code | pages) - KEYS


def test_plural_forms():
    with translation.override("es"):
        words = [ngettext("%(total)s story", "%(total)s stories", n) % {"total": n} for n in (0, 1, 2, 3_000_000)]
    assert words == ["0 historias", "1 historia", "2 historias", "3000000 de historias"]


def test_dates_and_numbers_in_spanish():
    choice = listing.Filter("justicia", "Justicia", 12345, chosen=False, address="/")
    with translation.override("es"):
        days = [date_format(datetime.date(2026, month, 5)) for month in range(1, 13)]
        chip = render_to_string("components/chip.html", {"filter": choice})
        decimal = number_format(2.5)
    assert days == [f"5 de {name} de 2026" for name in MONTHS]  # our word for "may" must not rename the month
    assert "12\xa0345" in chip
    assert decimal == "2,5"
    assert "12,345" in render_to_string("components/chip.html", {"filter": choice})


# --- pages ----------------------------------------------------------------------------------------
WORDS = {
    "title": "Cuando llegó la luz",
    "standfirst": "Una madre habló, y su hija nació libre.",
    "byline": "Relato de nuestra redacción",
    "content_note": "Habla de la esclavitud, sin detalles.",
    "lead_caption": "La mañana en el patio.",
}


def publish(language: str) -> None:
    """Publish the same Spanish words as two stories and a home collection framed in a language."""
    theme = factories.theme("Justicia", translations={"en": "Justicia"})
    film = factories.clip("own", title="El patio", transcript="Canta un gallo.", poster=factories.picture(alt="Un patio."))
    for code, text in (("en", "[A cock crows]"), ("es", "[Canta un gallo]")):
        Captions.objects.create(clip=film, language=code, text=f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n")
    picture = factories.picture(alt="Una colina.", credit="Dibujo para este sitio")
    blocks = [
        "<p>El tren llegó tarde, y a nadie le importó.</p>",
        picture,
        film,
        factories.clip("vimeo", title="El regreso", transcript="Suena un tren.", poster=picture),
        {"quote": "Volvimos.", "attribution": "Ana"},
        {"aside": "<p>Una deuda puede ser una jaula.</p>", "title": "Qué es la servidumbre"},
        {"url": "https://example.org/", "title": "Otra página"},
    ]
    common = {"language": language, "themes": [theme], "place": factories.place("GT"), "lead": picture, **WORDS}
    stories = [
        factories.published_story(blocks=blocks, slug=f"luz-{language}", **common),
        factories.published_story(blocks=["<p>Un gallo.</p>"], slug=f"gallo-{language}", **common),
    ]
    kept = {"title": "Lo que da esperanza", "introduction": "<p>Historias para compartir.</p>", "lead": picture}
    chapter = factories.collection(stories, language=language, **kept).chapters.first()
    assert chapter is not None
    chapter.clip = film
    chapter.save()
    gone = factories.published_story(slug=f"ida-{language}", **common)
    publishing.withdraw(gone)


PATHS = {
    "home": ("/", 200),
    "list": ("/stories/", 200),
    "search": ("/stories/?q=tren", 200),
    "search for something else": ("/stories/?q=xilófono", 200),
    "filtered": ("/stories/?theme=justicia", 200),
    "filters that leave nothing": ("/stories/?theme=justicia&place=gt&q=zzzz", 200),
    "story": ("/stories/luz-{language}/", 200),
    "gone": ("/stories/ida-{language}/", 410),
    "nowhere": ("/nada/", 404),
}
SHOWN_ATTRIBUTES = ("alt", "aria-label", "title", "placeholder", "label", "data-done", "data-more", "data-leaving")


def said(element, language):
    """Return every piece of words a page says in its own language: texts, labels, description; not what is marked as another's."""
    pieces = []
    if element.get("lang", language) == language and element.tag not in {"script", "style"} and isinstance(element.tag, str):
        pieces = [
            element.get(name, "") for name in SHOWN_ATTRIBUTES if element.tag != "track"
        ]  # labelled by its language's own name
        if element.get("name") == "description":
            pieces.append(element.get("content", ""))
        pieces.append(element.text or "")
        for child in element:
            pieces += [*said(child, language), child.tail or ""]
    return [" ".join(piece.split()) for piece in pieces if piece.strip()]


@pytest.fixture
def pages(reader):
    """Give a function that reads a kind of page in a language and returns the response."""
    publish("en")
    publish("es")

    def read(kind, language):
        path, status = PATHS[kind]
        prefix = "" if language == "en" else f"/{language}"
        return reader.get(prefix + path.format(language=language), status=status, queries=6)

    return read


@pytest.mark.parametrize("kind", PATHS)
def test_no_english_of_ours_stands_on_a_spanish_page(pages, kind):
    text = "\n".join(said(pages(kind, "es").tree, "es"))
    sources = {source for e in ENTRIES for source in (e.source, e.plural) if source and source not in e.forms.values()}
    for source in sorted(sources, key=len, reverse=True):
        pattern = r"[^\n]{1,60}?".join(re.escape(part) for part in re.split(r"%\(\w+\)[a-z]|\{\}", source))
        if len(re.sub(r"%\(\w+\)[a-z]|\W", "", source)) > 6:
            found = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
            assert found is None, f"{source!r} in {text[max(0, found.start() - 40) : found.end() + 40]!r}"


def test_words_that_are_there_in_english_only_say_so(reader):
    chapter = factories.collection([factories.published_story("A door")], introduction="<p>Come in.</p>").chapters.get()
    chapter.quote = "It was open."
    chapter.save()
    tree = reader.get("/es/").tree
    spanish, everything = said(tree, "es"), " ".join(tree.find("body").itertext())
    for words in ("Stories of Hope", "Come in.", "It was open.", "A door"):
        assert words in everything
        assert words not in spanish


# What may be the same in both languages: names, and words of the stories themselves.
NAMES = "Facebook LinkedIn Pinterest Vimeo YouTube Guatemala"
STORIES = """
    Justicia. El patio. Canta un gallo. El regreso. Suena un tren. Volvimos. Ana. Otra página. Una colina. Un patio. Un gallo.
    El tren llegó tarde, y a nadie le importó. Una deuda puede ser una jaula. Qué es la servidumbre. Dibujo para este sitio.
    Lo que da esperanza. Historias para compartir.
"""


@pytest.mark.parametrize("kind", PATHS)
def test_what_reads_the_same_in_both_languages_is_a_name_or_a_storys_own_words(pages, kind):
    spanish, english = (pages(kind, language) for language in ("es", "en"))
    both = set(said(spanish.tree, "es")) & set(said(english.tree, "en"))
    own = set(re.findall(r"\w+", " ".join([*WORDS.values(), STORIES, NAMES, settings.CHARITY_NAME, PATHS[kind][0]])))
    assert both, "a page without a name or a title shows that this test reads nothing"
    assert not {piece for piece in both if set(re.findall(r"[^\W\d_]{2,}", piece)) - own}


@pytest.mark.parametrize(("language", "words"), [("en", "Search the stories"), ("es", "Buscar en las historias")])
@pytest.mark.parametrize("kind", PATHS)
def test_a_page_says_which_language_it_speaks(pages, kind, language, words):
    response = pages(kind, language)
    assert response["Content-Language"] == language
    assert response.tree.get("lang") == language
    assert words in said(response.tree, language)


@pytest.mark.parametrize(("kind", "english"), [("home", "/"), ("list", "/stories/")])
@pytest.mark.parametrize("language", ["en", "es"])
def test_home_and_list_name_each_other_and_the_switch_leads_there(pages, kind, english, language):
    tree = pages(kind, language).tree
    links = {e.get("hreflang"): e.get("href") for e in tree.iter("link") if e.get("hreflang")}
    assert links == {"en": settings.SITE_URL + english, "es": f"{settings.SITE_URL}/es{english}"}
    switch = {e.get("hreflang"): e.get("href") for e in tree.iter("a") if "languages__link" in e.get("class", "")}
    assert switch == {"en": english, "es": f"/es{english}"}


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize(("language", "other"), [("en", "es"), ("es", "en")])
def test_neither_browser_nor_cookie_decides_the_language(reader, pages, kind, language, other):
    plain = pages(kind, language)
    reader.client.cookies["django_language"] = other
    path = plain.wsgi_request.get_full_path()
    asked = reader.client.get(path, headers={"Accept-Language": f"{other},{language};q=0.1"})
    assert asked.content == plain.content
    assert not {"accept-language", "cookie"} & {name.strip().lower() for name in asked.get("Vary", "").split(",")}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_clip_offers_the_captions_of_the_pages_language_first(pages, language):
    tracks = list(pages("story", language).tree.iter("track"))
    assert {track.get("srclang") for track in tracks} == {"en", "es"}
    assert [track.get("srclang") for track in tracks if track.get("data-chosen") is not None] == [language]


def test_demo_captions_in_two_languages_keep_the_same_times():
    translated = 0
    for clip in loading.read("clips.toml").values():
        texts = [clean_captions((loading.FOLDER / "clips" / file).read_text()) for file in clip["captions"].values()]
        times = [re.findall(r"^\S+ --> \S+", text, re.MULTILINE) for text in texts]
        assert all(line == times[0] for line in times)
        translated += len(texts) > 1
    assert translated
