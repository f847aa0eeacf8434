"""Results: the numbers of a study, computed exactly and printed in one place.

:func:`compute` interprets an estimand over the data. What comes back is a :class:`Result`: the raw
exact value, numerator, denominator and rule. Tables, figures, prose, exports and verdicts are views
of results; none of them formats a number by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, singledispatch
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

import pandas as pd

from safetybook.coded import Tally
from safetybook.distributions import exactly, summarise
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
    definition,
)
from safetybook.intervals import newcombe
from safetybook.predicates import Predicate
from safetybook.rounding import Exact, exact, half_up
from safetybook.term_counts import Nested

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


class Countable(Protocol):
    """Data in which estimands can be computed: a study, or one in parts that share no patient."""

    def tally(self, name: str, filters: Sequence[Where]) -> Tally:
        """Patients and rows of a data set for each of some filters."""

    def distribution(self, name: str, asked: Where, variable: str) -> Mapping[Scalar, int]:
        """How often each value of a variable occurs in the rows of a data set that satisfy a filter."""

    def fulfilled(self, predicate: Predicate, among: Where) -> tuple[int, int]:
        """Of how many patients with infusions `among` these a predicate is true, and how many there are."""

    def nested(self, name: str, names: Sequence[str], among: Where, groups: Sequence[Where]) -> Nested:
        """Patients and rows of groups by class and term: :func:`safetybook.term_counts.by_nesting`."""

    @property
    def impossible(self) -> Sequence[str]:
        """What cannot be true of the data themselves, in words."""


_MEMORY: WeakKeyDictionary[Countable, dict[Estimand, Result]] = WeakKeyDictionary()


def compute(study: Countable, estimand: Estimand) -> Result:
    """The result of an estimand in a study; computed once per study object, then remembered."""
    known = _MEMORY.setdefault(study, {})
    found = known.get(estimand)
    if found is None:
        found = known[estimand] = _compute(estimand, study)
    return found


def compute_all(study: Countable, estimands: Iterable[Estimand]) -> list[Result]:
    """The results of many estimands; all that they count in a data set is counted in one pass."""
    estimands = list(estimands)
    known = _MEMORY.setdefault(study, {})
    asked: dict[str, dict[Where, list[Count]]] = {}
    for count in dict.fromkeys(count for estimand in estimands for count in _counts(estimand)):
        if count not in known:
            asked.setdefault(count.dataset, {}).setdefault(count.where, []).append(count)
    for dataset, filters in asked.items():
        for counts, patients, rows in zip(
            filters.values(), *study.tally(dataset, list(filters)), strict=True
        ):
            for count in counts:
                known[count] = counted(count, int(patients if count.unit is Unit.PATIENTS else rows))
    return [compute(study, estimand) for estimand in estimands]


def remember(study: Countable, results: Mapping[Estimand, Result]) -> None:
    """Keep results that were found by other means, as if :func:`compute` had found them."""
    _MEMORY.setdefault(study, {}).update(results)


def computed(study: Countable) -> dict[str, tuple[Estimand, Result]]:
    """By id everything that has been computed of a study so far.

    Raises:
        ValueError: if two estimands share an id and do not mean the same, so that it names neither.
    """
    found: dict[str, tuple[Estimand, Result]] = {}
    for estimand, result in _MEMORY.get(study, {}).items():
        known = found.get(estimand.id)
        if known is not None and _meaning(*known) != _meaning(estimand, result):
            raise ValueError(f"two different estimands are called {estimand.id!r}")
        found[estimand.id] = estimand, result
    return found


def _meaning(estimand: Estimand, result: Result) -> tuple[str, Raw]:
    """What tells estimands apart: the definition, and the value, because functions of one name may differ."""
    return definition(estimand), result.value


def _counts(estimand: Estimand) -> Iterator[Count]:
    """The counts that an estimand is, or is made of."""
    match estimand:
        case Count():
            yield estimand
        case Share() | Ratio():
            yield from _counts(estimand.numerator)
            yield from _counts(estimand.denominator)


@singledispatch
def _compute(estimand: Estimand, study: Countable) -> Result:
    raise TypeError(f"no way to compute {type(estimand).__name__} {estimand!r}")


@_compute.register(Count)
def _(estimand: Count, study: Countable) -> Result:
    patients, rows = study.tally(estimand.dataset, [estimand.where])
    return counted(estimand, int((patients if estimand.unit is Unit.PATIENTS else rows)[0]))


def counted(count: Count, number: int) -> Result:
    """The result of a count that came to a number."""
    noun = "patients" if count.unit is Unit.PATIENTS else NOUNS.get(count.dataset, "rows")
    return Result(count.id, count.label, count.dataset, noun, _fraction(number), noun, count.rule, number)


@lru_cache(maxsize=4096)
def _fraction(above: int, below: int = 1) -> Fraction:
    """A fraction; in a table the same ones come again and again."""
    return Fraction(above, below)


@_compute.register(Combination)
def _(estimand: Combination, study: Countable) -> Result:
    count, asked = study.fulfilled(estimand.predicate, estimand.among)
    return Result(
        estimand.id,
        estimand.label,
        "adae",
        "patients",
        Fraction(count),
        "patients",
        estimand.rule,
        count,
        asked,
    )


@_compute.register(Share)
def _(estimand: Share, study: Countable) -> Result:
    part = compute(study, estimand.numerator).number
    whole = compute(study, estimand.denominator).number
    return percentage(estimand, int(part), int(whole))


def percentage(share: Share, part: int, whole: int) -> Result:
    """The result of a share whose counts came to two numbers."""
    return Result(
        share.id,
        share.label,
        share.numerator.dataset,
        "percent",
        _fraction(100 * part, whole) if whole else None,
        "%",
        share.rule or share.numerator.rule,
        part,
        whole,
    )


@_compute.register(Summary)
def _(estimand: Summary, study: Countable) -> Result:
    found = study.distribution(estimand.dataset, estimand.where, estimand.variable)
    return Result(
        estimand.id,
        estimand.label,
        estimand.dataset,
        estimand.function.value,
        summarise(exactly(found), estimand.function),
        UNITS.get(estimand.variable, ""),
        estimand.rule,
        denominator=sum(found.values()),
    )


@_compute.register(Value)
def _(estimand: Value, study: Countable) -> Result:
    return Result(
        estimand.id,
        estimand.label,
        estimand.dataset,
        "value",
        _only(list(study.distribution(estimand.dataset, estimand.where, estimand.variable))),
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
    return cell if isinstance(cell, str | bool) else exact(cell)


@_compute.register(Ratio)
def _(estimand: Ratio, study: Countable) -> Result:
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
