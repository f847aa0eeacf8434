"""Safety tables as a journal lays them out: spanning headings, row groups, lettered footnotes.

A :class:`Table` holds cells that carry the results behind them. It has three forms: semantic HTML
(one row per line, scopes on all headings, a scroll region that the keyboard reaches), aligned plain
text, and LaTeX with booktabs rules. All three are the same on every run.

In headings, labels and cells, ``^a`` stands for a raised footnote letter. A cell may have several lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import groupby

from safetybook.claims import Determinacy, Outcome, Verdict, Verdicts
from safetybook.estimands import Estimand, Where
from safetybook.latex import to_latex
from safetybook.results import Result, compute
from safetybook.study import Study

DIFFERS = "†"
"""Mark of a cell that differs from the article."""

ILLUSTRATIVE = "‡"
"""Mark of a cell whose value the article does not fix."""

NOTED = 8
"""The largest number of differing cells whose text in the article a note repeats."""

ILLUSTRATIVE_NOTE = (
    "Illustrative: the article does not fix this number. "
    "It is an artefact of this reconstruction, not a finding."
)

_RAISED = re.compile(r"\^(\w)")


@dataclass(frozen=True)
class Cell:
    """What stands in one cell, and the results behind it.

    `article` is the article's text where it differs from ours; `illustrative` is true where the
    article does not fix the value; `numeric` cells are set flush right in figures of equal width.
    `classes` are further names for the style sheet.
    """

    text: str
    results: tuple[Result, ...] = ()
    article: str = ""
    illustrative: bool = False
    numeric: bool = True
    classes: str = ""

    @property
    def marks(self) -> str:
        """The symbols after the text that send the reader to a note."""
        return (DIFFERS if self.article else "") + (ILLUSTRATIVE if self.illustrative else "")


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
class _Heading:
    """A heading cell: its text, its first column, and how many columns and levels it spans."""

    text: str
    start: int
    columns: int
    levels: int


@dataclass(frozen=True)
class Table:
    """A table. `columns` gives each column's headings from the widest spanner down to its own.

    Neighbours with the same first headings share the spanning cells. `footnotes` are pairs of mark
    and text, in order; a note with an empty mark (abbreviations) stands by itself.

    Raises:
        ValueError: if a row has too few or too many cells.
    """

    caption: str
    stub: str
    columns: tuple[tuple[str, ...], ...]
    groups: tuple[Group, ...]
    footnotes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"row {row.label!r} has {len(row.cells)} cells for {len(self.columns)} columns"
                )

    @property
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

    @property
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
        if any(cell.illustrative for row in self.rows for cell in row.cells):
            notes.append((ILLUSTRATIVE, ILLUSTRATIVE_NOTE))
        return notes

    @property
    def levels(self) -> list[list[_Heading]]:
        """The heading cells of each level, the widest spanners first."""
        depth = max(len(path) for path in self.columns)
        levels: list[list[_Heading]] = [[] for _ in range(depth)]
        for level, headings in enumerate(levels):
            start = 0
            for prefix, members in groupby(self.columns, key=lambda path: path[: level + 1]):
                paths = list(members)
                if len(paths[0]) > level + 1:
                    headings.append(_Heading(prefix[-1], start, len(paths), 1))
                elif len(paths[0]) == level + 1:
                    headings += [
                        _Heading(path[-1], start + i, 1, depth - level) for i, path in enumerate(paths)
                    ]
                start += len(paths)
        return levels

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": to_html(self), "text/plain": to_text(self), "text/latex": to_latex(self)}


@dataclass(frozen=True)
class Folded:
    """A table behind a line that opens it."""

    summary: str
    table: Table

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.summary}\n{to_text(self.table)}"}

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
    results, ours, articles, differs, illustrative = [], [], [], False, False
    for estimand in estimands:
        result = compute(study, estimand)
        verdict = verdicts.of(estimand.id, location)
        text = _worded(result, verdict) or result.formatted(verdict.claim.decimals if verdict else decimals)
        results.append(result)
        ours.append(text)
        articles.append(verdict.claim.value if verdict else text)
        differs |= verdict is not None and verdict.outcome is not Outcome.REPRODUCED
        illustrative |= verdicts.determinacy(estimand) is Determinacy.ILLUSTRATIVE and not differs
    article = form.format(*articles) if differs else ""
    return Cell(form.format(*ours), tuple(results), article, illustrative)


def _worded(result: Result, verdict: Verdict | None) -> str:
    """A text in the article's words, or at least its case; empty for a number and for what it leaves out."""
    if verdict is None or not isinstance(result.value, str):
        return ""
    if verdict.outcome is Outcome.REPRODUCED:
        return verdict.claim.value
    return result.value.capitalize() if verdict.claim.value.istitle() else result.value


def described(rows: Where) -> str:
    """A filter in words: ``AEREL is POSSIBLE or PROBABLE and TRTEMFL is Y``."""
    conditions = [(name, "is", values) for name, values in rows.allowed]
    conditions += [(name, "is not", values) for name, values in rows.excluded]
    return " and ".join(
        f"{name} {verb} {' or '.join(sorted(map(str, values)))}" for name, verb, values in conditions
    )


def to_html(table: Table) -> str:
    """The table as HTML, one row per line; the notes stand outside the part that scrolls."""
    levels = table.levels
    widths = "".join(f'<colgroup span="{heading.columns}"></colgroup>' for heading in levels[0])
    lines = [f"<colgroup></colgroup>{widths}", "<thead>"]
    corner = f'<th scope="col" rowspan="{len(levels)}">{raised(table.stub)}</th>'
    for headings in levels:
        lines.append(f"<tr>{corner}{''.join(_heading_html(h, table) for h in headings)}</tr>")
        corner = ""
    lines.append("</thead>")
    for group in table.groups:
        heading = [group_html(group.label, len(table.columns) + 1)] if group.label else []
        lines += ["<tbody>", *heading]
        for row in group.rows:
            anchor = f' id="{escape(row.anchor)}"' if row.anchor else ""
            cells = f'<th scope="row">{raised(row.label)}</th>' + "".join(map(cell_html, row.cells))
            lines.append(f"<tr{anchor}>{cells}</tr>")
        lines.append("</tbody>")
    of_texts = not any(map(table.numeric, range(len(table.columns))))
    return framed(table, lines, "dataframe sb listing" if of_texts else "dataframe sb")


def framed(table: Table, lines: Iterable[str], classes: str = "dataframe sb") -> str:
    """A table's head and body in the frame that all tables have: caption, scroll region, notes."""
    name = escape(_flat(table.caption))
    notes = [f"<p>{_sup(mark)}{raised(text)}</p>" for mark, text in table.notes]
    lines = [
        f'<div class="sb-block">\n<div class="sb-table" role="region" tabindex="0" aria-label="{name}">',
        f'<table class="{classes}">\n<caption>{raised(table.caption)}</caption>',
        *lines,
        "</table>\n</div>",
        *(['<div class="sb-notes">', *notes, "</div>"] if notes else []),
        "</div>",
    ]
    return "\n".join(lines)


def group_html(label: str, width: int) -> str:
    """The row that heads a group of rows."""
    return f'<tr class="group"><th scope="rowgroup" colspan="{width}">{raised(label)}</th></tr>'


def _heading_html(heading: _Heading, table: Table) -> str:
    text = "" if heading.columns > 1 or table.numeric(heading.start) else ' class="text"'
    span = f' scope="colgroup" colspan="{heading.columns}"' if heading.columns > 1 else ' scope="col"'
    depth = f' rowspan="{heading.levels}"' if heading.levels > 1 else ""
    # "n = 48" stays on one line.
    shown = raised(heading.text).replace(" = ", "&nbsp;=&nbsp;")
    return f"<th{text}{span}{depth}>{shown}</th>"


def cell_html(cell: Cell, rows: int = 1) -> str:
    """A cell as HTML, `rows` rows high."""
    names = " ".join(
        name
        for name, applies in (
            ("num", cell.numeric),
            ("differs", cell.article),
            ("illustrative", cell.illustrative),
            (cell.classes, cell.classes),
        )
        if applies
    )
    kind = f' class="{names}"' if names else ""
    source = " ".join(result.estimand for result in cell.results)
    data = f' data-estimand="{escape(source)}"' if source else ""
    span = f' rowspan="{rows}"' if rows > 1 else ""
    return f"<td{kind}{span}{data}>{raised(cell.text)}{_sup(cell.marks)}</td>"


def _sup(mark: str) -> str:
    return f"<sup>{escape(mark)}</sup>" if mark else ""


def raised(text: str) -> str:
    """A text as HTML: its footnote letters raised, its line breaks kept."""
    return _RAISED.sub(r"<sup>\1</sup>", escape(text)).replace("\n", "<br>")


def unraised(text: str) -> str:
    """A text without its raised footnote letters, for a place that does not have the notes."""
    return _RAISED.sub("", text)


def _flat(text: str) -> str:
    return _RAISED.sub(r" \1", text).replace("\n", "; ")


def to_text(table: Table) -> str:
    """The table as aligned text, whatever the width of the terminal."""
    levels = table.levels
    body = [[_flat(cell.text) + cell.marks for cell in row.cells] for row in table.rows]
    widths = [max((len(line[i]) for line in body), default=0) for i in range(len(table.columns))]
    for heading in (heading for headings in reversed(levels) for heading in headings):
        last = heading.start + heading.columns - 1
        missing = len(_flat(heading.text)) - _span(widths, heading)
        widths[last] += max(0, missing)
    labels = [(group.label, "  " if group.label else "", group.rows) for group in table.groups]
    names = [label for label, _, _ in labels] + [
        indent + row.label for _, indent, rows in labels for row in rows
    ]
    stub = max(len(_flat(name)) for name in [table.stub, *names])
    rule = "-" * (stub + sum(widths) + 2 * len(widths))
    lines = [_flat(table.caption), rule]
    for headings in levels:
        line = _flat(table.stub).ljust(stub) if headings is levels[-1] else " " * stub
        for heading in headings:
            text, width = _flat(heading.text), _span(widths, heading)
            place = stub + sum(widths[: heading.start]) + 2 * heading.start + 2
            line = line.ljust(place) + (text.rjust(width) if heading.columns == 1 else text.center(width))
        lines.append(line.rstrip())
    lines.append(rule)
    cells = iter(body)
    for label, indent, rows in labels:
        lines += [_flat(label)] if label else []
        for row in rows:
            texts = (text.rjust(width) for text, width in zip(next(cells), widths, strict=True))
            lines.append("  ".join([(indent + _flat(row.label)).ljust(stub), *texts]).rstrip())
    lines.append(rule)
    return "\n".join([*lines, *(f"{mark} {_flat(text)}".strip() for mark, text in table.notes)])


def _span(widths: list[int], heading: _Heading) -> int:
    covered = widths[heading.start : heading.start + heading.columns]
    return sum(covered) + 2 * (len(covered) - 1)
