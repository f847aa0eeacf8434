"""Intersections: who belongs to which sets at once, as a matrix of dots below bars.

The form is the UpSet plot of Lex and colleagues (IEEE Trans Vis Comput Graph 2014;20:1983-92). Each column
is a combination of sets; its dots say which. Everybody belongs to one column only. The few who are of
special interest are marks of their own, one each, below the bars of the many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from safetybook.figures import COLOURS, FAINT, INK, WIDTH, Figure, drawing, finish, within_a_sentence
from safetybook.tables import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = 1.5
"""Width in inches of the sets' names."""

TITLE, BARS, MARK, SET, GAP = 0.05, 1.35, 0.2, 0.3, 0.1
"""Heights in inches: above the bars, the tallest bar with its number, a mark, a set's row, and a gap."""

LINE, BOLD_LINE = 22, 20
"""Characters after which a set's name breaks, and what bars and marks are."""


@dataclass(frozen=True)
class Intersection:
    """Those who belong to these sets and no others.

    Attributes:
        sets: the names of the sets; none for those who belong to no set.
        size: how many of the many belong to exactly these.
        marked: how many of the few do.
        ends: the least and the greatest possible `size`.
        others: the size in other data sets, if it is open.
    """

    sets: frozenset[str]
    size: int
    marked: int
    ends: tuple[int, int]
    others: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        low, high = self.ends
        if not all(low <= size <= high for size in (self.size, *self.others)):
            raise ValueError(f"{self.name}: a size lies beyond {low} and {high}")

    @property
    def name(self) -> str:
        """The sets in words."""
        return ", ".join(sorted(self.sets)) or "none"


def ordered(columns: Sequence[Intersection], sets: Sequence[str]) -> list[Intersection]:
    """Columns as the figure has them: those of no set, then by size, then by the order of the sets."""

    def rank(column: Intersection) -> tuple[bool, int, int, list[int]]:
        places = sorted(map(list(sets).index, column.sets))
        return bool(places), -column.size, -column.marked, places

    return sorted(columns, key=rank)


def intersections(
    name: str,
    caption: str,
    sets: Sequence[str],
    columns: Sequence[Intersection],
    kinds: tuple[str, str],
    data: Table | None = None,
) -> Figure:
    """Bars for the many, marks for the few, and the sets of each column as joined dots below.

    `kinds` names the many and the few. The thin line at a bar has the ends between which its size lies, its
    stronger part what other data sets have.

    Raises:
        ValueError: if a column has a set that is not among `sets`, or two columns have the same ones.
    """
    if len({column.sets for column in columns}) < len(columns):
        raise ValueError(f"figure {name!r}: two columns of the same sets")
    if unknown := set().union(*(column.sets for column in columns)) - set(sets):
        raise ValueError(f"figure {name!r}: no row for {', '.join(sorted(unknown))}")
    columns = ordered(columns, sets)
    highest = max(column.ends[1] for column in columns)
    most = max(1, *(column.marked for column in columns))
    floor = TITLE + BARS
    first = floor + GAP + MARK * most + GAP + SET / 2
    height = first + SET * (len(sets) - 0.5) + 0.05
    pitch = (WIDTH - NAMES) / len(columns)
    with drawing(height) as canvas:
        canvas.set_layout_engine("none")
        axes = canvas.add_axes((0, 0, 1, 1))
        axes.axis("off")
        axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        _name(axes, kinds, floor, most)
        for place, label in enumerate(sets):
            level = first + SET * place
            axes.text(0, level, "\n".join(wrap(label, LINE)), va="center", fontsize=9, linespacing=1.0)
            axes.plot((NAMES, WIDTH), (level, level), color=INK, alpha=FAINT / 2, linewidth=0.6)
        for number, column in enumerate(columns):
            across = NAMES + pitch * (number + 0.5)
            _bar(axes, column, across, pitch, (BARS - 0.2) / highest, floor)
            for mark in range(column.marked):
                axes.plot(across, floor + GAP + MARK * (mark + 0.5), "D", color=INK, markersize=5)
            levels = [first + SET * place for place, label in enumerate(sets) if label in column.sets]
            if levels:
                axes.plot((across, across), (levels[0], levels[-1]), color=INK, linewidth=1.3)
            axes.plot([across] * len(levels), levels, "o", color=INK, markersize=5)
        told = "; ".join(_words(column, kinds) for column in columns)
        return finish(canvas, name, f"{caption}. {told}.", data)


def _name(axes: Axes, kinds: tuple[str, str], floor: float, most: int) -> None:
    """What bars and marks are, on the left."""
    for text, level in ((kinds[0], floor - 0.28), (kinds[1], floor + GAP + MARK * most / 2)):
        lines = "\n".join(wrap(text, BOLD_LINE))
        axes.text(0, level, lines, va="center", fontsize=9, weight="bold", linespacing=1.0)
    axes.plot((NAMES, WIDTH), (floor, floor), color=INK, alpha=2 * FAINT, linewidth=0.8)


def _bar(axes: Axes, column: Intersection, across: float, pitch: float, scale: float, floor: float) -> None:
    """A bar with its number, and the line between the possible ends."""
    low, high = column.ends
    axes.bar(
        across, -scale * column.size, 0.62 * pitch, bottom=floor, color=COLOURS[0], alpha=0.45, linewidth=0
    )
    if low < high:
        axes.plot((across, across), (floor - scale * low, floor - scale * high), color=INK, linewidth=0.8)
        if column.others:
            least, greatest = min(column.others), max(column.others)
            ends = (floor - scale * least, floor - scale * greatest)
            axes.plot((across, across), ends, color=INK, linewidth=2.6, solid_capstyle="butt")
    axes.text(across, floor - scale * high - 0.04, str(column.size), ha="center", va="bottom", fontsize=9)


def _words(column: Intersection, kinds: tuple[str, str]) -> str:
    low, high = column.ends
    possible = f" ({low} to {high} possible)" if low < high else ""
    many, few = map(within_a_sentence, kinds)
    return f"{column.name}: {many} {column.size}{possible}, {few} {column.marked}"
