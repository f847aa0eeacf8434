"""What a safety reader asks and the pilot's tables do not print.

A question knows how claims bound its answer, how to require an answer of a reconstruction, and how to
count it in data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from cdiscpilot.ledger import RELATED, RELATIONS, SEVERE, SEVERITIES, UNRELATED, WATCHED, Ledger
from cdiscpilot.study import DERMATOLOGIC, TREATMENT_EMERGENT, Arm
from safetybook.coded import Coded
from safetybook.estimands import Combination, Count, Unit, Where, where
from safetybook.predicates import Has, Predicate, fulfilling
from safetybook.reconstruct.aspects import Requirement, burdened, exactly, first_patients, heaviest
from safetybook.reconstruct.burdens import Burdens, occurrences
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.signatures import Pool, SignatureProgramme

JUDGEMENT, TERMS = "judgement", "terms"
"""The aspects of an event: how the investigator judged it, and what it was called."""

SKIN = "SKIN AND SUBCUTANEOUS TISSUE DISORDERS"
GENERAL = "GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS"
GASTROINTESTINAL, NERVOUS = "GASTROINTESTINAL DISORDERS", "NERVOUS SYSTEM DISORDERS"
INFECTIONS = "INFECTIONS AND INFESTATIONS"
CARDIAC, RESPIRATORY = "CARDIAC DISORDERS", "RESPIRATORY, THORACIC AND MEDIASTINAL DISORDERS"

OTHER = "(another class)"

ANY, MILD, MODERATE = where(), where(AESEV="MILD"), where(AESEV="MODERATE")
WORSE = where(AESEV=("MODERATE", "SEVERE"))
OTHERWISE = where(CQ01NAM="")


@dataclass(frozen=True)
class Interval:
    """The least and the greatest answer, and whether both are proved."""

    low: int
    high: int
    proved: bool = True


@dataclass(frozen=True)
class Pattern:
    """How many patients have some kinds of events together.

    `predicate` makes the condition from a way to ask for an event of an arm; `classes` are those it
    names, if it is about classes.
    """

    id: str
    label: str
    predicate: Callable[[Callable[[Where], Has]], Predicate]
    classes: tuple[str, ...] = ()

    @property
    def aspects(self) -> tuple[str, ...]:
        """The aspects of events that can express it."""
        return (TERMS,) if self.classes else (JUDGEMENT,)

    def asked(self, arm: Arm) -> Predicate:
        """The condition on a patient of an arm."""
        return self.predicate(lambda condition: Has(TREATMENT_EMERGENT & condition & arm.where))

    def bounds(self, ledger: Ledger, arm: Arm, tables: Sequence[str]) -> Interval:
        """By the signature programme, from those claims that look at nothing but the variables asked for."""
        kinds = self._kinds(arm)
        counts = [
            (int(claim.value), estimand)
            for claim in ledger.of(arm, tables)
            if isinstance(estimand := ledger.catalogue[claim.estimand], Count)
            and estimand.dataset == "adae"
            and estimand.where.variables <= set(kinds.columns)
            and (estimand.where.mask(kinds).any() or claim.value == "0")
        ]
        if self.classes and "term" in tables:
            counts += self._watched(ledger, arm)
        filters = dict.fromkeys([e.where for _, e in counts] + list(self.asked(arm).filters()))
        pool = Pool(arm.name, ledger.value(arm.at_risk), (arm.name,))
        programme = SignatureProgramme({arm.name: kinds}, [pool], tuple(filters))
        for number, estimand in counts:
            programme.impose(Constraint(estimand.id, estimand.label, str(number)), estimand, number)
        low, high = programme.bounds(Combination(arm.name, arm.name, self.asked(arm), arm.where))
        return Interval(low.value, high.value, low.proved and high.proved)

    def _watched(self, ledger: Ledger, arm: Arm) -> Iterator[tuple[int, Count]]:
        """By class, the events with terms that the protocol watched and with others: sums over terms."""
        terms = ledger.terms(arm)
        for name, group in product(self.classes, (DERMATOLOGIC, "")):
            own = terms[(terms["AEBODSYS"] == name) & (terms["CQ01NAM"] == group)]
            asked = TREATMENT_EMERGENT & arm.where & where(AEBODSYS=name, CQ01NAM=group)
            label = f"Events of {name} with terms {'watched' if group else 'not watched'}"
            yield int(own["EVENTS"].sum()), Count(f"{name}.{group}", label, "adae", asked, Unit.ROWS)

    def _kinds(self, arm: Arm) -> pd.DataFrame:
        if self.classes:
            values = {"AEBODSYS": (*self.classes, OTHER), "CQ01NAM": (DERMATOLOGIC, "")}
        else:
            values = {"AESEV": SEVERITIES, "AEREL": RELATIONS, "CQ01NAM": (DERMATOLOGIC, "")}
        frame = pd.DataFrame(product(*values.values()), columns=list(values))
        return frame.assign(TRTEMFL="Y", TRTA=arm.treatment)

    def requirement(self, arm: Arm, answer: int, first: bool = True) -> Requirement:
        """That the answer is this one; `first` if nothing yet tells the patients apart."""
        return (first_patients if first else exactly)(answer, self.asked(arm))

    def count(self, arm: Arm, events: pd.DataFrame) -> int:
        """The answer in data."""
        own = Coded(events)
        return sum(fulfilling(self.asked(arm), own, own, ANY).values())


MEASURES = ("", "term", "class")
"""What a patient can have several of, from the finest to the coarsest: events, terms, classes."""


@dataclass(frozen=True)
class Burden:
    """How many patients have at least so many events, classes or terms; or the most that one patient has.

    `variable` is the one whose different values are counted, `table` the table that prints them; both are
    empty for events. `least` is 0 for the most of one patient.
    """

    id: str
    label: str
    least: int
    table: str = ""
    variable: str = ""

    @property
    def aspects(self) -> tuple[str, ...]:
        """The aspects of events that can express it."""
        return (TERMS,) if self.table else (TERMS, JUDGEMENT)

    def bounds(self, ledger: Ledger, arm: Arm, tables: Sequence[str]) -> Interval | None:
        """By majorisation; None if the tables do not print what is counted.

        Who has many classes has as many terms, and who has many terms as many events: what holds of the
        one at least holds of the other.
        """
        if self.table and self.table not in tables:
            return None
        own = MEASURES.index(self.table)
        ends = {
            MEASURES.index(table): replace(self, table=table)._alone(ledger, arm, tables)
            for table in MEASURES
            if not table or table in tables
        }
        low = max(found.low for place, found in ends.items() if place >= own)
        high = min(found.high for place, found in ends.items() if place <= own)
        return Interval(low, high)

    def _alone(self, ledger: Ledger, arm: Arm, tables: Sequence[str]) -> Interval:
        patients, events = ledger.categories("overview", arm)[0]
        if self.table:
            table = occurrences(ledger.categories(self.table, arm))
            made = Burdens(patients, sum(n for n, _ in table), [table])
        else:
            split = [ledger.categories(table, arm) for table in tables if table != "overview"]
            made = Burdens(patients, events, split)
        return Interval(*(made.at_least(self.least) if self.least else made.most()))

    def requirement(self, arm: Arm, answer: int, first: bool = True) -> Requirement:
        """That the answer is this one; it holds only if nothing yet tells the patients apart."""
        if self.least:
            return burdened(answer, self.least, self.variable)
        return heaviest(answer, self.variable)

    def count(self, arm: Arm, events: pd.DataFrame) -> int:
        """The answer in data."""
        grouped = events[(TREATMENT_EMERGENT & arm.where).mask(events)].groupby("USUBJID")
        sizes = grouped[self.variable].nunique() if self.variable else grouped.size()
        return int((sizes >= self.least).sum() if self.least else sizes.max())


Question = Pattern | Burden


def _together(id: str, label: str, *classes: str) -> Pattern:
    first, second = (where(AEBODSYS=name) for name in classes)
    return Pattern(id, label, lambda has: has(first) & has(second), classes)


QUESTIONS: tuple[Question, ...] = (
    Pattern("mild_and_moderate", "Both mild and moderate events", lambda has: has(MILD) & has(MODERATE)),
    Pattern("only_mild", "Only mild events", lambda has: has(MILD) & ~has(MODERATE) & ~has(SEVERE)),
    Pattern(
        "moderate_and_severe", "Both moderate and severe events", lambda has: has(MODERATE) & has(SEVERE)
    ),
    Pattern(
        "related_and_not", "Both related and unrelated events", lambda has: has(RELATED) & has(UNRELATED)
    ),
    Pattern(
        "possible_and_probable",
        "Both possibly and probably related events",
        lambda has: has(where(AEREL="POSSIBLE")) & has(where(AEREL="PROBABLE")),
    ),
    Pattern("related_and_severe", "A related event and a severe one", lambda has: has(RELATED) & has(SEVERE)),
    Pattern("related_severe", "A severe related event", lambda has: has(RELATED & SEVERE)),
    Pattern("related_moderate", "A moderate or severe related event", lambda has: has(RELATED & WORSE)),
    Pattern("dermatologic_severe", "A severe dermatologic event", lambda has: has(WATCHED & SEVERE)),
    Pattern("dermatologic_related", "A related dermatologic event", lambda has: has(WATCHED & RELATED)),
    Pattern(
        "only_dermatologic",
        "Only dermatologic events",
        lambda has: has(WATCHED) & ~has(OTHERWISE),
        (SKIN, GENERAL, GASTROINTESTINAL, NERVOUS, INFECTIONS),
    ),
    _together("skin_general", "Skin and general disorders", SKIN, GENERAL),
    _together("gastro_nervous", "Gastrointestinal and nervous disorders", GASTROINTESTINAL, NERVOUS),
    _together("cardiac_respiratory", "Cardiac and respiratory disorders", CARDIAC, RESPIRATORY),
    Burden("events_2", "Two or more events", 2),
    Burden("events_5", "Five or more events", 5),
    Burden("events_10", "Ten or more events", 10),
    Burden("events_most", "Most events of one patient", 0),
    Burden("classes_2", "Events of two or more classes", 2, "class", "AEBODSYS"),
    Burden("classes_3", "Events of three or more classes", 3, "class", "AEBODSYS"),
    Burden("classes_most", "Most classes of one patient", 0, "class", "AEBODSYS"),
    Burden("terms_2", "Two or more different terms", 2, "term", "AEDECOD"),
    Burden("terms_5", "Five or more different terms", 5, "term", "AEDECOD"),
    Burden("terms_most", "Most different terms of one patient", 0, "term", "AEDECOD"),
)
