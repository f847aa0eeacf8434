"""Drawn: which share of tried misprints each of two checks would notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from safetybook.determinacy import determined
from safetybook.figures import FAINT, INK, Figure, despine, drawing, finish
from safetybook.rounding import half_up
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 0.34
"""Of a bar, where rows are 1 apart."""


@dataclass(frozen=True)
class Detection:
    """Misprints of some numbers that are alike.

    Attributes:
        label: what the numbers are.
        numbers: how many they are.
        tried: how many misprints of them were tried.
        first: how many of these the first check notices.
        second: how many of the others the second check notices.
    """

    label: str
    numbers: int
    tried: int
    first: int
    second: int

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """Percentages noticed: by the first check, and by either."""
        return Fraction(100 * self.first, self.tried), Fraction(100 * (self.first + self.second), self.tried)

    @property
    def noticed(self) -> str:
        """The percentage noticed by either check, in whole percents; 100 only if all are."""
        share = self.shares[1]
        return "99" if 99 <= share < 100 else half_up(share, 0)


def detections(name: str, caption: str, checks: tuple[str, str], rows: Sequence[Detection]) -> Figure:
    """A bar of all misprints per row, filled as far as they are noticed: dark by the first check, then light.

    The numbers behind the figure fold out below it.
    """
    with drawing(0.75 + 0.44 * len(rows)) as canvas:
        axes = canvas.subplots()
        for place, row in enumerate(rows):
            _bar(axes, place, row)
        axes.set(xlim=(0, 100), ylim=(len(rows) - 0.45, -1.55), yticks=[])
        axes.set_xlabel("Misprints noticed (%)")
        _key(axes, checks)
        despine(axes, left=True)
        alt = "; ".join(f"{row.label}: {row.noticed}% noticed" for row in rows)
        return finish(canvas, name, f"{caption}. {alt}.", table(caption, checks, rows))


def _bar(axes: Axes, place: int, row: Detection) -> None:
    """The parts of a row, its name above them and the share noticed at the right end."""
    first, both = (float(share) for share in row.shares)
    axes.barh(place, 100, HEIGHT, color="none", edgecolor=INK, linewidth=0.5, alpha=0.6)
    axes.barh(place, first, HEIGHT, color=INK, alpha=0.75)
    axes.barh(place, both - first, HEIGHT, left=first, color=INK, alpha=FAINT)
    across = axes.get_yaxis_transform()
    axes.annotate(row.label, (0, place - 0.4), xycoords=across, va="center", fontsize=9)
    axes.annotate(f"{row.noticed}%", (1, place - 0.4), xycoords=across, va="center", ha="right", fontsize=9)


def _key(axes: Axes, checks: tuple[str, str]) -> None:
    """What the two fillings mean, above the first row."""
    for left, (check, alpha) in zip((0, 50), zip(checks, (0.75, FAINT), strict=True), strict=True):
        axes.barh(-1.2, 4, HEIGHT * 0.8, left=left, color=INK, alpha=alpha)
        axes.annotate(check, (left + 5.5, -1.2), va="center", fontsize=9)


def table(caption: str, checks: tuple[str, str], rows: Sequence[Detection]) -> Table:
    """The numbers behind the figure."""
    columns = (("Numbers",), ("Misprints tried",), *((check,) for check in checks), ("Not noticed",))
    body = tuple(
        Row(
            row.label,
            tuple(
                Cell(str(number))
                for number in (
                    row.numbers,
                    row.tried,
                    row.first,
                    row.second,
                    row.tried - row.first - row.second,
                )
            ),
        )
        for row in rows
    )
    tried = determined("tried on the printed numbers")
    return Table(caption, "Numbers of the article", columns, (Group("", body),), standing=tried)
