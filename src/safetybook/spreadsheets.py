"""A table as a spreadsheet: CSV for any program, XLSX as it is laid out.

Texts come from data, and a text that begins with ``=`` is a formula to a spreadsheet. In a CSV file, which
knows no types, such a text gets an apostrophe before it (:func:`harmless`); numbers, negative ones
too, stay as they are. In an XLSX file every text is stored as a text.

Source: OWASP, CSV injection.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from safetybook.layout import Box, Layout, Text

NUMBER = re.compile(r"[-+−]?\d+(?:\.\d+)?")
"""What a spreadsheet reads as a number when it opens a CSV file."""

PLAIN = re.compile(r"[-−]?(?:0|[1-9]\d*)(?:\.\d+)?")
"""A number that looks the same when it is stored as one: no sign of plus, no zeros before it."""

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a formula may begin with, in any program; the wide forms are those of East Asian keyboards."""

CONTROL = ("\t", "\r", "\n")

EXACT = 15
"""The decimal digits that a spreadsheet keeps of a number."""

WIDEST = 44
"""The widest column, in characters; longer texts are wrapped."""

NO_DATE = datetime(1980, 1, 1)
"""The day on which every file says that it was made, so that the same table gives the same bytes."""


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it opens a CSV file.

    Numbers and other texts stay the same: ``-1.5`` is ``-1.5``, ``=1+1`` becomes ``'=1+1``.
    """
    if NUMBER.fullmatch(text):
        return text
    risky = text.startswith(CONTROL) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if risky else text


def to_csv(layout: Layout, source: str = "") -> str:
    """The table as CSV (RFC 4180): title, one row of headings, the rows, then the notes, a row each.

    Headings of several levels become one text each. The heading of a group of rows has a column of its own,
    and what stands once for several rows is repeated in each, so that every row can be read by itself.
    """
    grid, grouped = layout.grid, any(group for group, _ in layout.groups)
    rows = [[layout.caption.plain], [*(["Group"] if grouped else []), *layout.names]]
    for group, numbers in layout.groups:
        name = [group.text.plain if group else ""] if grouped else []
        rows += [[*name, *(box.text.plain for box in grid[number] if box)] for number in numbers]
    rows += [[note.plain] for note in layout.notes]
    rows += [[source]] if source else []
    written = io.StringIO()
    csv.writer(written).writerows([harmless(text) for text in row] for row in rows)
    return written.getvalue()


def to_xlsx(layout: Layout, source: str = "") -> bytes:
    """The table as an XLSX workbook of one sheet: spanning headings merged, raised letters raised.

    Cells of plain numbers are numbers, shown with the decimals that they were printed with.
    """
    file = io.BytesIO()
    workbook = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": layout.caption.bare, "comments": source, "created": NO_DATE})
    _Sheet(workbook, layout).write(source)
    workbook.close()
    return file.getvalue()


class _Sheet:
    """Writes one table into one sheet."""

    def __init__(self, workbook: Workbook, layout: Layout) -> None:
        self._book, self._layout = workbook, layout
        self._sheet: Worksheet = workbook.add_worksheet("Table")
        self._formats: dict[frozenset[tuple[str, Any]], Format] = {}
        self._widths = [self._width(column) for column in range(layout.width)]

    def _width(self, column: int) -> int:
        boxes = (
            box
            for row in (*self._layout.rows[: self._layout.heads], *self._layout.body)
            for box in row
            if box.column == column and box.columns == 1
        )
        longest = max((len(line) for box in boxes for line in box.text.plain.split("\n")), default=0)
        return min(max(longest + 2, 8), WIDEST)

    def _format(self, **properties: Any) -> Format:
        key = frozenset(properties.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {"font_name": "Arial", "font_size": 10, "valign": "top", **properties}
            )
        return self._formats[key]

    def write(self, source: str) -> None:
        """Write title, headings, rows, notes, and how the sheet is printed."""
        layout, sheet = self._layout, self._sheet
        for column, width in enumerate(self._widths):
            sheet.set_column(column, column, width)
        self._line(0, layout.caption, bold=True, font_size=11)
        within = {number for group, members in layout.groups if group for number in members}
        for number, row in enumerate(layout.rows):
            for box in row:
                heads, group = number < layout.heads, number in layout.titles
                flush = box.numeric or (heads and box.columns == 1 and layout.numeric(box.column))
                # The names of a group's rows are indented, and so is a text that may follow a number.
                indented = number in within if box.column == 0 else box.columns == 1 and not flush
                properties: dict[str, Any] = {"bold": True} if heads or group else {}
                if heads:
                    properties |= {"valign": "bottom", "bottom": 1}
                centred = heads and box.columns > 1
                properties["align"] = "right" if flush else "center" if centred else "left"
                self._box(number + 1, box, indent=int(indented), **properties)
        last = len(layout.rows)
        for number, text in enumerate(
            [*layout.notes, *([Text.of(source)] if source else [])], start=last + 1
        ):
            self._line(number, text, font_size=9, **({"top": 1} if number == last + 1 else {}))
        sheet.freeze_panes(layout.heads + 1, layout.stubs)
        sheet.repeat_rows(0, layout.heads)
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(9)
        sheet.set_footer("&CPage &P of &N")
        if sum(self._widths) > 90:
            sheet.set_landscape()
        # A patient's number or "12 (3.5%)" is a text on purpose.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def _line(self, row: int, text: Text, **properties: Any) -> None:
        """A text across the whole table, in as many lines as it needs."""
        style = self._format(text_wrap=True, **properties)
        last = self._layout.width - 1
        if last > 0:
            self._sheet.merge_range(row, 0, row, last, "", style)
        self._text(row, 0, text, style, properties)
        # A column is as wide as so many digits; letters are narrower.
        lines = 1 + len(text.plain) // max(round(1.15 * sum(self._widths)), 1)
        self._sheet.set_row(row, 14 * lines + 2)

    def _box(self, row: int, box: Box, **properties: Any) -> None:
        """A cell, merged over the rows and columns that it takes."""
        shown = box.text.plain
        number = box.numeric and PLAIN.fullmatch(shown) and sum(map(str.isdigit, shown)) <= EXACT
        if number:
            form = re.sub(r"\d", "0", re.sub(r"^\D?\d+", "0", shown))
            # A minus is shown as it is printed.
            properties["num_format"] = f'{form};"−"{form}' if shown.startswith("−") else form
        style = self._format(text_wrap=True, **properties)
        if box.rows > 1 or box.columns > 1:
            bottom, right = row + box.rows - 1, box.column + box.columns - 1
            self._sheet.merge_range(row, box.column, bottom, right, "", style)
        if number:
            self._sheet.write_number(row, box.column, float(shown.replace("−", "-")), style)
        else:
            self._text(row, box.column, box.text, style, properties)

    def _text(self, row: int, column: int, text: Text, style: Format, properties: dict[str, Any]) -> None:
        """A text as a text, whatever it begins with; its pieces have the type of the whole.

        Raises:
            ValueError: if it is longer than a cell of a spreadsheet may be.
        """
        if len(text.runs) > 1:
            font = {name: properties[name] for name in ("bold", "font_size") if name in properties}
            looks = {True: self._format(font_script=1, **font), False: self._format(**font)}
            pieces = [piece for run in text.runs for piece in (looks[run.raised], run.text)]
            refused = self._sheet.write_rich_string(row, column, *pieces, style)
        else:
            refused = self._sheet.write_string(row, column, text.plain, style)
        if refused:
            raise ValueError(
                f"a spreadsheet refuses the text of {len(text.plain)} characters: {text.plain:.60}…"
            )
