"""Results as they are reported: each with its estimand, its standing and its verdict.

What both forms of all results need is here: the rows of analysis results data
(:mod:`safetybook.analysis_results`) and the reporting event of CDISC's Analysis Results Standard
(:mod:`safetybook.reporting_standard`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from safetybook.determinacy import Determinacy, Standing
from safetybook.estimands import (
    Combination,
    Count,
    Derived,
    Estimand,
    Ratio,
    Scalar,
    Share,
    Statement,
    Summary,
    Unit,
    Value,
    Where,
)
from safetybook.results import Result
from safetybook.standings import normal

METHODS = {
    "patients": ("Number of patients", "The number of distinct subjects with a record in the data subset."),
    "rows": ("Number of records", "The number of records in the data subset."),
    "percent": ("Percentage", "100 times a count divided by a count, from the exact fraction."),
    "ratio": ("Ratio", "One number divided by another, from the exact fraction."),
    "median": (
        "Median",
        "The middle value, or the mean of the middle two, of the values that are not missing.",
    ),
    "minimum": ("Minimum", "The least of the values that are not missing."),
    "maximum": ("Maximum", "The greatest of the values that are not missing."),
    "mean": ("Mean", "The arithmetic mean of the values that are not missing."),
    "total": ("Total", "The sum of the values that are not missing."),
    "value": ("Value", "The value of the variable in the one record of the data subset."),
    "derived": ("Derived", "Computed as the description of the analysis says."),
    "statement": ("Statement", "Whether the sentence that labels the analysis holds."),
}
"""The methods: label and description of the one operation of each."""

PARTS = ("numerator", "denominator")


@dataclass(frozen=True)
class Reported:
    """A result as it is reported.

    Attributes:
        standing: how far the source fixes it.
        section: under which heading of the list of contents it stands.
        decimals: with which it is printed; None for those that its kind usually has.
        verdicts: what became of the claims that print it, each word once; empty if none does.
    """

    estimand: Estimand
    result: Result
    standing: Standing
    section: str
    decimals: int | None = None
    verdicts: tuple[str, ...] = ()

    @property
    def formatted(self) -> str:
        """The printed text."""
        return self.result.formatted(self.decimals)

    @property
    def ends(self) -> tuple[Fraction, Fraction] | None:
        """Between which numbers a bounded result lies; None for any other."""
        return self.standing.ends if self.standing.kind is Determinacy.BOUNDED else None


@dataclass(frozen=True)
class Event:
    """What frames the analyses.

    Attributes:
        id: the name of the reporting event for machines.
        label: its title.
        description: what the data are.
        population: label of the analysis set and the data set with its condition.
        groupings: label of each variable that divides the patients or their time.
    """

    id: str
    label: str
    description: str
    population: tuple[str, str, Where]
    groupings: Mapping[str, str] = field(default_factory=dict)


def parts(estimand: Estimand) -> tuple[Estimand, ...]:
    """The estimands of which a percentage or a ratio is made; none for others."""
    return (estimand.numerator, estimand.denominator) if isinstance(estimand, (Share, Ratio)) else ()


def method_of(estimand: Estimand) -> str:
    """Which of :data:`METHODS` computes it."""
    match estimand:
        case Share():
            return "percent"
        case Summary():
            return str(estimand.function)
        case Combination():
            return "patients"
        case Count():
            return "patients" if estimand.unit is Unit.PATIENTS else "rows"
        case Ratio() | Value() | Derived() | Statement():
            return type(estimand).__name__.lower()


def records(estimand: Estimand) -> tuple[str, Where, str] | None:
    """Data set, filter and variable; those of a percentage are its numerator's. None for what has no filter.

    Of a combination it is the filter on the exposure that says who is asked about.
    """
    match estimand:
        case Share():
            return records(estimand.numerator)
        case Combination():
            return "adex", estimand.among, "USUBJID"
        case Count():
            return estimand.dataset, estimand.where, "USUBJID" if estimand.unit is Unit.PATIENTS else ""
        case Summary() | Value():
            return estimand.dataset, estimand.where, estimand.variable
        case _:
            return None


def split(where: Where, groupings: Collection[str]) -> tuple[list[tuple[str, tuple[str, ...]]], Where]:
    """The groups that a filter selects, each as a variable and its values, and the rest of the filter."""
    where = normal(where)
    groups = [(name, texts(values)) for name, values in where.allowed if name in groupings]
    rest = tuple(one for one in where.allowed if one[0] not in groupings)
    return groups, Where(rest, where.excluded)


def texts(values: Iterable[Scalar]) -> tuple[str, ...]:
    """Values as sorted texts, whole numbers without decimals."""
    return tuple(
        f"{value:g}" if isinstance(value, float) else str(value) for value in sorted(values, key=str)
    )
