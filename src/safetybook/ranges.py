"""Drawn: between which numbers a count must lie, and where one data set has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.determinacy import determined, illustrative
from safetybook.figures import FAINT, INK, Figure, despine, drawing, finish, length
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OPEN = "°"
"""Mark of an end that no data set is known to reach."""

LONGEST, SIZE = 275, 9
"""Points that a label and its range may take of the line above a bar, and the size of their letters."""


@dataclass(frozen=True)
class Range:
    """A number of patients or events that claims leave open.

    Attributes:
        label: what is counted.
        low, high: no data set that satisfies the claims has less or more; proved by a solver.
        reached_low, reached_high: the least and the greatest value of any data set that was made.
        among: how many patients could be counted, None for a number of events.
        example: the value in the data of the book.
    """

    label: str
    low: int
    high: int
    reached_low: int
    reached_high: int
    among: int | None
    example: int

    @property
    def determined(self) -> bool:
        """Whether the claims leave one value only."""
        return self.low == self.high

    @property
    def certified(self) -> tuple[bool, bool]:
        """For each end, whether a data set reaches it. If none does, the true end may lie further in."""
        return self.low == self.reached_low, self.high == self.reached_high

    @property
    def text(self) -> str:
        """The range in words, for a sentence or a cell."""
        return str(self.low) if self.determined else f"{self.low} to {self.high}"

    @property
    def marked(self) -> str:
        """The range with a mark after each open end."""
        if self.determined:
            return self.text
        ends = zip((self.low, self.high), self.certified, strict=True)
        return " to ".join(f"{end}{'' if certified else OPEN}" for end, certified in ends)


def ranges(
    name: str, caption: str, rows: Sequence[Range], others: Mapping[str, Sequence[int]] | None = None
) -> Figure:
    """Between which numbers of patients each count lies.

    A broad bar spans the values that some data set has. Where it ends in a mark, no data set goes further;
    where it ends in a thin line, none is known to, and the line's end is what none can pass. The circle is
    the value in one data set. `others` has the values in other data sets by label; the part of the bar that
    they span is stronger.

    Raises:
        ValueError: for a number of events, and for labels that would run into their ranges.
    """
    if long := [row.label for row in rows if length(row.label + row.marked, SIZE) > LONGEST]:
        raise ValueError(f"a label and its range do not fit on a line: {'; '.join(long)}")
    with drawing(0.55 + 0.46 * len(rows)) as canvas:
        axes = canvas.subplots()
        spans = [_span(row, others or {}) for row in rows]
        for place, (row, span) in enumerate(zip(rows, spans, strict=True)):
            _bar(axes, place, row, span)
        most = max(_among(row) for row in rows)
        axes.set(xlim=(0, most), ylim=(len(rows) - 0.4, -0.7), yticks=[])
        axes.set_xlabel("Patients")
        despine(axes, left=True)
        alt = "; ".join(_in_words(row, span) for row, span in zip(rows, spans, strict=True))
        return finish(canvas, name, f"{caption}. {alt}.", table(caption, rows))


def _among(row: Range) -> int:
    if row.among is None:
        raise ValueError(f"{row.label}: a number of events has no place on a scale of patients")
    return row.among


def _span(row: Range, others: Mapping[str, Sequence[int]]) -> tuple[int, int] | None:
    """The least and the greatest value of a count that is not determined, in the data sets that were made."""
    if row.determined or row.label not in others:
        return None
    made = (row.example, *others[row.label])
    return min(made), max(made)


def _in_words(row: Range, span: tuple[int, int] | None) -> str:
    made = f", in all data sets made {span[0]} to {span[1]}" if span else ""
    return f"{row.label}: {row.text} of {row.among}, here {row.example}{made}"


def _bar(axes: Axes, place: int, row: Range, span: tuple[int, int] | None) -> None:
    """The range on the scale of all patients, its words above it."""
    axes.plot((0, _among(row)), (place, place), color=INK, alpha=FAINT, linewidth=0.8, zorder=0)
    axes.plot((row.low, row.high), (place, place), color=INK, linewidth=1.4, alpha=0.45)
    reached = row.reached_low, row.reached_high
    for ends in (reached, span) if span else (reached,):
        axes.plot(ends, (place, place), color=INK, linewidth=5, alpha=0.35, solid_capstyle="butt")
    marks = [end for end, certified in zip((row.low, row.high), row.certified, strict=True) if certified]
    axes.plot(marks, [place] * len(marks), "|", color=INK, markersize=9, markeredgewidth=1.4)
    axes.plot(row.example, place, "o", color=INK, markersize=5, fillstyle="none", markeredgewidth=1.2)
    across = axes.get_yaxis_transform()
    axes.annotate(row.label, (0, place - 0.4), xycoords=across, va="center", fontsize=SIZE)
    axes.annotate(row.marked, (1, place - 0.4), xycoords=across, va="center", ha="right", fontsize=SIZE)


CERTIFIED = {
    (True, True): "both",
    (True, False): "least",
    (False, True): "greatest",
    (False, False): "neither",
}
"""In words, which ends of a range some data set reaches."""


NOTES = (
    ("", "Ends reached: by data sets that were made. Where one is not, the numbers say how far they go."),
)


def table(caption: str, rows: Sequence[Range]) -> Table:
    """The ranges as a table: what none can pass, which ends are reached, and the value in one data set."""
    columns = (("Least",), ("Greatest",), ("Of",), ("Ends reached",), ("Here",))
    body = tuple(
        Row(
            row.label,
            (
                *(Cell(str(number)) for number in (row.low, row.high)),
                Cell("" if row.among is None else str(row.among)),
                Cell(_reached(row), numeric=False),
                Cell(str(row.example), standing=None if row.determined else illustrative()),
            ),
        )
        for row in rows
    )
    ends = determined("the ends over all data sets that satisfy the claims")
    return Table(caption, "What is counted", columns, (Group("", body),), NOTES, ends)


def _reached(row: Range) -> str:
    """Which ends are reached; where one is not, how far data sets go."""
    words = CERTIFIED[row.certified]
    if all(row.certified):
        return words
    reached = dict.fromkeys((row.reached_low, row.reached_high))
    return f"{words}; {' to '.join(map(str, reached))}"
