"""The design of a trial as lanes over time: treatments by period, infusions, switches, exits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.determinacy import PUBLISHED
from safetybook.figures import FAINT, INK, Figure, Palette, despine, drawing, finish
from safetybook.results import ABSENT
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TINT = 0.18
"""Opacity of a lane's ground: dark and light text both stay readable on it."""

LANE = 0.36
"""Half the height of a lane; lanes are one unit apart."""


@dataclass(frozen=True)
class Lane:
    """A treatment from one week to another.

    `top` and `bottom` are the first and last place that it fills, counted from 0 downwards: a lane that
    everybody enters fills the places of all arms. `doses` are the weeks of its infusions. `lines` are
    pairs of a week and a text: the text begins there.
    """

    treatment: str
    start: int
    end: int
    lines: tuple[tuple[float, str], ...]
    doses: tuple[int, ...] = ()
    top: int = 0
    bottom: int = 0


@dataclass(frozen=True)
class Design:
    """What :func:`design` draws beside the lanes.

    `periods` are pairs of a period's first week and its name, with line breaks where it needs them. At the
    weeks of `switches`, patients can change between the first two lanes. `rule` is a week from which
    something more is allowed, and what. `exits` are pairs of week and place where some go no further.
    """

    lanes: tuple[Lane, ...]
    periods: tuple[tuple[int, str], ...]
    switches: tuple[int, ...] = ()
    switch_label: str = ""
    rule: tuple[int, str] | None = None
    exits: tuple[tuple[int, int], ...] = ()
    allocation: str = ""

    @property
    def end(self) -> int:
        """The last week."""
        return max(lane.end for lane in self.lanes)

    @property
    def weeks(self) -> list[int]:
        """Every week at which something begins, ends or may change."""
        ends = [week for lane in self.lanes for week in (lane.start, lane.end)]
        return sorted({*ends, *self.switches, *([self.rule[0]] if self.rule else [])})


def design(name: str, alt: str, palette: Palette, of: Design) -> Figure:
    """Arms side by side over time, with the infusions as points below each lane.

    Raises:
        ValueError: if a lane's treatment is not in the palette.
    """
    unknown = {lane.treatment for lane in of.lanes} - set(palette.treatments)
    if unknown:
        raise ValueError(f"no colour for {', '.join(sorted(unknown))}")
    places = 1 + max(lane.bottom for lane in of.lanes)
    with drawing(0.95 + 0.85 * places) as canvas:
        axes = canvas.subplots()
        start = -0.1 * of.end
        axes.set(xlim=(start, of.end * 1.01), ylim=(places - 0.42, -1.12), yticks=[], xticks=of.weeks)
        axes.set_xlabel("Week")
        despine(axes, left=True)
        axes.spines["bottom"].set_bounds(0, of.end)
        for lane in of.lanes:
            _lane(axes, lane, palette)
        for week, text in of.periods:
            axes.annotate(text, (week, -0.47), va="bottom", linespacing=1.25)
        _allocation(axes, of, start)
        _switches(axes, of)
        if of.rule:
            _rule(axes, *of.rule, places)
        for week, place in of.exits:
            axes.plot(week, place - LANE / 2, "X", color=INK, markersize=8, zorder=4)
        return finish(canvas, name, alt, _table(of))


def _table(of: Design) -> Table:
    """The weeks of everything that is drawn."""
    groups = [
        Group(
            _flat(period),
            tuple(
                Row(_name(lane), (_published(f"{lane.start} to {lane.end}"), _published(_listed(lane.doses))))
                for lane in of.lanes
                if lane.start == start
            ),
        )
        for start, period in of.periods
    ]
    changes = []
    if of.switches:
        changes.append(Row(of.switch_label.rstrip("*"), (_published(_listed(of.switches)), Cell(ABSENT))))
    if of.rule:
        week, text = of.rule
        changes.append(Row(_flat(text), (_published(f"from {week}"), Cell(ABSENT))))
    if changes:
        groups.append(Group("Changes", tuple(changes)))
    columns = (("Weeks",), ("Infusion cycles in week",))
    return Table("Study design, by week", "Treatment", columns, tuple(groups))


def _name(lane: Lane) -> str:
    return _flat(" ".join(text for _, text in lane.lines)) or lane.treatment


def _flat(text: str) -> str:
    return text.replace("\n", " ")


def _listed(weeks: tuple[int, ...]) -> str:
    return ", ".join(map(str, weeks)) or ABSENT


def _published(text: str) -> Cell:
    return Cell(text, standing=PUBLISHED)


def _lane(axes: Axes, lane: Lane, palette: Palette) -> None:
    """A tinted block with its texts, its edge in full colour, and a point for each infusion."""
    from matplotlib.patches import Rectangle

    colour = palette.colours[lane.treatment]
    corner, height = (lane.start, lane.top - LANE), lane.bottom - lane.top + 2 * LANE
    width = lane.end - lane.start - 0.3
    axes.add_patch(Rectangle(corner, width, height, facecolor=colour, alpha=TINT, linewidth=0))
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=1.2))
    middle = (lane.top + lane.bottom) / 2 - 0.1
    for week, text in lane.lines:
        axes.annotate(text, (week, middle), va="center", linespacing=1.3)
    hollow = palette.treatments.index(lane.treatment) > 0
    axes.plot(
        [week + 0.75 for week in lane.doses],
        [lane.bottom + LANE - 0.12] * len(lane.doses),
        palette.markers[lane.treatment],
        color=colour,
        fillstyle="none" if hollow else "full",
        markersize=4.5,
        linestyle="none",
    )


def _allocation(axes: Axes, of: Design, start: float) -> None:
    """From one point on the left into each lane that begins with the trial."""
    arms = [lane for lane in of.lanes if lane.start == 0]
    middle = sum(lane.top for lane in arms) / len(arms)
    for lane in arms:
        _arrow(axes, (0.4 * start, middle), (-0.1, lane.top), "-|>")
    if of.allocation:
        axes.annotate(of.allocation, (0.45 * start, middle), va="center", ha="right")


def _switches(axes: Axes, of: Design) -> None:
    """An arrow both ways at each week at which patients can change lanes, named on its left."""
    for week in of.switches:
        _arrow(axes, (week, LANE + 0.02), (week, 1 - LANE - 0.02), "<|-|>")
    if of.switches:
        axes.annotate(of.switch_label, (of.switches[0] - 0.7, 0.5), ha="right", va="center")


def _rule(axes: Axes, week: int, text: str, places: int) -> None:
    """A dashed line from which something more is allowed."""
    axes.plot(
        (week, week),
        (-LANE, places - 1 + LANE),
        color=INK,
        alpha=2 * FAINT,
        linewidth=1,
        linestyle=(0, (3, 2)),
    )
    axes.annotate(text, (week + 0.7, (places - 1) / 2 - 0.1), va="center", linespacing=1.3)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], style: str) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle=style, mutation_scale=8, color=INK, linewidth=0.8, shrinkA=0, shrinkB=0
        )
    )
