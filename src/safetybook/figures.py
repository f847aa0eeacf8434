"""Figures as SVG: one style, one colour per treatment, a text alternative, no random byte.

The text of a figure stays text and takes the page's font and colour, so that it is sharp, can be
searched, and suits a dark page. Colours become CSS variables with a fallback, which a style sheet may
lighten. A figure is drawn for a narrow screen and grows with the page up to a limit. A notebook stores it in
a form that needs no trust (:mod:`safetybook.stored_html`).

matplotlib and seaborn are imported where something is drawn: importing them takes longer than all else that
a chapter imports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

from safetybook.determinacy import Standing
from safetybook.results import Difference, Result, difference
from safetybook.rounding import exact, half_up
from safetybook.stored_figures import COLOURS as COLOURS
from safetybook.stored_figures import INK as INK
from safetybook.stored_figures import inline_drawing
from safetybook.stored_html import stored
from safetybook.tables import Cell, Folded, Group, Row, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MARKERS = ("o", "s", "^", "D", "v", "P")
"""One shape per treatment as well, so that colour is never the only sign."""

FAINT = 0.25
"""Opacity of rules and guides."""

WIDTH = 4.0
"""Width of every figure in inches: a journal's column, and little more than a narrow screen."""

STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.linewidth": 0.6,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "lines.markersize": 6.5,
    "path.simplify": False,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 9.5,
    "xtick.major.size": 3,
    "xtick.major.width": 0.6,
    "ytick.color": INK,
    "ytick.labelsize": 10,
    "ytick.major.size": 0,
}


@dataclass(frozen=True)
class Palette:
    """A fixed colour and shape per treatment, in the order in which a trial names its treatments."""

    treatments: tuple[str, ...]

    @property
    def colours(self) -> dict[str, str]:
        """The colour of each treatment."""
        return dict(zip(self.treatments, COLOURS, strict=False))

    @property
    def markers(self) -> dict[str, str]:
        """The shape of each treatment's points."""
        return dict(zip(self.treatments, MARKERS, strict=False))


@contextmanager
def drawing(height: float) -> Iterator[Canvas]:
    """An empty canvas of the standard width, `height` inches high, in the shared style.

    The canvas is not registered with pyplot, so that no notebook shows it a second time.
    """
    import matplotlib as mpl
    import seaborn as sns
    from matplotlib.figure import Figure as Canvas

    ticks: dict[Any, Any] = sns.axes_style("ticks")
    with mpl.rc_context(ticks), mpl.rc_context(STYLE):
        yield Canvas(figsize=(WIDTH, height), layout="constrained")


def length(text: str, size: float) -> float:
    """How long a line is in a figure, in points, for letters of a size."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family=STYLE["font.family"])
    return float(TextPath((0, 0), text, size=size, prop=font).get_extents().width)


def within_a_sentence(label: str) -> str:
    """A label as it stands after other words; what it names in capitals keeps them."""
    return label[:1].lower() + label[1:]


def despine(axes: Axes, *, left: bool = False) -> None:
    """Take away the lines above and on the right, and with `left` the one on the left."""
    import seaborn as sns

    sns.despine(ax=axes, left=left)


@dataclass(frozen=True)
class Figure:
    """A drawn figure with its text alternative and, folded below, its numbers as a table.

    `name` is unique within a page. Build it with :func:`finish`.
    """

    name: str
    svg: str
    alt: str
    data: Table | None = None

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": stored(self.html()), "text/plain": self.alt}

    def with_standing(self, standing: Standing) -> Figure:
        """The figure with this standing of every number of its table that does not say otherwise."""
        return self if self.data is None else replace(self, data=replace(self.data, standing=standing))

    def html(self) -> str:
        """For a page: the SVG, then the table behind a line that opens it."""
        folded = [] if self.data is None else [Folded("The numbers in this figure", self.data).html()]
        return "\n".join(['<div class="sb-figure">', self.svg, *folded, "</div>"])


def finish(canvas: Canvas, name: str, alt: str, data: Table | None = None) -> Figure:
    """The figure that a canvas shows; call it inside the ``with`` of :func:`drawing`.

    Raises:
        ValueError: if the text alternative is empty.
    """
    if not alt.strip():
        raise ValueError(f"figure {name!r} has no text alternative")
    import matplotlib as mpl

    buffer = StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        canvas.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return Figure(name, _inline(buffer.getvalue(), name, alt), alt, data)


def _inline(svg: str, name: str, alt: str) -> str:
    """The ``<svg>`` element for a page: labelled, in the page's colours and font, ids used once."""
    body = svg[svg.index("<svg") :].strip()
    opening, _, rest = body.partition(">")
    box = re.search(r'viewBox="[^"]*"', opening)
    if box is None:
        raise ValueError(f"figure {name!r}: the SVG has no viewBox")
    return inline_drawing(box[0], escape(alt), _own_ids(_plain(rest), name))


def _plain(svg: str) -> str:
    """Without the style sheet (it would apply to the whole page), font names, idle rotations and indents."""
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = svg.replace(f"font-family: '{STYLE['font.family']}'; ", "")
    svg = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", svg)
    svg = re.sub(r"\s*\n\s*", "\n", re.sub(r" *\n(?=[A-Za-z]+ |z)", " ", svg))
    return svg.replace('\n"', '"')


def _own_ids(svg: str, name: str) -> str:
    """Drop the ids that nothing refers to; name the others after the figure, in order of appearance.

    The library's own ids are hashes of coordinates, whose last bit depends on the versions of Python
    and its libraries.
    """
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    found = dict.fromkeys(known for known in re.findall(r' id="([^"]+)"', svg) if known in used)
    own = {known: f"{name}-{number}" for number, known in enumerate(found, start=1)}
    svg = re.sub(r' id="([^"]+)"', lambda hit: f' id="{own[hit[1]]}"' if hit[1] in own else "", svg)
    return re.sub(r'(url\(#|href="#)([^)"]+)', lambda hit: hit[1] + own.get(hit[2], hit[2]), svg)


@dataclass(frozen=True)
class Contrast:
    """A row of :func:`contrasts`: a category, and its percentage under two treatments."""

    label: str
    first: Result
    second: Result

    @property
    def difference(self) -> Difference:
        """The first percentage minus the second, with its 95 % confidence interval."""
        return difference(self.first, self.second)


def contrasts(
    name: str, caption: str, palette: Palette, rows: Sequence[Contrast], most: float = 100
) -> Figure:
    """Dots of the percentages under two treatments, beside the differences with their intervals.

    The form is that of Amit, Heiberger and Lane (Pharm Stat 2008;7:20-35). The numbers behind it fold
    out below. The scale of the percentages ends at `most`.

    Raises:
        ValueError: if a percentage lies beyond the scale.
    """
    if beyond := [row.label for row in rows if max(row.first.number, row.second.number) > most]:
        raise ValueError(f"more than {most} %: {'; '.join(beyond)}")
    one, two = palette.treatments[:2]
    with drawing(0.75 + 0.52 * len(rows)) as canvas:
        dots, intervals = canvas.subplots(1, 2, sharey=True, width_ratios=(13, 8))
        for place, row in enumerate(rows):
            _dots(dots, place, row, palette)
            _interval_line(intervals, place, row.difference)
        _name_dots(dots, rows[0], palette, most)
        dots.set(xlim=(0, most), ylim=(len(rows) - 0.5, -0.65), yticks=[])
        dots.set_title("Patients (%)")
        dots.set_title(f"{one} v {two}", loc="right")
        intervals.set_title("Difference (95% CI)", loc="right")
        for axes in (dots, intervals):
            despine(axes, left=True)
        alt = "; ".join(
            f"{row.label}, {one} {row.first.formatted()}%, {two} {row.second.formatted()}%, "
            f"difference {_interval(row.difference)} percentage points"
            for row in rows
        )
        return finish(canvas, name, f"{caption}. {alt}.", contrast_table(caption, palette, rows))


def _dots(axes: Axes, place: int, row: Contrast, palette: Palette) -> None:
    """Both percentages on a line, under the category and their numbers."""
    axes.plot(
        (float(row.first.number), float(row.second.number)), (place, place), color=INK, alpha=FAINT, zorder=1
    )
    for treatment, result, fill in zip(
        palette.treatments, (row.first, row.second), (True, False), strict=False
    ):
        colour = palette.colours[treatment]
        axes.plot(
            float(result.number),
            place,
            palette.markers[treatment],
            color=colour,
            fillstyle="full" if fill else "none",
            markeredgewidth=1.6,
            clip_on=False,
        )
    across = axes.get_yaxis_transform()
    axes.annotate(row.label, (0, place - 0.36), xycoords=across, va="center")
    numbers = f"{row.first.formatted()} v {row.second.formatted()}"
    axes.annotate(numbers, (1, place - 0.36), xycoords=across, va="center", ha="right")


def _name_dots(axes: Axes, row: Contrast, palette: Palette, most: float) -> None:
    """Name the treatments at the dots of one row, on the outer sides; or under the line for want of room."""
    right = max(row.first, row.second, key=lambda result: result.number)
    for treatment, result in zip(palette.treatments, (row.first, row.second), strict=False):
        side = 1 if result is right else -1
        narrow = side < 0 and result.number < most / 4
        axes.annotate(
            treatment,
            (float(result.number), 0),
            xytext=(6, -7) if narrow else (7 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 or narrow else "right",
            va="center",
        )


def _interval_line(axes: Axes, place: int, found: Difference) -> None:
    """A difference and its interval, under its number, with a piece of the line of no difference."""
    axes.plot((0, 0), (place - 0.2, place + 0.45), color=INK, alpha=FAINT, linewidth=1, zorder=0)
    axes.plot((found.low, found.high), (place, place), color=INK, linewidth=1.1)
    axes.plot(float(found.value), place, "o", color=INK, markersize=4.5)
    axes.annotate(
        _interval(found), (1, place - 0.36), xycoords=axes.get_yaxis_transform(), va="center", ha="right"
    )


def contrast_table(
    caption: str,
    palette: Palette,
    rows: Sequence[Contrast],
    shares: Standing | None = None,
    differences: Standing | None = None,
) -> Table:
    """Patients with an event, at risk and in percent under two treatments; the differences with intervals.

    `shares` and `differences` say how far the numbers are fixed.
    """
    one, two = palette.treatments[:2]
    columns = ((f"{one}, n/N (%)",), (f"{two}, n/N (%)",), ("Difference in percentage points (95% CI)",))
    body = [
        Row(
            row.label,
            (
                _share_cell(row.first, shares),
                _share_cell(row.second, shares),
                Cell(_interval(row.difference), (row.first, row.second), standing=differences),
            ),
        )
        for row in rows
    ]
    return Table(caption, "Category", columns, (Group("", tuple(body)),))


def _share_cell(share: Result, standing: Standing | None) -> Cell:
    text = f"{share.numerator}/{share.denominator} ({share.formatted()})"
    return Cell(text, (share,), standing=standing)


def _interval(found: Difference) -> str:
    low, high = (half_up(exact(limit), 1) for limit in (found.low, found.high))
    return f"{half_up(found.value, 1)} ({low} to {high})".replace("-", "−")
