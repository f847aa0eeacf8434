"""Between which values a median lies, given what is known of the other values.

How many values equal each possible value is unknown. A number of values, a sum, a median of more values are
linear in these numbers, so a small integer programme says whether a median is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from safetybook.stored_answers import answer, digest


@dataclass(frozen=True)
class Known:
    """A sum over all values of something that each value contributes, and its ends."""

    weight: Callable[[int], float]
    low: float
    high: float


def median_ends(values: range, known: Sequence[Known], size: int) -> tuple[int, int]:
    """The least and the greatest median of an odd number of whole values that agree with what is known.

    Raises:
        ValueError: if the size is even, or no values agree.
    """
    if size % 2 == 0:
        raise ValueError(f"the median of {size} values may lie between two")
    weights = [(one.low, one.high, [float(one.weight(value)) for value in values]) for one in known]
    question = f"{size} values of {values} given {digest(repr(weights))}"
    least, greatest = answer("median of values", question, partial(_ends, values, known, size))
    return least, greatest


def _ends(values: range, known: Sequence[Known], size: int) -> tuple[int, int]:
    half = size // 2
    possible = [
        middle
        for middle in values
        if _possible(
            values,
            [
                *known,
                Known(lambda value: 1, size, size),
                Known(lambda value, m=middle: value < m, 0, half),  # type: ignore[misc]
                Known(lambda value, m=middle: value > m, 0, half),  # type: ignore[misc]
            ],
        )
    ]
    if not possible:
        raise ValueError(f"no {size} values agree with what is known")
    return possible[0], possible[-1]


def _possible(values: range, known: Sequence[Known]) -> bool:
    """Whether some number of each value agrees."""
    # Only here: a page that imports this module need not ask.
    from scipy.optimize import Bounds, LinearConstraint, milp

    matrix = np.array([[float(one.weight(value)) for value in values] for one in known])
    limits = LinearConstraint(matrix, [one.low for one in known], [one.high for one in known])
    found = milp(
        np.zeros(len(values)), constraints=limits, bounds=Bounds(0, np.inf), integrality=np.ones(len(values))
    )
    return bool(found.status == 0)
