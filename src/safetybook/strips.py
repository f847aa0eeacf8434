"""Strips: every event a dot on an axis of days, above the median and range that an article prints.

The axis is logarithmic, so that hours and weeks fit on one narrow figure. An event at zero days has a
lane of its own, and so has one whose number of days is not known. Dots that would overlap
are stacked; where they lie is computed, and never random.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING

from safetybook.determinacy import Standing, illustrative
from safetybook.estimands import Summary
from safetybook.figures import FAINT, INK, WIDTH, Figure, Palette, drawing, finish
from safetybook.results import Result
from safetybook.rounding import exact
from safetybook.study import Study
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

DIAMETER = 0.062
"""Of a dot, in inches; the dots of one value touch neither each other nor the next line."""

SPACING = 0.07
"""From the centre of a dot to that of its neighbour, in inches."""

TITLE, TEXT, GAP, MARK = 0.26, 0.19, 0.06, 0.13
"""Heights in inches: of a column's title and a strip's text, between strips, and of the mark below dots."""

ZERO, UNKNOWN_AFTER, MARGIN = -2.1, 1.15, 0.6
"""Places on the axis, in doublings of a day: the lane of zero days, the lane of unknown ones after the
largest tick, and what is left free at both ends.
"""


@dataclass(frozen=True)
class Dot:
    """An event: its days (None if not known), its shape, and whether it is drawn hollow."""

    days: Fraction | None
    shape: str = "o"
    hollow: bool = False


@dataclass(frozen=True)
class Mark:
    """A median with its range."""

    median: Result
    minimum: Result
    maximum: Result

    def __str__(self) -> str:
        return f"{self.median.formatted()} ({self.minimum.formatted()}–{self.maximum.formatted()})"


@dataclass(frozen=True)
class Strip:
    """A line of dots under a treatment, with its text above and, if there is one, the mark below."""

    text: str
    treatment: str
    dots: tuple[Dot, ...] = ()
    mark: Mark | None = None
    heading: bool = False


@dataclass(frozen=True)
class Days:
    """The axis: its label, its ticks in days (the largest last), and the names of the lanes that it has."""

    label: str
    ticks: tuple[int, ...]
    zero: str = ""
    unknown: str = ""

    @property
    def lanes(self) -> dict[float, str]:
        """The lanes' names by place."""
        last = log2(self.ticks[-1]) + UNKNOWN_AFTER
        return {place: name for place, name in ((ZERO, self.zero), (last, self.unknown)) if name}

    @property
    def limits(self) -> tuple[float, float]:
        """The first and the last place that is shown."""
        places = [*self.lanes, *map(log2, self.ticks)]
        return min(places) - MARGIN, max(places) + MARGIN

    def place(self, days: Fraction | None) -> float:
        """Where a number of days lies on the axis, in doublings of a day.

        Raises:
            ValueError: for a value whose lane the axis does not have, or a negative one.
        """
        if days is not None and days > 0:
            return log2(days)
        place = ZERO if days == 0 else log2(self.ticks[-1]) + UNKNOWN_AFTER
        if place not in self.lanes or (days is not None and days < 0):
            raise ValueError(f"the axis {self.label!r} has no place for {days} days")
        return place


def observed(study: Study, summary: Summary) -> list[Fraction | None]:
    """The values that a summary is made of, ascending; None, at the end, for rows without one."""
    column = study.rows(summary.dataset, summary.where)[summary.variable]
    known = sorted(exact(value) for value in column.dropna())
    return [*known, *[None] * (len(column) - len(known))]


def tallied(
    caption: str, axis: Days, strips: Sequence[Strip], kinds: Mapping[bool, str], standing: Standing
) -> Table:
    """How many dots of each strip lie between two ticks of the axis, which belong to what is before them.

    `kinds` names the filled (False) and the hollow dots (True), which are counted apart. All dots of a strip
    together, whose number its text gives, have `standing`; where they lie is illustrative.

    Raises:
        ValueError: for a dot whose place the axis does not have, or whose kind has no name.
    """
    labels = _between(axis)
    counts: Counter[tuple[int, bool, int]] = Counter()
    for number, strip in enumerate(strips):
        for dot in strip.dots:
            if dot.hollow not in kinds:
                raise ValueError(f"{strip.text!r}: no name for dots that are {_look(dot)}")
            axis.place(dot.days)  # refuses what has no place
            counts[number, dot.hollow, _interval(axis, dot.days)] += 1
    columns = [(number, hollow) for number in range(len(strips)) for hollow in kinds]
    body = [
        Row(label, tuple(Cell(str(counts[*column, at]), standing=illustrative()) for column in columns))
        for at, label in enumerate(labels)
    ]
    sums = [sum(counts[*column, at] for at in range(len(labels))) for column in columns]
    whole = Row("All", tuple(Cell(str(number), standing=standing) for number in sums))
    headings = tuple((strips[number].treatment, kinds[hollow]) for number, hollow in columns)
    return Table(caption, axis.label, headings, (Group("", tuple(body)), Group("", (whole,))))


def _look(dot: Dot) -> str:
    return "hollow" if dot.hollow else "filled"


def _interval(axis: Days, days: Fraction | None) -> int:
    """The number of the interval that a number of days lies in, in the order of their names."""
    if days is None:
        return len(_between(axis)) - 1
    return sum(days > tick for tick in axis.ticks) + (1 if axis.zero and days else 0)


def _between(axis: Days) -> list[str]:
    """What the intervals are called, the lanes included."""
    first, *_ = axis.ticks
    steps = [f"more than {low}, up to {high}" for low, high in pairwise(axis.ticks)]
    names = [axis.zero, f"up to {first}", *steps, f"more than {axis.ticks[-1]}", axis.unknown]
    return list(filter(None, names))


def stacked(places: Sequence[float], across: int) -> list[tuple[float, int]]:
    """Places of dots that do not overlap: how far along, and at which level, both counted in dots.

    `places` are in dots as well, one spacing apart being 1. Dots at the very same place form a block,
    at most `across` wide and centred there; a dot that would overlap another one goes up.
    """
    ties, seen, taken = Counter(places), Counter[float](), list[tuple[float, int]]()
    for place in places:
        width = min(across, ties[place])
        along = place + seen[place] % width - (width - 1) / 2
        seen[place] += 1
        level = 0
        while any(at == level and abs(other - along) < 1 - 1e-9 for other, at in taken):
            level += 1
        taken.append((along, level))
    return taken


def strips(
    name: str,
    caption: str,
    palette: Palette,
    axis: Days,
    rows: Sequence[Sequence[Strip]],
    *,
    titles: Sequence[str] = (),
    across: int = 4,
    data: Table | None = None,
) -> Figure:
    """Rows of strips, one column for each strip of a row; a row's texts and dots are aligned.

    Dots of the same days form blocks at most `across` wide. `titles`, if any, name the columns.

    Raises:
        ValueError: if the rows do not all have as many strips as the first, or the titles are too few.
    """
    columns = len(rows[0])
    if any(len(row) != columns for row in rows) or len(titles) not in (0, columns):
        raise ValueError(
            f"figure {name!r}: every row needs {columns} strips, and each column a title or none"
        )
    low, high = axis.limits
    between = 0.16
    wide = (WIDTH - 0.08 - between * (columns - 1)) / columns
    per_inch = (high - low) / wide
    laid = [[_laid(strip, axis, per_inch, across) for strip in row] for row in rows]
    heights = [_height(row, places) for row, places in zip(rows, laid, strict=True)]
    foot, head = 0.55, TITLE if titles else 0
    inside = head + sum(heights)
    with drawing(inside + foot) as canvas:
        canvas.set_layout_engine("none")  # the dots' places need a scale that is known beforehand
        for column in range(columns):
            left = (0.04 + column * (wide + between)) / WIDTH
            axes = _axes(canvas, (left, foot / (inside + foot), wide / WIDTH, inside / (inside + foot)), axis)
            axes.set(xlim=(low, high), ylim=(inside, 0))
            if titles:
                axes.text(low, TITLE / 2, titles[column], va="center", fontsize=10.5, weight="bold")
            top = float(head)
            for row, places, height in zip(rows, laid, heights, strict=True):
                _draw(axes, row[column], places[column], axis, palette, (top, top + height), per_inch)
                top += height
        canvas.supxlabel(axis.label, y=0.02, va="bottom", fontsize=9.5)
        words = "; ".join(_words(strip) for row in rows for strip in row)
        return finish(canvas, name, f"{caption}. {words}.", data)


def _laid(strip: Strip, axis: Days, per_inch: float, across: int) -> list[tuple[float, int]]:
    dots = [axis.place(dot.days) / per_inch / SPACING for dot in strip.dots]
    return stacked(dots, across)


def _height(row: Sequence[Strip], laid: Sequence[Sequence[tuple[float, int]]]) -> float:
    levels = max((level + 1 for places in laid for _, level in places), default=0)
    marked = any(strip.mark for strip in row)
    return TEXT + levels * SPACING + (MARK if marked else 0) + GAP


def _axes(canvas: Canvas, box: tuple[float, float, float, float], axis: Days) -> Axes:
    """An empty axis of days with faint guides, and a shaded lane for what has no place among them."""
    axes = canvas.add_axes(box)
    for side in ("left", "top", "right"):
        axes.spines[side].set_visible(False)
    places = {log2(tick): str(tick) for tick in axis.ticks} | axis.lanes
    axes.set_xticks(list(places), list(places.values()), fontsize=9)
    axes.set_yticks([])
    for place in places:
        if place in axis.lanes:
            axes.axvspan(place - MARGIN, place + MARGIN, color=INK, alpha=0.06, linewidth=0)
        else:
            axes.axvline(place, color=INK, alpha=0.12, linewidth=0.6)
    return axes


def _draw(
    axes: Axes,
    strip: Strip,
    places: Sequence[tuple[float, int]],
    axis: Days,
    palette: Palette,
    rows: tuple[float, float],
    per_inch: float,
) -> None:
    """A strip between two heights: text on top, dots that stand on a line, and the mark below it."""
    top, bottom = rows
    weight = "bold" if strip.heading else "normal"
    axes.annotate(
        strip.text,
        (0, top + TEXT / 2),
        xycoords=axes.get_yaxis_transform(),
        va="center",
        fontsize=9,
        weight=weight,
    )
    floor = bottom - GAP - (MARK if strip.mark else 0) - SPACING / 2
    colour = palette.colours[strip.treatment]
    for dot, (along, level) in zip(strip.dots, places, strict=True):
        axes.plot(
            along * SPACING * per_inch,
            floor - level * SPACING,
            dot.shape,
            color=colour,
            fillstyle="none" if dot.hollow else "full",
            markersize=72 * DIAMETER - (0.9 if dot.hollow else 0),
            markeredgewidth=0.9 if dot.hollow else 0,
            clip_on=False,
        )
    if strip.mark:
        _mark(axes, strip.mark, axis, bottom - GAP - MARK / 2)


def _mark(axes: Axes, mark: Mark, axis: Days, height: float) -> None:
    """A line over the range, and a bar at the median."""
    ends = [axis.place(end.number) for end in (mark.minimum, mark.maximum)]
    axes.plot(ends, (height, height), color=INK, alpha=2 * FAINT, linewidth=1.2, solid_capstyle="butt")
    axes.plot(axis.place(mark.median.number), height, "|", color=INK, markersize=6, markeredgewidth=2)


def _words(strip: Strip) -> str:
    mark = f", median and range {strip.mark} days" if strip.mark else ""
    return f"{strip.treatment}, {strip.text}{mark}"
