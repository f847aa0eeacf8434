"""Counts of patients without patients: an integer programme over signatures.

A patient's *signature* says, for each part of the trial that the patient was exposed in, which of the
counted filters some event of the patient satisfies. Patients with the same signature are
interchangeable, so it is enough to count them: one column per signature, one row per published
count. The optimum of such a programme bounds what a count can be over all data sets that satisfy the
claims (an outer bound: what the columns leave out can only narrow it), and its infeasibility is a
conflict among the claims.

scipy is imported where something is solved: a page that names a question reads a stored answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from safetybook.estimands import Combination, Count, Estimand, Scalar, Share, Unit, Where
from safetybook.predicates import Both, Either, Has, Lacks, Predicate
from safetybook.reconstruct.constraints import Constraint, explain
from safetybook.rounding import interval

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Truths = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pool:
    """Interchangeable patients: exposed in the same segments, with the same certain facts.

    Attributes:
        patients: how many they are.
        segments: names of the segments they were exposed in.
        certain: filters that each of them satisfies in a segment, and predicates that do not hold of any.
    """

    name: str
    patients: int
    segments: tuple[str, ...]
    certain: tuple[tuple[str, Predicate], ...] = ()


@dataclass(frozen=True)
class Extremum:
    """One end of a bound: the value, and whether the solver proved that no data set goes beyond."""

    value: int
    proved: bool


@dataclass
class SignatureProgramme:
    """The programme for a trial.

    Args:
        segments: by name, the kinds of rows that can occur there, with every variable that a filter
            looks at, treatment and period among them; but not USUBJID.
        pools: the patients.
        filters: what is counted, over all segments together. A filter on a treatment or period of
            other segments is simply not satisfied by any row of this one.
    """

    segments: Mapping[str, pd.DataFrame]
    pools: Sequence[Pool]
    filters: Sequence[Where]
    _rows: list[tuple[Constraint, csr_matrix, float, float]] = field(default_factory=list)

    @cached_property
    def _masks(self) -> dict[str, Truths]:
        """By segment: kinds of rows x filters, whether a row of the kind satisfies the filter."""
        return {
            name: np.column_stack([np.asarray(asked.mask(kinds), dtype=bool) for asked in self.filters])
            for name, kinds in self.segments.items()
        }

    @cached_property
    def _signatures(self) -> dict[str, Truths]:
        """By segment: the vectors of truth that some set of kinds of rows gives (closed under union)."""
        found = {}
        for name, mask in self._masks.items():
            vectors = {tuple([False] * mask.shape[1])}
            for kind in {tuple(row) for row in mask.tolist()}:
                vectors |= {tuple(a or b for a, b in zip(kind, known, strict=True)) for known in vectors}
            found[name] = np.array(sorted(vectors), dtype=bool)
        return found

    @cached_property
    def _columns(self) -> list[tuple[int, tuple[Truths, ...]]]:
        """Every column: the pool's number, and the patient's vector in each of the pool's segments."""
        columns = []
        for number, pool in enumerate(self.pools):
            choices = [self._allowed(pool, name) for name in pool.segments]
            columns += [(number, vectors) for vectors in product(*choices)]
        return columns

    def _allowed(self, pool: Pool, segment: str) -> list[Truths]:
        vectors = self._signatures[segment]
        allowed = np.ones(len(vectors), dtype=bool)
        for name, predicate in pool.certain:
            if name == segment:
                allowed &= _truths(predicate, self.filters, vectors)
        return list(vectors[allowed])

    @cached_property
    def _truth(self) -> dict[str, Truths]:
        """By segment: columns x filters, whether a row of the segment satisfies the filter."""
        truth = {
            name: np.zeros((len(self._columns), len(self.filters)), dtype=bool) for name in self.segments
        }
        for i, (number, vectors) in enumerate(self._columns):
            for name, vector in zip(self.pools[number].segments, vectors, strict=True):
                truth[name][i] = vector
        return truth

    def _counted(self, predicate: Predicate, among: Where) -> Numbers:
        """For each column 1 if its patients are among those exposed and the predicate holds, else 0."""
        patterns, inverse = self._patterns
        truth = _truths(predicate, self.filters, patterns)[inverse]
        return np.asarray(truth * self._exposed(among), dtype=float)

    @cached_property
    def _patterns(self) -> tuple[Truths, npt.NDArray[np.intp]]:
        """The different vectors over all segments together, and for each column which one is its own."""
        signatures = np.logical_or.reduce(list(self._truth.values()))
        patterns, inverse = np.unique(signatures, axis=0, return_inverse=True)
        return patterns, inverse.reshape(-1)

    def _exposed(self, among: Where) -> Numbers:
        """For each column 1 if its patients were exposed in a segment that the filter picks out, else 0."""
        wanted = {name for name, kinds in self.segments.items() if among.mask(kinds).any()}
        of_pool = np.array([bool(wanted & set(pool.segments)) for pool in self.pools], dtype=float)
        return np.asarray(of_pool[[number for number, _ in self._columns]], dtype=float)

    # Claims ----------------------------------------------------------------------------------------

    def impose(self, claim: Constraint, estimand: Estimand, printed: str | int) -> bool:
        """Add what a printed count or percentage states.

        Returns:
            False if the programme cannot express it: another statistic or data set, a variable that its
            kinds of rows do not have, patients with events of a kind that is none of its filters.
        """
        from scipy.sparse import csr_matrix

        match estimand:
            case Count() | Combination() if self._expresses(estimand):
                number = int(printed)
                self._rows.append((claim, csr_matrix(self._number(estimand)), number, number))
            case Share() if self._expresses(estimand.numerator) and self._expresses(estimand.denominator):
                part, whole = self._number(estimand.numerator), self._number(estimand.denominator)
                low, high = interval(str(printed))
                self._rows.append((claim, csr_matrix(100 * part - float(low) * whole), 0, np.inf))
                self._rows.append((claim, csr_matrix(100 * part - float(high) * whole), -np.inf, -OPEN))
            case _:
                return False
        return True

    def _expresses(self, asked: Count | Combination) -> bool:
        if isinstance(asked, Combination):
            return self._knows(asked.among) and set(asked.predicate.filters()) <= set(self.filters)
        if asked.dataset not in ("adae", "adex") or not self._knows(asked.where):
            return False
        if asked.dataset == "adex":
            return asked.unit is Unit.PATIENTS
        return asked.unit is Unit.ROWS or asked.where in self.filters

    def _knows(self, condition: Where) -> bool:
        """Whether every value that a filter names is one that some kind of row has.

        Kinds may lump values together (all other terms); a filter on one of these counts something else.
        """
        named = condition.allowed + condition.excluded
        return all(values <= self._levels.get(variable, frozenset()) for variable, values in named)

    @cached_property
    def _levels(self) -> dict[str, frozenset[Scalar]]:
        """The values of each variable that the kinds of all segments have."""
        frames = list(self.segments.values())
        shared = set.intersection(*(set(kinds.columns) for kinds in frames))
        return {name: frozenset(value for kinds in frames for value in kinds[name]) for name in shared}

    def _number(self, asked: Count | Combination) -> Numbers:
        """The number that is asked for, as coefficients of the columns and of the kinds of rows."""
        match asked:
            case Combination():
                patients = self._counted(asked.predicate, asked.among)
            case Count(dataset="adex"):
                patients = self._exposed(asked.where)
            case Count(unit=Unit.PATIENTS):
                patients = self._counted(Has(asked.where), Where())
            case _:
                return self._events(asked.where, self.segments)
        return np.concatenate([patients, np.zeros(self._kinds)])

    def _events(self, asked: Where, segments: Collection[str]) -> Numbers:
        parts = [np.zeros(len(self._columns))]
        for name, kinds in self.segments.items():
            wanted = np.asarray(asked.mask(kinds), dtype=float)
            parts.append(wanted if name in segments else np.zeros(len(kinds)))
        return np.concatenate(parts)

    @property
    def _kinds(self) -> int:
        return sum(len(kinds) for kinds in self.segments.values())

    @cached_property
    def _structure(self) -> tuple[csr_matrix, Numbers, Numbers]:
        """What holds whatever the claims: the pools' sizes, and events and patients affected."""
        from scipy.sparse import csr_matrix, hstack, lil_matrix, vstack

        columns = len(self._columns)
        pools = lil_matrix((len(self.pools), columns))
        for i, (number, _) in enumerate(self._columns):
            pools[number, i] = 1
        sizes = [float(pool.patients) for pool in self.pools]
        lines = [hstack([csr_matrix(pools), csr_matrix((len(self.pools), self._kinds))])]
        low, high = list(sizes), list(sizes)
        for affected, happened in self._links():
            # At least one event for each patient affected; nobody affected, no event.
            lines += [csr_matrix(happened - affected), csr_matrix(happened - MANY * affected)]
            low += [0.0, -np.inf]
            high += [np.inf, 0.0]
        return csr_matrix(vstack(lines)), np.array(low), np.array(high)

    def _links(self) -> list[tuple[Numbers, Numbers]]:
        """By segment and filter, once each: the patients affected and the events, as coefficients."""
        found = {}
        for name, truth in self._truth.items():
            for f, asked in enumerate(self.filters):
                affected = np.concatenate([truth[:, f].astype(float), np.zeros(self._kinds)])
                happened = self._events(asked, [name])
                if happened.any():
                    found[happened.tobytes()] = affected, happened
        return list(found.values())

    # Answers ---------------------------------------------------------------------------------------

    def bounds(self, asked: Count | Combination) -> tuple[Extremum, Extremum]:
        """The least and the greatest value that a number of patients or of events can have.

        An end whose search was not finished is the solver's own bound on it, and so valid all the same.

        Raises:
            ValueError: if the claims conflict, or if a filter is none of the programme's.
        """
        target = self._number(asked)
        ends = []
        for sign in (1, -1):
            found = self._solve(sign * target, self._rows, integral=True)
            if found.status == 2:
                raise ValueError("the claims conflict: no number of patients is possible")
            # The dual bound is never beyond the optimum; a count is whole.
            best = int(np.ceil(found.mip_dual_bound - 1e-6))
            ends.append(Extremum(sign * best, found.status == 0))
        return ends[0], ends[1]

    def conflict(self) -> list[Constraint] | None:
        """A minimal set of claims whose linear relaxation has no solution; None if it has one."""
        claims = {claim.id: claim for claim, *_ in self._rows}

        def impossible(kept: Sequence[str]) -> bool:
            return self._impossible([row for row in self._rows if row[0].id in kept])

        if not impossible(list(claims)):
            return None
        return [claims[name] for name in explain(impossible, [], list(claims), known=False)]

    def _impossible(self, rows: Sequence[tuple[Constraint, csr_matrix, float, float]]) -> bool:
        return bool(self._solve(np.zeros(len(self._columns) + self._kinds), rows, integral=False).status == 2)

    def _solve(
        self, target: Numbers, rows: Sequence[tuple[Constraint, csr_matrix, float, float]], integral: bool
    ) -> Any:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import vstack

        matrix, low, high = self._structure
        matrix = vstack([matrix, *(row for _, row, _, _ in rows)])
        low = np.concatenate([low, [lowest for *_, lowest, _ in rows]])
        high = np.concatenate([high, [highest for *_, highest in rows]])
        return milp(
            target,
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(0, np.inf),
            integrality=np.full(len(target), int(integral)),
            options={"time_limit": TIME_LIMIT},
        )


MANY = 1000.0
"""More events than any one patient has of any kind."""

OPEN = 1e-3
"""By how much a percentage of whole numbers at least stays below the open end of its rounding interval."""

TIME_LIMIT = 60.0
"""Seconds for one optimisation; one that takes longer is reported as not proved."""


def _truths(predicate: Predicate, filters: Sequence[Where], vectors: Truths) -> Truths:
    """For each vector of truth over the filters, whether a predicate is true of a patient who has it.

    Raises:
        ValueError: if the predicate asks for something that is none of the filters.
    """
    match predicate:
        case Has():
            if predicate.where not in filters:
                raise ValueError(f"not among the programme's filters: {predicate.where}")
            return vectors[:, filters.index(predicate.where)]
        case Lacks():
            return ~_truths(predicate.part, filters, vectors)
        case Both():
            first, second = predicate.first, predicate.second
            return _truths(first, filters, vectors) & _truths(second, filters, vectors)
        case Either():
            first, second = predicate.first, predicate.second
            return _truths(first, filters, vectors) | _truths(second, filters, vectors)
    raise TypeError(f"no way to read {predicate!r}")
