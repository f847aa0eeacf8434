"""Results: the numbers of a study, computed exactly and printed in one place.

:func:`compute` interprets an estimand over the data. What comes back is a :class:`Result`: the raw
exact value, numerator, denominator and rule. Tables, figures, prose, exports and verdicts are views
of results; none of them formats a number by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pandas as pd

from safetybook.estimands import (
    Combination,
    Count,
    Derived,
    Estimand,
    Function,
    Ratio,
    Share,
    Statement,
    Summary,
    Unit,
    Value,
)
from safetybook.intervals import newcombe
from safetybook.predicates import satisfied
from safetybook.rounding import Exact, exact, half_up

if TYPE_CHECKING:
    from safetybook.study import Study

Raw = Fraction | str | bool | None

ABSENT = "–"
"""What is printed where there is no value, for example a percentage of nobody at risk."""

NOUNS = {"adae": "events", "adex": "infusion episodes", "cycles": "infusion cycles", "admh": "conditions"}
"""What one row of a data set is; other data sets have ``rows``."""

UNITS = {
    "AGE": "years",
    "DIAGDUR": "years",
    "WEIGHTBL": "kg",
    "HEIGHTBL": "cm",
    "BMIBL": "kg/m2",
    "AELATENC": "days",
    "ADURN": "days",
    "CYCDAYS": "days",
    "EXDOSE": "g",
    "DOSEGKG": "g/kg",
    "CYCDOSE": "g/kg",
    "EXRATMAX": "mL/kg/min",
}
"""Units of the numeric analysis variables."""

DECIMALS = {"patients": 0, "percent": 1, "value": 0}
"""Decimals shown where nothing else is asked for; rows of any data set have 0, other statistics 1."""


@dataclass(frozen=True)
class Result:
    """One computed statistic.

    `value` is exact: a fraction, a text, a truth value, or None where the statistic does not exist
    (a median of nothing, a percentage of nobody). `numerator` and `denominator` are what a
    percentage or ratio was made of; `rule` names the way of counting.
    """

    estimand: str
    label: str
    dataset: str
    statistic: str
    value: Raw
    unit: str = ""
    rule: str = ""
    numerator: Exact | None = None
    denominator: Exact | None = None

    @property
    def decimals(self) -> int:
        """Decimals shown unless others are asked for."""
        if self.statistic in NOUNS.values() or self.statistic == "rows":
            return 0
        return DECIMALS.get(self.statistic, 1)

    def formatted(self, decimals: int | None = None) -> str:
        """The value as text, rounded half up to `decimals` decimals (default: :attr:`decimals`)."""
        match self.value:
            case None:
                return ABSENT
            case bool(truth):
                return "yes" if truth else "no"
            case str(text):
                return text
            case number:
                return half_up(number, self.decimals if decimals is None else decimals)

    @property
    def number(self) -> Fraction:
        """The value of a result that must be a number.

        Raises:
            TypeError: if the value is a text, a truth value or absent.
        """
        if not isinstance(self.value, Fraction):
            raise TypeError(f"{self.estimand} is {self.value!r}, not a number")
        return self.value


_MEMORY: WeakKeyDictionary[Study, dict[Estimand, Result]] = WeakKeyDictionary()


def compute(study: Study, estimand: Estimand) -> Result:
    """The result of an estimand in a study; computed once per study object, then remembered."""
    known = _MEMORY.setdefault(study, {})
    if estimand not in known:
        known[estimand] = _compute(estimand, study)
    return known[estimand]


def computed(study: Study) -> dict[str, tuple[Estimand, Result]]:
    """By id everything that has been computed of a study so far."""
    known = _MEMORY.get(study, {})
    return {estimand.id: (estimand, result) for estimand, result in known.items()}


@singledispatch
def _compute(estimand: Estimand, study: Study) -> Result:
    raise TypeError(f"no way to compute {type(estimand).__name__} {estimand!r}")


@_compute.register(Count)
def _(estimand: Count, study: Study) -> Result:
    frame = study.frame(estimand.dataset)
    rows = estimand.where.mask(frame)
    if estimand.unit is Unit.PATIENTS:
        count, noun = int(frame.loc[rows, "USUBJID"].nunique()), "patients"
    else:
        count, noun = int(rows.sum()), NOUNS.get(estimand.dataset, "rows")
    return Result(
        estimand.id, estimand.label, estimand.dataset, noun, Fraction(count), noun, estimand.rule, count
    )


@_compute.register(Combination)
def _(estimand: Combination, study: Study) -> Result:
    exposed = study.frame("adex")
    patients = exposed.loc[estimand.among.mask(exposed), "USUBJID"].drop_duplicates()
    count = int(satisfied(estimand.predicate, study.frame("adae"), patients).sum())
    return Result(
        estimand.id,
        estimand.label,
        "adae",
        "patients",
        Fraction(count),
        "patients",
        estimand.rule,
        count,
        len(patients),
    )


@_compute.register(Share)
def _(estimand: Share, study: Study) -> Result:
    part = compute(study, estimand.numerator).number
    whole = compute(study, estimand.denominator).number
    value = 100 * part / whole if whole else None
    return Result(
        estimand.id,
        estimand.label,
        estimand.numerator.dataset,
        "percent",
        value,
        "%",
        estimand.rule or estimand.numerator.rule,
        int(part),
        int(whole),
    )


@_compute.register(Summary)
def _(estimand: Summary, study: Study) -> Result:
    frame = study.frame(estimand.dataset)
    column = frame.loc[estimand.where.mask(frame), estimand.variable].dropna()
    values = sorted(exact(value) for value in column)
    return Result(
        estimand.id,
        estimand.label,
        estimand.dataset,
        estimand.function.value,
        summarise(values, estimand.function),
        UNITS.get(estimand.variable, ""),
        estimand.rule,
        denominator=len(values),
    )


def summarise(values: list[Fraction], function: Function) -> Fraction | None:
    """A median, extreme, mean or total of exact values in ascending order.

    The median of an even number of values is the mean of the middle two. Of no values at all only
    the total exists: 0.
    """
    size = len(values)
    if function is Function.TOTAL:
        return sum(values, Fraction(0))
    if not size:
        return None
    match function:
        case Function.MINIMUM:
            return values[0]
        case Function.MAXIMUM:
            return values[-1]
        case Function.MEAN:
            return sum(values, Fraction(0)) / size
        case Function.MEDIAN:
            return (values[(size - 1) // 2] + values[size // 2]) / 2


@_compute.register(Value)
def _(estimand: Value, study: Study) -> Result:
    frame = study.frame(estimand.dataset)
    cells = frame.loc[estimand.where.mask(frame), estimand.variable].dropna().unique()
    return Result(
        estimand.id,
        estimand.label,
        estimand.dataset,
        "value",
        _only(list(cells)),
        UNITS.get(estimand.variable, ""),
        estimand.rule,
    )


def _only(cells: list[object]) -> Raw:
    """The one value there is, or None; of several, a text that shows all and agrees with no printed one."""
    if len(cells) > 1:
        return " / ".join(sorted(str(_raw(cell)) for cell in cells))
    return _raw(cells[0]) if cells else None


def _raw(cell: object) -> Raw:
    if isinstance(cell, pd.Timestamp):
        return cell.strftime("%Y-%m-%dT%H:%M")
    return cell if isinstance(cell, str) else exact(cell)


@_compute.register(Ratio)
def _(estimand: Ratio, study: Study) -> Result:
    above, below = compute(study, estimand.numerator), compute(study, estimand.denominator)
    defined = isinstance(above.value, Fraction) and isinstance(below.value, Fraction) and below.value != 0
    return Result(
        estimand.id,
        estimand.label,
        above.dataset,
        "ratio",
        above.number / below.number if defined else None,
        "",
        estimand.rule,
        above.number if defined else None,
        below.number if defined else None,
    )


@_compute.register(Derived)
def _(estimand: Derived, study: Study) -> Result:
    value = estimand.compute(study)
    raw = Fraction(value) if isinstance(value, int) else value
    return Result(estimand.id, estimand.label, "", "derived", raw, "", estimand.rule)


@_compute.register(Statement)
def _(estimand: Statement, study: Study) -> Result:
    truth = bool(estimand.holds(study))
    return Result(estimand.id, estimand.label, "", "statement", truth, "", estimand.rule)


@dataclass(frozen=True)
class Difference:
    """A difference of two percentages, in percentage points, with its confidence limits."""

    value: Fraction
    low: float
    high: float


def difference(first: Result, second: Result, level: float = 0.95) -> Difference:
    """The first percentage minus the second, with Newcombe's hybrid score interval.

    The interval takes the two groups as independent: see :func:`safetybook.intervals.newcombe`.

    Raises:
        TypeError: if one of the results is not a percentage of somebody.
    """
    found = newcombe(*part_and_whole(first), *part_and_whole(second), level)
    return Difference(first.number - second.number, 100 * found.low, 100 * found.high)


def part_and_whole(share: Result) -> tuple[int, int]:
    """The patients with an event and the patients at risk behind a percentage: what intervals are made of.

    Raises:
        TypeError: if the result is not a percentage of somebody.
    """
    if share.statistic != "percent" or share.numerator is None or not share.denominator:
        raise TypeError(f"{share.estimand} is not a percentage of somebody")
    return int(share.numerator), int(share.denominator)
