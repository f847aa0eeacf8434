"""Rows that may occur, each with a solver multiplicity: a data set before it is known.

Every stage of a reconstruction describes what could be in the data as a frame of *possible rows*.
All columns are constants; only how often a row occurs is a variable. So the filter of an estimand
selects possible rows exactly as it selects rows of data, and a count, a percentage, a median or a
mean over them becomes linear constraints. Numeric choices (an age, a latency) are possible rows
too: one row per candidate value, of which exactly one occurs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from ortools.sat.python import cp_model

from safetybook.coded import Coded
from safetybook.estimands import Where
from safetybook.rounding import exact

Multiplicity = cp_model.IntVar | int


@dataclass(frozen=True, eq=False)
class PossibleRows:
    """A frame of possible rows of one data set and how often each occurs.

    Attributes:
        dataset: the name under which estimands look for it (``adae``, ``cycles``, ...).
        frame: one line per possible row, all columns constant, among them ``USUBJID``.
        counts: for each line the multiplicity, an integer or a variable of the model.
        at_most_one: whether every multiplicity is 0 or 1, so that it doubles as a truth value.
        one_per: a column of which exactly one row occurs for each value, if there is such a column.
    """

    dataset: str
    frame: pd.DataFrame
    counts: Sequence[Multiplicity]
    at_most_one: bool
    one_per: str | None = None

    def __post_init__(self) -> None:
        if len(self.counts) != len(self.frame):
            raise ValueError(f"{self.dataset}: {len(self.frame)} possible rows, {len(self.counts)} counts")

    @cached_property
    def subjects(self) -> list[str]:
        """The patient of each possible row."""
        return list(self.frame["USUBJID"])

    def covers(self, condition: Where) -> bool:
        """Whether the frame has every variable that a filter looks at."""
        return condition.variables <= set(self.frame.columns)

    def selected(self, condition: Where) -> list[int]:
        """Positions of the possible rows that satisfy a filter."""
        positions: list[int] = np.flatnonzero(self._coded.mask(condition)).tolist()
        return positions

    @cached_property
    def _coded(self) -> Coded:
        return Coded(self.frame)

    def values(self, variable: str, positions: Sequence[int]) -> list[tuple[int, Fraction]]:
        """Positions with a value of a numeric variable, and the exact value."""
        column = self.frame[variable].tolist()
        return [(i, exact(column[i])) for i in positions if pd.notna(column[i])]

    def fixed_size(self, positions: Sequence[int]) -> int | None:
        """How many of these possible rows occur, if that is the same in every solution."""
        settled = [count for i in positions if isinstance(count := self.counts[i], int)]
        if len(settled) == len(positions):
            return sum(settled)
        if self.one_per is None:
            return None
        choices = self.frame[self.one_per]
        touched = choices.iloc[list(positions)]
        whole = int(choices.isin(touched.unique()).sum()) == len(positions)
        return int(touched.nunique()) if whole else None

    def chosen(self, solver: cp_model.CpSolver) -> pd.DataFrame:
        """The rows of a solution: each possible row repeated as often as it occurs, in frame order."""
        times = [count if isinstance(count, int) else solver.value(count) for count in self.counts]
        repeated = self.frame.loc[self.frame.index.repeat(times)]
        return repeated.reset_index(drop=True)


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame with their columns as attributes, whose types pandas cannot tell."""
    return frame.itertuples()


def groups(frame: pd.DataFrame, by: str | list[str]) -> Iterator[tuple[Any, list[int]]]:
    """For each value of a column, or combination of values, its rows' positions, by first appearance."""
    for key, positions in frame.groupby(by, sort=False).indices.items():
        yield key, [int(i) for i in positions]


def definite(dataset: str, frame: pd.DataFrame) -> PossibleRows:
    """Rows already known: each occurs exactly once."""
    return PossibleRows(dataset, frame.reset_index(drop=True), [1] * len(frame), at_most_one=True)
