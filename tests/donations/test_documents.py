"""The printing room: what a receipt must say, may not say, and looks like inside."""

import hashlib
import io
import os
import pickle
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pytest
from django.utils import translation
from fontTools.ttLib import TTFont

from donations.documents import Charity, Donor, GiftRow, NotPrintable, ReceiptDocument, missing, pictured, printed, printing

ROOT = Path(__file__).resolve().parents[2]
FONTS = Path(printing.__file__).parent / "fonts"

CHARITY = Charity(
    "Canal Street Hope", ("12 Canal Street", "Manchester M1 3HE"), "Registered charity 1099126", "Eleanor Hughes", "Treasurer"
)
GIFTS = (
    GiftRow("22 November 2026", "Gift to Safe homes", "£25.00", "Gift Aid claimed"),
    GiftRow("1 December 2026", "Monthly gift", "£1,250.00", "Gift Aid not claimed"),
)
WORK = GiftRow("22 November 2026", "General work", "$250.00")
CANADIAN_WORDS = ("Official receipt for income tax purposes.", "Canada Revenue Agency, canada.ca/charities-giving")

GB = ReceiptDocument(
    language="en", jurisdiction="GB", number="GB-2026-000123", kind="receipt", charity=CHARITY,
    donor=Donor("Zoë O’Brien-Núñez", ("Flat 2", "Leeds LS6 2AB")), gifts=GIFTS, total="£1,275.00",
    issued=date(2026, 12, 2), issued_on="2 December 2026", verify_address="https://hope.example/receipts/check/",
    verify_code="K7QM-2RXD-94", statements=("Gift Aid has been claimed on the gifts marked so.",),
)  # fmt: skip
WHOLE = {
    "GB": GB,
    "US": replace(
        GB, jurisdiction="US", number="US-2026-000001", charity=replace(CHARITY, registration="EIN 12-3456789"),
        gifts=(WORK,), total="$250.00", statements=("No goods or services were provided in exchange for this gift.",),
    ),
    "CA": replace(
        GB, jurisdiction="CA", number="CA-2026-000007", place_of_issue="Toronto, Ontario", eligible="CA$100.00",
        charity=replace(CHARITY, registration="CRA registration number 123456789 RR0001"), total="CA$100.00",
        gifts=(WORK,), statements=CANADIAN_WORDS,
    ),
    "AU": replace(
        GB, jurisdiction="AU", number="AU-2027-000002", charity=replace(CHARITY, registration="ABN 51 824 753 556"),
        gifts=(WORK,), statements=("This receipt is for a gift.",),
    ),
    "NZ": replace(
        GB, jurisdiction="NZ", number="NZ-2027-000003", charity=replace(CHARITY, registration="CC12345"),
        gifts=(WORK,), statements=("This is a donation.",),
    ),
}  # fmt: skip

NAMES = {
    "Tamil": ("யாழினி தமிழ்ச்செல்வி", "NotoSansTamil"),
    "Thai": ("สมชาย น้ำผึ้ง", "NotoSansThai"),
    "Khmer": ("សុខា ចាន់ណារិទ្ធ", "NotoSansKhmer"),
    "Arabic": ("محمد عليّ الحسينيّ", "NotoNaskhArabic"),
    "Latin with diacritics": ("Nguyễn Thị Ánh Żółć Þórðr Őrsi", "NotoSans"),
}


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    """Return what a reader can select, page after page, with the breaks of lines as spaces."""
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).replace("\u200b", "").split())


def tags(pdf: bytes) -> list[str]:
    found = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        for child in node if isinstance(node, list) else ():
            walk(child)
        if isinstance(node, dict):
            if "/S" in node and node.get("/Type") != "/MCR":
                found.append(node["/S"])
            if "/K" in node:
                walk(node["/K"])

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


def refusal(document):
    with pytest.raises(NotPrintable) as caught:
        printed(document)
    return caught.value


def test_a_receipt_says_who_gave_what_when_and_under_which_number():
    says = text(printed(GB))
    for words in (
        "GB-2026-000123", "Zoë O’Brien-Núñez", "Flat 2", "Leeds LS6 2AB", "Canal Street Hope", "Registered charity 1099126",
        "12 Canal Street, Manchester M1 3HE", "22 November 2026", "Gift to Safe homes", "£25.00", "Gift Aid not claimed",
        "£1,250.00", "Total £1,275.00", "2 December 2026", "Eleanor Hughes", "Treasurer", "K7QM-2RXD-94",
        "https://hope.example/receipts/check/", "Gift Aid has been claimed on the gifts marked so.",
    ):  # fmt: skip
        assert words in says
    assert "TEST" not in says and "VOID" not in says and "uplicate" not in says


def test_the_file_is_tagged_and_calls_itself_pdf_ua():
    pdf = printed(GB)
    reader = read(pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  pypdf's own boolean
    assert root["/Lang"] == "en-GB"
    assert reader.metadata.title == "Receipt GB-2026-000123"
    assert reader.metadata.creation_date.date() == GB.issued
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data()
    order = tags(pdf)
    assert order.count("/H1") == 1
    assert [tag for tag in order if tag in {"/THead", "/TBody", "/TFoot"}] == ["/THead", "/TBody", "/TFoot"]
    assert order.count("/TH") == 3 and order.count("/TR") == 4
    assert order[-1] == "/Link" and "/Span" not in order
    (link,) = (note.get_object() for note in reader.pages[0]["/Annots"])
    assert link["/A"]["/URI"] == link["/Contents"] == GB.verify_address


def test_the_same_data_gives_the_same_bytes_even_in_another_process():
    here = printed(WHOLE["CA"])
    assert printed(WHOLE["CA"]) == here
    assert elsewhere("print(hashlib.sha256(printed(receipt)).hexdigest())", WHOLE["CA"]) == hashlib.sha256(here).hexdigest()
    assert printed(replace(WHOLE["CA"], verify_code="OTHER")) != here


def embedded(pdf: bytes) -> set[str]:
    fonts = [font for page in read(pdf).pages for font in page["/Resources"]["/Font"].values()]
    return {font["/BaseFont"].partition("+")[2].partition("-")[0] for font in fonts}


@pytest.mark.parametrize("script", NAMES)
def test_a_name_prints_in_its_own_script(script):
    name, font = NAMES[script]
    pdf = printed(replace(GB, donor=Donor(name)))
    assert embedded(pdf) == {"MorningSerif", "NotoSans", font}
    if font == "NotoSans":
        assert name in text(pdf)


@pytest.mark.parametrize("joined,parted", [("محمد", "م\u200cح\u200cم\u200cد"), ("ក្ត", "ក្\u200cត"), ("ក្រ", "ក្\u200cរ")])
def test_letters_that_join_are_joined(joined, parted):
    assert pictured(replace(GB, donor=Donor(joined))) != pictured(replace(GB, donor=Donor(parted)))


@pytest.mark.parametrize(
    "font,shaping",
    [
        ("NotoSansTamil-Regular", {"abvs", "akhn", "half", "haln", "psts"}),
        ("NotoSansThai-Regular", {"ccmp", "liga", "mark", "mkmk"}),
        ("NotoSansKhmer-Regular", {"pref", "blwf", "abvf", "pstf", "pres", "blws", "abvs", "psts", "abvm", "blwm"}),
        ("NotoNaskhArabic-Regular", {"init", "medi", "fina", "rlig", "ccmp", "mark", "mkmk"}),
        ("NotoSans-Regular", {"ccmp", "mark", "mkmk", "kern"}),
    ],
)
def test_the_cut_fonts_kept_what_shapes_their_scripts(font, shaping):
    with TTFont(FONTS / f"{font}.ttf") as face:
        kept = {record.FeatureTag for table in ("GSUB", "GPOS") for record in face[table].table.FeatureList.FeatureRecord}
    assert kept >= shaping


def test_the_fonts_are_small_named_and_licensed():
    fonts = list(FONTS.glob("*.ttf"))
    assert sum(font.stat().st_size for font in fonts) < 1_500_000
    template = (FONTS.parent / "receipt.typ").read_text()
    for font in fonts:
        with TTFont(font) as face:
            assert f'"{face["name"].getDebugName(1)}"' in template or face["name"].getDebugName(16), font.name
        licence = "LICENCE-morning-serif.txt" if font.name.startswith("Morning") else "LICENCE-noto.txt"
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / licence).read_text()


@pytest.mark.parametrize("name,letters", [("王小明", "U+5C0F U+660E U+738B"), ("Ann 😀", "U+1F600"), ("Ann\x07", "U+0007")])
def test_a_letter_nobody_can_draw_is_refused_and_the_name_stays_out_of_the_log(name, letters):
    refused = refusal(replace(GB, donor=Donor(name)))
    assert refused.reason == f"no font here can show {letters} (in donor.name)"
    assert refused.__cause__ is None and refused.__suppress_context__ and refused.missing == ()


@pytest.mark.parametrize(
    "name",
    [
        '#panic("no")', "#import \"x\": *", "$x^2$", "*Ann* _Lee_", r"C:\new\table \u{41} \#", '"; #read("/etc/passwd") //', "<b>Ann</b>",
        "`raw` @ref <label>", "= Not a heading", "- not a list", "[Ann](http://x)", "a~b --- c", "{{ 7 * 7 }} %(code)s {page}", "'Ann'",
    ],
)  # fmt: skip
def test_a_name_is_printed_as_it_was_typed_and_never_run(name):
    document = replace(GB, donor=Donor(name, (name,)), statements=(*GB.statements, name), charity=replace(CHARITY, name=name))
    says = text(printed(document))
    assert says.count(name) >= 4
    assert tags(printed(document)).count("/H1") == 1


def test_a_name_cannot_add_a_line_nor_turn_what_follows_backwards():
    says = read(printed(replace(GB, donor=Donor("Ann\nTotal £9,999.00\u2028VOID\r\n\tLee")))).pages[0].extract_text()
    assert "Ann Total £9,999.00 VOID Lee" in says.splitlines()
    assert printed(replace(GB, donor=Donor("Ann\u202e Lee\u2066"))) == printed(replace(GB, donor=Donor("Ann Lee")))


@pytest.mark.parametrize("jurisdiction", WHOLE)
def test_every_jurisdictions_whole_receipt_prints_on_its_paper(jurisdiction):
    document = WHOLE[jurisdiction]
    assert missing(document) == []
    size = read(printed(document)).pages[0].mediabox
    assert (round(size.width), round(size.height)) == ((612, 792) if jurisdiction in {"US", "CA"} else (595, 842))
    says = text(printed(document))
    assert all(sentence in says for sentence in document.statements)
    assert document.charity.registration in says
    eligible = text(printed(replace(document, eligible="only 41.50")))
    assert ("Eligible amount for tax purposes only 41.50" in eligible) is (jurisdiction == "CA")


COMMON = {
    "number": {"number": " "},
    "language": {"language": ""},
    "kind": {"kind": "copy"},
    "replaces": {"kind": "replacement", "replaces": ""},
    "donor.name": {"donor": Donor(" \u200f ")},
    "charity.name": {"charity": replace(CHARITY, name="")},
    "total": {"total": ""},
    "issued_on": {"issued_on": ""},
    "verify_code": {"verify_code": ""},
    "verify_address": {"verify_address": ""},
    "verify_address (a web address)": {"verify_address": "javascript:alert(1)"},
    "gifts": {"gifts": ()},
    "gifts[2].received": {"gifts": (GIFTS[0], replace(GIFTS[1], received=""))},
    "gifts[1].description": {"gifts": (replace(GIFTS[0], description=""), GIFTS[1])},
    "gifts[1].amount": {"gifts": (replace(GIFTS[0], amount=""), GIFTS[1])},
}


@pytest.mark.parametrize("jurisdiction", WHOLE)
@pytest.mark.parametrize("gap", COMMON)
def test_what_every_receipt_needs_is_named_when_it_is_missing(jurisdiction, gap):
    document = replace(WHOLE[jurisdiction], **COMMON[gap])
    refused = refusal(document)
    assert gap in refused.missing and gap in refused.reason
    assert list(refused.missing) == missing(document)


def other(document, **charity):
    return replace(document, charity=replace(document.charity, **charity))


@pytest.mark.parametrize(
    "document,gap",
    [
        (other(GB, registration=""), "charity.registration"),
        (replace(GB, statements=(), gifts=(replace(GIFTS[0], note=""),)), "the words “Gift Aid”"),
        (other(WHOLE["US"], registration=""), "charity.registration"),
        (other(WHOLE["US"], registration="Registered charity 1099126"), "charity.registration (an EIN)"),
        (replace(WHOLE["US"], statements=("Thank you.",)), "the words “No goods or services”"),
        (other(WHOLE["CA"], address=("", " ")), "charity.address"),
        (other(WHOLE["CA"], registration="123456789"), "charity.registration (a CRA registration number)"),
        (other(WHOLE["CA"], signatory=""), "charity.signatory"),
        (replace(WHOLE["CA"], donor=Donor("Ann Lee")), "donor.address"),
        (replace(WHOLE["CA"], place_of_issue=""), "place_of_issue"),
        (replace(WHOLE["CA"], eligible=""), "eligible"),
        (replace(WHOLE["CA"], statements=CANADIAN_WORDS[1:]), "the words “official receipt for income tax purposes”"),
        (replace(WHOLE["CA"], statements=(CANADIAN_WORDS[0], "canada.ca/charities-giving")), "the words “Canada Revenue Agency”"),
        (replace(WHOLE["CA"], statements=(CANADIAN_WORDS[0], "Canada Revenue Agency")), "the words “canada.ca/charities-giving”"),
        (other(WHOLE["AU"], registration="ABN 51 824 753"), "charity.registration (an ABN)"),
        (replace(WHOLE["AU"], statements=("You are gifted.",)), "the words “gift”"),
        (other(WHOLE["NZ"], signatory=""), "charity.signatory"),
        (replace(WHOLE["NZ"], statements=()), "the words “donation”"),
        (replace(GB, jurisdiction="FR"), "jurisdiction"),
    ],
)
def test_what_a_jurisdiction_needs_is_named_when_it_is_missing(document, gap):
    assert refusal(document).missing == (gap,)


@pytest.mark.parametrize("name", ["", "王"])
def test_a_picture_is_refused_as_a_file_is(name):
    with pytest.raises(NotPrintable, match=r"donor\.name"):
        pictured(replace(GB, donor=Donor(name)))


def test_a_remark_of_the_typesetter_is_a_refusal(monkeypatch, tmp_path):
    shutil.copytree(FONTS.parent, tmp_path, dirs_exist_ok=True)
    (tmp_path / "fonts" / "NotoSansThai-Regular.ttf").unlink()
    monkeypatch.setattr(printing, "HERE", tmp_path)
    monkeypatch.setattr(printing, "_made", printing._made.__wrapped__)  # a press of this test's own
    assert "unknown font family: noto sans thai" in refusal(GB).reason


def test_a_duplicate_and_a_replacement_say_what_they_are():
    says = text(printed(replace(GB, kind="duplicate")))
    assert "Duplicate receipt" in says and "This is a duplicate of receipt GB-2026-000123." in says
    says = text(printed(replace(GB, kind="replacement", replaces="GB-2026-000101")))
    assert "Replacement receipt" in says and "This receipt cancels and replaces receipt GB-2026-000101." in says
    says = text(printed(replace(GB, kind="duplicate", replaces="GB-2026-000101")))
    assert "Duplicate receipt" in says and "replaces receipt GB-2026-000101" in says


def test_a_voided_receipt_says_so_across_the_page_and_in_words():
    says = text(printed(replace(GB, voided=True)))
    assert says.count("VOID") == 2 and "this receipt has been cancelled and cannot be used to claim tax relief" in says


def many(**changes):
    gifts = tuple(GiftRow(f"{day % 28 + 1} May 2026", f"Gift number {day}", f"£{day}.00") for day in range(1, 61))
    return replace(GB, gifts=gifts, **changes)


def test_the_test_mark_is_on_every_page_and_hides_nothing():
    pages = read(printed(many(test=True))).pages
    assert len(pages) > 1 and all("TEST, no money moved" in page.extract_text() for page in pages)
    says = text(printed(replace(GB, test=True, voided=True)))
    assert says.count("TEST, no money moved") == 2 and "VOID" in says and "£1,275.00" in says


def test_sixty_gifts_break_over_pages_and_each_repeats_the_header():
    pdf = printed(many())
    pages = [page.extract_text() for page in read(pdf).pages]
    assert len(pages) == 3 and all("Received on" in page and "Amount" in page for page in pages)
    assert [page.count("£1,275.00") for page in pages] == [0, 0, 1]
    assert all(f"Page {number} of 3" in page for number, page in enumerate(pages, start=1))
    says = " ".join(" ".join(pages).split())
    assert all(f"Gift number {number} £{number}.00" in says for number in range(1, 61))
    assert tags(pdf).count("/TH") == 3  # read aloud once


def test_a_name_without_spaces_stays_on_the_page():
    page = read(printed(replace(GB, donor=Donor("x" * 300)))).pages[0]
    ends = []
    page.extract_text(visitor_text=lambda words, _cm, tm, _font, size: ends.append(tm[4] + len(words.strip()) * 3))
    assert max(ends) < float(page.mediabox.width)
    assert "x" * 300 in re.sub(r"[\s\u200b]", "", page.extract_text())


def test_the_fixed_words_come_in_the_language_of_the_receipt_and_the_readers_own_is_put_back():
    with translation.override("fr"):
        pdf = printed(replace(GB, language="es"))
        assert translation.get_language() == "fr"
    assert read(pdf).trailer["/Root"]["/Lang"] == "es-GB"
    assert read(printed(replace(GB, language="en-AU"))).trailer["/Root"]["/Lang"] == "en-AU"


def test_eight_threads_print_what_one_does():
    jobs = [replace(GB, number=f"GB-2026-{number:06}") for number in range(40)]
    one_by_one = [printed(job) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(printed, jobs)) == one_by_one


PRELUDE = """
import hashlib, os, pickle, signal, sys
import django; django.setup()
from donations.documents import NotPrintable, printed
receipt = pickle.load(sys.stdin.buffer)
"""
FORKING = """
printed(receipt)
child = os.fork()
if child == 0:
    signal.alarm(20)  # a child that waits for ever is ended, and seen
    try:
        printed(receipt)
    except NotPrintable as refused:
        os._exit(7 if "forked" in refused.reason else 8)
    os._exit(9)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def elsewhere(code: str, document) -> str:
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", PRELUDE + code], input=pickle.dumps(document), capture_output=True, check=True, cwd=ROOT, env=env
    )
    return ran.stdout.decode().strip()


def test_a_child_forked_after_printing_refuses_instead_of_waiting_for_ever():
    assert elsewhere(FORKING, GB) == "7"


def test_the_kept_press_is_quick():
    printed(GB)
    start = time.process_time()
    list(map(printed, (replace(GB, number=f"GB-2026-{number:06}") for number in range(40))))
    # A plain call with its own compiler takes 36 ms and more; the bar is 80 a second on a quiet core, half of it here.
    assert time.process_time() - start < 1
