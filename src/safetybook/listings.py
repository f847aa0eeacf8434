"""Listings: tables whose rows are single events, patient by patient, as a journal prints them.

A :class:`Listing` puts the patient beside all events of that patient, and the events under the part of
the trial in which they occurred. What is said of a patient's events together (the treatment that
followed, say) stands once, at the right, as high as these events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from safetybook.aligned_text import to_text
from safetybook.html_tables import cell_html, framed, group_html, raised
from safetybook.latex import to_latex
from safetybook.stored_html import stored
from safetybook.tables import Cell, Group, Row, Table


@dataclass(frozen=True)
class Entry:
    """A patient: its name, one row per event, and the cells that stand for all of them together."""

    label: str
    rows: tuple[Row, ...]
    shared: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Section:
    """The entries under a common heading."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Listing:
    """A listing. `stubs` head the patients and their events, `columns` what is said of each event,
    `shared` what is said once for each patient.

    Raises:
        ValueError: if a row or an entry has too few or too many cells, or an entry has no row.
    """

    caption: str
    stubs: tuple[str, str]
    columns: tuple[str, ...]
    sections: tuple[Section, ...]
    shared: tuple[str, ...] = ()
    footnotes: tuple[tuple[str, str], ...] = ()
    table: Table = field(init=False)
    """The same as a plain table, the patient in a column of its own; checked like any table."""

    def __post_init__(self) -> None:
        for entry in (entry for section in self.sections for entry in section.entries):
            if not entry.rows or len(entry.shared) != len(self.shared):
                raise ValueError(
                    f"{entry.label} has {len(entry.rows)} rows, and {len(entry.shared)} cells "
                    f"for {len(self.shared)} shared columns"
                )
        patient, event = self.stubs
        columns = tuple((heading,) for heading in (patient, *self.columns, *self.shared))
        groups = tuple(
            Group(section.label, tuple(row for entry in section.entries for row in _flat_rows(entry)))
            for section in self.sections
        )
        object.__setattr__(self, "table", Table(self.caption, event, columns, groups, self.footnotes))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/html": stored(to_html(self)),
            "text/plain": to_text(self.table),
            "text/latex": to_latex(self.table.layout),
        }


def _flat_rows(entry: Entry) -> list[Row]:
    """The rows of an entry, each as long as the table is wide; what is shared stands in the first."""
    empty = tuple(Cell("", numeric=cell.numeric) for cell in entry.shared)
    return [
        Row(
            row.label,
            (
                Cell(entry.label if first else "", numeric=False),
                *row.cells,
                *(entry.shared if first else empty),
            ),
            row.anchor,
        )
        for first, row in zip((True, *(False for _ in entry.rows)), entry.rows, strict=False)
    ]


def to_html(listing: Listing) -> str:
    """The listing as HTML, one row per line; a patient's cells are as high as that patient's events."""
    table = listing.table
    names = (*listing.stubs, *listing.columns, *listing.shared)
    flush = (False, False, *(table.numeric(column) for column in range(1, len(table.columns))))
    headings = [
        f'<th scope="col">{raised(heading)}</th>'
        if numeric
        else f'<th scope="col" class="text">{raised(heading)}</th>'
        for heading, numeric in zip(names, flush, strict=True)
    ]
    lines = ["<thead>", f"<tr>{''.join(headings)}</tr>", "</thead>"]
    for section in listing.sections:
        lines.append("<tbody>")
        if section.label:
            lines.append(group_html(section.label, len(headings)))
        for entry in section.entries:
            lines += _entry_html(entry, table)
        lines.append("</tbody>")
    return framed(table, lines, "dataframe sb sb-listing")


def _entry_html(entry: Entry, table: Table) -> list[str]:
    height = len(entry.rows)
    span = f' rowspan="{height}"' if height > 1 else ""
    before = f'<th scope="row" class="entry"{span}>{raised(entry.label)}</th>'
    after = "".join(
        cell_html(replace(cell, classes=f"shared {cell.classes}".strip()), table.marks(cell), height)
        for cell in entry.shared
    )
    opening = '<tr class="entry">'
    lines = []
    for row in entry.rows:
        # "Recovered/resolved" may break at its stroke: a listing has many columns of words.
        html = "".join(cell_html(cell, table.marks(cell)) for cell in row.cells)
        cells = re.sub(r"(?<=[a-z])/(?=[a-z])", "/<wbr>", html)
        lines.append(f'{opening}{before}<th scope="row">{raised(row.label)}</th>{cells}{after}</tr>')
        opening, before, after = "<tr>", "", ""
    return lines
