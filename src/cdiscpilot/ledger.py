"""The safety tables of the pilot as a report prints them, and the claims they make.

Five tables, each with patients, percentage and events in every arm. Once they are printed the patients
are forgotten: bounds and reconstruction see the claims and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd

from cdiscpilot.study import ARMS, DERMATOLOGIC, NOT_RECORDED, TREATMENT_EMERGENT, Arm, load
from safetybook.claims import Claim
from safetybook.estimands import Catalogue, Count, Estimand, Share, Unit, Where, where
from safetybook.results import compute
from safetybook.study import Study

TABLES = ("overview", "severity", "relation", "class", "term")
"""The tables in the order in which a report adds them."""

UNITS = ("patients", "events")
"""What a row counts, beside the percentage."""

HEADING = "heading"
"""Where every table prints the numbers of patients at risk."""

RELATED = where(AEREL=("POSSIBLE", "PROBABLE"))
UNRELATED = where(AEREL=("NONE", "REMOTE"))
SEVERE = where(AESEV="SEVERE")
WATCHED = where(CQ01NAM=DERMATOLOGIC)
SERIOUS = where(AESER="Y")
SEVERITIES = ("MILD", "MODERATE", "SEVERE")
RELATIONS = ("NONE", "REMOTE", "POSSIBLE", "PROBABLE", NOT_RECORDED)


def row_id(table: str, label: str) -> str:
    """The name of a row of a table."""
    return f"{table}.{''.join(c if c.isalnum() else '_' for c in label.lower())}"


@dataclass(frozen=True)
class Line:
    """A row of a table: what it is called and which events it counts."""

    table: str
    label: str
    where: Where

    @property
    def id(self) -> str:
        """A name made of the table's and the row's."""
        return row_id(self.table, self.label)

    def count(self, arm: Arm, unit: Unit) -> Count:
        """The patients or events of the row in an arm."""
        asked = TREATMENT_EMERGENT & self.where & arm.where
        noun = "patients" if unit is Unit.PATIENTS else "events"
        return Count(f"{self.id}.{arm.name}.{noun}", f"{self.label}, {arm.label}", "adae", asked, unit)

    def share(self, arm: Arm) -> Share:
        """The percentage of the arm's patients."""
        patients = self.count(arm, Unit.PATIENTS)
        return Share(f"{self.id}.{arm.name}.percent", patients.label, patients, arm.at_risk)


OVERVIEW = (
    Line("overview", "Any event", where()),
    Line("overview", "Related event", RELATED),
    Line("overview", "Severe event", SEVERE),
    Line("overview", "Serious event", SERIOUS),
    Line("overview", "Dermatologic event", WATCHED),
)


@dataclass(frozen=True)
class Ledger:
    """Everything that is known of the pilot once its tables are printed.

    Attributes:
        claims: the printed numbers.
        catalogue: their estimands.
        vocabulary: the terms printed, with their class and whether the protocol watched them; the
            term table lists each under its class, and the footnote of the overview names those watched.
    """

    claims: tuple[Claim, ...]
    catalogue: Catalogue
    vocabulary: pd.DataFrame

    def value(self, estimand: Count) -> int:
        """A printed count.

        Raises:
            KeyError: if the tables do not print it.
        """
        return int(self._printed[estimand.id])

    @cached_property
    def _printed(self) -> dict[str, str]:
        return {claim.estimand: claim.value for claim in self.claims}

    def of(self, arm: Arm, tables: Iterable[str] = TABLES) -> list[Claim]:
        """The claims about an arm in some of the tables, and in the headings of all."""
        wanted = {HEADING, *tables}
        return [claim for claim in self.claims if claim.column == arm.name and claim.location in wanted]

    def rows(self, table: str, arm: Arm) -> dict[str, tuple[int, int]]:
        """Patients and events of each row of a table that occurred in an arm, by the row's name."""
        printed = self._printed
        found = [claim for claim in self.of(arm, [table]) if claim.location == table]
        names = dict.fromkeys(claim.estimand.removesuffix(f".{claim.statistic}") for claim in found)
        pairs = {
            name.removesuffix(f".{arm.name}"): tuple(int(printed[f"{name}.{unit}"]) for unit in UNITS)
            for name in names
        }
        return {name: (patients, events) for name, (patients, events) in pairs.items() if events}

    def categories(self, table: str, arm: Arm) -> list[tuple[int, int]]:
        """Patients and events of each row of a table that occurred in an arm."""
        return list(self.rows(table, arm).values())

    def terms(self, arm: Arm) -> pd.DataFrame:
        """The vocabulary with what the term table prints for an arm: PATIENTS and EVENTS of each term."""
        rows = [_term_line(name) for name in self.vocabulary["AEDECOD"]]
        return self.vocabulary.assign(
            PATIENTS=[self.value(line.count(arm, Unit.PATIENTS)) for line in rows],
            EVENTS=[self.value(line.count(arm, Unit.ROWS)) for line in rows],
        )

    @property
    def digest(self) -> str:
        """Changes with any printed number."""
        text = "\n".join(f"{claim.estimand}={claim.value}" for claim in self.claims)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def lines(vocabulary: pd.DataFrame) -> Iterator[Line]:
    """Every row of every table."""
    yield from OVERVIEW
    for severity in SEVERITIES:
        yield Line("severity", severity.capitalize(), where(AESEV=severity))
    for relation in RELATIONS:
        yield Line("relation", relation.capitalize(), where(AEREL=relation))
    for name in vocabulary["AEBODSYS"].unique():
        yield Line("class", name.capitalize(), where(AEBODSYS=name))
    yield from map(_term_line, vocabulary["AEDECOD"])


def _term_line(name: str) -> Line:
    return Line("term", name.capitalize(), where(AEDECOD=name))


@cache
def ledger() -> Ledger:
    """The claims of the five tables, counted from the pilot's records and printed."""
    study = load()
    events = study.rows("adae", TREATMENT_EMERGENT)
    names = ["AEBODSYS", "AEDECOD", "CQ01NAM"]
    vocabulary = events[names].drop_duplicates().sort_values(names[:2], ignore_index=True)
    claims: list[Claim] = []
    estimands: list[Estimand] = []
    for line in lines(vocabulary):
        for arm in ARMS:
            patients, events_ = line.count(arm, Unit.PATIENTS), line.count(arm, Unit.ROWS)
            found = (patients, line.share(arm), events_)
            estimands += [*found, arm.at_risk]
            claims += _printed(line, arm, found, study)
    return Ledger((*_headings(study), *claims), Catalogue(estimands), vocabulary)


def _headings(study: Study) -> Iterator[Claim]:
    for arm in ARMS:
        n = compute(study, arm.at_risk).formatted()
        yield _claim(HEADING, arm, arm.at_risk, f"{arm.label} (n = {n})", study)


def _printed(line: Line, arm: Arm, found: tuple[Count, Share, Count], study: Study) -> list[Claim]:
    n, percent, events = (compute(study, estimand).formatted() for estimand in found)
    quote = f"{line.label}, {arm.label}: {n} ({percent}%), {events} events"
    return [_claim(line.table, arm, estimand, quote, study) for estimand in found]


def _claim(table: str, arm: Arm, estimand: Count | Share, quote: str, study: Study) -> Claim:
    result = compute(study, estimand)
    return Claim(estimand.id, table, quote, result.formatted(), result.statistic, arm.name, estimand.id, "")
