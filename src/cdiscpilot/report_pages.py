"""What the chapter on validation shows of the report's table: the agreement, and the table itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cdiscpilot.conventions import WAYS
from cdiscpilot.report import ACTIVE, STARRED, What, agreeing, counts, lines, p_text, p_values
from cdiscpilot.study import ARMS, load
from safetybook.determinacy import Determinacy, Standing
from safetybook.incidence import Level, Line
from safetybook.results import ABSENT, compute
from safetybook.tables import Cell, Counted, Folded, Group, Row, Table

COMMON = 5
"""A term is common for the report if at least so many percent of the patients of a group had it."""

LEVELS = {Level.ANY: "All events", Level.CLASS: "System organ classes", Level.TERM: "Preferred terms"}

REPORTED = Standing(Determinacy.PUBLISHED, meaning="printed in the report of CDISC Pilot 01")
"""Of every number of the report's table: each was counted anew, and is the same."""

COMPARED = Standing(
    Determinacy.DETERMINED, meaning="counted by comparing the report of CDISC Pilot 01 with its records"
)
"""Of the numbers of cells that agree or would not."""

KINDS = {
    What.PATIENTS: "Patients",
    What.PERCENT: "Percentages",
    What.EVENTS: "Events",
    What.P_VALUE: "P-values",
}


def agreement(caption: str) -> Table:
    """How many cells of the report's table there are and agree, by level and kind.

    Raises:
        ValueError: if a cell does not agree, so that no page says more than is true.
    """
    found = agreeing(lines())
    body = [(label, [found[level, what] for what in KINDS]) for level, label in LEVELS.items()]
    body.append(("The whole table", [sum(column) for column in zip(*(row for _, row in body), strict=True)]))
    rows = tuple(Row(label, tuple(_of(number, number) for number in row)) for label, row in body)
    columns = tuple((kind,) for kind in KINDS.values())
    return Table(caption, "Rows", columns, (Group("", rows),), standing=COMPARED)


def _of(part: int, whole: int) -> Cell:
    return Cell(f"{part} of {whole}", numeric=False)


def common() -> tuple[Line, ...]:
    """The terms that are common in a group, in the order of the table."""
    return tuple(
        line
        for line in lines()
        if line.level is Level.TERM and any(tally.percent.number >= COMMON for tally in line.tallies)
    )


def common_table(caption: str) -> Table:
    """The common terms as the report's table has them."""
    return _laid_out(caption, [Group("", tuple(_row(line, line.label.capitalize()) for line in common()))])


def full_table(caption: str) -> Folded:
    """The whole table, behind a line that opens it."""
    return Folded(caption, _laid_out(caption, _groups()))


def _groups() -> Iterator[Group]:
    every, *others = lines()
    yield Group("", (_row(every, "Any event"),))
    starts = [at for at, line in enumerate(others) if line.level is Level.CLASS]
    for start, end in pairwise([*starts, len(others)]):
        of_class, *terms = others[start:end]
        rows = (_row(of_class, "Any event of the class"), *(_row(term, term.label) for term in terms))
        yield Group(of_class.label, rows)


def _row(line: Line, label: str) -> Row:
    patients = [Cell(counts(tally), (tally.patients, tally.percent, tally.events)) for tally in line.tallies]
    return Row(label, (*patients, *(Cell(p_text(p) or ABSENT) for p in p_values(line))))


def _laid_out(caption: str, groups: Iterable[Group]) -> Table:
    columns = [
        (
            Counted(
                Cell(
                    f"{arm.label.capitalize()} (n = {compute(load(), arm.at_risk).formatted()})",
                    standing=REPORTED,
                )
            ),
        )
        for arm in ARMS
    ]
    tests = [("Fisher’s exact p-value", arm.label.capitalize()) for arm in ACTIVE]
    groups = tuple(groups)
    notes = [
        ("", "Patients (percentage of those at risk) [events]. P-values compare a dose with placebo."),
        ("*", f"Below {STARRED}, as the report marks it."),
    ]
    if any(cell.text == ABSENT for group in groups for row in group.rows for cell in row.cells):
        notes.append((ABSENT, "No patient of either group had the event."))
    return Table(caption, "Term", (*columns, *tests), groups, tuple(notes), standing=REPORTED)


def conventions(caption: str) -> Table:
    """How many cells of the report's table would differ if they were counted in another way."""
    body = []
    for label, change in WAYS.items():
        found = change()
        body.append(Row(label, (_of(found.differing, found.cells),)))
    columns = (("Cells that would differ",),)
    return Table(caption, "Another way", columns, (Group("", tuple(body)),), standing=COMPARED)
