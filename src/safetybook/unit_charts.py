"""Unit charts: one mark per patient, so that a few patients can be seen beside the many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.figures import COLOURS, FAINT, INK, WIDTH, Figure, drawing, finish
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PITCH = 0.19
"""Distance of two marks in inches; the unit of both axes."""

ACROSS = int(WIDTH / PITCH)
"""Marks that fit beside each other."""

STYLES = (("s", COLOURS[0], True), ("s", COLOURS[0], False), ("o", INK, False), (".", INK, True))
"""Marker, colour and whether it is filled, of each kind of patient: they differ without colour, too."""


@dataclass(frozen=True)
class Units:
    """A kind of patient: its name, and how many there are in each column."""

    label: str
    counts: tuple[int, ...]


def unit_chart(name: str, caption: str, columns: Sequence[str], rows: Sequence[Units]) -> Figure:
    """A row of marks for each kind of patient, one mark per patient, side by side in the columns.

    All columns but the last are as wide as their longest row; the last takes what is left, and breaks its
    rows. The numbers fold out below the figure.

    Raises:
        ValueError: for more kinds of patients than there are styles.
    """
    if len(rows) > len(STYLES):
        raise ValueError(f"{len(rows)} kinds of patients, but only {len(STYLES)} kinds of marks")
    starts, wide = _layout(columns, rows)
    lines = [-(-row.counts[-1] // wide) for row in rows]
    height = 1.5 + sum(max(1, count) + 1.9 for count in lines)
    with drawing(PITCH * height) as canvas:
        canvas.set_layout_engine("none")
        axes = canvas.add_axes((0, 0, 1, 1))
        axes.axis("off")
        axes.set(xlim=(-0.6, WIDTH / PITCH - 0.6), ylim=(height - 0.9, -0.9))
        for column, start in zip(columns, starts, strict=True):
            axes.text(start - 0.4, 0, column, va="center", fontweight="bold", fontsize=9.5)
        axes.plot((-0.4, ACROSS - 0.6), (0.75, 0.75), color=INK, alpha=FAINT, linewidth=1)
        down = 1.7
        for row, count, style in zip(rows, lines, STYLES, strict=False):
            axes.text(-0.4, down, f"{row.label}: {sum(row.counts)}", va="center", fontsize=9.5)
            for start, number in zip(starts, row.counts, strict=True):
                _draw_marks(axes, (start, down + 1.15), wide, number, style)
            down += max(1, count) + 1.9
        alt = "; ".join(
            f"{row.label}, "
            + ", ".join(f"{number} {column}" for column, number in zip(columns, row.counts, strict=True))
            for row in rows
        )
        return finish(canvas, name, f"{caption}. {alt}.", _table(caption, columns, rows))


def _layout(columns: Sequence[str], rows: Sequence[Units]) -> tuple[list[int], int]:
    """Where each column starts, and how many marks fit into a line of the last one."""
    starts = [0]
    for column, heading in enumerate(columns[:-1]):
        longest = max(row.counts[column] for row in rows)
        starts.append(starts[-1] + max(longest + 2, round(0.45 * len(heading)) + 1))
    return starts, ACROSS - starts[-1] - 2


def _draw_marks(
    axes: Axes, corner: tuple[float, float], wide: int, count: int, style: tuple[str, str, bool]
) -> None:
    """The marks from a corner on, line by line, then their number if there is any."""
    marker, colour, filled = style
    across, down = corner
    places = [(across + i % wide, down + i // wide) for i in range(count)]
    for x, y in places:
        axes.plot(
            x,
            y,
            marker,
            color=colour,
            fillstyle="full" if filled else "none",
            markersize=7.5,
            markeredgewidth=1.4 if not filled else 0,
        )
    if places:
        x, y = places[-1]
        axes.text(x + 0.8, y, str(count), va="center", fontsize=9.5)


def _table(caption: str, columns: Sequence[str], rows: Sequence[Units]) -> Table:
    headings = (*((column,) for column in columns), ("All",))
    body = [
        Row(row.label, tuple(Cell(str(number)) for number in (*row.counts, sum(row.counts)))) for row in rows
    ]
    return Table(caption, "Patients", headings, (Group("", tuple(body)),))
