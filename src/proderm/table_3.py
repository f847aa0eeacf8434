"""Table 3 by its entries: what stands in each, the events behind it, and what its texts leave open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from proderm.columns import IVIG_P1, PLACEBO_P1
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import TIMED_TERMS
from proderm.estimands.families import Category
from safetybook.determinacy import PUBLISHED, determined, illustrative
from safetybook.estimands import Column, Count, Summary
from safetybook.medians import Behind, Grid, Printed
from safetybook.results import ABSENT, compute
from safetybook.rounding import half_up
from safetybook.strips import Dot, Mark, Strip, observed
from safetybook.study import Study
from safetybook.tables import Cell, Group, Row, Table

MEASURES = ("latency", "duration")
SEVERITIES = ("mild", "moderate", "severe")
ALL = "all"
TREATMENT = {IVIG_P1: "IVIg", PLACEBO_P1: "Placebo"}

_ORDER = ("headache", "nausea", "vomiting", "fever")
TERMS = tuple(sorted(TIMED_TERMS, key=lambda term: _ORDER.index(term.id)))
"""The terms in the order of the table."""

SHAPES = dict(zip(SEVERITIES, ("o", "^", "D"), strict=True))
"""One shape per severity, so that colour is left to the treatment."""

DECIMALS = 1
"""Of every median and range in the table."""

GRIDS = {
    # Date-times are recorded to the minute. An event less than three quarters of a day after the start of a
    # cycle is within it, because its infusions are on two consecutive days at least; its latency is 0.
    "latency": Grid(steps=24 * 60, least=Fraction(0), following=Fraction(3, 4)),
    "duration": Grid(steps=1, least=Fraction(1), following=Fraction(2)),
}
"""The values that each measure can take."""

SETTLED = determined("no other values have these medians and ranges")
"""Of the values of an entry that are the only ones which print so."""


@dataclass(frozen=True)
class Entry:
    """N and median (range) of a measure, for a term at a severity or at all, in a column."""

    measure: str
    term: Category
    level: str
    column: Column

    @property
    def n(self) -> Count:
        """The number of events; of resolved ones for the duration."""
        return cast(Count, CATALOGUE[f"{self._stem}.n"])

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """Median, minimum and maximum."""
        names = ("median", "minimum", "maximum")
        return tuple(cast(Summary, CATALOGUE[f"{self._stem}.{name}"]) for name in names)

    @property
    def _stem(self) -> str:
        return f"{self.measure}.{self.term.id}_{self.level}.{self.column.id}"

    def size(self, study: Study) -> int:
        """N in a study."""
        return int(compute(study, self.n).number)

    def printed(self, study: Study) -> Printed | None:
        """N, median and range as the table prints them, None where it prints a dash."""
        if not self.size(study):
            return None
        texts = (compute(study, summary).formatted(DECIMALS) for summary in self.summaries)
        return Printed(self.size(study), *texts)

    def strip(self, study: Study) -> Strip:
        """The events as dots over the median and range; all severities together have no dots of their own."""
        heading = self.level == ALL
        name = self.term.label if heading else self.level.capitalize()
        treatment = TREATMENT[self.column]
        if not self.size(study):
            return Strip(f"{name}, none", treatment, heading=heading)
        # Every event has a latency; of these, one without a duration had not resolved.
        every = replace(self, measure="latency").summaries[0]
        days = observed(study, replace(every, variable=self.summaries[0].variable))
        unresolved = days.count(None)
        text = f"{name}, {self.size(study)}" + (f" and {unresolved} open" if unresolved else "")
        dots = () if heading else tuple(Dot(day, SHAPES[self.level]) for day in days)
        return Strip(text, treatment, dots, Mark(*(compute(study, one) for one in self.summaries)), heading)


def rows(study: Study, measure: str) -> Iterator[list[Strip]]:
    """The strips of a measure: per term all events, then the severities that occurred; one per column."""
    for term in TERMS:
        for level in (ALL, *SEVERITIES):
            strips = [Entry(measure, term, level, column).strip(study) for column in TREATMENT]
            if level == ALL or any(strip.dots for strip in strips):
                yield strips


def values(study: Study, measure: str) -> Table:
    """Every value of a measure, in days, beside its median and range: what the strips draw, as a table."""
    groups = []
    for term in TERMS:
        whole = {column: _all_settled(study, measure, term, column) for column in TREATMENT}
        entries = [[Entry(measure, term, level, column) for column in TREATMENT] for level in SEVERITIES]
        lines = [
            Row(
                line[0].level.capitalize(),
                tuple(cell for entry in line for cell in _value_cells(entry, study, whole[entry.column])),
            )
            for line in entries
            if any(entry.strip(study).dots for entry in line)
        ]
        groups.append(Group(term.label, tuple(lines)))
    columns = tuple(
        (treatment, heading)
        for treatment in TREATMENT.values()
        for heading in ("Days (number of events if several)", "Median (range)")
    )
    return Table(f"{measure.capitalize()} of each event", "TEAE", columns, tuple(groups))


def _value_cells(entry: Entry, study: Study, whole: bool) -> tuple[Cell, Cell]:
    """The values of an entry, and its median and range; `whole` if those of all its rows are settled."""
    strip = entry.strip(study)
    if strip.mark is None:
        return Cell(ABSENT, numeric=False), Cell(ABSENT)
    days = Counter("open" if dot.days is None else half_up(dot.days, DECIMALS) for dot in strip.dots)
    text = ", ".join(f"{value} ({number})" if number > 1 else value for value, number in days.items())
    results = (strip.mark.median, strip.mark.minimum, strip.mark.maximum)
    return (
        Cell(text, standing=SETTLED if whole or _settled(entry, study) else illustrative(), numeric=False),
        Cell(str(strip.mark), results, standing=PUBLISHED),
    )


def _all_settled(study: Study, measure: str, term: Category, column: Column) -> bool:
    """Whether only one list of values prints as all rows of a term do."""
    found = behind(study, measure, term, column)
    return found is not None and found.settled() == Entry(measure, term, ALL, column).size(study)


def _settled(entry: Entry, study: Study) -> bool:
    """Whether only one list of values prints as the entry does by itself."""
    alone = entry.printed(study)
    return alone is not None and Behind([alone], GRIDS[entry.measure]).settled() == alone.n


def behind(
    study: Study, measure: str, term: Category, column: Column, grid: Grid | None = None
) -> Behind | None:
    """All lists of values that print as the rows of a term do, None where no event occurred.

    The values are those of `grid`, by default the measure's of :data:`GRIDS`.
    """
    found = (Entry(measure, term, level, column).printed(study) for level in SEVERITIES)
    groups = [printed for printed in found if printed]
    whole = Entry(measure, term, ALL, column).printed(study)
    return Behind(groups, grid or GRIDS[measure], whole) if groups else None
