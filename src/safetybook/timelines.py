"""Timelines: one row per patient, a bar per treatment cycle, a mark per event, over the weeks.

The height of a bar is the amount of the cycle (a dose, or an infusion rate), its fill and colour are a
kind of cycle, and the shape and fill of a mark are a kind of event. Bars and marks stand at the week in
which the cycle or the event began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from safetybook.figures import FAINT, INK, Figure, drawing, finish
from safetybook.tables import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL, LEVEL, SPACE, BAR, NUMBER, GAP, HEADING = 0.2, 0.15, 0.04, 0.24, 0.2, 0.14, 0.26
"""Heights in inches: a row's name, a level of marks, the space below them, the tallest bar, the numbers
below, the space after the row, and the heading of a group of rows."""

APART = 1.5
"""Marks that begin fewer weeks apart are stacked, because they would touch."""

BAR_WIDTH = 1.3
"""Width of a bar in weeks; it says nothing about how long the cycle took."""

LEGEND = 1.1
"""Height in inches left for the axis and the key."""


@dataclass(frozen=True)
class Look:
    """How a kind of bar or mark is drawn and what it is called: `marker` is for marks only."""

    label: str
    colour: str = INK
    filled: bool = True
    marker: str = "o"


@dataclass(frozen=True)
class Cycle:
    """A treatment cycle: the week in which it began, its kind, its amount, and the number shown, if any."""

    week: float
    kind: str
    amount: float
    number: str = ""


@dataclass(frozen=True)
class Event:
    """An event: the week in which it began, its kind, and what to call it, if anything."""

    week: float
    kind: str
    name: str = ""


@dataclass(frozen=True)
class Timeline:
    """The row of a patient. `heading` is the name of the group of rows that begins here, if one does."""

    label: str
    cycles: tuple[Cycle, ...]
    events: tuple[Event, ...] = ()
    heading: str = ""


def timelines(
    name: str,
    caption: str,
    rows: Sequence[Timeline],
    bars: Mapping[str, Look],
    marks: Mapping[str, Look],
    unit: str,
    weeks: int = 40,
    guides: Mapping[int, str] | None = None,
    data: Table | None = None,
) -> Figure:
    """The rows one below the other, from the first week to the last.

    `bars` and `marks` say how each kind looks, in the order of the key; `unit` is that of the amounts;
    `guides` names weeks that a rule marks in each row.

    Raises:
        ValueError: if there is no row, or a row has no cycle.
    """
    if not rows or not all(row.cycles for row in rows):
        raise ValueError(f"figure {name!r}: each row needs a cycle")
    highest = max(cycle.amount for row in rows for cycle in row.cycles)
    height = sum(map(_height, rows))
    with drawing(height + LEGEND) as canvas:
        axes = canvas.subplots()
        top = 0.0
        for row in rows:
            base = _draw(axes, row, top, highest, bars, marks, weeks)
            for week in guides or {}:
                axes.plot(
                    (week, week), (base - BAR - SPACE, base), color=INK, alpha=0.4, linewidth=0.8, zorder=0
                )
            top += _height(row)
        for week, text in (guides or {}).items():
            axes.annotate(text, (week, 0), xytext=(0, 3), textcoords="offset points", fontsize=9, ha="center")
        axes.set(xlim=(-1, weeks + 1), ylim=(height, 0), yticks=[], xticks=range(0, weeks + 1, 8))
        axes.set_xlabel("Weeks since the first infusion")
        axes.spines[["left", "right", "top"]].set_visible(False)
        _key(axes, bars, marks, rows)
        told = "; ".join(_told(row, bars, marks, unit) for row in rows)
        return finish(canvas, name, f"{caption}. {told}.", data)


def levels(events: Iterable[Event]) -> list[tuple[Event, int]]:
    """Each event, in time order, with the lowest level on which it touches no earlier one."""
    placed: list[tuple[Event, int]] = []
    for event in sorted(events, key=lambda event: event.week):
        taken = {level for other, level in placed if event.week - other.week < APART}
        placed.append((event, next(level for level in range(len(taken) + 1) if level not in taken)))
    return placed


def _height(row: Timeline) -> float:
    numbered = NUMBER if any(cycle.number for cycle in row.cycles) else 0
    return (HEADING if row.heading else 0) + LABEL + _marks_height(row) + BAR + numbered + GAP


def _marks_height(row: Timeline) -> float:
    return SPACE + LEVEL * max((level + 1 for _, level in levels(row.events)), default=0)


def _draw(
    axes: Axes,
    row: Timeline,
    top: float,
    highest: float,
    bars: Mapping[str, Look],
    marks: Mapping[str, Look],
    weeks: int,
) -> float:
    """Draw a row below `top`; where its bars stand comes back."""
    from matplotlib.patches import Rectangle

    if row.heading:
        axes.annotate(row.heading, (-1, top + HEADING / 2), va="center", weight="bold", fontsize=9.5)
        top += HEADING
    axes.annotate(row.label, (-1, top + LABEL / 2), va="center")
    base = top + LABEL + _marks_height(row) + BAR
    axes.plot((-1, weeks + 1), (base, base), color=INK, alpha=FAINT, linewidth=0.8, zorder=0)
    for cycle in row.cycles:
        look, size = bars[cycle.kind], BAR * cycle.amount / highest
        axes.add_patch(
            Rectangle(
                (cycle.week - BAR_WIDTH / 2, base - size),
                BAR_WIDTH,
                size,
                facecolor=look.colour if look.filled else "none",
                edgecolor=look.colour,
                linewidth=1.1,
            )
        )
        if cycle.number:
            axes.annotate(cycle.number, (cycle.week, base + NUMBER / 2), ha="center", va="center", fontsize=9)
    for event, level in levels(row.events):
        place = base - BAR - SPACE - LEVEL * (level + 0.5)
        axes.plot(event.week, place, **_marker(marks[event.kind]), clip_on=False)
        if event.name:
            side = 1 if event.week < weeks * 0.55 else -1
            axes.annotate(
                event.name,
                (event.week, place),
                xytext=(6 * side, 0),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
                va="center",
                fontsize=9,
            )
    return base


def _marker(look: Look) -> dict[str, Any]:
    return {
        "marker": look.marker,
        "color": look.colour,
        "linestyle": "none",
        "fillstyle": "full" if look.filled else "none",
        "markersize": 5.5,
        "markeredgewidth": 1.1,
    }


def _key(axes: Axes, bars: Mapping[str, Look], marks: Mapping[str, Look], rows: Sequence[Timeline]) -> None:
    """The kinds that occur, in two columns below the axis."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    cycles = {cycle.kind for row in rows for cycle in row.cycles}
    events = {event.kind for row in rows for event in row.events}
    handles: list[Patch | Line2D] = [
        Patch(
            facecolor=look.colour if look.filled else "none",
            edgecolor=look.colour,
            linewidth=1.1,
            label=look.label,
        )
        for kind, look in bars.items()
        if kind in cycles
    ]
    handles += [
        Line2D([], [], label=look.label, **_marker(look)) for kind, look in marks.items() if kind in events
    ]
    axes.figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=2,
        frameon=False,
        fontsize=9.5,
        handlelength=1.2,
        columnspacing=1.4,
    )


def _told(row: Timeline, bars: Mapping[str, Look], marks: Mapping[str, Look], unit: str) -> str:
    """A row in words: its cycles in runs of one kind and amount, then its events."""
    runs = [
        f"{_cycles(list(run))} at {amount:g} {unit}, {bars[kind].label}"
        for (kind, amount), run in (
            (key, list(group))
            for key, group in groupby(row.cycles, key=lambda cycle: (cycle.kind, cycle.amount))
        )
    ]
    named = [
        f"{event.name}, {marks[event.kind].label}, week {event.week:.0f}"
        for event in row.events
        if event.name
    ]
    counted = [
        f"{count} {look.label}"
        for kind, look in marks.items()
        if (count := sum(event.kind == kind and not event.name for event in row.events))
    ]
    return f"{row.label}: {', '.join([*runs, *named, *counted])}"


def _cycles(run: Sequence[Cycle]) -> str:
    first, last = run[0].week, run[-1].week
    return f"week {first:.0f}" if len(run) == 1 else f"weeks {first:.0f} to {last:.0f}"
