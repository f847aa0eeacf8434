"""Counts of patients without patients: an integer programme over signatures.

A patient's *signature* says, for each part of the trial that the patient was exposed in, which of the
counted filters some event of the patient satisfies. Patients with the same signature are
interchangeable, so it is enough to count them: one column per signature, one row per published
count. The optimum of such a programme bounds what a count can be over all data sets that satisfy the
claims (an outer bound: what the columns leave out can only narrow it), and its infeasibility is a
conflict among the claims.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, hstack, lil_matrix, vstack

from safetybook.estimands import Count, Unit, Where
from safetybook.predicates import Has, Predicate
from safetybook.reconstruct.stage import Constraint

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
        needed = [predicate for name, predicate in pool.certain if name == segment]
        return [
            vector
            for vector in self._signatures[segment]
            if all(_holds(predicate, self.filters, vector) for predicate in needed)
        ]

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
        exposed = {name for name, kinds in self.segments.items() if among.mask(kinds).any()}
        concerned = [bool(exposed & set(self.pools[number].segments)) for number, _ in self._columns]
        signatures = np.logical_or.reduce(list(self._truth.values()))
        patterns, inverse = np.unique(signatures, axis=0, return_inverse=True)
        truth = np.array([_holds(predicate, self.filters, pattern) for pattern in patterns], dtype=float)
        return np.asarray(truth[inverse.reshape(-1)] * concerned, dtype=float)

    # Claims ----------------------------------------------------------------------------------------

    def impose(self, claim: Constraint, estimand: Count, number: int) -> None:
        """So many patients or rows satisfy the filter of a count."""
        if estimand.unit is Unit.PATIENTS:
            row = np.concatenate([self._counted(Has(estimand.where), Where()), np.zeros(self._kinds)])
        else:
            row = self._events(estimand.where, self.segments)
        self._rows.append((claim, csr_matrix(row), number, number))

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
        """What holds whatever the claims: the pools' sizes, and at least one event per patient affected."""
        columns = len(self._columns)
        pools = lil_matrix((len(self.pools), columns))
        for i, (number, _) in enumerate(self._columns):
            pools[number, i] = 1
        sizes = [float(pool.patients) for pool in self.pools]
        lines = [hstack([csr_matrix(pools), csr_matrix((len(self.pools), self._kinds))])]
        low, high = list(sizes), list(sizes)
        for name, truth in self._truth.items():
            for f, asked in enumerate(self.filters):
                patients = np.concatenate([truth[:, f].astype(float), np.zeros(self._kinds)])
                lines.append(csr_matrix(self._events(asked, [name]) - patients))
                low.append(0.0)
                high.append(np.inf)
        return csr_matrix(vstack(lines)), np.array(low), np.array(high)

    # Answers ---------------------------------------------------------------------------------------

    def bounds(self, predicate: Predicate, among: Where) -> tuple[Extremum, Extremum]:
        """The least and the greatest number of patients of whom a predicate can be true.

        `among` is a filter on exposure: the patients who were on that treatment in that period.

        An end whose search was not finished is the solver's own bound on it, and so valid all the same.

        Raises:
            ValueError: if the claims conflict.
        """
        target = np.concatenate([self._counted(predicate, among), np.zeros(self._kinds)])
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
        if not self._impossible(self._rows):
            return None
        kept = list(self._rows)
        for row in list(self._rows):
            fewer = [other for other in kept if other is not row]
            if self._impossible(fewer):
                kept = fewer
        return [claim for claim, *_ in kept]

    def _impossible(self, rows: Sequence[tuple[Constraint, csr_matrix, float, float]]) -> bool:
        return bool(self._solve(np.zeros(len(self._columns) + self._kinds), rows, integral=False).status == 2)

    def _solve(
        self, target: Numbers, rows: Sequence[tuple[Constraint, csr_matrix, float, float]], integral: bool
    ) -> Any:
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


TIME_LIMIT = 60.0
"""Seconds for one optimisation; one that takes longer is reported as not proved."""


def _holds(predicate: Predicate, filters: Sequence[Where], vector: Truths) -> bool:
    """Whether a predicate is true of a patient with this vector of truth over the filters."""
    known = dict(zip(filters, vector.tolist(), strict=True))
    return predicate.holds(known.__getitem__)
