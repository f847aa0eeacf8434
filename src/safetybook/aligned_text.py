"""A table as aligned text, for a terminal and for readers of the plain notebook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safetybook.tables import Heading, Table


RAISED = re.compile(r"\^(\w)")
"""A letter of a text that is set raised, as a mark of a note."""


def flat(text: str) -> str:
    """A text on one line, its raised letters after a blank."""
    return RAISED.sub(r" \1", text).replace("\n", "; ")


def unraised(text: str) -> str:
    """A text without its raised footnote letters, for a place that does not have the notes."""
    return RAISED.sub("", text)


def to_text(table: Table) -> str:
    """The table as aligned text, whatever the width of the terminal."""
    levels = table.levels
    body = [[flat(cell.text) + table.marks(cell) for cell in row.cells] for row in table.rows]
    widths = [max((len(line[i]) for line in body), default=0) for i in range(len(table.columns))]
    for heading in (heading for headings in reversed(levels) for heading in headings):
        last = heading.start + heading.columns - 1
        missing = len(flat(heading.text)) - _span(widths, heading)
        widths[last] += max(0, missing)
    labels = [(group.label, "  " if group.label else "", group.rows) for group in table.groups]
    names = [label for label, _, _ in labels] + [
        indent + row.label for _, indent, rows in labels for row in rows
    ]
    stub = max(len(flat(name)) for name in [table.stub, *names])
    rule = "-" * (stub + sum(widths) + 2 * len(widths))
    lines = [*([flat(table.caption)] if table.caption else []), rule]
    for headings in levels:
        line = flat(table.stub).ljust(stub) if headings is levels[-1] else " " * stub
        for heading in headings:
            text, width = flat(heading.text), _span(widths, heading)
            place = stub + sum(widths[: heading.start]) + 2 * heading.start + 2
            line = line.ljust(place) + (text.rjust(width) if heading.columns == 1 else text.center(width))
        lines.append(line.rstrip())
    lines.append(rule)
    cells = iter(body)
    for label, indent, rows in labels:
        lines += [flat(label)] if label else []
        for row in rows:
            texts = (text.rjust(width) for text, width in zip(next(cells), widths, strict=True))
            lines.append("  ".join([(indent + flat(row.label)).ljust(stub), *texts]).rstrip())
    lines.append(rule)
    return "\n".join([*lines, *(f"{mark} {flat(text)}".strip() for mark, text in table.notes)])


def _span(widths: list[int], heading: Heading) -> int:
    covered = widths[heading.start : heading.start + heading.columns]
    return sum(covered) + 2 * (len(covered) - 1)
