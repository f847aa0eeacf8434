"""Every infusion cycle of every patient by week: who received what, how often, and for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from safetybook.determinacy import PUBLISHED, illustrative
from safetybook.figures import FAINT, INK, Figure, Palette, despine, drawing, finish
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DAY = 0.34
"""Length in weeks with which a day of a cycle is drawn: a true seventh could not be told apart."""

ROW = 0.064
"""Height of a patient's line in inches."""


@dataclass(frozen=True)
class Cycle:
    """An infusion cycle: its number, the week in which it began (from randomisation), its days."""

    number: int
    week: float
    days: int
    treatment: str


Patient = tuple[Cycle, ...]
"""The cycles of one patient, in order."""


@dataclass(frozen=True)
class Arm:
    """Patients under a common heading."""

    label: str
    patients: tuple[Patient, ...]

    @property
    def ordered(self) -> list[Patient]:
        """Those with the most cycles first; among equals, those with the fewest days."""
        return sorted(self.patients, key=lambda cycles: (-len(cycles), _days(cycles)))


def _days(cycles: Iterable[Cycle]) -> int:
    return sum(cycle.days for cycle in cycles)


def exposure(
    name: str,
    caption: str,
    palette: Palette,
    arms: Sequence[Arm],
    usual: int,
    weeks: Sequence[int],
    published: frozenset[str] = frozenset(),
) -> Figure:
    """One line per patient, one mark per cycle, as long as the cycle had days.

    Cycles of more than `usual` days are taller as well. The first treatment of the palette is drawn thick
    and the others thin, so that colour is not the only sign. `weeks` are marked on the axis. The table
    below counts the cycles by number; a total whose treatment is in `published` is not illustrative.
    """
    rows = sum(len(arm.patients) for arm in arms) + 3.5 * len(arms)
    with drawing(ROW * rows + 0.85) as canvas:
        key, axes = canvas.subplots(2, 1, height_ratios=(0.42, ROW * rows))
        _key(key, palette, usual)
        place = 0.0
        for arm in arms:
            axes.annotate(arm.label, (0, place + 1.4), va="center")
            place += 3.2
            lines = arm.ordered
            _threads(axes, lines, place)
            for treatment in palette.treatments:
                for long in (False, True):
                    marks = [
                        (cycle, place + i)
                        for i, cycles in enumerate(lines)
                        for cycle in cycles
                        if cycle.treatment == treatment and (cycle.days > usual) is long
                    ]
                    _marks(axes, marks, palette, treatment, long=long)
            place += len(lines) + 0.3
        for week in weeks:
            axes.plot((week, week), (0, place), color=INK, alpha=FAINT / 2, linewidth=0.8, zorder=0)
        axes.set(ylim=(place, 0), xlim=(-0.4, max(weeks) + 1.2), yticks=[], xticks=list(weeks))
        axes.set_xlabel("Week since randomisation")
        despine(axes, left=True)
        table = _table(caption, palette, arms, usual, published)
        return finish(canvas, name, f"{caption}. {_alt(arms, palette, usual)}", table)


def _threads(axes: Axes, lines: Sequence[Patient], place: float) -> None:
    """A faint line from each patient's first cycle to the last, which ends where the patient left."""
    x = [at for cycles in lines for at in (cycles[0].week, cycles[-1].week, nan)]
    y = [at for i in range(len(lines)) for at in (place + i, place + i, nan)]
    axes.plot(x, y, color=INK, alpha=FAINT, linewidth=0.4, zorder=1)


def _marks(
    axes: Axes, marks: Sequence[tuple[Cycle, float]], palette: Palette, treatment: str, *, long: bool
) -> None:
    """All marks of one kind as one line with gaps: a path of its own for each would weigh ten times more."""
    x = [at for cycle, _ in marks for at in (cycle.week, cycle.week + DAY * cycle.days, nan)]
    y = [at for _, place in marks for at in (place, place, nan)]
    thickness = _thickness(palette, treatment, long=long)
    axes.plot(x, y, color=palette.colours[treatment], linewidth=thickness, solid_capstyle="butt")


def _thickness(palette: Palette, treatment: str, *, long: bool) -> float:
    """Thickness of a mark in points."""
    if treatment == palette.treatments[0]:
        return 4.4 if long else 2.3
    return 2.6 if long else 1.0


def _key(axes: Axes, palette: Palette, usual: int) -> None:
    """What the marks mean, each beside an example."""
    axes.set(xlim=(0, 1), ylim=(1.5, -0.5))
    axes.set_axis_off()
    for line, treatment in enumerate(palette.treatments):
        for x, days in ((0.0, usual), (0.42, usual + 1)):
            long = days > usual
            axes.plot(
                (x, x + 0.0085 * days),
                (line, line),
                color=palette.colours[treatment],
                linewidth=_thickness(palette, treatment, long=long),
                solid_capstyle="butt",
                clip_on=False,
            )
            text = f"more than {usual} days" if long else f"{treatment}, up to {usual} days"
            axes.annotate(text, (x + 0.045, line), va="center", fontsize=9.5)


def _alt(arms: Sequence[Arm], palette: Palette, usual: int) -> str:
    sentences = []
    for arm in arms:
        given = [cycle for cycles in arm.patients for cycle in cycles]
        parts = [
            f"{t} cycles {sum(c.treatment == t for c in given)}, of more than {usual} days "
            f"{sum(c.treatment == t and c.days > usual for c in given)}"
            for t in palette.treatments
            if any(c.treatment == t for c in given)
        ]
        sentences.append(f"{arm.label}: {'; '.join(parts)}.")
    return " ".join(sentences)


def _table(
    caption: str, palette: Palette, arms: Sequence[Arm], usual: int, published: frozenset[str]
) -> Table:
    """Cycles given and longer ones, by number of the cycle and treatment."""
    given = [cycle for arm in arms for cycles in arm.patients for cycle in cycles]
    all_cycles = Counter((cycle.number, cycle.treatment) for cycle in given)
    long = Counter((cycle.number, cycle.treatment) for cycle in given if cycle.days > usual)
    columns = tuple((t, heading) for t in palette.treatments for heading in ("Cycles", f"Over {usual} days"))
    body = [
        Row(
            str(number),
            tuple(
                Cell(str(counts[number, t]), standing=illustrative())
                for t in palette.treatments
                for counts in (all_cycles, long)
            ),
        )
        for number in sorted({cycle.number for cycle in given})
    ]
    totals = tuple(
        Cell(
            str(sum(n for (_, treatment), n in counts.items() if treatment == t)),
            standing=illustrative() if counts is long or t not in published else PUBLISHED,
        )
        for t in palette.treatments
        for counts in (all_cycles, long)
    )
    return Table(caption, "Cycle", columns, (Group("", (*body, Row("All", totals))),))
