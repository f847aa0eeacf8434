"""All thromboembolic events in one table, in the layout that reviewers ask for, as far as the article goes.

The related ones are printed patient by patient (Tables 4, 5 and 7). Of the others the article says little:
both were in one patient, on IVIg in the first period, and one of them was a serious pulmonary embolism. What
it does not say of them is left a range here, whatever the data have.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from proderm.columns import PLACEBO_P1, SAFETY_COLUMNS
from proderm.estimands.adverse_events import RELATED, RELATED_VALUES, TEE
from proderm.estimands.families import TREATMENT_EMERGENT, events, patients, percent
from proderm.pages import HEADINGS, study
from safetybook.determinacy import PUBLISHED, bounded, determined
from safetybook.estimands import Where, except_where, where
from safetybook.remembered import once_per_study
from safetybook.results import compute
from safetybook.rounding import exact, half_up
from safetybook.tables import Cell, Group, Row, Table

if TYPE_CHECKING:
    import pandas as pd

    from proderm.pages import Page
    from safetybook.estimands import Column
    from safetybook.study import Study

LISTED = "Tables 4, 5 and 7 list the related events, and the text names the serious and the withdrawn ones"
FIRST, OPEN = "First period", "not printed"
NONE = determined("Table 1 has no TEE on placebo")


@dataclass(frozen=True)
class Line:
    """A row: which TEEs it counts, and how many of the unrelated ones the article leaves room for.

    `unrelated` are the fewest and the most of these events that can belong here; all are of one patient. If
    `worst` is a severity, a patient counts only where it is the worst.
    """

    label: str
    where: Where
    unrelated: tuple[int, int]
    worst: str = ""

    @property
    def patients(self) -> tuple[int, int]:
        """The same in patients."""
        low, high = self.unrelated
        return (0 if self.worst else min(1, low)), min(1, high)


def _term(label: str, term: str, unrelated: tuple[int, int] = (0, 0)) -> Line:
    return Line(label, where(AEDECOD=term), unrelated)


NAMED = (
    _term("Deep vein thrombosis", "Deep vein thrombosis"),
    _term("Pulmonary embolism", "Pulmonary embolism", (1, 1)),
    _term("Cerebrovascular accident", "Cerebrovascular accident"),
    _term("Cerebral infarction", "Cerebral infarction"),
    _term("Hypoaesthesia", "Hypoaesthesia"),
)
SEVERITIES = ("MILD", "MODERATE", "SEVERE")
LINES = {
    "": (Line("Not related", except_where(AEREL=RELATED_VALUES), (2, 2)),),
    "Term": (
        *NAMED,
        Line(
            "A term that is not printed^a",
            except_where(AEDECOD=[value for line in NAMED for _, own in line.where.allowed for value in own]),
            (1, 1),
        ),
    ),
    "Severity^b": tuple(
        Line(severity.capitalize(), where(AESEV=severity), (0, 2), worst=severity) for severity in SEVERITIES
    ),
    "Seriousness": (
        Line("Serious", where(AESER="Y"), (1, 1)),
        Line("Hospitalisation", where(AESHOSP="Y"), (0, 1)),
        Line("Life-threatening", where(AESLIFE="Y"), (0, 1)),
        Line("Medically important", where(AESMIE="Y"), (0, 1)),
    ),
    "Treatment": (Line("Stopped for good^c", where(AEACN="DRUG WITHDRAWN"), (0, 1)),),
    "Outcome": (
        Line("Recovered", where(AEOUT="RECOVERED/RESOLVED"), (0, 2)),
        Line("Recovered with sequelae", where(AEOUT="RECOVERED/RESOLVED WITH SEQUELAE"), (0, 2)),
        Line("Died", where(AESDTH="Y"), (0, 0)),
    ),
}
"""The rows by what they are about."""

NOTES = (
    (
        "a",
        "It may be one of those above. Of what the article names, only basilar artery stenosis fits",
    ),
    ("b", "Patients by their worst event, events each by its own"),
    ("c", "The second event may or may not be the stenosis, for which a patient stopped"),
)


def assessment(page: Page) -> Table:
    """The table: patients and events on either treatment, and the ends of what is open.

    Raises:
        ValueError: if the data have a number outside these ends.
    """
    headings = []
    for column in SAFETY_COLUMNS:
        period, treatment = HEADINGS[column]
        named = page.heading(treatment.replace("^a", ""), column.at_risk, location="Table 1")
        headings += [(period, named, "No. of pts (%)"), (period, named, "No. of events")]
    printed = [
        Row(
            label,
            tuple(
                cell
                for column in SAFETY_COLUMNS
                for cell in (
                    page.cell(
                        "{} ({}%)", patients(category, column), percent(category, column), location="Table 1"
                    ),
                    page.cell("{}", events(category, column), location="Table 1"),
                )
            ),
        )
        for label, category in (("Any TEE", TEE), ("Related", RELATED & TEE))
    ]
    groups = [
        Group(about, (*(printed if not about else ()), *(_row(study(), line) for line in lines)))
        for about, lines in LINES.items()
    ]
    caption = "Assessment of thromboembolic events"
    return Table(caption, "Patients and events", tuple(headings), tuple(groups), NOTES)


def _row(data: Study, line: Line) -> Row:
    cells = []
    for column in SAFETY_COLUMNS:
        for counted in ("patients", "events"):
            low, high = ends(data, line, column, counted)
            found = _found(data, line, column, counted)
            if not low <= found <= high:
                raise ValueError(f"{line.label}, {column.label}: {found} {counted}, expected {low} to {high}")
            of = int(compute(data, column.at_risk).number) if counted == "patients" else 0
            standing = NONE if column is PLACEBO_P1 else bounded(low, high, LISTED, proved=False)
            cells.append(Cell(_text(low, high, of), standing=standing))
    return Row(line.label, tuple(cells))


def ends(data: Study, line: Line, column: Column, counted: str) -> tuple[int, int]:
    """The fewest and the most patients or events of a row: related ones, and what may be added to them."""
    if column is PLACEBO_P1:
        return 0, 0
    related = _found(data, line, column, counted, related_only=True)
    low, high = line.unrelated if counted == "events" else line.patients
    return related + low, related + high


def _found(data: Study, line: Line, column: Column, counted: str, related_only: bool = False) -> int:
    """How many the data have."""
    own = _of_column(data, column, related_only)
    if counted == "events":
        return int(line.where.mask(own).sum())
    if line.worst:
        worst = own["AESEV"].map(SEVERITIES.index).groupby(own["USUBJID"]).max()
        return int((worst == SEVERITIES.index(line.worst)).sum())
    return int(own.loc[line.where.mask(own), "USUBJID"].nunique())


@once_per_study
def _tees(data: Study) -> pd.DataFrame:
    """Every thromboembolic event of the data."""
    return data.rows("adae", TREATMENT_EMERGENT & TEE.where)


@once_per_study
def _of_column(data: Study, column: Column, related_only: bool) -> pd.DataFrame:
    """The thromboembolic events of a column, or the related ones."""
    tees = _tees(data)
    return tees[(column.where & RELATED.where if related_only else column.where).mask(tees)]


def _text(low: int, high: int, of: int) -> str:
    """A count or its ends, with the percentage of patients at risk if there are any."""
    numbers = str(low) if low == high else f"{low} to {high}"
    if not of:
        return numbers
    shares = [half_up(Fraction(100 * number, of), 1) for number in dict.fromkeys((low, high))]
    return f"{numbers} ({' to '.join(shares)}%)"


def listing() -> Table:
    """Every TEE, one row each: what the article prints of it, and what it does not."""
    tees = _tees(study())
    related = tees[RELATED.where.mask(tees)].sort_values(["ARTNO", "AEDECOD"])
    rows = [
        _event(
            f"Patient {event['ARTNO']}: {event['AEDECOD'].lower()}",
            event["APERIODC"],
            half_up(exact(event["AELATENC"]), 0),
            event["AESEV"].capitalize(),
            "Yes" if event["AESER"] == "Y" else "No",
            event["AEREL"].capitalize(),
            "Yes" if event["AEACN"] == "DRUG WITHDRAWN" else "No",
            event["AEOUT"].capitalize(),
        )
        for _, event in related.iterrows()
    ]
    neither = "Unlikely or not related"
    rows += [
        _event("Sixth patient: pulmonary embolism", FIRST, OPEN, OPEN, "Yes", neither, "No", OPEN),
        _event("Sixth patient: another event^a", FIRST, OPEN, OPEN, "No", neither, OPEN, OPEN),
    ]
    columns = (
        "Period",
        "Days from last infusion",
        "Severity",
        "Serious",
        "Relation",
        "Stopped for good",
        "Outcome",
    )
    notes = (("", "All were on IVIg"), ("a", f"Its term is not printed. {NOTES[0][1]}"))
    headings = tuple((name,) for name in columns)
    return Table("Thromboembolic events one by one", "Event", headings, (Group("", tuple(rows)),), notes)


def _event(label: str, *texts: str) -> Row:
    return Row(label, tuple(Cell(text, standing=PUBLISHED, numeric=text.isdigit()) for text in texts))
