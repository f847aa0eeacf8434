"""How many patients can have how many events: bounds from tables that split the events.

A table splits the events of a group of patients into categories (severities, classes, terms) and prints
for each the patients and the events. However the patients are, the sorted numbers of events per patient
are majorised by those of the most unequal data set: in each category the same patients come first, and
the first of them takes every event beyond one each. For a table of categories in which a patient counts
once, this is the theorem of Gale and of Ryser (1957) on 0/1 matrices, and then the condition suffices.
Majorisation by a known sequence is linear in the numbers of patients with h events (Marshall, Olkin and
Arnold 2011, chapter 4), so bounds are the optima of a small integer programme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

Category = tuple[int, int]
"""Patients and events of a category."""

INFEASIBLE = 2
"""The status of scipy's solver that says so; 0 is a proved optimum."""


@dataclass(frozen=True)
class Burdens:
    """The events of a group of patients, of whom each has at least one.

    Args:
        patients: how many they are.
        events: how many events they have.
        tables: the events split into categories, once for each table.

    Raises:
        ValueError: if a table does not add up to the events, or a category cannot be.
    """

    patients: int
    events: int
    tables: Sequence[Sequence[Category]]

    def __post_init__(self) -> None:
        if not 0 < self.patients <= self.events:
            raise ValueError(f"{self.patients} patients cannot have {self.events} events, at least one each")
        for table in self.tables:
            if sum(events for _, events in table) != self.events:
                raise ValueError(f"the categories have {sum(e for _, e in table)} events, not {self.events}")
            if table and sum(patients for patients, _ in table) < self.patients:
                raise ValueError(f"the categories leave some of {self.patients} patients without an event")
            for patients, events in table:
                if not 0 < patients <= min(events, self.patients):
                    raise ValueError(f"{patients} patients of {self.patients} cannot have {events} events")

    def at_least(self, number: int) -> tuple[int, int]:
        """The least and the greatest number of patients with at least so many events.

        Raises:
            ValueError: if no numbers of events per patient agree with the tables.
        """
        target = np.array([float(h >= number) for h in self._sizes])
        return round(self._solved(target)), -round(self._solved(-target))

    def most(self) -> tuple[int, int]:
        """The least and the greatest number of events that the patient with the most can have.

        Raises:
            ValueError: if no numbers of events per patient agree with the tables.
        """
        self._solved(np.zeros(len(self._sizes)))
        shared = [-(-events // patients) for table in self.tables for patients, events in table]
        least = max(-(-self.events // self.patients), *shared, 1)
        while not self._possible(highest=least):
            least += 1
        greatest = len(self._sizes)
        while not self._possible(someone=greatest):
            greatest -= 1
        return least, greatest

    @cached_property
    def _sizes(self) -> range:
        """The numbers of events that one patient can have."""
        alone = self.events - self.patients + 1
        return range(1, min([alone, *(int(sequence[0]) for sequence in self._steepest)]) + 1)

    @cached_property
    def _steepest(self) -> list[npt.NDArray[np.int64]]:
        """For each table the numbers of events per patient of its most unequal data set."""
        found = []
        for table in self.tables:
            sequence = np.zeros(self.patients, dtype=np.int64)
            for patients, events in table:
                sequence[:patients] += 1
                sequence[0] += events - patients
            found.append(sequence)
        return found

    @cached_property
    def _constraints(self) -> LinearConstraint:
        """All patients, all their events, and for each table the majorisation at every threshold."""
        from scipy.optimize import LinearConstraint

        sizes = np.array(self._sizes)
        lines, low, high = [np.ones(len(sizes)), sizes.astype(float)], [], []
        low += [self.patients, self.events]
        high += [self.patients, self.events]
        for line, limit in self._thresholds(sizes):
            lines.append(line)
            low.append(0)
            high.append(limit)
        return LinearConstraint(np.array(lines), np.array(low), np.array(high))

    def _thresholds(self, sizes: npt.NDArray[np.int64]) -> Iterator[tuple[npt.NDArray[np.float64], int]]:
        # Between two values of the sequence its side is linear and the other convex: its values suffice.
        for sequence in self._steepest:
            for threshold in np.unique(sequence):
                beyond = np.maximum(sizes - threshold, 0).astype(float)
                yield beyond, int(np.maximum(sequence - threshold, 0).sum())

    def _possible(self, highest: int | None = None, someone: int | None = None) -> bool:
        """Whether no patient can have more than `highest`, or some patient exactly `someone` events."""
        sizes = np.array(self._sizes)
        low = (sizes == someone).astype(float)
        high = np.where(sizes <= (highest or sizes[-1]), np.inf, 0.0)
        return bool(self._milp(np.zeros(len(sizes)), low, high).status != INFEASIBLE)

    def _solved(self, target: npt.NDArray[np.float64]) -> float:
        found = self._milp(target, np.zeros(len(target)), np.full(len(target), np.inf))
        if found.status == INFEASIBLE:
            raise ValueError("the tables conflict: no numbers of events per patient agree with all of them")
        return float(found.fun)

    def _milp(self, target: npt.NDArray[np.float64], low: Any, high: Any) -> Any:
        # Only where something is solved: a page that names a question reads a stored answer.
        from scipy.optimize import Bounds, milp

        return milp(
            target, constraints=self._constraints, bounds=Bounds(low, high), integrality=np.ones(len(target))
        )


def occurrences(table: Sequence[Category]) -> list[Category]:
    """The table in which a patient counts once in a category: its events are patients."""
    return [(patients, patients) for patients, _ in table]
