"""A table as RTF, the form in which clinical study reports exchange tables.

Title and column headings stand above the table, and from the second page on in the head of the page: word
processors agree on that, while LibreOffice does not repeat the rows that RTF calls heading rows. The footer
counts the pages. Rows are not broken across pages; a wide table lies on its side. No time and no name is
written.

The document is written here and not by the package rtflite, which breaks pages by its own count of lines, and
which would need each layout told again, as data frames and widths.

Source: Microsoft, Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from safetybook.layout import Box, Layout, Row, Text

SHORT_SIDE, LONG_SIDE, MARGIN, FOOT = 11906, 16838, 1134, 567
"""A4 in twentieths of a point, with margins of 2 cm; the footer begins 1 cm from the edge."""

NARROW = 92
"""Characters that fit across an upright page at 9 points."""

SHORTEST, LONGEST = 5, 34
"""The least and the most characters that a column of an upright page asks for."""

NAME, NUMBER = 10, 20
"""The longest text, and the longest number with its interval, that is never wrapped."""

PARAGRAPH = 90
"""The most characters that a column asks for; longer texts are wrapped."""

HEADING, HEADING_LINES = 24, 3
"""Characters of a heading that may stand in one line, and lines over which a wide table may spread it."""

RULE = r"\brdrs\brdrw10"

LEFT, CENTRE, RIGHT = r"\ql", r"\qc", r"\qr"

SPECIAL = re.compile(r"[^ -\[\]-z|~]")
"""What is not written as it is."""

BRITISH = 2057
"""The language of the texts, for whoever checks their spelling."""


def to_rtf(layout: Layout, source: str = "") -> str:
    """The table as an RTF document in ASCII. `source` stands in the footer of every page."""
    columns = range(layout.width)
    wishes = [min(_most(layout, column, HEADING_LINES), LONGEST) for column in columns]
    wide = max(sum(wishes), sum(_least(layout, column) for column in columns)) > NARROW
    width, height = (LONG_SIDE, SHORT_SIDE) if wide else (SHORT_SIDE, LONG_SIDE)
    edges = _edges(layout, width - 2 * MARGIN)
    heads = list(_rows(layout, edges, range(layout.heads)))
    title, repeated = ("\n".join(_title(layout.caption, after, edges)) for after in ("", " (continued)"))
    footer = _footer(source)
    lines = [
        rf"{{\rtf1\ansi\ansicpg1252\uc1\deff0\deflang{BRITISH}",
        r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}}",
        rf"{{\info{{\title {escaped(layout.caption.bare)}}}}}",
        rf"\paperw{width}\paperh{height}" + (r"\landscape" if wide else ""),
        rf"\margl{MARGIN}\margr{MARGIN}\margt{MARGIN}\margb{MARGIN}\headery{MARGIN}\footery{FOOT}\titlepg",
        # A table needs a paragraph after it: the smallest there is.
        r"{\headerf\pard\fs2\par}",
        "\n".join([r"{\header\f0\fs18", repeated, *heads, r"\pard\fs2\par}"]),
        rf"{{\footerf{footer}}}",
        rf"{{\footer{footer}}}",
        r"\f0\fs18",
        title,
        *heads,
        *_rows(layout, edges, range(layout.heads, len(layout.rows))),
        *(rf"\pard\sb40\fs16 {_runs(note)}\par" for note in layout.notes),
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _most(layout: Layout, column: int, heading_lines: int = 1) -> int:
    """How many characters wide a column would like to be, its part of wider headings included.

    That is what nine of ten lines fit in: one long text makes no wide column.
    """
    boxes = [box for row in layout.body for box in row if box.column == column and box.columns == 1]
    lines = sorted(len(line) for box in boxes for line in box.text.plain.split("\n"))
    above = {line[column] for line in layout.grid[: layout.heads]}
    heads = [min(len(box.text.plain), HEADING) // (heading_lines * box.columns) for box in above if box]
    usual = lines[(9 * len(lines) - 1) // 10 :][:1]
    return min(max(usual + heads, default=0), PARAGRAPH) + 2


def _least(layout: Layout, column: int) -> int:
    """How many characters wide a column must be so that no word is broken, and no short text either."""
    rows = (*layout.rows[: layout.heads], *layout.body)
    boxes = [box for row in rows for box in row if box.column == column and box.columns == 1]
    pieces = (
        piece
        for box in boxes
        for line in box.text.plain.split("\n")
        for piece in ([line] if len(line) <= (NUMBER if box.numeric else NAME) else line.split())
    )
    indent = 2 if column == 0 and any(group for group, _ in layout.groups) else 0
    return min(max([SHORTEST, *map(len, pieces)]) + 2 + indent, LONGEST)


def _edges(layout: Layout, width: int) -> list[int]:
    """The right edge of each column: each gets what it must have, and a share of the rest as it would like.

    Source: CSS 2.1, automatic table layout.
    """
    columns = range(layout.width)
    least = [_least(layout, column) for column in columns]
    most = [max(_most(layout, column), least[column]) for column in columns]
    room, wanted = max(width * NARROW // (SHORT_SIDE - 2 * MARGIN) - sum(least), 0), sum(most) - sum(least)
    share = min(room / wanted, 1.0) if wanted else 0.0
    parts = [round(low + share * (high - low)) for low, high in zip(least, most, strict=True)]
    return [width * reached // sum(parts) for reached in accumulate(parts)]


def _footer(source: str) -> str:
    said = rf"\pard\qc\fs14 {escaped(source)}\par" if source else ""
    fields = [rf"{{\field{{\*\fldinst {code}}}{{\fldrslt 1}}}}" for code in ("PAGE", "NUMPAGES")]
    return rf"\f0{said}\pard\qc\fs16 Page {fields[0]} of {fields[1]}\par"


def _title(caption: Text, after: str, edges: list[int]) -> Iterator[str]:
    """The title as a row of its own, as wide as the table."""
    yield rf"\trowd\trgaph70\trkeep\cellx{edges[-1]}"
    yield rf"\pard\intbl\keepn\sa80\b\fs20 {_runs(caption)}{after}\b0\fs18\cell"
    yield r"\row"


def _rows(layout: Layout, edges: list[int], numbers: range) -> Iterator[str]:
    """Some rows of the table."""
    grid, last = layout.grid, len(layout.rows) - 1
    within = {number for group, members in layout.groups if group for number in members}
    for number in numbers:
        row, heads = layout.rows[number], number < layout.heads
        boxes = tuple(dict.fromkeys(box for box in grid[number] if box))
        borders = [r"\clbrdrt" + RULE] if number == 0 else []
        borders += [r"\clbrdrb" + RULE] if number in (layout.heads - 1, last) else []
        yield r"\trowd\trgaph70\trkeep"
        yield from _cells(boxes, row, edges, "".join(borders), heads)
        for box in boxes:
            # What heads a group stays with its first row. The names of its rows are indented, and so is a
            # text that may follow a number.
            bold = heads or number in layout.titles
            side = _side(box, bold, heads and layout.numeric(box.column))
            indented = number in within if box.column == 0 else side == LEFT
            before = (r"\keepn" if bold else "") + r"\sb20\sa20" + (r"\li140" if indented else "")
            content = _content(box, bold) if box.rows == 1 or box in row else ""
            yield rf"\pard\intbl{before}{side}{content}\cell"
        yield r"\row"


def _cells(boxes: Row, row: Row, edges: list[int], borders: str, heads: bool) -> Iterator[str]:
    """The definitions of a row's cells: what goes on from the row above is merged with it."""
    for box in boxes:
        merge = "" if box.rows == 1 else r"\clvmgf" if box in row else r"\clvmrg"
        rule = r"\clbrdrb" + RULE if heads and box.columns > 1 and r"\clbrdrb" not in borders else ""
        align = r"\clvertalb" if heads else ""
        yield rf"{merge}{borders}{rule}{align}\cellx{edges[box.column + box.columns - 1]}"


def _side(box: Box, bold: bool, flush: bool) -> str:
    """On which side the text of a cell stands; a heading of several columns stands in their middle."""
    centred = bold and box.columns > 1 and box.column > 0
    return CENTRE if centred else RIGHT if box.numeric or flush else LEFT


def _content(box: Box, bold: bool) -> str:
    return rf"\b {_runs(box.text)}\b0" if bold else f" {_runs(box.text)}"


def _runs(text: Text) -> str:
    return "".join(
        rf"{{\super {escaped(run.text)}}}" if run.raised else escaped(run.text) for run in text.runs
    )


def escaped(text: str) -> str:
    """A text in the ASCII of RTF: nothing in it is a command.

    Raises:
        ValueError: for a control character other than a line break or a tabulator.
    """
    return "".join(map(_escaped, text)) if SPECIAL.search(text) else text


def _escaped(character: str) -> str:
    if character in "\\{}":
        return "\\" + character
    if character in "\n\t":
        return r"\line " if character == "\n" else r"\tab "
    if character < " " or character == "\x7f":
        raise ValueError(f"a control character ({ord(character)}) in a table")
    if character <= "~":
        return character
    # Signed 16-bit units, two for what lies beyond the basic plane; ``?`` is for readers without Unicode.
    units = character.encode("utf-16-le")
    numbers = (int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2))
    return "".join(rf"\u{number}?" for number in numbers)
