"""What is counted or measured, defined once and interpreted twice.

An estimand names a data set, a filter and a statistic (ICH E9(R1) uses the word for the target
of an analysis; here it is the exact recipe of one number). :mod:`safetybook.results` interprets
it over the data of a study, giving a number; :mod:`safetybook.reconstruct` interprets the same
object over *possible* rows with solver variables, giving a constraint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from safetybook.predicates import Predicate
    from safetybook.rounding import Exact
    from safetybook.study import Study

Scalar = str | int | float

Condition = tuple[str, frozenset[Scalar]]
"""A variable, and some of its values."""


@dataclass(frozen=True)
class Where:
    """A conjunction of conditions on variables: each variable's value is one of a set, or is not.

    The empty filter admits every row. Filters are combined with ``&``.
    """

    allowed: tuple[Condition, ...] = ()
    excluded: tuple[Condition, ...] = ()

    def __and__(self, other: Where) -> Where:
        return Where(self.allowed + other.allowed, self.excluded + other.excluded)

    @property
    def variables(self) -> frozenset[str]:
        """Every variable that the filter looks at."""
        return frozenset(name for name, _ in self.allowed + self.excluded)

    def mask(self, frame: pd.DataFrame) -> pd.Series[bool]:
        """True for each row of `frame` that satisfies all conditions (a missing value satisfies none
        of the ``allowed`` and all of the ``excluded`` ones).
        """
        keep = np.ones(len(frame), dtype=bool)
        for name, values in self.allowed:
            keep &= frame[name].isin(values).to_numpy(bool)
        for name, values in self.excluded:
            keep &= ~frame[name].isin(values).to_numpy(bool)
        return pd.Series(keep, index=frame.index, dtype=bool)


def where(**conditions: Scalar | Iterable[Scalar]) -> Where:
    """Rows whose variables take one of the given values: ``where(TRTA="IVIg", AESEV=("MILD",))``."""
    return Where(allowed=tuple((name, _values(value)) for name, value in conditions.items()))


def except_where(**conditions: Scalar | Iterable[Scalar]) -> Where:
    """Rows whose variables take none of the given values."""
    return Where(excluded=tuple((name, _values(value)) for name, value in conditions.items()))


def _values(value: Scalar | Iterable[Scalar]) -> frozenset[Scalar]:
    return frozenset(value if isinstance(value, Iterable) and not isinstance(value, str) else [value])


def described(rows: Where) -> str:
    """A filter in words: ``AEREL is POSSIBLE or PROBABLE and TRTEMFL is Y``."""
    conditions = [(name, "is", values) for name, values in rows.allowed]
    conditions += [(name, "is not", values) for name, values in rows.excluded]
    return " and ".join(
        f"{name} {verb} {' or '.join(sorted(map(str, values)))}" for name, verb, values in conditions
    )


class Unit(StrEnum):
    """What a count counts: distinct patients, or rows (events, cycles, risk factors)."""

    PATIENTS = "patients"
    ROWS = "rows"


class Function(StrEnum):
    """A summary of one numeric variable."""

    MEDIAN = "median"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    MEAN = "mean"
    TOTAL = "total"


@dataclass(frozen=True)
class Count:
    """How many patients or rows of a data set satisfy a filter.

    `rule` names the counting rule where a reader could take another for granted,
    for example ``any level`` (a patient counts at every intensity that occurred).
    """

    id: str
    label: str
    dataset: str
    where: Where
    unit: Unit
    rule: str = ""

    def __hash__(self) -> int:
        # Looked up by the thousand: the id tells all but a few apart, and these are compared.
        return hash(self.id)


@dataclass(frozen=True)
class Combination:
    """Of how many patients a combination of conditions is true: had related events in both periods, had
    events but no serious one.

    `predicate` combines filters on `adae`; `among` is a filter on `adex` that picks out the patients who
    are asked about. A patient without an event can satisfy a predicate too (``~Has(...)``).
    """

    id: str
    label: str
    predicate: Predicate
    among: Where
    rule: str = ""


@dataclass(frozen=True)
class Share:
    """A percentage: 100 x numerator / denominator, both counts, from the exact fraction."""

    id: str
    label: str
    numerator: Count
    denominator: Count
    rule: str = ""

    def __hash__(self) -> int:
        # Looked up by the thousand: the id tells all but a few apart, and these are compared.
        return hash(self.id)


@dataclass(frozen=True)
class Summary:
    """A median, minimum, maximum, mean or total of a variable over the rows that satisfy a filter.

    Rows where the variable is missing do not count (an unresolved event has no duration).
    """

    id: str
    label: str
    dataset: str
    where: Where
    variable: str
    function: Function
    rule: str = ""


@dataclass(frozen=True)
class Value:
    """The value of a variable in the one row (or in all rows alike) that a filter picks out."""

    id: str
    label: str
    dataset: str
    where: Where
    variable: str
    rule: str = ""


@dataclass(frozen=True)
class Ratio:
    """One estimand divided by another (``2.7 risk factors per patient``, ``4.7-fold``)."""

    id: str
    label: str
    numerator: Estimand
    denominator: Estimand
    rule: str = ""


@dataclass(frozen=True)
class Derived:
    """A number or text that a named function computes from the whole study.

    For what no filter expresses: rates over person-time, distances between dates.
    The function's docstring is the definition.
    """

    id: str
    label: str
    compute: Callable[[Study], Exact | str | None]
    rule: str = ""


@dataclass(frozen=True)
class Statement:
    """A sentence of the article that the data either bear out or do not."""

    id: str
    label: str
    holds: Callable[[Study], bool]
    rule: str = ""


Estimand = Count | Combination | Share | Summary | Value | Ratio | Derived | Statement


@dataclass(frozen=True)
class Column:
    """A column of a safety table: a treatment in a period, with everyone who was exposed to it.

    `where` holds on exposure records and on events alike, because events carry the treatment and
    period of the most recent infusion. The denominator is counted from exposure, never typed.
    """

    id: str
    label: str
    where: Where
    at_risk: Count = field(init=False)

    def __post_init__(self) -> None:
        count = Count(
            f"at_risk.{self.id}", f"Patients at risk, {self.label}", "adex", self.where, Unit.PATIENTS
        )
        object.__setattr__(self, "at_risk", count)


def definition(thing: object) -> str:
    """What an estimand, a filter or a predicate means, as text: the same for equal ones, on every run.

    Words for readers are no part of that. A function stands under its name: what it does is not looked at.
    """
    if isinstance(thing, frozenset):
        return f"{{{', '.join(sorted(map(definition, thing)))}}}"
    if isinstance(thing, tuple):
        return f"({', '.join(map(definition, thing))})"
    if is_dataclass(thing):
        parts = [definition(getattr(thing, f.name)) for f in fields(thing) if f.name not in ("label", "rule")]
        return f"{type(thing).__name__}({', '.join(parts)})"
    return str(getattr(thing, "__qualname__", repr(thing)))


class Catalogue(Mapping[str, Estimand]):
    """All estimands of a trial by id.

    Raises:
        ValueError: if two different estimands share an id.
    """

    def __init__(self, estimands: Iterable[Estimand]) -> None:
        self._by_id: dict[str, Estimand] = {}
        for estimand in estimands:
            known = self._by_id.setdefault(estimand.id, estimand)
            if known != estimand:
                raise ValueError(f"two different estimands are called {estimand.id!r}")

    def __getitem__(self, key: str) -> Estimand:
        return self._by_id[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)
