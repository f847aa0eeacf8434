"""Printed pages, as a browser makes them: the book as one PDF, and a chapter from the print dialogue."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from safetybook.browsers import PATIENCE

sys.path.insert(0, str(Path(__file__).parents[1]))
from small_book import LONG, LOOK, build

from safetybook.one_page import Float, OnePage, one_page
from safetybook.proofreading import misprints
from safetybook.typesetting import TypesettingError, dated, described, sheets_of, typeset

FOOT = "Synthetic patient-level data: a reconstruction that agrees with the published article"
MADE = 1_705_449_600
ABOUT = {"Author": "Somebody", "Creator": "safetybook"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def page(built: Path) -> OnePage:
    return one_page(built, LOOK)


@pytest.fixture(scope="module")
def pdf(page: OnePage, browser: Any) -> bytes:
    return described(typeset(page.html, MADE, browser), page.headings, ABOUT)


@pytest.fixture(scope="module")
def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


@pytest.fixture(scope="module")
def texts(reader: PdfReader) -> list[str]:
    return [sheet.extract_text() for sheet in reader.pages]


def test_two_runs_give_the_same_bytes(page: OnePage, pdf: bytes, browser: Any) -> None:
    assert described(typeset(page.html, MADE, browser), page.headings, ABOUT) == pdf


def test_the_proof_is_clean(page: OnePage, pdf: bytes) -> None:
    assert misprints(pdf, page) == []


def test_the_proof_finds_what_is_missing(page: OnePage, pdf: bytes) -> None:
    floats = page.floats | {"first--table-1": Float("Table 1", "Of another kind", "Of another kind", True)}
    wanted = replace(
        page, titles=page.titles | {"more-last": "The end"}, floats=floats, tables=page.tables + 1
    )
    found = misprints(pdf, wanted)
    assert len(found) == 3
    assert re.match(r"The end: no bookmark that leads to sheet \d", found[0])
    assert re.match(r"Table 1: caption 0 times on sheet \d, expected once", found[1])
    assert found[2] == f"{page.tables} tagged tables: expected {page.tables + 1}"


def test_the_contents_name_the_sheets(page: OnePage, reader: PdfReader, texts: list[str]) -> None:
    sheets = sheets_of(reader)
    listed = " ".join(texts[1].split())
    entries = {
        "first": "Introduction",
        "more-middle": "Middle",
        "more-last": "Last",
        "more-middle--table-2": "Table 2 Many rows",
        "more-middle--fig-1": "Fig. 1 A bar",
    }
    for name, entry in entries.items():
        assert f"{entry} {sheets[name]}" in listed
    assert sheets["first"] == 3
    assert f"They stand in Last, page {sheets['more-last']}." in " ".join(" ".join(texts).split())
    for name, title in page.titles.items():
        assert title in texts[sheets[name] - 1]


def test_bookmarks_are_the_headings_in_their_order(page: OnePage, reader: PdfReader) -> None:
    found: list[str] = []

    def walk(bookmarks: list[Any]) -> None:
        for one in bookmarks:
            walk(one) if isinstance(one, list) else found.append(str(one.title))

    walk(reader.outline)
    assert found == page.headings
    top = [str(one.title) for one in reader.outline if isinstance(one, Destination)]
    assert top == ["Contents", "Introduction", "Middle", "Last"]


def test_properties_say_what_the_book_is(reader: PdfReader) -> None:
    about = reader.metadata
    assert about
    assert (about.title, about.author, about.creator) == ("A small book", "Somebody", "safetybook")
    assert about.creation_date and about.creation_date.timestamp() == MADE
    root = reader.root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_every_sheet_but_the_cover_says_that_the_data_are_synthetic(texts: list[str]) -> None:
    assert FOOT not in texts[0]
    for number, text in enumerate(texts[1:], 2):
        assert FOOT in text
        assert re.search(rf"(^|\D){number}($|\D)", text)


def test_a_long_table_repeats_its_head_and_loses_no_row(texts: list[str]) -> None:
    text = "\n".join(texts)
    shown = [int(number) for number in re.findall(r"row (\d+)\s", text)]
    assert sorted(shown) == sorted([*range(1, 8), *range(1, LONG + 1)])
    assert f"{LONG * 7}" in text
    on = [sheet for sheet in texts if re.search(r"row (2\d|[3-9]\d)\b", sheet)]
    assert len(on) >= 2
    assert all("Sevenfold" in sheet for sheet in on)


def test_nothing_leads_out_of_the_pdf_but_addresses_of_the_web(pdf: bytes, reader: PdfReader) -> None:
    assert b"file:" not in pdf
    annotations = [one.get_object() for sheet in reader.pages for one in sheet.get("/Annots", [])]
    away = {str(one["/A"]["/URI"]) for one in annotations if "/A" in one and "/URI" in one["/A"]}
    assert away == {"https://example.org/"}


def test_what_is_too_wide_for_a_sheet_is_refused(page: OnePage, browser: Any) -> None:
    wide = f"<table><tr><td>{'unbroken' * 30}</td></tr></table></main>"
    with pytest.raises(TypesettingError, match="wider than the sheet: unbroken"):
        typeset(page.html.replace("</main>", wide), MADE, browser)


def test_a_missing_style_is_refused(page: OnePage, browser: Any) -> None:
    with pytest.raises(TypesettingError, match=r"not loaded: .*paint\.css"):
        typeset(page.html.replace("print.css", "paint.css"), MADE, browser)


def printed(browser: Any, built: Path, scheme: str = "light", paper: str = "A4") -> bytes:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    tab.goto((built / "more" / "middle.html").as_uri())
    tab.evaluate("theme => { document.documentElement.dataset.theme = theme }", scheme)
    pdf: bytes = tab.pdf(format=paper)
    context.close()
    return dated(pdf, MADE)


def test_a_chapter_prints_without_what_only_a_screen_can_use(browser: Any, built: Path) -> None:
    sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(printed(browser, built))).pages]
    text = " ".join(" ".join(sheets).split())
    for gone in ("secret", "Show the code", "behind the figure", "CSV", "#", "In the middle"):
        assert gone not in text
    assert all(FOOT in sheet for sheet in sheets)
    # What is folded is left out, and named.
    assert "The 2 claims of this chapter (folded on the page)" in text
    assert "unfolded on paper" not in text
    assert "References A cited work." in text


def test_dark_is_never_printed(browser: Any, built: Path) -> None:
    assert printed(browser, built, "dark") == printed(browser, built, "light")


def test_a_chapter_fits_either_paper(browser: Any, built: Path) -> None:
    for paper, size in (("A4", (595, 842)), ("Letter", (612, 792))):
        reader = PdfReader(BytesIO(printed(browser, built, paper=paper)))
        assert abs(reader.pages[0].mediabox.width - size[0]) < 1.5
        assert abs(reader.pages[0].mediabox.height - size[1]) < 1.5
        text = "\n".join(sheet.extract_text() for sheet in reader.pages)
        rows = [int(number) for number in re.findall(r"row (\d+)", text)]
        assert sorted(rows) == list(range(1, LONG + 1))
