"""Drawn: between which numbers a count must lie, and where one data set has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import seaborn as sns
from matplotlib.axes import Axes

from safetybook.determinacy import determined, illustrative
from safetybook.figures import FAINT, INK, Figure, drawing, finish
from safetybook.tables import Cell, Group, Row, Table


@dataclass(frozen=True)
class Range:
    """A count that claims leave open.

    Attributes:
        label: what is counted.
        low, high: its least and its greatest value in any data set that satisfies the claims.
        proved: whether a solver proved both ends.
        among: how many patients could be counted.
        example: its value in one data set.
    """

    label: str
    low: int
    high: int
    proved: bool
    among: int
    example: int

    @property
    def determined(self) -> bool:
        """Whether the claims leave one value only."""
        return self.low == self.high

    @property
    def text(self) -> str:
        """The range in words, for a sentence or a cell."""
        return str(self.low) if self.determined else f"{self.low} to {self.high}"


def ranges(name: str, caption: str, rows: Sequence[Range]) -> Figure:
    """A bar from the least to the greatest value of each count, with a mark where one data set has it."""
    with drawing(0.55 + 0.46 * len(rows)) as canvas:
        axes = canvas.subplots()
        most = max(row.among for row in rows)
        for place, row in enumerate(rows):
            _bar(axes, place, row)
        axes.set(xlim=(0, most), ylim=(len(rows) - 0.4, -0.7), yticks=[])
        axes.set_xlabel("Patients")
        sns.despine(ax=axes, left=True)
        alt = "; ".join(f"{row.label}: {row.text} of {row.among}, here {row.example}" for row in rows)
        return finish(canvas, name, f"{caption}. {alt}.", table(caption, rows))


def _bar(axes: Axes, place: int, row: Range) -> None:
    """The range on the scale of all patients, its words above it."""
    axes.plot((0, row.among), (place, place), color=INK, alpha=FAINT, linewidth=0.8, zorder=0)
    axes.plot((row.low, row.high), (place, place), color=INK, linewidth=5, alpha=0.45, solid_capstyle="butt")
    axes.plot((row.low, row.high), (place, place), "|", color=INK, markersize=9, markeredgewidth=1.4)
    axes.plot(row.example, place, "o", color=INK, markersize=5, fillstyle="none", markeredgewidth=1.2)
    across = axes.get_yaxis_transform()
    axes.annotate(row.label, (0, place - 0.4), xycoords=across, va="center", fontsize=9)
    axes.annotate(row.text, (1, place - 0.4), xycoords=across, va="center", ha="right", fontsize=9)


def table(caption: str, rows: Sequence[Range]) -> Table:
    """The ranges as a table: least, greatest, and whether both are proved."""
    columns = (("Least",), ("Greatest",), ("Of",), ("Here",), ("Proved",))
    body = tuple(
        Row(
            row.label,
            (
                *(Cell(str(number)) for number in (row.low, row.high, row.among)),
                Cell(str(row.example), standing=None if row.determined else illustrative()),
                Cell("both ends" if row.proved else "not both ends", numeric=False),
            ),
        )
        for row in rows
    )
    ends = determined("the ends over all data sets that satisfy the claims")
    return Table(caption, "Patients with", columns, (Group("", body),), standing=ends)
