"""Spells: when single events began after an infusion, and how long they lasted, on one scale of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.determinacy import Standing
from safetybook.figures import COLOURS, FAINT, INK, Figure, despine, drawing, finish
from safetybook.results import Result
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Spell:
    """One event: its name, the days from the infusion to its onset, and the days that it lasted.

    `onset` is what is said of the onset where the exact day is not known; empty to print the day.
    `standing` says how far an article fixes the onset.
    """

    label: str
    latency: Result
    duration: Result
    onset: str = ""
    standing: Standing | None = None

    @property
    def began(self) -> str:
        """The day of the onset in words or figures."""
        return self.onset or self.latency.formatted(0)

    @property
    def lasted(self) -> str:
        """The duration with its unit."""
        days = self.duration.formatted(0)
        return f"{days} day{'' if days == '1' else 's'}"

    @property
    def span(self) -> tuple[float, float]:
        """The onset, and the end: an event of 1 day ends on the day on which it began."""
        start = float(self.latency.number)
        return start, start + float(self.duration.number) - 1


def spells(name: str, caption: str, zero: str, rows: Sequence[Spell]) -> Figure:
    """A line per event, from its onset (dot) to its end (bar), on days since `zero`.

    The numbers behind the figure fold out below it.
    """
    with drawing(0.6 + 0.42 * len(rows)) as canvas:
        axes = canvas.subplots()
        for place, row in enumerate(rows):
            _draw(axes, place, row)
        last = max(row.span[1] for row in rows)
        axes.axvline(0, color=INK, linewidth=1)
        axes.set(xlim=(-0.02 * last, 1.02 * last), ylim=(len(rows) - 0.5, -0.75), yticks=[])
        axes.set_xlabel(f"Days since {zero}")
        despine(axes, left=True)
        alt = "; ".join(f"{row.label}, onset on day {row.began}, duration {row.lasted}" for row in rows)
        return finish(canvas, name, f"{caption}. {alt}.", _table(caption, zero, rows))


def _draw(axes: Axes, place: int, row: Spell) -> None:
    """A guide to the onset, the dot, the bar to the end; above them the name, and the days at the right."""
    start, end = row.span
    axes.plot((0, start), (place, place), color=INK, alpha=FAINT, linewidth=1)
    axes.plot((start, end), (place, place), color=COLOURS[0], linewidth=5, solid_capstyle="butt")
    axes.plot(start, place, "o", color=COLOURS[0], markersize=6.5, clip_on=False, zorder=3)
    for across, side, text in ((0.03, "left", row.label), (1, "right", row.lasted)):
        place_above, frame = (across, place - 0.42), axes.get_yaxis_transform()
        axes.annotate(text, place_above, xycoords=frame, ha=side, va="center", fontsize=9.5)


def _table(caption: str, zero: str, rows: Sequence[Spell]) -> Table:
    columns = ((f"Onset (days since {zero})",), ("Duration (days)",))
    body = [
        Row(
            row.label,
            (
                Cell(row.began, (row.latency,), standing=row.standing),
                Cell(row.duration.formatted(0), (row.duration,)),
            ),
        )
        for row in rows
    ]
    return Table(caption, "Event", columns, (Group("", tuple(body)),))
