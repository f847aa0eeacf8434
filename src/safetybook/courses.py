"""Courses: patients as lines, their infusion cycles as points, and what came before a decision.

A point is filled if adverse events of the kind in question followed the cycle, hollow if none did. A
cycle for which a drug was given beforehand has a mark above it. The consecutive cycles that permitted
the drug are joined by a bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safetybook.figures import FAINT, INK, Figure, Palette, drawing, finish
from safetybook.tables import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT = -1.1
"""Where a label begins, on the axis of the cycles."""

LINE, HEADING, ABOVE = 0.3, 0.3, 0.105
"""Heights in inches: of a patient's line, of the heading of a group, and of a mark above its point."""


@dataclass(frozen=True)
class Visit:
    """An infusion cycle: its number, its treatment, the events after it, and whether a drug came first."""

    number: int
    treatment: str
    events: int
    premedicated: bool


@dataclass(frozen=True)
class Course:
    """A patient's cycles in order."""

    label: str
    visits: tuple[Visit, ...]
    first: int = field(init=False)
    """The first cycle for which the drug was given."""

    def __post_init__(self) -> None:
        given = [visit.number for visit in self.visits if visit.premedicated]
        if not given:
            raise ValueError(f"{self.label} was never given the drug")
        object.__setattr__(self, "first", min(given))

    @property
    def grounds(self) -> tuple[int, int] | None:
        """The last two consecutive cycles with events before the first premedicated one, if any."""
        return consecutive((visit.number for visit in self.visits if visit.events), self.first)


def consecutive(affected: Iterable[int], before: int) -> tuple[int, int] | None:
    """The last pair of consecutive cycles among those affected, both before a cycle; None without one."""
    numbers = {number for number in affected if number < before}
    pairs = [(number - 1, number) for number in sorted(numbers) if number - 1 in numbers]
    return pairs[-1] if pairs else None


def courses(
    name: str,
    caption: str,
    palette: Palette,
    groups: Sequence[tuple[str, Sequence[Course]]],
    *,
    cycles: int,
    breaks: Sequence[tuple[int, str]] = (),
    data: Table | None = None,
) -> Figure:
    """Groups of courses under their headings, over an axis of `cycles` infusion cycles.

    `breaks` are the first cycles of periods, with the periods' names.
    """
    foot, head = 0.55, 0.28
    height = head + sum(HEADING + LINE * len(members) for _, members in groups)
    with drawing(height + foot) as canvas:
        axes = canvas.subplots()
        for side in ("left", "top", "right"):
            axes.spines[side].set_visible(False)
        axes.set(xlim=(LEFT, cycles + 0.6), ylim=(height, 0), yticks=[], xlabel="Infusion cycle")
        axes.set_xticks(range(1, cycles + 1))
        for first, period in breaks:
            axes.text(first - 0.35, head / 2, period, va="center", fontsize=9)
            if first > 1:
                axes.axvline(first - 0.5, color=INK, alpha=FAINT, linewidth=0.8)
        top = head
        for heading, members in groups:
            axes.text(LEFT, top + HEADING * 0.6, heading, va="center", fontsize=9.5, weight="bold")
            top += HEADING
            for course in members:
                _line(axes, course, top + LINE * 0.6, palette)
                top += LINE
        return finish(canvas, name, f"{caption}. {_words(groups)}", data)


def _line(axes: Axes, course: Course, height: float, palette: Palette) -> None:
    """A patient's label and points, the bar of the grounds, and the marks of the drug."""
    axes.text(LEFT, height, course.label, va="center", fontsize=9)
    last = course.visits[-1].number
    axes.plot((1, last), (height, height), color=INK, alpha=FAINT, linewidth=0.8, zorder=1)
    if course.grounds:
        axes.plot(course.grounds, (height, height), color=INK, linewidth=3.2, zorder=2)
    for visit in course.visits:
        axes.plot(
            visit.number,
            height,
            palette.markers[visit.treatment],
            color=palette.colours[visit.treatment],
            # A hollow point over a line shows the line; one in a faint ring does not need a ground.
            fillstyle="full" if visit.events else "none",
            markersize=6.2,
            markeredgewidth=1.2,
            zorder=3,
        )
        if visit.premedicated:
            axes.plot(visit.number, height - ABOVE, "v", color=INK, markersize=4.2, zorder=3)


def _words(groups: Sequence[tuple[str, Sequence[Course]]]) -> str:
    return " ".join(
        f"{heading}: {'; '.join(_course_words(course) for course in members)}." for heading, members in groups
    )


def _course_words(course: Course) -> str:
    grounds = (
        "no two cycles in a row" if course.grounds is None else "cycles {} and {}".format(*course.grounds)
    )
    return f"patient {course.label}, events after {grounds}, premedicated from cycle {course.first}"
