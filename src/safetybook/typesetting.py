"""A page as a PDF: printed by a browser without a window, with page numbers in its contents.

A browser cannot say in a page's contents on which sheet a chapter will stand. So the page is printed, the
sheets of its ids are read from the print, and it is printed again with the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from safetybook.browsers import PATIENCE

DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}\+00'00'\)")
"""When a PDF was made, as the browser writes it: the one thing in which two prints of a page differ."""

SHEET = re.compile(r'(<span data-sheet="([^"]+)">)0(?=</span>)')

ROUNDS = 4
"""How often a page is printed until the numbers in its contents, which take room, are those of its sheets."""

TOO_WIDE = """(width) => [...document.querySelectorAll("table, pre, svg, p, li")]
    .filter(one => one.getClientRects().length && one.getBoundingClientRect().right > width + 1)
    .map(one => (one.getAttribute("aria-label") ?? one.textContent).trim().slice(0, 60))"""
"""What sticks out of a sheet: a browser would cut it off, or make the whole book smaller."""

PAPER = "A4"
WIDTH = (210 - 2 * 20) * 96 / 25.4
"""Of the text in pixels: the paper's millimetres without the margins that print.css leaves."""


class TypesettingError(RuntimeError):
    """A page cannot be printed as it should be."""


def sheet(name: str) -> str:
    """The place, in the HTML of a page, for the number of the sheet on which an id will stand."""
    return f'<span data-sheet="{name}">0</span>'


def typeset(page: str, made: int, browser: Browser) -> bytes:
    """Print a page as a PDF with bookmarks and tags, and return it.

    Args:
        page: The HTML, with places for the numbers of sheets; the files it loads have whole addresses.
        made: The date that stands in the PDF, in seconds since 1970.
        browser: A running one.

    Raises:
        TypesettingError: Something does not load or fit, or the page numbers do not come to rest.
    """
    sheets: Mapping[str, int] = {}
    with TemporaryDirectory() as folder, _opened(browser) as tab:
        file = Path(folder) / "page.html"
        for _ in range(ROUNDS):
            file.write_text(numbered(page, sheets), encoding="utf-8", newline="\n")
            pdf = _printed(tab, file.as_uri())
            known, sheets = sheets, sheets_of(PdfReader(BytesIO(pdf)))
            if unknown := {place[2] for place in SHEET.finditer(page)} - sheets.keys():
                raise TypesettingError(f"on no sheet: {', '.join(sorted(unknown))}")
            if known == sheets:
                return dated(pdf, made)
    raise TypesettingError(f"page numbers still change after {ROUNDS} rounds")


def numbered(page: str, sheets: Mapping[str, int]) -> str:
    """The page with the sheets that are known in their places."""
    return SHEET.sub(lambda place: f"{place[1]}{sheets.get(place[2], 0)}", page)


@contextmanager
def _opened(browser: Browser) -> Iterator[Page]:
    """An empty page, as wide as the text on paper, where nothing needs a script."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": round(WIDTH), "height": 1000})
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    tab.emulate_media(media="print")
    yield tab
    context.close()


def _printed(tab: Page, address: str) -> bytes:
    missing: list[str] = []
    tab.on("requestfailed", lambda request: missing.append(request.url))
    tab.goto(address)
    if missing:
        raise TypesettingError(f"not loaded: {', '.join(missing)}")
    if wide := tab.evaluate(TOO_WIDE, WIDTH):
        raise TypesettingError(f"wider than the sheet: {'; '.join(wide)}")
    return tab.pdf(format=PAPER, tagged=True, outline=True)


def sheets_of(pdf: PdfReader) -> dict[str, int]:
    """On which sheet, counted from 1, each id stands that a link leads to."""
    return {
        name.removeprefix("/"): number + 1
        for name, target in pdf.named_destinations.items()
        if (number := pdf.get_destination_page_number(target)) is not None
    }


def dated(pdf: bytes, made: int) -> bytes:
    """The PDF with another date, and no other byte changed."""
    stamp = datetime.fromtimestamp(made, UTC).strftime("%Y%m%d%H%M%S").encode()
    changed, dates = DATE.subn(rb"/\1 (D:" + stamp + rb"+00'00')", pdf)
    if dates != 2:
        raise TypesettingError(f"{dates} dates in the PDF: expected when it was created and when modified")
    return changed


def described(pdf: bytes, headings: Sequence[str], about: Mapping[str, str]) -> bytes:
    """The PDF with headings as its bookmarks, and with what its properties say.

    A browser makes a bookmark of every heading, but writes lines twice where a heading moved to a new
    sheet, and no blank where it goes on in a second line.

    Args:
        pdf: The PDF as printed; its bytes are kept, and the changes stand behind them.
        headings: All headings in their order.
        about: The properties, such as ``Author``.

    Raises:
        TypesettingError: The bookmarks are not these headings.
    """
    writer = PdfWriter(BytesIO(pdf), incremental=True)
    outlines = writer.root_object["/Outlines"].get_object()
    found = list(_bookmarks(outlines)) if isinstance(outlines, DictionaryObject) else []
    for bookmark, heading in zip_longest(found, headings):
        said = "".join(str(bookmark["/Title"]).split()) if bookmark else ""
        expected = "".join(heading.split()) if heading else ""
        if not said or not expected or not said.startswith(expected[:20]):
            raise TypesettingError(f"bookmark {said!r}: expected the heading {heading!r}")
        bookmark[NameObject("/Title")] = TextStringObject(heading)
    writer.add_metadata({f"/{name}": value for name, value in about.items()})
    changed = BytesIO()
    writer.write(changed)
    return changed.getvalue()


def _bookmarks(parent: DictionaryObject) -> Iterator[DictionaryObject]:
    """What lies below a bookmark, in the order of the pages."""
    child = parent.get("/First")
    while child is not None:
        bookmark = child.get_object()
        yield bookmark
        yield from _bookmarks(bookmark)
        child = bookmark.get("/Next")
