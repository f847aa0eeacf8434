"""The flow of patients through a trial, as CONSORT asks for it, narrow enough for a phone.

A :class:`Step` is one box: how many patients, and where they are. Steps side by side are groups. What
happens on the way to the next row (leaving, switching) stands beside the arrow, not in a box further
to the side, which a narrow screen would not hold.

Source: Schulz KF, Altman DG, Moher D. CONSORT 2010 statement. BMJ 2010;340:c332.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from safetybook.determinacy import illustrative
from safetybook.figures import INK, WIDTH, Figure, Palette, drawing, finish
from safetybook.tables import ILLUSTRATIVE, Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE = 13.0
"""Height of a line of text, in points."""

PADDING = 5.0
"""Room above and below the text of a box, in points."""

GAP = 20.0
"""Length of an arrow that nothing stands beside, in points."""

FORK = 12.0
"""Length of the last piece of an arrow where groups part or meet, in points."""

INDENT = 14.0
"""How far from its left edge the arrow of a group starts, in points."""

COLUMN_GAP = 10.0
"""Room between two groups, in points."""

SMALL = 9.5
"""Size of the text beside an arrow."""


@dataclass(frozen=True)
class Aside:
    """What some patients do between two steps: their number, and what it is.

    `illustrative` marks a number that no publication fixes; `part` sets a part of the line above it.
    """

    number: str
    text: str
    illustrative: bool = False
    part: bool = False

    @property
    def line(self) -> str:
        """The text as the figure shows it, with its mark."""
        line = f"{self.text}: {self.number}" if self.part else f"{self.number} {self.text}"
        return f"{line}{ILLUSTRATIVE if self.illustrative else ''}"


@dataclass(frozen=True)
class Step:
    """A box: a number of patients, and lines that say where they are; `then` is what happens next.

    A step that names a `treatment` has its colour and, in its text, its name.
    """

    number: str
    lines: tuple[str, ...]
    then: tuple[Aside, ...] = ()
    treatment: str = ""

    @property
    def text(self) -> str:
        """The box in one line."""
        return " ".join((self.number, *self.lines))

    @property
    def height(self) -> float:
        """Height of the box in points; the number shares the first line."""
        return len(self.lines) * LINE + 2 * PADDING


Rank = tuple[Step, ...]
"""Steps side by side."""


def flow(name: str, caption: str, palette: Palette, ranks: Sequence[Rank]) -> Figure:
    """Boxes from top to bottom, joined by arrows; the same numbers fold out below as a table.

    Raises:
        ValueError: if two neighbouring ranks have different numbers of groups, and neither has one.
    """
    for above, below in pairwise(ranks):
        if len(above) != len(below) and 1 not in (len(above), len(below)):
            raise ValueError(f"{len(above)} groups do not lead to {len(below)}")
    heights = [max(step.height for step in rank) for rank in ranks]
    gaps = [_gap(above, below) for above, below in pairwise(ranks)]
    total = sum(heights) + sum(gaps)
    with drawing((total + 8) / 72) as canvas:
        axes = canvas.subplots()
        axes.set(xlim=(0, 72 * WIDTH), ylim=(total + 2, -2))
        axes.set_axis_off()
        top = 0.0
        for i, (rank, height) in enumerate(zip(ranks, heights, strict=True)):
            places = _places(len(rank))
            for step, (left, right) in zip(rank, places, strict=True):
                _box(axes, step, (left, right), top, height, palette)
            if i < len(gaps):
                bottom, following = top + height, _places(len(ranks[i + 1]))
                _arrows(axes, places, following, bottom, bottom + gaps[i])
                _asides(axes, rank, places, bottom)
                top = bottom + gaps[i]
        return finish(canvas, name, f"{caption}. {_alt(ranks)}", _table(caption, ranks))


def _gap(above: Rank, below: Rank) -> float:
    """Length of the arrows below a rank: room for the longest list beside them, and for forks."""
    lines = max(len(step.then) for step in above)
    fork = len(above) != len(below)
    return max(GAP, lines * LINE + 10) + (FORK if fork else 0)


def _places(groups: int) -> list[tuple[float, float]]:
    """Left and right edges of the boxes of a rank; a single box keeps clear of both margins."""
    width = 72 * WIDTH
    if groups == 1:
        return [(0.14 * width, 0.86 * width)]
    each = (width - (groups - 1) * COLUMN_GAP - 2) / groups
    return [(1 + i * (each + COLUMN_GAP), 1 + i * (each + COLUMN_GAP) + each) for i in range(groups)]


def _box(
    axes: Axes, step: Step, edges: tuple[float, float], top: float, height: float, palette: Palette
) -> None:
    """A frame, its number in bold, its lines; a treatment has a frame in its colour."""
    from matplotlib.patches import Rectangle

    left, right = edges
    colour = palette.colours.get(step.treatment, INK)
    width = 1.8 if step.treatment else 0.8
    axes.add_patch(
        Rectangle((left, top), right - left, height, fill=False, edgecolor=colour, linewidth=width)
    )
    first = top + (height - len(step.lines) * LINE) / 2 + LINE / 2
    for i, text in enumerate((f"{step.number} {step.lines[0]}", *step.lines[1:])):
        axes.annotate(text, ((left + right) / 2, first + i * LINE), ha="center", va="center")


def _spine(left: float, right: float, groups: int) -> float:
    """Where the line below a box runs: far left in groups side by side, to leave room for the text."""
    return (left + right) / 2 if groups == 1 else left + INDENT


def _arrows(
    axes: Axes,
    places: Sequence[tuple[float, float]],
    following: Sequence[tuple[float, float]],
    top: float,
    bottom: float,
) -> None:
    """From each box to the one below it; where groups part or meet, by a line across."""
    starts = [_spine(*place, len(places)) for place in places]
    if len(places) == len(following):
        for x in starts:
            _arrow(axes, (x, top), (x, bottom))
        return
    ends = [(left + right) / 2 for left, right in following]
    across = bottom - FORK
    for x in starts:
        axes.plot((x, x), (top, across), color=INK, linewidth=0.8)
    axes.plot((min(starts + ends), max(starts + ends)), (across, across), color=INK, linewidth=0.8)
    for x in ends:
        _arrow(axes, (x, across), (x, bottom))


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=8,
            color=INK,
            linewidth=0.8,
            shrinkA=0,
            shrinkB=0,
        )
    )


def _asides(axes: Axes, rank: Rank, places: Sequence[tuple[float, float]], top: float) -> None:
    """What happens after each step, to the right of its arrow, from the top."""
    for step, place in zip(rank, places, strict=True):
        x = _spine(*place, len(places)) + 7
        for i, aside in enumerate(step.then):
            y = top + 5 + LINE * (i + 0.5)
            axes.annotate(aside.line, (x + 9 * aside.part, y), va="center", fontsize=SMALL)


def _alt(ranks: Sequence[Rank]) -> str:
    """The whole flow in sentences."""
    sentences = []
    for rank in ranks:
        for step in rank:
            then = "".join(f"{', ' if aside.part else '; '}{aside.line}" for aside in step.then).replace(
                ":,", ":"
            )
            sentences.append(f"{step.text}{f' ({then[2:]})' if then else ''}.")
    return " ".join(sentences)


def _rows(ranks: Sequence[Rank]) -> Iterator[Row]:
    for rank in ranks:
        for step in rank:
            yield Row(" ".join(step.lines), (Cell(step.number),))
            for aside in step.then:
                yield Row(
                    f"– {aside.text.rstrip(':')}",
                    (Cell(aside.number, standing=illustrative() if aside.illustrative else None),),
                )


def _table(caption: str, ranks: Sequence[Rank]) -> Table:
    return Table(caption, "Step", (("Patients",),), (Group("", tuple(_rows(ranks))),))
