"""A table as HTML: one row per line, a scope on every heading, a scroll region that the keyboard reaches."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from safetybook.aligned_text import RAISED, flat
from safetybook.determinacy import Determinacy, told
from safetybook.rounding import first_places

if TYPE_CHECKING:
    from safetybook.tables import Cell, Heading, Table

UNNAMED = '<div class="sb-table" role="region" tabindex="0">'
"""What opens the scroll region of a table without a caption."""


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
            cells = f'<th scope="row">{raised(row.label)}</th>' + "".join(
                cell_html(cell, table.marks(cell)) for cell in row.cells
            )
            lines.append(f"<tr{anchor}>{cells}</tr>")
        lines.append("</tbody>")
    of_texts = not any(map(table.numeric, range(len(table.columns))))
    return framed(table, lines, "dataframe sb listing" if of_texts else "dataframe sb")


def framed(table: Table, lines: Iterable[str], classes: str = "dataframe sb") -> str:
    """A table's head and body in the frame that all tables have: caption, scroll region, notes."""
    notes = [f"<p>{_sup(mark)}{raised(text)}</p>" for mark, text in table.notes]
    lines = [
        f'<div class="sb-block">\n{UNNAMED}\n<table class="{classes}">',
        *lines,
        "</table>\n</div>",
        *(['<div class="sb-notes">', *notes, "</div>"] if notes else []),
        "</div>",
    ]
    html = "\n".join(lines)
    return captioned(html, table.caption) if table.caption else html


def captioned(html: str, caption: str) -> str:
    """The HTML of a table that has no caption yet, with one; it names the scroll region as well."""
    named = UNNAMED.removesuffix(">") + f' aria-label="{escape(flat(caption))}">'
    before, _, after = html.partition(f"{UNNAMED}\n")
    opening, _, rest = after.partition("\n")
    return f"{before}{named}\n{opening}\n<caption>{raised(caption)}</caption>\n{rest}"


def group_html(label: str, width: int) -> str:
    """The row that heads a group of rows."""
    return f'<tr class="group"><th scope="rowgroup" colspan="{width}">{raised(label)}</th></tr>'


def _heading_html(heading: Heading, table: Table) -> str:
    text = "" if heading.columns > 1 or table.numeric(heading.start) else ' class="text"'
    span = f' scope="colgroup" colspan="{heading.columns}"' if heading.columns > 1 else ' scope="col"'
    depth = f' rowspan="{heading.levels}"' if heading.levels > 1 else ""
    # "n = 48" stays on one line.
    shown = raised(heading.text).replace(" = ", "&nbsp;=&nbsp;")
    data = _data(heading.source) if heading.source else ""
    return f"<th{text}{span}{depth}{data}>{shown}</th>"


def cell_html(cell: Cell, marks: str, rows: int = 1) -> str:
    """A cell as HTML, its marks after the text, `rows` rows high."""
    names = " ".join(
        name
        for name, applies in (
            ("num", cell.numeric),
            ("differs", cell.article),
            ("illustrative", cell.kind is Determinacy.ILLUSTRATIVE),
            (cell.classes, cell.classes),
        )
        if applies
    )
    kind = f' class="{names}"' if names else ""
    span = f' rowspan="{rows}"' if rows > 1 else ""
    return f"<td{kind}{span}{_data(cell)}>{raised(cell.text)}{_sup(marks)}</td>"


def _data(cell: Cell) -> str:
    """What a cell says of its numbers, for the step that gives them their provenance."""
    source = " ".join(result.estimand for result in cell.results)
    data = f' data-estimand="{escape(source)}"' if source else ""
    data += f' data-of="{escape(cell.of)}"' if cell.of else ""
    data += f' data-standing="{cell.kind}"' if cell.kind else ""
    if cell.kind and cell.standing:
        _, ends, why, meaning = told(cell.standing, first_places(cell.text))
        said = {"ends": ends, "why": why, "meaning": meaning}
        data += "".join(f' data-{key}="{escape(text)}"' for key, text in said.items() if text)
    return data


def _sup(mark: str) -> str:
    return f"<sup>{escape(mark)}</sup>" if mark else ""


def raised(text: str) -> str:
    """A text as HTML: its footnote letters raised, its line breaks kept."""
    return RAISED.sub(r"<sup>\1</sup>", escape(text)).replace("\n", "<br>")
