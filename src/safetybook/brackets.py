"""Drawn: whether a known truth lies in the interval that was proved for it.

Many intervals in small multiples: one line per question, one panel per group of patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.determinacy import Standing
from safetybook.figures import FAINT, INK, Figure, despine, drawing, finish
from safetybook.ranges import OPEN
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Bracket:
    """An interval that was proved, and the truth.

    Attributes:
        low, high: no data set that satisfies what was printed goes beyond.
        certified: whether a data set is known that attains the lower and the upper end.
        among: how many patients could be counted.
        truth: the number in the real records.
    """

    low: int
    high: int
    certified: tuple[bool, bool]
    among: int
    truth: int

    @property
    def holds(self) -> bool:
        """Whether the truth lies within."""
        return self.low <= self.truth <= self.high

    @property
    def width(self) -> int:
        """By how much the answers left differ."""
        return self.high - self.low

    @property
    def text(self) -> str:
        """The interval in words, each open end marked."""
        low, high = (
            f"{end}{'' if certified else OPEN}"
            for end, certified in zip((self.low, self.high), self.certified, strict=True)
        )
        return low if self.low == self.high and all(self.certified) else f"{low} to {high}"


Brackets = Mapping[str, Sequence[Bracket]]
"""By question one bracket per group of patients."""


def brackets(name: str, caption: str, groups: Sequence[str], rows: Brackets, standing: Standing) -> Figure:
    """A bar from the least to the greatest answer, its certified ends marked, with a dot at the truth.

    `standing` says how far the numbers are fixed, and by what.
    """
    with drawing(0.75 + 0.34 * len(rows)) as canvas:
        panels = canvas.subplots(1, len(groups), sharey=True)
        for number, (axes, group) in enumerate(zip(panels, groups, strict=True)):
            for place, found in enumerate(rows.values()):
                _bar(axes, place, found[number])
            most = max(found[number].among for found in rows.values())
            axes.set(xlim=(-1, most + 1), ylim=(len(rows) - 0.5, -0.75), yticks=[])
            axes.set_xticks((0, 40, 80))
            axes.set_title(group)
            despine(axes, left=True)
        across = panels[0].get_yaxis_transform()
        for place, label in enumerate(rows):
            # A label may run over the panels beside its own, which therefore take no room for it.
            label_text = panels[0].annotate(
                label, (0, place - 0.42), xycoords=across, va="center", fontsize=9
            )
            label_text.set_in_layout(False)
        panels[len(groups) // 2].set_xlabel("Patients")
        alt = "; ".join(f"{label}: {_words(groups, found)}" for label, found in rows.items())
        return finish(canvas, name, f"{caption}. {alt}.", table(caption, groups, rows, standing))


def _words(groups: Sequence[str], found: Sequence[Bracket]) -> str:
    return ", ".join(
        f"{group} {bracket.text}, truth {bracket.truth}" for group, bracket in zip(groups, found, strict=True)
    )


def _bar(axes: Axes, place: int, found: Bracket) -> None:
    axes.plot((0, found.among), (place, place), color=INK, alpha=FAINT, linewidth=0.8, zorder=0)
    ends = (found.low, found.high)
    axes.plot(ends, (place, place), color=INK, linewidth=4, alpha=0.35, solid_capstyle="butt")
    for end, certified in zip(ends, found.certified, strict=True):
        if certified:
            axes.plot(end, place, "|", color=INK, markersize=8, markeredgewidth=1.4)
    axes.plot(found.truth, place, "o", color=INK, markersize=4, clip_on=False)


def table(
    caption: str, groups: Sequence[str], rows: Brackets, standing: Standing, stub: str = "Patients with"
) -> Table:
    """Interval and truth of each question in each group of patients; `standing` is that of all numbers."""
    columns = tuple((group, heading) for group in groups for heading in ("Possible", "Truth"))
    body = tuple(
        Row(label, tuple(Cell(text) for bracket in found for text in (bracket.text, str(bracket.truth))))
        for label, found in rows.items()
    )
    notes = ((OPEN, "No data set is known to attain this end; the interval may be wider than need be."),)
    is_open = any(not all(bracket.certified) for found in rows.values() for bracket in found)
    return Table(caption, stub, columns, (Group("", body),), notes if is_open else (), standing)
