"""Butterfly plots: two treatments back to back, a pair of bars per level, and a part below its whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.figures import INK, Figure, Palette, despine, drawing, finish
from safetybook.results import Result
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 0.36
"""Of a bar, where levels are 1 apart."""

FULL = 112
"""Where the axes end, in percent: a long bar leaves room for its number."""


@dataclass(frozen=True)
class Wing:
    """Two percentages of one treatment at one level: of the whole, and of a part of it."""

    whole: Result
    part: Result


@dataclass(frozen=True)
class Level:
    """A row of :func:`butterfly`: its name, and a wing for each of the two treatments."""

    label: str
    wings: tuple[Wing, Wing]


def butterfly(
    name: str, caption: str, palette: Palette, parts: tuple[str, str], levels: Sequence[Level]
) -> Figure:
    """Two treatments back to back: outlined bars for the whole, below them filled bars for the part.

    `parts` names the whole and the part. The numbers behind the figure fold out below it.
    """
    treatments = palette.treatments[:2]
    with drawing(0.75 + 0.62 * len(levels)) as canvas:
        left, middle, right = canvas.subplots(1, 3, sharey=True, width_ratios=(5, 2.1, 5))
        middle.axis("off")
        for place, level in enumerate(levels):
            middle.text(0.5, place, level.label, ha="center", va="center")
            for side, axes in enumerate((left, right)):
                _draw_wing(axes, place, level.wings[side], palette.colours[treatments[side]], side)
        for side, axes in enumerate((left, right)):
            axes.set(ylim=(len(levels) - 0.5, -0.5), yticks=[], xticks=(0, 50, 100), xlabel="Patients (%)")
            axes.set_xlim((0, FULL) if side else (FULL, 0))
            axes.set_title(treatments[side], loc="left" if side else "right")
            axes.axvline(0, color=INK, linewidth=1.2)
            despine(axes, left=True)
        _name_parts(right, levels[0].wings[1], parts)
        data = _table(caption, treatments, parts, levels)
        return finish(canvas, name, f"{caption}. {_described(treatments, parts, levels)}.", data)


def _draw_wing(axes: Axes, place: int, wing: Wing, colour: str, side: int) -> None:
    """Both bars of a level, each with its number at the end."""
    for result, shift, fill in ((wing.whole, -HEIGHT / 2, "none"), (wing.part, HEIGHT / 2, colour)):
        value, height = float(result.number), place + shift
        edge = 1.2 if value else 0
        axes.barh(height, value, HEIGHT * 0.8, facecolor=fill, edgecolor=colour, linewidth=edge)
        axes.annotate(
            result.formatted(),
            (value, height),
            xytext=(4 if side else -4, 0),
            textcoords="offset points",
            ha="left" if side else "right",
            va="center",
            fontsize=9,
        )


def _name_parts(axes: Axes, wing: Wing, parts: tuple[str, str]) -> None:
    """Name the whole and the part once, after the numbers of a row."""
    for result, height, part in zip((wing.whole, wing.part), (-HEIGHT / 2, HEIGHT / 2), parts, strict=True):
        axes.annotate(
            part,
            (float(result.number), height),
            xytext=(31, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            fontstyle="italic",
        )


def _described(treatments: Sequence[str], parts: tuple[str, str], levels: Sequence[Level]) -> str:
    """All numbers of the figure as a sentence."""
    return "; ".join(
        f"{level.label}, "
        + ", ".join(
            f"{treatment} {wing.whole.formatted()}% {parts[0]} and {wing.part.formatted()}% {parts[1]}"
            for treatment, wing in zip(treatments, level.wings, strict=True)
        )
        for level in levels
    )


def _table(caption: str, treatments: Sequence[str], parts: tuple[str, str], levels: Sequence[Level]) -> Table:
    columns = tuple((f"{treatment}, n/N (%)", part) for treatment in treatments for part in parts)
    rows = [
        Row(level.label, tuple(_cell(result) for wing in level.wings for result in (wing.whole, wing.part)))
        for level in levels
    ]
    return Table(caption, "Level", columns, (Group("", tuple(rows)),))


def _cell(share: Result) -> Cell:
    return Cell(f"{share.numerator}/{share.denominator} ({share.formatted()})", (share,))
