"""All serious events by preferred term, related and not, by treatment and period: one table of them all.

Table 4 lists the related ones with the treatment at the time. The text lists the others by period, and in the
first one not by treatment. Both lists together hold as many events as Table 1 counts, so they are complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from proderm.columns import ANY_P1, IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import (
    RELATED,
    SERIOUS,
    SERIOUS_UNRELATED_EXTENSION,
    SERIOUS_UNRELATED_FIRST_PERIOD,
    UNRELATED,
    preferred_term,
)
from proderm.estimands.families import Category, events, patients, percent
from proderm.estimands.listings import PERIODS_AS_PRINTED, SERIOUS_EVENTS
from proderm.pages import Page
from safetybook.determinacy import bounded
from safetybook.estimands import Column
from safetybook.tables import Cell, Group, Row, Table

COLUMNS = (IVIG_P1, PLACEBO_P1, ANY_P1, IVIG_EXT, IVIG_ALL)

HEADINGS = (
    ("First period", "IVIg (n = {}^a)"),
    ("First period", "Placebo (n = {})"),
    ("First period", "Either (n = {})"),
    ("Extension", "IVIg (n = {})"),
    ("Overall", "All IVIg (n = {})"),
)

NOT_ON_PLACEBO = ("Pulmonary embolism",)
"""A thromboembolic event, of which there was none on placebo."""

LISTED = "from Table 4 and the text, which together list as many serious events as Table 1 counts"

NONE = "–"
"""What a cell shows where no event occurred."""

Ends = tuple[int, int]
"""The least and the greatest number of events."""


@dataclass(frozen=True)
class Line:
    """The serious events of a preferred term, or of several: between which numbers they lie in each column.

    `later` are those of the extension, where nobody was on placebo.
    """

    on_ivig: Ends
    on_placebo: Ends
    either: int
    later: int

    def ends(self, column: Column) -> Ends:
        """The ends in a column."""
        later = (self.later, self.later)
        overall = (self.on_ivig[0] + self.later, self.on_ivig[1] + self.later)
        known = dict(
            zip(COLUMNS, (self.on_ivig, self.on_placebo, (self.either,) * 2, later, overall), strict=True)
        )
        return known[column]


def related(printed: Mapping[str, str]) -> dict[Category, Line]:
    """The lines of Table 4 by term; `printed` has the printed values by estimand."""
    columns = {PERIODS_AS_PRINTED[1]: IVIG_P1, PERIODS_AS_PRINTED[2]: IVIG_EXT}
    found: dict[str, Counter[Column]] = {}
    for patient, term in SERIOUS_EVENTS:
        column = columns[printed[f"p{patient}.serious.treatment"]]
        found.setdefault(term, Counter())[column] += 1
    return {
        preferred_term(term): Line((own[IVIG_P1],) * 2, (0, 0), own[IVIG_P1], own[IVIG_EXT])
        for term, own in found.items()
    }


def unrelated(printed: Mapping[str, str]) -> dict[Category, Line]:
    """The text's list by term: in the first period they were on either treatment."""
    found = {}
    for term in dict.fromkeys((*SERIOUS_UNRELATED_FIRST_PERIOD, *SERIOUS_UNRELATED_EXTENSION)):
        either, later = (_listed(printed, term, column) for column in (ANY_P1, IVIG_EXT))
        certain = either if term.label in NOT_ON_PLACEBO else 0
        found[term] = Line((certain, either), (0, either - certain), either, later)
    return found


def _listed(printed: Mapping[str, str], term: Category, column: Column) -> int:
    """The events of a term: as many as patients where the text says no more, none where it lacks the term."""
    kind = UNRELATED & SERIOUS & term
    return int(printed.get(events(kind, column).id, printed.get(patients(kind, column).id, "0")))


def complete(printed: Mapping[str, str]) -> tuple[Line, Line]:
    """All related events and all others: what the lists hold, divided by treatment as Table 1 has it.

    Raises:
        ValueError: if the lists do not hold as many events as Table 1 counts.
    """
    because, other = (_added(lines.values()) for lines in (related(printed), unrelated(printed)))
    ivig, placebo, overall = (
        int(printed[events(SERIOUS, one).id]) for one in (IVIG_P1, PLACEBO_P1, IVIG_ALL)
    )
    on_ivig, on_placebo = ivig - because.on_ivig[0], placebo - because.on_placebo[0]
    listed = (other.either, because.later + other.later)
    if listed != (on_ivig + on_placebo, overall - ivig):
        raise ValueError(f"the lists do not have the serious events of Table 1: {because} and {other}")
    return because, Line((on_ivig,) * 2, (on_placebo,) * 2, other.either, other.later)


def _added(lines: Iterable[Line]) -> Line:
    """The events of several terms; the ends are those of all terms at once."""
    lines = list(lines)
    ivig, placebo = (
        (sum(getattr(line, name)[0] for line in lines), sum(getattr(line, name)[1] for line in lines))
        for name in ("on_ivig", "on_placebo")
    )
    return Line(ivig, placebo, sum(line.either for line in lines), sum(line.later for line in lines))


def serious_table(page: Page, caption: str, printed: Mapping[str, str], marks: Mapping[str, str]) -> Table:
    """All serious events: in all, related, others; each by term. `marks` are footnotes to labels of terms.

    Note `a` says who is in both columns of the first period.
    """
    because, other = complete(printed)
    whole = _added((because, other))
    # All who were randomised were treated, and first of all in the first period.
    at_risk = {column: column.at_risk for column in COLUMNS} | {ANY_P1: CATALOGUE["randomised.all"]}
    columns = [
        (period, page.heading(treatment, at_risk[column]))
        for (period, treatment), column in zip(HEADINGS, COLUMNS, strict=True)
    ]

    def of_terms(kind: Category, lines: Mapping[Category, Line]) -> tuple[Row, ...]:
        return tuple(
            _row(page, term.label + marks.get(term.label, ""), line, kind & term)
            for term, line in lines.items()
        )

    groups = (
        Group("All serious TEAEs", (_patients(page), _row(page, "No. of events", whole, SERIOUS))),
        Group(
            "Related to study drug: No. of events",
            (
                _row(page, "All terms", because, RELATED & SERIOUS),
                *of_terms(RELATED & SERIOUS, related(printed)),
            ),
        ),
        Group(
            "Unlikely related or not related: No. of events",
            (
                _row(page, "All terms", other, UNRELATED & SERIOUS),
                *of_terms(UNRELATED & SERIOUS, unrelated(printed)),
            ),
        ),
    )
    return Table(caption, "MedDRA preferred term", tuple(columns), groups)


def _row(page: Page, label: str, line: Line, kind: Category) -> Row:
    return Row(label, tuple(_cell(page, line.ends(column), kind, column) for column in COLUMNS))


def _cell(page: Page, ends: Ends, kind: Category, column: Column) -> Cell:
    """A number of events, a dash for none, or its ends; behind it the results for events and for patients."""
    results = tuple(page.result(count(kind, column)) for count in (events, patients))
    known = page.standing(events(kind, column))
    standing = known if known.fixed else bounded(*ends, LISTED)
    text = NONE if standing.text() == "0" else standing.text()
    return Cell(text, results, standing=standing)


def _patients(page: Page) -> Row:
    """Patients with a serious event of any kind."""
    cells = {
        column: page.cell("{} ({}%)", patients(SERIOUS, column), percent(SERIOUS, column), location="Table 1")
        for column in (IVIG_P1, PLACEBO_P1, IVIG_ALL)
    }
    one, two = (int(page.result(patients(SERIOUS, column)).number) for column in (IVIG_P1, PLACEBO_P1))
    either = bounded(max(one, two), one + two, "who switched can be in both columns", proved=False)
    extension = page.standing(patients(SERIOUS, IVIG_EXT))
    cells[ANY_P1] = Cell(either.text(), standing=either)
    cells[IVIG_EXT] = Cell(extension.text(), standing=extension)
    return Row("No. of pts (%)", tuple(cells[column] for column in COLUMNS))
