"""Does a printed book hold what its page holds? Read from the PDF alone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import Destination

from safetybook.one_page import OnePage
from safetybook.typesetting import sheets_of

TABLE = re.compile(rb"/S /Table\b")
"""The tag of a table, which says to a screen reader what its cells belong to."""


def misprints(pdf: bytes, page: OnePage) -> list[str]:
    """What a PDF lacks of the page it was printed from, as sentences; none if it is whole.

    Every sheet has a text of its own. Every chapter has its bookmark, on the sheet where it begins. Every
    numbered table and figure has its caption, once, on its sheet. Every table is tagged as one.
    """
    reader = PdfReader(BytesIO(pdf))
    texts = [sheet.extract_text() for sheet in reader.pages]
    sheets = sheets_of(reader)
    tables = len(TABLE.findall(pdf))
    found = [f"sheet {number} is blank" for number in blank(texts)]
    found += _chapters(reader, page, sheets)
    for name, one in page.floats.items():
        # A letter raised far enough stands elsewhere in the text of the PDF.
        captions = {_squeezed(one.number + caption) for caption in (one.caption, one.full)}
        times = sum(map(_squeezed(texts[sheets[name] - 1]).count, captions))
        if times != 1:
            found.append(f"{one.number}: caption {times} times on sheet {sheets[name]}, expected once")
    if tables != page.tables:
        found.append(f"{tables} tagged tables: expected {page.tables}")
    return found


def blank(texts: list[str]) -> list[int]:
    """The sheets, counted from 1, whose text is nothing but what stands on most sheets and a number."""
    lines = [{line.strip(" 0123456789") for line in text.splitlines()} for text in texts]
    often = Counter(line for sheet in lines for line in sheet)
    return [
        number
        for number, sheet in enumerate(lines, 1)
        if not any(line and often[line] <= len(texts) / 2 for line in sheet)
    ]


def _chapters(reader: PdfReader, page: OnePage, sheets: dict[str, int]) -> Iterator[str]:
    bookmarks = [one for one in reader.outline if isinstance(one, Destination)]
    found = [(str(one.title), (reader.get_destination_page_number(one) or 0) + 1) for one in bookmarks]
    for name, title in page.titles.items():
        if (title, sheets[name]) not in found:
            yield f"{title}: no bookmark that leads to sheet {sheets[name]}, where the chapter begins"


def _squeezed(text: str) -> str:
    """A text without blanks, and with its letters apart where the print joins them."""
    return "".join(unicodedata.normalize("NFKC", text).split())
