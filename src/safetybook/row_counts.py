"""What published counts of rows say of another count, by linear reasoning over the kinds of rows.

Rows that no filter tells apart are of one kind. How many rows there are of each kind is unknown, but not
negative, and every published count is a sum over some kinds. So the least and the greatest value of another
such sum are the optima of two small linear programmes; where they meet, the count is determined. For
patients of a data set with many rows each, sums do not hold, and only inclusion is used: nobody can
have a severe event without having an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, prod

import numpy as np
import numpy.typing as npt

from safetybook.estimands import Scalar, Where

Truth = npt.NDArray[np.bool_]

OTHER = object()
"""Any value that no filter names, a missing one included."""

SLACK = 1e-6
"""How far a linear programme's optimum may lie from a whole number by floating point."""

TOO_MANY = 20_000
"""Kinds of rows above which a further variable is not looked at; leaving one out only widens a range."""


@dataclass(frozen=True)
class Span:
    """The least and the greatest value of a count; no greatest value is known where `high` is None."""

    low: int = 0
    high: int | None = None

    def __and__(self, other: Span) -> Span:
        """What is true of both spans."""
        highs = [high for high in (self.high, other.high) if high is not None]
        return Span(max(self.low, other.low), min(highs, default=None))


Levels = Mapping[str, Iterable[Scalar]]
"""All values that a variable can take, for those that are never missing."""


def truths(filters: Sequence[Where], levels: Levels) -> Truth:
    """For each kind of row (lines) and filter (columns), whether a row of the kind satisfies the filter.

    The kinds are the combinations of the values of all variables that the filters look at.
    """
    values = _values(filters, levels)
    axes = {name: axis for axis, name in enumerate(values)}
    shape = [len(own) for own in values.values()]
    masks = []
    for asked in filters:
        mask = np.ones(shape, dtype=bool)
        for name, wanted in asked.allowed:
            mask &= _along(axes[name], [value in wanted for value in values[name]], shape)
        for name, unwanted in asked.excluded:
            mask &= _along(axes[name], [value not in unwanted for value in values[name]], shape)
        masks.append(mask.reshape(-1))
    return np.unique(np.column_stack(masks), axis=0)


def _values(filters: Iterable[Where], levels: Levels) -> dict[str, list[object]]:
    """By variable the values that the filters tell apart, or all that it can take."""
    named: dict[str, set[object]] = {}
    for asked in filters:
        for name, values in asked.allowed + asked.excluded:
            named.setdefault(name, set()).update(values)
    return {
        name: [*own.union(levels[name])] if name in levels else [*own, OTHER] for name, own in named.items()
    }


def _along(axis: int, hits: Sequence[bool], shape: Sequence[int]) -> Truth:
    return np.array(hits).reshape([-1 if i == axis else 1 for i in range(len(shape))])


def rows(asked: Where, known: Mapping[Where, int], levels: Levels) -> Span:
    """The range of the number of rows that satisfy a filter, given the numbers for other filters.

    Looks at all variables together if that makes few enough kinds of rows, and else at those of the filter
    with each further one by itself. What is left out can only narrow the range.

    Raises:
        ValueError: if the known counts cannot hold together.
    """
    own = asked.variables
    further = sorted({name for other in known for name in other.variables} - own)
    if _kinds([asked, *known], levels) <= TOO_MANY:
        return _programme(asked, list(known), known, levels)
    found = Span()
    for seen in (own, *(own | {name} for name in further)):
        about = [other for other in known if other.variables <= seen]
        if seen in (own, *(other.variables | own for other in about)) and (
            _kinds([asked, *about], levels) <= TOO_MANY
        ):
            found &= _programme(asked, about, known, levels)
        if found.low == found.high:
            break
    return found


def _kinds(filters: Sequence[Where], levels: Levels) -> int:
    return prod(len(own) for own in _values(filters, levels).values())


def _programme(asked: Where, about: Sequence[Where], known: Mapping[Where, int], levels: Levels) -> Span:
    from scipy.optimize import linprog  # only here: most answers are kept, and it takes long to load

    table = truths([asked, *about], levels).astype(float)
    target, sums = table[:, 0], table[:, 1:].T
    given = [known[other] for other in about]
    ends: list[float | None] = []
    for sign in (1, -1):
        found = linprog(sign * target, A_eq=sums if len(about) else None, b_eq=given or None, method="highs")
        if found.status == 2:
            raise ValueError(f"the counts of {len(about)} filters cannot hold together")
        ends.append(None if found.status == 3 else sign * found.fun)
    low, high = ends
    return Span(0 if low is None else ceil(low - SLACK), None if high is None else floor(high + SLACK))


def patients(
    asked: Where, known: Mapping[Where, int], at_risk: Mapping[Where, int], events: Span, levels: Levels
) -> Span:
    """The range of the number of patients with a row that satisfies a filter, by inclusion alone.

    `known` are numbers of patients by filters on the same data set, `at_risk` of patients by filters on
    exposure, which the rows share; `events` is the range of the number of rows.
    """
    counted = [
        (other, number)
        for other, number in known.items()
        if other.variables & asked.variables or not other.variables
    ]
    printed = [*counted, *at_risk.items()]
    if _kinds([asked, *(other for other, _ in printed)], levels) > TOO_MANY:
        printed = [pair for pair in printed if pair[0].variables <= asked.variables]
        counted = [pair for pair in counted if pair[0].variables <= asked.variables]
    table = truths([asked, *(other for other, _ in printed)], levels)
    mine, others = table[:, 0], table[:, 1:]
    numbers = [number for _, number in printed]
    lows, highs = [min(1, events.low)], [] if events.high is None else [events.high]
    for i, number in enumerate(numbers):
        if not (mine & ~others[:, i]).any():
            highs.append(number)
        if i < len(counted):
            # Whoever is counted here but not by the filter is counted by one that covers the rest.
            beyond = others[:, i] & ~mine
            rest = [numbers[j] for j in range(len(numbers)) if not (beyond & ~others[:, j]).any()]
            lows.append(number - min(rest, default=number) if beyond.any() else number)
    return Span(max(lows), min(highs, default=None))
