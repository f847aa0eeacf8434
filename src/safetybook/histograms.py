"""Histograms of few values: how often each occurred, and marks above the values that an event followed.

Each value is a bar at its place on a common scale. A line at the bar spans the counts of other data sets. A
rule below the bars has the median and the range that a report prints, where it prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safetybook.figures import FAINT, INK, WIDTH, Figure, drawing, finish
from safetybook.tables import Table
from safetybook.timelines import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE, MARK, NUMBER, BARS, TICKS, RANGE, GAP, KEY = 0.26, 0.17, 0.2, 0.95, 0.2, 0.2, 0.14, 0.5
"""Heights in inches: a panel's title, a level of marks, a bar's number, the tallest bar, the values below,
the printed range, the space after a panel, and the axis's label with the key."""

BAR = 0.2
"""Width of a bar in inches."""

MARGIN = 0.25
"""Free at both sides, in inches."""


@dataclass(frozen=True)
class Mark:
    """An event that followed one of the counted: its kind, and whose it was, if it is to be named."""

    kind: str
    name: str = ""


@dataclass(frozen=True)
class Value:
    """A value, how often it occurred here and in other data sets, and the events that followed it."""

    value: float
    count: int
    others: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Printed:
    """A median and range as printed, and of what."""

    median: float
    low: float
    high: float
    of: str


@dataclass(frozen=True)
class Histogram:
    """A panel: its title, its values, how its bars look, and what is printed of it."""

    title: str
    values: tuple[Value, ...]
    look: Look
    printed: Printed | None = None


def histograms(
    name: str,
    caption: str,
    label: str,
    panels: Sequence[Histogram],
    marks: dict[str, Look],
    data: Table | None = None,
) -> Figure:
    """Panels one below the other, on one scale of values (`label`) and one of counts.

    Raises:
        ValueError: if no value occurs, or all are the same.
    """
    from matplotlib.lines import Line2D

    places = sorted({value.value for panel in panels for value in panel.values})
    highest = max((max(v.count, *v.others, 0) for panel in panels for v in panel.values), default=0)
    if highest == 0 or len(places) == 1:
        raise ValueError(f"figure {name!r}: expected different values that occur")
    heights = [_height(panel) for panel in panels]
    height = sum(heights) + KEY
    per_inch = (places[-1] - places[0]) / (WIDTH - 2 * MARGIN)
    with drawing(height) as canvas:
        canvas.set_layout_engine("none")
        axes = canvas.add_axes((0, 0, 1, 1))
        axes.axis("off")
        axes.set(
            xlim=(places[0] - MARGIN * per_inch, places[-1] + MARGIN * per_inch),
            ylim=(height, 0),
        )
        top = 0.0
        for panel, own in zip(panels, heights, strict=True):
            _panel(axes, panel, top, BARS / highest, per_inch, marks)
            top += own
        middle = (places[0] + places[-1]) / 2
        axes.text(middle, top + 0.06, label, ha="center", va="center", fontsize=9.5)
        used = {mark.kind for panel in panels for value in panel.values for mark in value.marks}
        handles = [
            Line2D([], [], label=look.label, **_style(look)) for kind, look in marks.items() if kind in used
        ]
        if handles:
            canvas.legend(
                handles=handles, loc="lower left", ncols=2, frameon=False, fontsize=9, handlelength=1
            )
        told = "; ".join(_words(panel, marks) for panel in panels)
        return finish(canvas, name, f"{caption}. {told}.", data)


def _height(panel: Histogram) -> float:
    return TITLE + _above(panel) + BARS + TICKS + (RANGE if panel.printed else 0) + GAP


def _above(panel: Histogram) -> float:
    """Height of the marks and numbers above the bars."""
    return NUMBER + MARK * max(len(value.marks) for value in panel.values)


def _panel(
    axes: Axes, panel: Histogram, top: float, scale: float, per_inch: float, marks: dict[str, Look]
) -> None:
    left, right = axes.get_xlim()
    middle = (left + right) / 2
    axes.text(left, top + TITLE / 2, panel.title, va="center", weight="bold", fontsize=9.5)
    floor = top + TITLE + _above(panel) + BARS
    axes.plot((left, right), (floor, floor), color=INK, alpha=2 * FAINT, linewidth=0.8)
    for value in panel.values:
        tallest = max(value.count, *value.others, 0)
        axes.bar(
            value.value,
            -scale * value.count,
            BAR * per_inch,
            bottom=floor,
            facecolor=panel.look.colour if panel.look.filled else "none",
            edgecolor=panel.look.colour,
            linewidth=1.1 if value.count else 0,
        )
        if value.others and min(value.others) < max(value.others):
            ends = [floor - scale * count for count in (min(value.others), max(value.others))]
            axes.plot([value.value] * 2, ends, color=INK, alpha=0.6, linewidth=2, solid_capstyle="butt")
        level = floor - scale * tallest
        axes.text(value.value, level - NUMBER / 2, str(value.count), ha="center", va="center", fontsize=9)
        axes.text(value.value, floor + TICKS / 2, f"{value.value:g}", ha="center", va="center", fontsize=9)
        side = 1 if value.value < middle else -1
        for number, mark in enumerate(value.marks):
            place = level - NUMBER - MARK * (number + 0.5)
            axes.plot(value.value, place, **_style(marks[mark.kind]))
            axes.text(
                value.value + side * 0.09 * per_inch,
                place,
                mark.name,
                ha="left" if side > 0 else "right",
                va="center",
                fontsize=9,
            )
    if panel.printed:
        _range(axes, panel.printed, floor + TICKS + RANGE / 2, per_inch)


def _range(axes: Axes, printed: Printed, level: float, per_inch: float) -> None:
    """A line over the printed range, a bar at the median, and what they are of."""
    axes.plot((printed.low, printed.high), (level, level), color=INK, linewidth=1.1)
    axes.plot(printed.median, level, "|", color=INK, markersize=8, markeredgewidth=2)
    left, right = axes.get_xlim()
    on_the_right = right - printed.high > printed.low - left
    axes.text(
        printed.high + 0.12 * per_inch if on_the_right else printed.low - 0.12 * per_inch,
        level,
        printed.of,
        ha="left" if on_the_right else "right",
        va="center",
        fontsize=9,
    )


def _style(look: Look) -> dict[str, Any]:
    return {
        "marker": look.marker,
        "color": look.colour,
        "linestyle": "none",
        "fillstyle": "full" if look.filled else "none",
        "markersize": 5.5,
        "markeredgewidth": 1.1,
    }


def _words(panel: Histogram, marks: dict[str, Look]) -> str:
    """A panel's numbers as a sentence."""
    parts = []
    for value in panel.values:
        spread = f" ({min(value.others)} to {max(value.others)})" if value.others else ""
        named = [", ".join(filter(None, (mark.name, marks[mark.kind].label))) for mark in value.marks]
        parts.append(f"{value.value:g}: {value.count}{spread}{''.join(f' [{name}]' for name in named)}")
    printed = panel.printed
    if printed:
        parts.append(f"{printed.of}: median {printed.median:g}, {printed.low:g} to {printed.high:g}")
    return f"{panel.title}, {', '.join(parts)}"
