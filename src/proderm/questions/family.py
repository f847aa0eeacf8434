"""A family of questions: patients and kinds of events, described just finely enough to answer them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import RELATED_INTENSITIES, RELATED_VALUES, UNRELATED
from proderm.estimands.families import Category, patients
from safetybook.claims import WORDS, Claim
from safetybook.estimands import Column, Combination, Count, Derived, Where
from safetybook.predicates import Has, Predicate
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.signatures import Pool, SignatureProgramme

FIRST, EXTENSION, PLACEBO = "IVIg, first period", "IVIg, extension", "placebo"
EXPOSURE = {FIRST: ("IVIg", 1), EXTENSION: ("IVIg", 2), PLACEBO: ("Placebo", 1)}
COLUMNS = (IVIG_P1, IVIG_EXT, IVIG_ALL, PLACEBO_P1)

# Levels as the data have them: a filter on a value that is none of these is not taken over.
CAUSALITY = (*RELATED_VALUES, "NOT RELATED", "UNLIKELY")
SEVERITY = ("MILD", "MODERATE", "SEVERE")
YES_NO = ("Y", "N")

TOGETHER = 8
"""Questions that one process solves: few enough that no core waits for another."""


@dataclass(frozen=True)
class Question:
    """A number that the article does not print: of patients, or of events."""

    estimand: Count | Combination | Derived
    among: Column
    label: str

    @property
    def by_term(self) -> bool:
        """Whether it asks about a single term."""
        return any("AEGRPTRM" in condition.variables for condition in self.filters)

    @property
    def filters(self) -> list[Where]:
        """The kinds of events that it asks about, where filters express them."""
        match self.estimand:
            case Count(where=condition):
                return [condition]
            case Combination(predicate=predicate):
                return list(predicate.filters())
        return []


@dataclass(frozen=True)
class Listed:
    """A count that the article does not print as a number: it lists the patients one by one."""

    statement: Constraint
    estimand: Count | Combination
    number: int


@dataclass(frozen=True)
class Family:
    """Questions about the same kinds of events, and the patients described as finely as they need it.

    Attributes:
        segments: by name, the kinds of rows of a treatment period; all variables but USUBJID.
        filters: what is counted in patients.
    """

    name: str
    segments: Mapping[str, pd.DataFrame]
    pools: Sequence[Pool]
    filters: tuple[Where, ...]
    questions: tuple[Question, ...]
    listed: tuple[Listed, ...] = ()

    def programme(self, ledger: Iterable[Claim]) -> SignatureProgramme:
        """The programme with all claims that it can express."""
        made = SignatureProgramme(self.segments, self.pools, self.filters)
        for claim in ledger:
            if claim.estimand:
                constraint = Constraint(claim.claim_id, f"{claim.quote} [{claim.location}]", claim.value)
                printed = WORDS.get(claim.value.lower(), claim.value)
                made.impose(constraint, CATALOGUE[claim.estimand], printed)
        for count in self.listed:
            made.impose(count.statement, count.estimand, count.number)
        return made

    def parts(self) -> list[Family]:
        """The family in parts with some of the questions each, to be solved side by side."""
        return [
            replace(self, questions=self.questions[start : start + TOGETHER])
            for start in range(0, len(self.questions), TOGETHER)
        ]

    def outer(self, ledger: Iterable[Claim]) -> dict[str, tuple[int, int]]:
        """For each question, by id, the values beyond which no data set goes.

        Raises:
            ValueError: if the claims conflict, or if an optimum was not proved.
        """
        made = self.programme(ledger)
        found = {}
        for question in self.questions:
            assert not isinstance(question.estimand, Derived)
            low, high = made.bounds(question.estimand)
            if not (low.proved and high.proved):
                raise ValueError(f"{question.label}: the solver did not finish")
            found[question.estimand.id] = low.value, high.value
        return found


def has(category: Category, column: Column) -> Has:
    """At least one event of the category in the column: the same filter that counts its patients."""
    return Has(patients(category, column).where)


def combined(name: str, words: str, predicate: Predicate, among: Column) -> Question:
    """A question about a combination of conditions, called `<name>.<column>.patients`."""
    asked = Combination(f"{name}.{among.id}.patients", f"{words}: patients", predicate, among.where)
    return Question(asked, among, words)


def place(column: Column) -> str:
    """A column of the tables in a few words."""
    return {
        IVIG_P1: "IVIg, first period",
        IVIG_EXT: "extension",
        IVIG_ALL: "IVIg, overall",
        PLACEBO_P1: "placebo",
    }[column]


def in_words(category: Category) -> str:
    """A category of Tables 1 and 2 in a few words: ``Related mild TEAEs``."""
    words = category.id.removesuffix("teae").replace("_", " ").capitalize()
    return f"{words} TEAEs" if words else "TEAEs"


def recurrence(categories: Iterable[Category]) -> Iterator[Question]:
    """Who had events of a category on IVIg in both periods."""
    for category in categories:
        predicate = has(category, IVIG_P1) & has(category, IVIG_EXT)
        words = f"{in_words(category)}, on IVIg in both periods"
        yield combined(f"both_periods.{category.id}", words, predicate, IVIG_ALL)


def filters(categories: Iterable[Category], columns: Iterable[Column] = COLUMNS) -> tuple[Where, ...]:
    """The filters that count the patients of categories in columns."""
    columns = tuple(columns)
    return tuple(
        dict.fromkeys(patients(category, column).where for category in categories for column in columns)
    )


def pools(printed: Mapping[str, int]) -> list[Pool]:
    """Who was on IVIg when, and what is certain of those who left in the first period.

    `printed` holds published counts by estimand. 52 patients were on IVIg in the first period and 91 in
    the extension, 95 in all: 48 in both, 4 only in the first, 43 only in the extension. Of the 4, patient 1
    had related events of every intensity (Table 7); two more had an event that ended treatment, an
    unrelated one (sepsis; basilar artery stenosis). Placebo is apart: no count here joins it with IVIg.
    """
    first, everyone = printed["at_risk.ivig_p1"], printed["at_risk.ivig_all"]
    extension, placebo = printed["entered_extension.all.patients"], printed["at_risk.placebo_p1"]
    stopped = printed["discontinuation.ivig_p1.patients"]
    left = everyone - extension
    of_patient_1 = tuple((FIRST, has(category, IVIG_P1)) for category in RELATED_INTENSITIES)
    return [
        Pool("both periods", first + extension - everyone, (FIRST, EXTENSION)),
        Pool("patient 1", 1, (FIRST,), of_patient_1),
        Pool("left on an unrelated event", stopped - 1, (FIRST,), ((FIRST, has(UNRELATED, IVIG_P1)),)),
        Pool("left otherwise", left - stopped, (FIRST,)),
        Pool("extension only", everyone - first, (EXTENSION,)),
        Pool("placebo", placebo, (PLACEBO,)),
    ]


def plain_pools(printed: Mapping[str, int]) -> list[Pool]:
    """The same patients without what is certain of any."""
    return [Pool(pool.name, pool.patients, pool.segments) for pool in pools(printed)]


def kinds(**levels: Sequence[str]) -> pd.DataFrame:
    """Every combination of the levels of some variables of `adae`, treatment-emergent."""
    return pd.DataFrame(product(*levels.values()), columns=list(levels)).assign(TRTEMFL="Y")


def by_exposure(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The kinds of rows in each treatment period."""
    return {name: rows.assign(TRTA=drug, APERIOD=period) for name, (drug, period) in EXPOSURE.items()}
