"""Whether a sample of so many values can have the median, mean and range that are printed of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import ceil

from ortools.sat.python import cp_model

from safetybook.estimands import Function
from safetybook.rounding import interval, places
from safetybook.stored_answers import answer

FINE = 1000
"""A variable without a known unit is taken to be recorded this much finer than it is printed."""


@dataclass(frozen=True)
class Sample:
    """Values of one variable.

    Attributes:
        size: how many there are, None if that is not known.
        step: the unit in which the variable is recorded (1 for whole days), None if it is not known.
    """

    size: int | None
    step: Fraction | None

    def possible(self, printed: Iterable[tuple[Function, str]]) -> bool:
        """Whether non-negative values exist whose summaries all print as given.

        With n values, all sums between the smallest and the largest possible one for a given minimum,
        maximum and pair of middle values occur, so that these four numbers and the sum are all there is
        to choose. With an unknown number of values, only the order of the summaries is asked for, and
        that a median lies on a value or halfway between two.
        """
        told = list(printed)
        if not told or self.size == 0:
            return not told
        summaries = ", ".join(f"{function} {text}" for function, text in told)
        question = f"{self.size or 'some'} values in steps of {self.step or 'any size'}: {summaries}"
        return bool(answer("sample", question, partial(self._solved, told)))

    def _solved(self, told: list[tuple[Function, str]]) -> bool:
        step = self.step or Fraction(1, FINE * 10 ** max(places(text) for _, text in told))
        model = cp_model.CpModel()
        largest = max(ceil(interval(text)[1] / step) for _, text in told) * max(self.size or 1, 2) + 1
        least, lower, upper, most, total = (model.new_int_var(0, largest, "") for _ in range(5))
        for below, above in ((least, lower), (lower, upper), (upper, most)):
            model.add(below <= above)
        n = self.size
        if n is not None:
            self._arrange(model, n, least, lower, upper, most, total)
        for function, text in told:
            values, times = {
                Function.MINIMUM: (least, 1),
                Function.MAXIMUM: (most, 1),
                Function.MEDIAN: (lower + upper, 2),
                Function.MEAN: (total, n or 1),
                Function.TOTAL: (total, 1),
            }[function]
            first, after = (ceil(times * end / step) for end in interval(text))
            if n is None and function is Function.MEAN:
                model.add(least <= after - 1)
                model.add(most >= first)
            else:
                model.add_linear_constraint(values, first, after - 1)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        return bool(solver.solve(model) != cp_model.INFEASIBLE)

    @staticmethod
    def _arrange(
        model: cp_model.CpModel,
        n: int,
        least: cp_model.IntVar,
        lower: cp_model.IntVar,
        upper: cp_model.IntVar,
        most: cp_model.IntVar,
        total: cp_model.IntVar,
    ) -> None:
        """Which sums n values with these extremes and middle values can have."""
        if n % 2:
            model.add(lower == upper)
        half = n // 2
        if n == 1:
            model.add(least == most)
            model.add(total == least)
        elif n == 2:
            model.add(lower == least)
            model.add(upper == most)
            model.add(total == least + most)
        elif n % 2:
            # half values up to the middle, the middle, half values from it on; one end each is given.
            model.add(total >= half * least + lower + (half - 1) * upper + most)
            model.add(total <= least + (half - 1) * lower + upper + half * most)
        else:
            model.add(total >= (half - 1) * least + lower + (half - 1) * upper + most)
            model.add(total <= least + (half - 1) * lower + upper + (half - 1) * most)
