"""Spreads: a curve of one data set within the band of many that agree with the same claims.

What the band shows is how far the data sets differ that were made. It is no confidence interval, and it
does not reach as far as the claims allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.determinacy import PUBLISHED, illustrative
from safetybook.figures import FAINT, INK, Figure, Palette, despine, drawing, finish, within_a_sentence
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BAND = 0.22
"""Opacity of a band: its outline, and the curve on it, stay visible on a light and on a dark page."""


@dataclass(frozen=True)
class Curve:
    """A count at each of several places, in one data set and in many others.

    Attributes:
        treatment: of which it is; names the curve, and gives its colour and shape.
        at: the places on the axis, ascending.
        here: the count at each place in the data set that the page shows.
        others: for each place, the count in every other data set.
        settled: the places whose counts are published or determined; all others are illustrative, also
            where no two data sets happen to differ.
    """

    treatment: str
    at: tuple[float, ...]
    here: tuple[int, ...]
    others: tuple[tuple[int, ...], ...]
    settled: frozenset[float] = frozenset()

    def __post_init__(self) -> None:
        if not len(self.at) == len(self.here) == len(self.others):
            lengths = f"{len(self.at)}, {len(self.here)} and {len(self.others)}"
            raise ValueError(f"curve {self.treatment!r}: expected a count at each place, found {lengths}")
        if any(len(counts) != len(self.others[0]) for counts in self.others):
            raise ValueError(f"curve {self.treatment!r}: expected each other data set at every place")

    @property
    def low(self) -> list[int]:
        """The least count of any data set at each place, this one's included."""
        return [min(here, *others) for here, others in zip(self.here, self.others, strict=True)]

    @property
    def high(self) -> list[int]:
        """The greatest, likewise."""
        return [max(here, *others) for here, others in zip(self.here, self.others, strict=True)]


@dataclass(frozen=True)
class Panel:
    """One pair of axes: what is counted (above), what the places are (below), and the curves.

    `cumulative` curves are stairs that keep their height until the next place; others are points. Several
    curves are named by their treatments; where there is one, the title says whose it is.
    """

    title: str
    label: str
    curves: tuple[Curve, ...]
    cumulative: bool = False
    ticks: tuple[float, ...] = ()


def spreads(name: str, caption: str, palette: Palette, panels: Sequence[Panel]) -> Figure:
    """Panels one below the other, each with its curves on their bands; the numbers fold out below."""
    with drawing(2.0 * len(panels) + 0.2) as canvas:
        for axes, panel in zip(canvas.subplots(len(panels), 1, squeeze=False).flat, panels, strict=True):
            for curve in panel.curves:
                _draw(axes, curve, palette, panel.cumulative)
                if len(panel.curves) > 1:
                    _name(axes, curve)
            axes.set_title(panel.title)
            axes.set_xlabel(panel.label)
            axes.set_ylim(bottom=0)
            if panel.ticks:
                axes.set_xticks(panel.ticks)
            despine(axes)
        return finish(canvas, name, f"{caption}. {_words(panels)}", _table(caption, panels))


def _draw(axes: Axes, curve: Curve, palette: Palette, cumulative: bool) -> None:
    """The band of all data sets, and the stairs or the points of this one."""
    colour = palette.colours[curve.treatment]
    if cumulative:
        # The last stair gets a width of its own, or it could not be seen.
        at = [*curve.at, 2 * curve.at[-1] - curve.at[-2]]
        low, high, here = ([*counts, counts[-1]] for counts in (curve.low, curve.high, curve.here))
        axes.fill_between(at, low, high, step="post", color=colour, alpha=BAND, linewidth=0)
        axes.plot(at, here, color=colour, linewidth=1.4, drawstyle="steps-post")
        return
    axes.fill_between(curve.at, curve.low, curve.high, color=colour, alpha=BAND, linewidth=0)
    axes.plot(curve.at, curve.here, color=INK, alpha=FAINT, linewidth=0.6)
    axes.plot(
        curve.at,
        curve.here,
        palette.markers[curve.treatment],
        color=colour,
        markersize=4.5,
        fillstyle="full" if curve.treatment == palette.treatments[0] else "none",
        clip_on=False,
    )


def _name(axes: Axes, curve: Curve) -> None:
    """The curve's treatment above its highest point."""
    highest = max(range(len(curve.at)), key=lambda i: curve.here[i])
    axes.annotate(
        curve.treatment,
        (curve.at[highest], curve.here[highest]),
        xytext=(0, 6),
        textcoords="offset points",
        ha="left",
        va="bottom",
        fontsize=9.5,
    )


def _words(panels: Sequence[Panel]) -> str:
    found = []
    for panel in panels:
        for curve in panel.curves:
            numbers = ", ".join(
                f"{place:g}: {here} ({low} to {high})"
                for place, here, low, high in zip(curve.at, curve.here, curve.low, curve.high, strict=True)
                if high
            )
            found.append(f"{panel.title}, {curve.treatment}, by {within_a_sentence(panel.label)}: {numbers}")
    return f"{'; '.join(found)}."


def _table(caption: str, panels: Sequence[Panel]) -> Table:
    groups = tuple(
        Group(
            f"{panel.title}, {curve.treatment}",
            tuple(
                Row(
                    f"{place:g}",
                    tuple(
                        Cell(str(number), standing=PUBLISHED if place in curve.settled else illustrative())
                        for number in (here, low, high)
                    ),
                )
                for place, here, low, high in zip(curve.at, curve.here, curve.low, curve.high, strict=True)
            ),
        )
        for panel in panels
        for curve in panel.curves
    )
    return Table(
        caption,
        panels[0].label,
        (("Here",), ("Least of all",), ("Greatest of all",)),
        groups,
        standing=illustrative(),
    )
