"""A table as RTF, the form in which clinical study reports exchange tables.

Title and column headings are rows that a word processor repeats on every page; the footer counts the pages.
Rows are not broken across pages; a wide table lies on its side. No time and no name is written.

Source: Microsoft, Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from safetybook.layout import Box, Layout, Row, Text

SHORT_SIDE, LONG_SIDE, MARGIN = 11906, 16838, 1134
"""A4 in twentieths of a point, with margins of 2 cm."""

NARROW = 92
"""Characters that fit across an upright page at 9 points."""

SHORTEST, LONGEST = 5, 34
"""The least and the most characters that a column asks for; longer texts are wrapped."""

RULE = r"\brdrs\brdrw10"


def to_rtf(layout: Layout, source: str = "") -> str:
    """The table as an RTF document in ASCII. `source` stands in the footer of every page."""
    wishes = [_wish(layout, column) for column in range(layout.width)]
    wide = sum(wishes) > NARROW
    width, height = (LONG_SIDE, SHORT_SIDE) if wide else (SHORT_SIDE, LONG_SIDE)
    edges = _edges(wishes, width - 2 * MARGIN)
    lines = [
        r"{\rtf1\ansi\ansicpg1252\uc1\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}",
        rf"{{\info{{\title {escaped(layout.caption.bare)}}}}}",
        rf"\paperw{width}\paperh{height}" + (r"\landscape" if wide else ""),
        rf"\margl{MARGIN}\margr{MARGIN}\margt{MARGIN}\margb{MARGIN}",
        _footer(source),
        r"\f0\fs18",
        *_title(layout.caption, edges),
    ]
    grid, groups = layout.grid, [group for group, _ in layout.groups]
    last = len(layout.rows) - 1
    for number, row in enumerate(layout.rows):
        heads = number < layout.heads
        boxes = tuple(dict.fromkeys(box for box in grid[number] if box))
        borders = [r"\clbrdrt" + RULE] if number == 0 else []
        borders += [r"\clbrdrb" + RULE] if number in (layout.heads - 1, last) else []
        cells = _cells(boxes, row, edges, "".join(borders), heads)
        texts = (
            _paragraph(box, box in row, heads or box in groups, heads and layout.numeric(box.column))
            for box in boxes
        )
        lines += [
            r"\trowd\trgaph70\trkeep" + (r"\trhdr" if heads else ""),
            *cells,
            *(rf"\pard\intbl{text}\cell" for text in texts),
            r"\row",
        ]
    lines += [rf"\pard\sb40\fs16 {_runs(note)}\par" for note in layout.notes]
    return "\n".join([*lines, "}"]) + "\n"


def _wish(layout: Layout, column: int) -> int:
    """How many characters wide a column would like to be."""
    boxes = [box for row in layout.body for box in row if box.column == column and box.columns == 1]
    lines = [len(line) for box in boxes for line in box.text.plain.split("\n")]
    # A heading may be wrapped between its words.
    heads = [box for row in layout.rows[: layout.heads] for box in row if box.column == column]
    words = [len(word) for box in heads if box.columns == 1 for word in box.text.plain.split()]
    return min(max([SHORTEST, *lines, *words]) + 2, LONGEST)


def _edges(wishes: list[int], width: int) -> list[int]:
    """The right edge of each column, so that the columns fill the width as they wish."""
    return [width * reached // sum(wishes) for reached in accumulate(wishes)]


def _footer(source: str) -> str:
    said = rf"\pard\qc\fs14 {escaped(source)}\par" if source else ""
    fields = [rf"{{\field{{\*\fldinst {code}}}{{\fldrslt 1}}}}" for code in ("PAGE", "NUMPAGES")]
    return rf"{{\footer\f0{said}\pard\qc\fs16 Page {fields[0]} of {fields[1]}\par}}"


def _title(caption: Text, edges: list[int]) -> Iterator[str]:
    """The title as a row of its own, so that it is repeated with the headings."""
    yield rf"\trowd\trgaph70\trkeep\trhdr\cellx{edges[-1]}"
    yield rf"\pard\intbl\sa80\b\fs20 {_runs(caption)}\b0\fs18\cell"
    yield r"\row"


def _cells(boxes: Row, row: Row, edges: list[int], borders: str, heads: bool) -> Iterator[str]:
    """The definitions of a row's cells: what goes on from the row above is merged with it."""
    for box in boxes:
        merge = "" if box.rows == 1 else r"\clvmgf" if box in row else r"\clvmrg"
        rule = r"\clbrdrb" + RULE if heads and box.columns > 1 and r"\clbrdrb" not in borders else ""
        align = r"\clvertalb" if heads else ""
        yield rf"{merge}{borders}{rule}{align}\cellx{edges[box.column + box.columns - 1]}"


def _paragraph(box: Box, here: bool, bold: bool, flush: bool) -> str:
    """The content of a cell; what is merged with the row above has none."""
    centred = bold and box.columns > 1 and box.column > 0
    side = r"\qc" if centred else r"\qr" if box.numeric or flush else r"\ql"
    if not here:
        return side
    return rf"{side}\b {_runs(box.text)}\b0" if bold else f"{side} {_runs(box.text)}"


def _runs(text: Text) -> str:
    return "".join(
        rf"{{\super {escaped(run.text)}}}" if run.raised else escaped(run.text) for run in text.runs
    )


def escaped(text: str) -> str:
    """A text in the ASCII of RTF: nothing in it is a command.

    Raises:
        ValueError: for a control character other than a line break or a tabulator.
    """
    return "".join(map(_escaped, text))


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
