"""Counts of kinds of patients: linear programmes in which claims can be switched on and off.

Rows of data that are alike in everything that is counted are interchangeable, so it is enough to know how
often each *kind* occurs. A published count is then one linear equation in these numbers. Claims conflict
if their equations have no solution in numbers that are not negative, whole or not: that test is quick,
always ends and never accuses claims that data can satisfy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, lcm
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from safetybook.claims import normalised
from safetybook.estimands import Count, Estimand, Share, Unit, Value, Where, where
from safetybook.reconstruct.constraints import Constraint
from safetybook.rounding import interval

Numbers = npt.NDArray[np.float64]

INFEASIBLE = 2
"""Status of scipy's solver when it has proved that there is no solution."""

MOST = 10_000
"""No count of a trial's safety tables comes near this number."""

ROUNDING = 1e-6
"""The solver's tolerance: an end of a range is trusted to this."""


@dataclass(frozen=True)
class Row:
    """So many times each column adds up to a number from `low` to `high`."""

    times: Numbers
    low: float
    high: float


class Tallies:
    """A linear system: rows that hold in any data, and one row per claim. Subclasses know the columns."""

    def __init__(self) -> None:
        self.imposed: dict[str, Constraint] = {}
        self._claimed: list[tuple[str, Row]] = []

    def require(self, claim: Constraint, *rows: Row) -> bool:
        """Add what a claim states as rows."""
        self.imposed[claim.id] = claim
        self._claimed += [(claim.id, row) for row in rows]
        return True

    def structure(self) -> Iterable[Row]:
        """What holds in any data."""
        raise NotImplementedError

    @cached_property
    def _system(self) -> tuple[csr_matrix, Numbers, Numbers, list[str]]:
        """All rows: matrix, lower and upper ends, and the claim that each row belongs to (or "")."""
        fixed = list(self.structure())
        rows = fixed + [row for _, row in self._claimed]
        matrix = csr_matrix(np.array([row.times for row in rows]))
        low, high = (np.array([getattr(row, end) for row in rows], dtype=float) for end in ("low", "high"))
        return matrix, low, high, [""] * len(fixed) + [name for name, _ in self._claimed]

    def impossible(self, claims: Collection[str]) -> bool:
        """Whether the linear programme proves that these claims cannot all hold."""
        return bool(self._solve(None, claims).status == INFEASIBLE)

    def ends(self, claim: str, claims: Collection[str]) -> tuple[int, int]:
        """Whole numbers that the value of a claim of a count does not go below or above, if others hold.

        Raises:
            ValueError: if the other claims conflict already.
        """
        matrix, _, _, owners = self._system
        target = matrix[[owners.index(claim)]].toarray()[0]
        found = []
        for sign in (1, -1):
            solved = self._solve(sign * target, claims)
            if solved.status != 0:
                raise ValueError(f"no range for {claim}: {solved.message}")
            found.append(sign * solved.fun)
        return ceil(found[0] - ROUNDING), floor(found[1] + ROUNDING)

    def _solve(self, target: Numbers | None, claims: Collection[str]) -> Any:
        matrix, low, high, owners = self._system
        asked = set(claims) | {""}
        off = np.array([owner not in asked for owner in owners])
        return milp(
            np.zeros(matrix.shape[1]) if target is None else target,
            constraints=LinearConstraint(matrix, np.where(off, -np.inf, low), np.where(off, np.inf, high)),
            bounds=Bounds(0, MOST),
        )


def percentage(part: Numbers, whole: Numbers, printed: str) -> tuple[Row, Row]:
    """That one number of times is a printed percentage of another, both whole: low <= 100 n / d < high."""
    low, high = interval(printed)
    scale = lcm(low.denominator, high.denominator)
    return (
        Row(100 * scale * part - int(low * scale) * whole, 0, np.inf),
        Row(int(high * scale) * whole - 100 * scale * part, 1, np.inf),
    )


class PatientTallies(Tallies):
    """How many patients there are of each kind, for data with one row per patient and lists beside it.

    Args:
        frames: by data set, rows with ``USUBJID`` naming the kind of patient that they belong to; every
            kind has exactly one row in the data set `patients`.
        exactly: filters on patients of which the number is certain.
        patients: the data set that has one row per patient.
    """

    def __init__(
        self, frames: Mapping[str, pd.DataFrame], exactly: Iterable[tuple[Where, int]], patients: str = "adsl"
    ) -> None:
        super().__init__()
        self.frames = frames
        self.patients = patients
        self._exactly = tuple(exactly)
        self._number = {kind: i for i, kind in enumerate(frames[patients]["USUBJID"])}

    def structure(self) -> Iterable[Row]:
        """The patients whose number is certain."""
        none = Row(np.zeros(len(self._number)), 0, 0)
        return [none, *(Row(self._times(self.patients, asked, True), n, n) for asked, n in self._exactly)]

    def impose(self, claim: Constraint, estimand: Estimand, printed: str) -> bool:
        """Add what a claim states of a count, a share or one patient's value; False if no kind can tell."""
        rows: Sequence[Row] = ()
        match estimand:
            case Share():
                part, whole = (self._counted(count) for count in (estimand.numerator, estimand.denominator))
                if part is not None and whole is not None:
                    rows = percentage(part, whole, printed)
            case Count():
                times = self._counted(estimand)
                if times is not None:
                    rows = [Row(times, int(printed), int(printed))]
            case Value():
                rows = list(self._valued(estimand, printed))
        return bool(rows) and self.require(claim, *rows)

    def _counted(self, count: Count) -> Numbers | None:
        """How often each kind counts; None if that cannot be told."""
        if count.dataset in self.frames and count.where.variables <= set(self.frames[count.dataset].columns):
            return self._times(count.dataset, count.where, count.unit is Unit.PATIENTS)
        return None

    def _valued(self, value: Value, printed: str) -> Iterator[Row]:
        """That the one patient concerned has the value."""
        frame, asked = self.frames.get(value.dataset), value.where
        if frame is None or not asked.variables <= set(frame.columns) or value.variable in asked.variables:
            return
        if not asked.mask(frame).any():
            return
        if value.variable in frame.columns:
            codes = frame[value.variable].unique()
            fitting = [code for code in codes if normalised(str(code)) == normalised(printed)]
            asked = asked & where(**{value.variable: fitting})
        elif value.dataset == self.patients:
            return
        # In a list, where the frame lacks the words of an entry, a value says that there is the entry.
        yield Row(self._times(value.dataset, asked, True), 1, 1)

    def _times(self, dataset: str, asked: Where, distinct: bool) -> Numbers:
        """For each kind, how many of its rows satisfy a filter, or (distinct) whether one does."""
        frame = self.frames[dataset]
        chosen = frame.loc[asked.mask(frame), "USUBJID"].map(self._number).to_numpy(dtype=int)
        times = np.bincount(chosen, minlength=len(self._number)).astype(float)
        return np.minimum(times, 1) if distinct else times
