"""What printed medians and ranges leave open: the values that could stand behind them.

An article prints N, median and range of some groups, and of all groups together. Many lists of values
give these texts; :class:`Behind` holds all of them at once and answers what is true of every one.
The search is complete, so an answer is a proof and not an estimate. The solver is imported where it is
needed: a page that only names what is printed reads stored answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from safetybook.estimands import definition
from safetybook.rounding import half_up, interval, places
from safetybook.stored_answers import answer

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True)
class Printed:
    """N, median and range of a group as an article prints them; the texts count: ``1.0`` is not ``1``."""

    n: int
    median: str
    minimum: str
    maximum: str


@dataclass(frozen=True)
class Grid:
    """The values that a variable can take: `least` by itself, then every step from `following` on.

    `steps` is how many steps make one printed unit: 1 for whole days, 1440 for days measured in minutes.
    `least` and `following` are in printed units.
    """

    steps: int
    least: Fraction
    following: Fraction


@dataclass(frozen=True)
class Bounds:
    """The smallest and the largest number that agree with the article; both occur."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


class Behind:
    """All lists of values that print as some groups do, by themselves and pooled.

    Raises:
        ValueError: if `pooled` is not about as many values as the groups have.
    """

    def __init__(self, groups: Sequence[Printed], grid: Grid, pooled: Printed | None = None) -> None:
        size = sum(group.n for group in groups)
        if pooled and size != pooled.n:
            raise ValueError(f"the groups have {size} values, but {pooled.n} are pooled")
        self._question = definition((tuple(groups), grid, pooled))
        self._printed, self._grid, self._pool = groups, grid, pooled

    @cached_property
    def _model(self) -> cp_model.CpModel:
        from ortools.sat.python import cp_model

        return cp_model.CpModel()

    @cached_property
    def _groups(self) -> list[tuple[Printed, list[cp_model.IntVar]]]:
        """The groups with their values in the model, which is built when something must be solved."""
        found = [(group, self._group(group)) for group in self._printed]
        if self._pool:
            self._pooled(self._pool, [value for _, members in found for value in members])
        return found

    def _window(self, printed: str, times: int = 1) -> tuple[int, int]:
        """First and last whole number of steps that prints as the text, for a sum of `times` values."""
        low, high = interval(printed)
        scale = times * self._grid.steps
        return ceil(low * scale), ceil(high * scale) - 1

    def _group(self, group: Printed) -> list[cp_model.IntVar]:
        """The group's values in ascending order, with its median and range."""
        from ortools.sat.python import cp_model

        least, following = (int(self._grid.steps * x) for x in (self._grid.least, self._grid.following))
        low, high = self._window(group.minimum)[0], self._window(group.maximum)[1]
        domain = cp_model.Domain.from_intervals([[least, least], [following, max(following, high)]])
        values = [self._model.new_int_var_from_domain(domain, "") for _ in range(group.n)]
        for smaller, larger in pairwise(values):
            self._model.add(smaller <= larger)
        self._model.add_linear_constraint(values[0], low, self._window(group.minimum)[1])
        self._model.add_linear_constraint(values[-1], self._window(group.maximum)[0], high)
        middle = [values[(group.n - 1) // 2], values[group.n // 2]]
        self._model.add_linear_constraint(sum(middle), *self._window(group.median, times=2))
        return values

    def _pooled(self, pooled: Printed, values: Sequence[cp_model.IntVar]) -> None:
        """The median of the groups' values together; their ranges follow from the groups'."""
        highest = max(self._window(group.maximum)[1] for group in self._printed)
        ranks = ((pooled.n - 1) // 2, pooled.n // 2)
        middle = [self._model.new_int_var(0, highest, "") for _ in ranks]
        for rank, value in zip(ranks, middle, strict=True):
            # The value of this rank: enough values lie at or below it, and enough at or above it.
            below = [self._model.new_bool_var("") for _ in values]
            above = [self._model.new_bool_var("") for _ in values]
            for one, is_below, is_above in zip(values, below, above, strict=True):
                self._model.add(one <= value).only_enforce_if(is_below)
                self._model.add(one >= value).only_enforce_if(is_above)
            self._model.add(sum(below) >= rank + 1)
            self._model.add(sum(above) >= pooled.n - rank)
        self._model.add_linear_constraint(sum(middle), *self._window(pooled.median, times=2))

    def least(self) -> Bounds:
        """How many of all values are the least that the grid has."""
        return Bounds(*answer("least values", self._question, self._least))

    def _least(self) -> tuple[int, int]:
        from ortools.sat.python import cp_model

        least = int(self._grid.steps * self._grid.least)
        flags = []
        for _, members in self._groups:
            for value in members:
                flag = self._model.new_bool_var("")
                self._model.add(value == least).only_enforce_if(flag)
                self._model.add(value > least).only_enforce_if(~flag)
                flags.append(flag)
        return self._extremes(cp_model.LinearExpr.sum(flags))

    def settled(self) -> int:
        """How many values, by rank within their group, print as one text only, whatever the others are."""
        return int(answer("settled values", self._question, self._settled))

    def _settled(self) -> int:
        return sum(
            self._text(low, group) == self._text(high, group)
            for group, members in self._groups
            for low, high in (self._extremes(value) for value in members)
        )

    def _text(self, steps: int, group: Printed) -> str:
        return half_up(Fraction(steps, self._grid.steps), places(group.minimum))

    def _extremes(self, expression: cp_model.LinearExprT) -> tuple[int, int]:
        """The least and the greatest value of an expression.

        Raises:
            ValueError: if no list of values prints as the groups do.
        """
        from ortools.sat.python import cp_model

        found = []
        for sense in (self._model.minimize, self._model.maximize):
            sense(expression)
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            solver.parameters.random_seed = 0
            if solver.solve(self._model) != cp_model.OPTIMAL:
                raise ValueError("no list of values prints as these medians and ranges do")
            found.append(round(solver.objective_value))
        return found[0], found[1]
