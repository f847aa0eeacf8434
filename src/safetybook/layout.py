"""A table as it is laid out: read from its HTML, and ready for any other form.

The HTML of a table is what readers see and what the checks compare. A :class:`Layout` is read from it, so
that a spreadsheet or a manuscript shows what the page shows, whatever wrote the page: a table of results,
a listing, the numbers of a figure, the ledger. :func:`blocks` finds the tables of a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from itertools import count, groupby

INLINE = {"a", "small", "span", "strong", "em", "code", "b", "i"}
"""Elements within a cell that change how a text looks, not what it says."""

PROSE = "pst-scrollable-table-container"
"""The class that the theme gives to what holds a table of the text, one that no code made."""

DRAWINGS_AND_CODE = re.compile(
    r'(<svg\b[^>]*>|<div class="highlight"><pre\b[^>]*>)(.*?)(</svg>|</pre>)', re.DOTALL
)
"""Most of a page, in three parts: what opens it, what is within it, where no table stands, what closes it."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True)
class Run:
    """A piece of a text that is raised (a footnote letter, a mark) or not."""

    text: str
    raised: bool = False


@dataclass(frozen=True)
class Text:
    """A text in runs; it may have several lines. No run is empty, and neighbours differ."""

    runs: tuple[Run, ...] = ()

    @classmethod
    def of(cls, text: str) -> Text:
        """A text without anything raised."""
        return cls((Run(text),) if text else ())

    @cached_property
    def plain(self) -> str:
        """The text without typography: a raised letter stands after a blank, a mark where it stood."""
        texts = [f" {run.text}" if run.raised and run.text.isalnum() else run.text for run in self.runs]
        return "".join(texts).strip()

    @cached_property
    def bare(self) -> str:
        """The text without footnote letters and marks, for a place that does not have the notes."""
        return "".join(run.text for run in self.runs if not run.raised).strip()


@dataclass(frozen=True)
class Box:
    """A cell, its first column, and how many rows and columns it takes.

    `heading` cells head a row, a column or a group; `numeric` cells are set flush right.
    """

    text: Text
    column: int
    rows: int = 1
    columns: int = 1
    heading: bool = False
    numeric: bool = False


Row = tuple[Box, ...]


@dataclass(frozen=True)
class Layout:
    """A table: its caption, its rows of cells, and its notes.

    The first `heads` rows hold the column headings; a group of rows begins at each of `starts`. A row that
    heads a group is one cell as wide as the table. A cell that is several rows high stands in the first.

    Raises:
        ValueError: if the cells leave a hole, or overlap.
    """

    caption: Text
    width: int
    rows: tuple[Row, ...]
    heads: int
    starts: tuple[int, ...] = ()
    notes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        for number, taken in enumerate(self.grid, start=1):
            if None in taken:
                raise ValueError(f"{self.caption.plain}: row {number} has no cell in some column")

    @cached_property
    def grid(self) -> list[list[Box | None]]:
        """The cell that covers each place, row by row."""
        grid: list[list[Box | None]] = [[None] * self.width for _ in self.rows]
        for number, row in enumerate(self.rows):
            for box in row:
                for line in grid[number : number + box.rows]:
                    line[box.column : box.column + box.columns] = [box] * box.columns
        return grid

    @cached_property
    def groups(self) -> list[tuple[Box | None, list[int]]]:
        """The cell that heads each group of rows, if there is one, and the numbers of the group's rows."""
        groups: list[tuple[Box | None, list[int]]] = []
        for number, row in enumerate(self.rows[self.heads :], start=self.heads):
            if number in self.starts or not groups:
                groups.append((None, []))
            if not groups[-1][1] and len(row) == 1 and row[0].columns == self.width > 1:
                groups[-1] = (row[0], [])
            else:
                groups[-1][1].append(number)
        return groups

    @cached_property
    def body(self) -> list[Row]:
        """The rows below the column headings, but for those that head a group."""
        return [self.rows[number] for _, numbers in self.groups for number in numbers]

    @cached_property
    def titles(self) -> frozenset[int]:
        """The numbers of the rows that head a group."""
        members = {number for _, numbers in self.groups for number in numbers}
        return frozenset(range(self.heads, len(self.rows))) - members

    @cached_property
    def stubs(self) -> int:
        """How many columns hold the headings of the rows: two in a listing."""
        return max((sum(box.heading for box in row) for row in self.body), default=1)

    def numeric(self, column: int) -> bool:
        """Whether the heading of a column is flush right, as most of the cells below it are."""
        if column < self.stubs:
            return False
        numeric = [box.numeric for row in self.body for box in row if box.column == column]
        return 2 * sum(numeric) > len(numeric) or not numeric

    @cached_property
    def names(self) -> list[str]:
        """Each column's headings in one text, from the widest down: ``First period, IVIg (n = 52) a``."""
        columns = ((line[column] for line in self.grid[: self.heads]) for column in range(self.width))
        return [
            ", ".join(
                box.text.plain.replace("\n", " ") for box, _ in groupby(column) if box and box.text.plain
            )
            for column in columns
        ]


@dataclass
class Frame:
    """What a page has around a table: the id of the numbered float, and its number, ``Table 1``."""

    name: str = ""
    number: str = ""


@dataclass(frozen=True)
class Block:
    """A table of a page, the float in which it stands, and the offset in the HTML at which it ends."""

    layout: Layout
    frame: Frame
    end: int


def blocks(html: str) -> list[Block]:
    """The tables of a page or of a part of one, in their order.

    A table of the text has no caption: the headings that it stands under take its place.

    Raises:
        ValueError: at an element that no table of the book has.
    """
    if 'class="sb-block' not in html and f'class="{PROSE}"' not in html:
        return []
    reader = _Reader(html)
    reader.feed(DRAWINGS_AND_CODE.sub(_blank, html))
    reader.close()
    return reader.found


def _blank(found: re.Match[str]) -> str:
    """What is not read, so long and in so many lines as it was: places in the page stay where they are."""
    return found[1] + "\n".join(" " * len(line) for line in found[2].split("\n")) + found[3]


def layout(html: str) -> Layout:
    """The layout of the one table that the HTML holds.

    Raises:
        ValueError: if there is none, or more than one.
    """
    found = blocks(html)
    if len(found) != 1:
        raise ValueError(f"there are {len(found)} tables, not one")
    return found[0].layout


@dataclass
class _Draft:
    """A table that is being read."""

    frame: Frame
    depth: int = 0
    prose: bool = False
    caption: Text = field(default_factory=Text)
    rows: list[list[Box]] = field(default_factory=list)
    heads: int = 0
    starts: list[int] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)
    """The row from which on each column is free."""

    def place(self, text: Text, rows: int, columns: int, heading: bool, numeric: bool) -> None:
        """Add a cell to the last row, in the first column that no cell from above takes."""
        row = len(self.rows) - 1
        free = next(column for column in count() if self.taken.get(column, 0) <= row)
        for column in range(free, free + columns):
            self.taken[column] = max(self.taken.get(column, 0), row + rows)
        self.rows[-1].append(Box(text, free, rows, columns, heading, numeric))

    def layout(self) -> Layout:
        """The table as read."""
        width = max((box.column + box.columns for row in self.rows for box in row), default=0)
        rows, starts = tuple(map(tuple, self.rows)), tuple(self.starts)
        return Layout(self.caption, width, rows, self.heads, starts, tuple(self.notes))


class _Reader(HTMLParser):
    """Reads the tables of a page, element by element."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self._starts = [0, *(end.end() for end in re.finditer("\n", html))]
        self._frames: list[Frame] = []
        self._draft: _Draft | None = None
        self._runs: list[Run] | None = None
        self._raised = False
        self._number: list[str] | None = None
        self._headings: dict[str, str] = {}
        self._heading = ""
        self._cell: tuple[int, int, bool, bool] | None = None
        """Rows and columns of the cell that is read, and whether it is a heading or a number."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        classes = known.get("class", "").split()
        if self._draft is not None:
            self._start_within(self._draft, tag, known, classes)
        elif tag == "figure":
            self._frames.append(Frame(known.get("id", "")))
        elif tag == "span" and "caption-number" in classes and self._frames:
            self._number = []
        elif tag in HEADINGS:
            self._heading = tag
            self._headings = {name: text for name, text in self._headings.items() if name < tag} | {tag: ""}
        elif tag == "a" and "headerlink" in classes:
            self._heading = ""
        elif tag == "div" and "sb-block" in classes:
            self._draft = _Draft(self._frames[-1] if self._frames else Frame(), depth=1)
        elif tag == "div" and PROSE in classes:
            # The page's own title says less than the headings below it.
            titles = list(self._headings.values())
            caption = Text.of(" – ".join(titles[1:] or titles))
            self._draft = _Draft(Frame(), depth=1, prose=True, caption=caption)

    def _start_within(self, draft: _Draft, tag: str, known: dict[str, str], classes: list[str]) -> None:
        match tag:
            case "div":
                draft.depth += 1
            case "tbody":
                draft.starts.append(len(draft.rows))
            case "tr":
                draft.rows.append([])
            case "p" if self._cell:
                if self._runs:
                    self._add("\n")
            case "caption" | "p":
                self._runs = []
            case "th" | "td":
                self._runs = []
                rows, columns = (int(known.get(name, "1")) for name in ("rowspan", "colspan"))
                numeric = not {"num", "text-right"}.isdisjoint(classes)
                self._cell = rows, columns, tag == "th", numeric
            case "sup":
                self._raised = True
            case "br":
                self._add("\n")
            case "table" | "thead" | "colgroup" | "col" | "wbr":
                pass
            case _ if tag not in INLINE:
                raise ValueError(f"<{tag}> in a table: no other form of the table could show it")

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure" and self._frames:
            self._frames.pop()
        elif tag == "span" and self._number is not None:
            self._frames[-1].number = "".join(self._number).strip()
            self._number = None
        elif tag in HEADINGS:
            self._heading = ""
        if self._draft is not None:
            self._end_within(self._draft, tag)

    def _end_within(self, draft: _Draft, tag: str) -> None:
        match tag:
            case "div":
                draft.depth -= 1
                if not draft.depth:
                    line, column = self.getpos()
                    # The links of a table of the text stand outside of what scrolls.
                    end = self._starts[line - 1] + column + (len("</div>") if draft.prose else 0)
                    self.found.append(Block(draft.layout(), draft.frame, end))
                    self._draft = None
            case "thead":
                draft.heads = len(draft.rows)
            case "caption":
                draft.caption = self._text()
            case "p" if not self._cell:
                draft.notes.append(_note(self._text()))
            case "th" | "td" if self._cell:
                draft.place(self._text(), *self._cell)
                self._cell = None
            case "sup":
                self._raised = False

    def handle_data(self, data: str) -> None:
        if self._number is not None:
            self._number.append(data)
        if self._heading:
            self._headings[self._heading] += data
        # The blank that does not break is for the page, and so is a line of the source.
        self._add(data.replace("\xa0", " ").replace("\n", " "))

    def _add(self, data: str) -> None:
        if self._draft is not None and self._runs is not None:
            self._runs.append(Run(data, self._raised))

    def _text(self) -> Text:
        text = Text(tuple(joined(self._runs or ())))
        self._runs = None
        return text


def _note(text: Text) -> Text:
    """A note whose mark stands before a blank."""
    if len(text.runs) > 1 and text.runs[0].raised:
        return Text((text.runs[0], Run(f" {text.runs[1].text.lstrip()}"), *text.runs[2:]))
    return text


def joined(runs: Iterable[Run]) -> Iterator[Run]:
    """Runs without empty ones, neighbours of one kind made one."""
    for raised, members in groupby(runs, key=lambda run: run.raised):
        text = "".join(run.text for run in members)
        if text:
            yield Run(text, raised)
