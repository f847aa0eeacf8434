"""Safety tables as a journal lays them out: spanning headings, row groups, lettered footnotes.

A :class:`Table` holds cells that carry the results behind them. It is shown as semantic HTML (one row per
line, scopes on all headings, a scroll region that the keyboard reaches) and as aligned plain text. Other
forms are made from its :attr:`Table.layout`. All are the same on every run.

In headings, labels and cells, ``^a`` stands for a raised footnote letter. A cell may have several lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import groupby

from safetybook.aligned_text import to_text, unraised
from safetybook.claims import Outcome, Verdict, Verdicts
from safetybook.determinacy import MARKS, MEANINGS, SHOWS_ENDS, Determinacy, Standing
from safetybook.estimands import Estimand
from safetybook.html_tables import to_html
from safetybook.latex import to_latex
from safetybook.layout import Layout, layout
from safetybook.results import Result, compute
from safetybook.rounding import first_places, places
from safetybook.stored_html import stored
from safetybook.study import Study

DIFFERS = "†"
"""Mark of a cell that differs from the article."""

ILLUSTRATIVE = MARKS[Determinacy.ILLUSTRATIVE]
"""Mark of a number that the article does not fix."""

NOTED = 8
"""The largest number of differing cells whose text in the article a note repeats."""


@dataclass(frozen=True)
class Cell:
    """What stands in one cell, and the results behind it.

    `article` is the article's text where it differs from ours; `standing` says how far the article fixes
    the number; `numeric` cells are set flush right in figures of equal width. `classes` are
    further names for the style sheet. `of` names what a number is where it is no result: an estimand, a
    claim (``claim:<id>``), a text that the page has glued.
    """

    text: str
    results: tuple[Result, ...] = ()
    article: str = ""
    standing: Standing | None = None
    numeric: bool = True
    classes: str = ""
    of: str = ""

    @property
    def kind(self) -> Determinacy | None:
        """How far the article fixes the number; None for words, and where it is not said."""
        has_number = any(character.isdigit() for character in self.text)
        return self.standing.kind if self.standing and has_number else None


class Counted(str):
    """A heading that shows a number, with the cell that says where the number comes from."""

    cell: Cell

    def __new__(cls, cell: Cell) -> Counted:
        """The heading whose text is that of the cell."""
        heading = super().__new__(cls, cell.text)
        heading.cell = cell
        return heading


@dataclass(frozen=True)
class Row:
    """A row: its heading and one cell per column; `anchor`, if any, is its id on the page."""

    label: str
    cells: tuple[Cell, ...]
    anchor: str = ""


@dataclass(frozen=True)
class Group:
    """Rows under a common heading; an empty heading for rows that need none."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Heading:
    """A heading cell: its text, its first column, and how many columns and levels it spans."""

    text: str
    start: int
    columns: int
    levels: int

    @property
    def source(self) -> Cell | None:
        """The cell that says where the heading's number comes from, if it shows one."""
        return self.text.cell if isinstance(self.text, Counted) else None


@dataclass(frozen=True)
class Table:
    """A table. Its `caption` is empty where it stands in the text, with a number; the page puts it in.

    `columns` gives each column's headings from the widest spanner down to its own.

    Neighbours with the same first headings share the spanning cells. A heading that shows a number is
    :class:`Counted`. `footnotes` are pairs of mark
    and text, in order; a note with an empty mark (abbreviations) stands by itself. `standing` holds of the
    numbers of all cells that do not say otherwise.

    Raises:
        ValueError: if a row has too few or too many cells.
    """

    caption: str
    stub: str
    columns: tuple[tuple[str, ...], ...]
    groups: tuple[Group, ...]
    footnotes: tuple[tuple[str, str], ...] = ()
    standing: Standing | None = None

    def __post_init__(self) -> None:
        if self.standing is not None:
            # Before anything looks at the rows: they are read off the groups once.
            object.__setattr__(self, "groups", tuple(map(self._told, self.groups)))
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"row {row.label!r} has {len(row.cells)} cells for {len(self.columns)} columns"
                )

    def _told(self, group: Group) -> Group:
        """A group whose cells all have a standing."""
        rows = (
            replace(
                row, cells=tuple(replace(cell, standing=cell.standing or self.standing) for cell in row.cells)
            )
            for row in group.rows
        )
        return replace(group, rows=tuple(rows))

    @cached_property
    def rows(self) -> list[Row]:
        """All rows, without their groups."""
        return [row for group in self.groups for row in group.rows]

    def numeric(self, column: int) -> bool:
        """Whether all cells of a column are set as numbers."""
        return all(row.cells[column].numeric for row in self.rows)

    @property
    def results(self) -> list[Result]:
        """The results behind all cells, row by row."""
        return [result for row in self.rows for cell in row.cells for result in cell.results]

    @cached_property
    def notes(self) -> list[tuple[str, str]]:
        """The footnotes, then one for each kind of mark that the cells bear."""
        notes = list(self.footnotes)
        differing = [
            unraised(f"{row.label} ({', '.join(path)}): {cell.article}")
            for row in self.rows
            for path, cell in zip(self.columns, row.cells, strict=True)
            if cell.article
        ]
        if len(differing) > NOTED:
            notes.append((DIFFERS, "Differs from the article; its text is in the list of claims."))
        elif differing:
            notes.append((DIFFERS, "Differs from the article, which prints: " + "; ".join(differing) + "."))
        return [*notes, *self._kinds_explained()]

    @cached_property
    def kinds(self) -> set[Determinacy]:
        """The kinds of the numbers of all cells."""
        return {cell.kind for row in self.rows for cell in row.cells if cell.kind}

    @cached_property
    def plain(self) -> Determinacy:
        """The kind of the numbers that need no mark: published ones, or determined ones if none is."""
        return Determinacy.DETERMINED if Determinacy.PUBLISHED not in self.kinds else Determinacy.PUBLISHED

    def marks(self, cell: Cell) -> str:
        """The symbols after the text of a cell that send the reader to a note."""
        kind = MARKS[cell.kind] if cell.kind and cell.kind is not self.plain else ""
        return (DIFFERS if cell.article else "") + kind

    def _kinds_explained(self) -> list[tuple[str, str]]:
        """What the marks mean, and the numbers without one; of a few bounded ones the ends."""
        marked = [kind for kind in Determinacy if kind in self.kinds and kind is not self.plain]
        notes = []
        for kind in marked:
            ends = self._ends() if kind is Determinacy.BOUNDED else []
            listed = f" {'; '.join(ends)}." if 0 < len(ends) <= NOTED else ""
            if len(ends) > NOTED:
                listed = " Its ends are in the list at the end of the page."
            notes.append((MARKS[kind], f"{kind.capitalize()}: {MEANINGS[kind]}.{listed}"))
        if self.plain in self.kinds:
            which = "Numbers without a mark" if marked else "All numbers"
            meaning = self._meaning or ("" if self.plain is Determinacy.PUBLISHED else MEANINGS[self.plain])
            notes.append(("", f"{which} are {self.plain}{f': {meaning}' if meaning else ''}."))
        return notes

    @property
    def _meaning(self) -> str:
        """What the kind of the numbers without a mark means here, if all of them say the same."""
        standings = [cell.standing for row in self.rows for cell in row.cells if cell.kind is self.plain]
        meanings = {standing.meaning for standing in standings if standing}
        return meanings.pop() if len(meanings) == 1 else ""

    def _ends(self) -> list[str]:
        """The ends of each bounded cell whose row does not show them; the column goes unsaid if it is one."""
        found = [
            (row.label, path, ends)
            for row in self.rows
            for path, cell in zip(self.columns, row.cells, strict=True)
            if cell.kind is Determinacy.BOUNDED
            and cell.standing
            and not SHOWS_ENDS.search(cell.text)
            and not any(
                (ends := cell.standing.text(first_places(cell.text))) in other.text for other in row.cells
            )
        ]
        columns = {path for _, path, _ in found}
        # The last heading alone names a column if no other has the same.
        first = -1 if len({path[-1] for path in columns}) == len(columns) else 0
        return [
            unraised(
                f"{label} ({', '.join(path[first:])}): {ends}" if len(columns) > 1 else f"{label} {ends}"
            )
            for label, path, ends in found
        ]

    @cached_property
    def levels(self) -> list[list[Heading]]:
        """The heading cells of each level, the widest spanners first."""
        depth = max(len(path) for path in self.columns)
        levels: list[list[Heading]] = [[] for _ in range(depth)]
        for level, headings in enumerate(levels):
            start = 0
            for prefix, members in groupby(self.columns, key=lambda path: path[: level + 1]):
                paths = list(members)
                if len(paths[0]) > level + 1:
                    headings.append(Heading(prefix[-1], start, len(paths), 1))
                elif len(paths[0]) == level + 1:
                    headings += [
                        Heading(path[-1], start + i, 1, depth - level) for i, path in enumerate(paths)
                    ]
                start += len(paths)
        return levels

    @cached_property
    def layout(self) -> Layout:
        """The table as its HTML lays it out, from which all other forms are made."""
        return layout(to_html(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/html": stored(to_html(self)),
            "text/plain": to_text(self),
            "text/latex": to_latex(self.layout),
        }


@dataclass(frozen=True)
class Folded:
    """A table behind a line that opens it."""

    summary: str
    table: Table

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": stored(self.html()), "text/plain": f"{self.summary}\n{to_text(self.table)}"}

    def html(self) -> str:
        """The HTML element that a reader opens without any script."""
        lines = [
            '<details class="sb-data">',
            f"<summary>{escape(self.summary)}</summary>",
            to_html(self.table),
        ]
        return "\n".join([*lines, "</details>"])


def cell(
    form: str,
    estimands: Iterable[Estimand],
    study: Study,
    verdicts: Verdicts,
    location: str = "",
    decimals: int | None = None,
) -> Cell:
    """The cell that shows some estimands as one part of the article does.

    `form` has a pair of braces for each estimand: ``"{} ({}%)"``. Each number has the decimals that the
    article prints at `location`, else `decimals`; the cell differs if one of these numbers is not reproduced.
    """
    results, ours, articles, standings, differs = [], [], [], [], False
    for estimand in estimands:
        result = compute(study, estimand)
        verdict = verdicts.of(estimand.id, location)
        text = _worded(result, verdict) or result.formatted(verdict.claim.decimals if verdict else decimals)
        results.append(result)
        ours.append(text)
        articles.append(verdict.claim.value if verdict else text)
        differs |= verdict is not None and verdict.outcome is not Outcome.REPRODUCED
        if result.value is not None:
            standings.append(verdicts.standing(estimand).at(places(text)))
    article = form.format(*articles) if differs else ""
    return Cell(form.format(*ours), tuple(results), article, together(standings))


def together(standings: Sequence[Standing]) -> Standing | None:
    """The standing of a cell that shows several numbers: that of its least fixed one, the first of these."""
    order = list(Determinacy)
    return max(standings, key=lambda standing: order.index(standing.kind), default=None)


def _worded(result: Result, verdict: Verdict | None) -> str:
    """A text in the article's words, or at least its case; empty for a number and for what it leaves out."""
    if verdict is None or not isinstance(result.value, str):
        return ""
    if verdict.outcome is Outcome.REPRODUCED:
        return verdict.claim.value
    return result.value.capitalize() if verdict.claim.value.istitle() else result.value
