"""Curves over time: stairs of one data set, read off at a few places, with the numbers of patients beneath.

Two things are shown at each place, and must not be taken for each other: a pointwise confidence interval (a
thin line with caps), and how far many data sets differ that agree with the same claims (a broad bar).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safetybook.determinacy import illustrative
from safetybook.figures import INK, Figure, Palette, despine, drawing, finish, within_a_sentence
from safetybook.recurrent import CycleShare, Point
from safetybook.rounding import exact, half_up
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DAYS_PER_WEEK = 7

BAR = 0.3
"""Opacity of the bar of other data sets: the interval's line stays visible on it."""

LINE = 11.5
"""Height of a line of numbers beneath an axis, in points."""

NARROW = 12
"""Two numbers beneath an axis stand too close if they have less than this part of its length."""


@dataclass(frozen=True)
class Reading:
    """What a curve is at one place.

    Attributes:
        at: the place on the axis.
        number: patients at risk there.
        events: how many events the value rests on.
        value: the mean number of events per patient, or a share from 0 to 1.
        low, high: the limits of its pointwise confidence interval; None where there is none.
        others: the value in every other data set.
    """

    at: int
    number: int
    events: int
    value: float
    low: float | None = None
    high: float | None = None
    others: tuple[float, ...] = ()

    @property
    def least(self) -> float:
        """The least value of any data set, this one's included."""
        return min((self.value, *self.others))

    @property
    def greatest(self) -> float:
        """The greatest, likewise."""
        return max((self.value, *self.others))


Others = Mapping[int, Sequence[float]]
"""The value in every other data set, by place."""


def read(points: Sequence[Point], ends: Sequence[int], weeks: Iterable[int], others: Others) -> list[Reading]:
    """A curve at the end of each of some weeks; a patient is at risk there who was observed on its last day.

    Args:
        points: of the curve, in order of their days.
        ends: the last day at risk of each patient.
        weeks: from 0, where every patient is at risk and nothing has happened.
        others: the other data sets' values by week; a week may be missing.
    """
    found = []
    for week in weeks:
        before = [point for point in points if point.day <= week * DAYS_PER_WEEK]
        at_risk = sum(end >= week * DAYS_PER_WEEK for end in ends)
        rest = tuple(others.get(week, ()))
        if not before:
            found.append(Reading(week, at_risk, 0, 0.0, others=rest))
            continue
        last = before[-1]
        events = sum(point.events for point in before)
        found.append(Reading(week, at_risk, events, last.value, last.low, last.high, rest))
    return found


def stairs(points: Sequence[Point], weeks: int) -> list[tuple[float, float]]:
    """The corners of a curve in weeks, from nothing at the start to the end of a week."""
    inside = [(point.day / DAYS_PER_WEEK, point.value) for point in points if point.day <= weeks * 7]
    return [(0.0, 0.0), *inside, (float(weeks), inside[-1][1] if inside else 0.0)]


def read_shares(shares: Iterable[CycleShare], others: Others) -> list[Reading]:
    """The share of patients with an event in each cycle, among those infused in it."""
    return [
        Reading(
            share.cycle,
            share.infused,
            share.affected,
            float(share.share),
            share.low,
            share.high,
            tuple(others.get(share.cycle, ())),
        )
        for share in shares
    ]


@dataclass(frozen=True)
class Curve:
    """Readings of one treatment, and the stairs that they lie on.

    Attributes:
        label: stands at the end of the curve.
        treatment: gives the colour and the shape of the marks.
        readings: in order of their places.
        corners: of the stairs; none where what is read has no values in between.
        hollow: whether the marks are, to tell two curves of one treatment apart.
    """

    label: str
    treatment: str
    readings: tuple[Reading, ...]
    corners: tuple[tuple[float, float], ...] = ()
    hollow: bool = False


@dataclass(frozen=True)
class Panel:
    """One pair of axes: what is read (above), the places (below), and what the numbers beneath count."""

    title: str
    label: str
    curves: tuple[Curve, ...]
    numbers: str = "Patients at risk"
    percent: bool = False

    def text(self, value: float | None) -> str:
        """A value as the figure prints it."""
        if value is None:
            return "–"
        return half_up(exact(100 * value), 1) if self.percent else half_up(exact(value), 2)

    @property
    def counts(self) -> list[tuple[str, list[tuple[int, int]]]]:
        """Lines of the numbers beneath: a label, and the number at each place; one line if all are alike."""
        lines = [
            (curve.label, [(reading.at, reading.number) for reading in curve.readings])
            for curve in self.curves
        ]
        alike = all(numbers == lines[0][1] for _, numbers in lines)
        return [("", lines[0][1])] if alike else lines


def curves(name: str, caption: str, palette: Palette, panels: Sequence[Panel]) -> Figure:
    """Panels one below the other; the numbers fold out below."""
    lines = [len(panel.counts) for panel in panels]
    heights = [2.0 + 0.16 * count for count in lines]
    with drawing(sum(heights) + 0.35 * len(panels)) as canvas:
        grid = canvas.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
        for axes, panel in zip(grid.flat, panels, strict=True):
            places = sorted({reading.at for curve in panel.curves for reading in curve.readings})
            pitch = (places[-1] - places[0]) / 100
            middle = (len(panel.curves) - 1) / 2
            for number, curve in enumerate(panel.curves):
                _draw(axes, curve, panel, palette, 2 * (number - middle) * pitch)
            axes.set_title(panel.title)
            axes.set_xlabel(panel.label, labelpad=1)
            axes.set_xticks(places)
            axes.set_xlim(places[0] - 2 * pitch, places[-1] + 3 * pitch)
            axes.set_ylim(bottom=0)
            _write_numbers(axes, panel)
            despine(axes)
        return finish(canvas, name, f"{caption}. {_words(panels)}.", _table(caption, panels))


def _draw(axes: Axes, curve: Curve, panel: Panel, palette: Palette, aside: float) -> None:
    """The stairs, and at each place the bar, the interval and the mark, all a little aside."""
    colour, scale = palette.colours[curve.treatment], 100 if panel.percent else 1
    if curve.corners:
        across, up = zip(*((x, scale * y) for x, y in curve.corners), strict=True)
        line = "dashed" if curve.hollow else "solid"
        axes.plot(across, up, color=colour, linewidth=1.1, linestyle=line, drawstyle="steps-post")
    filled = curve.treatment == palette.treatments[0] and not curve.hollow
    for reading in curve.readings:
        if not reading.events and not reading.others:
            continue
        x = reading.at + aside
        if reading.others:
            ends = (scale * reading.least, scale * reading.greatest)
            axes.plot((x, x), ends, color=colour, alpha=BAR, linewidth=7, solid_capstyle="butt")
        if reading.low is not None and reading.high is not None:
            limits = (scale * reading.low, scale * reading.high)
            axes.plot((x, x), limits, "_-", color=colour, linewidth=0.9, markersize=5, markeredgewidth=0.9)
        axes.plot(
            x,
            scale * reading.value,
            palette.markers[curve.treatment],
            color=colour,
            markersize=5,
            markeredgewidth=1.2,
            fillstyle="full" if filled else "none",
            clip_on=False,
        )
    last = curve.readings[-1]
    axes.annotate(
        curve.label,
        (last.at + aside, scale * last.value),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        fontsize=9.5,
        annotation_clip=False,
    )


def _write_numbers(axes: Axes, panel: Panel) -> None:
    """The numbers beneath the axis, under a line that says what they count."""
    across = axes.get_xaxis_transform()
    down = -2.9 * LINE

    def write(text: str, x: float, aside: float, ha: str) -> None:
        axes.annotate(
            text,
            (x, 0),
            xycoords=across if ha == "center" else "axes fraction",
            xytext=(aside, down),
            textcoords="offset points",
            ha=ha,
            va="top",
            fontsize=8.5,
            color=INK,
            annotation_clip=False,
        )

    write(panel.numbers, 0, 0, "left")
    places = [at for at, _ in panel.counts[0][1]]
    crowded = len(places) > 1 and places[1] - places[0] < (places[-1] - places[0]) / NARROW
    for label, numbers in panel.counts:
        down -= LINE
        if label:
            write(label, 0, -9, "right")
        for at, number in numbers:
            write(str(number), at, -4 if crowded and at == places[0] else 0, "center")


def _words(panels: Sequence[Panel]) -> str:
    found = []
    for panel in panels:
        for curve in panel.curves:
            told = ", ".join(
                f"{reading.at}: {panel.text(reading.value)} ({panel.text(reading.low)} to "
                f"{panel.text(reading.high)}; {reading.number} patients)"
                for reading in curve.readings
                if reading.events
            )
            found.append(f"{panel.title}, {curve.label}, by {within_a_sentence(panel.label)}: {told}")
    return "; ".join(found)


def _table(caption: str, panels: Sequence[Panel]) -> Table:
    groups = [
        Group(
            f"{panel.title}, {curve.label}",
            tuple(
                Row(
                    str(reading.at),
                    tuple(
                        map(
                            Cell,
                            (
                                str(reading.number),
                                str(reading.events),
                                panel.text(reading.value),
                                panel.text(reading.low),
                                panel.text(reading.high),
                                panel.text(reading.least),
                                panel.text(reading.greatest),
                            ),
                        )
                    ),
                )
                for reading in curve.readings
                if reading.events or reading.others
            ),
        )
        for panel in panels
        for curve in panel.curves
    ]
    data_sets = "All data sets"
    columns = (
        (panels[0].numbers,),
        ("Events",),
        ("Value",),
        ("95% interval", "Lower"),
        ("95% interval", "Upper"),
        (data_sets, "Least"),
        (data_sets, "Greatest"),
    )
    return Table(caption, panels[0].label, columns, tuple(groups), standing=illustrative())
