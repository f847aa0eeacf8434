"""Distributions: how often each value occurs, and what follows from that alone, exactly.

The distributions of parts of the data add up to that of the whole, and with it come its median and quantiles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from safetybook.estimands import Function, Scalar
from safetybook.rounding import exact


def exactly(distribution: Mapping[Scalar, int]) -> Counter[Fraction]:
    """A distribution with its values as exact numbers; texts such as ``1`` and ``1.0`` are the same one."""
    found: Counter[Fraction] = Counter()
    for value, number in distribution.items():
        found[exact(value)] += number
    return found


def summarise(distribution: Mapping[Fraction, int], function: Function) -> Fraction | None:
    """A median, extreme, mean or total of exact values, each with how often it occurs.

    The median of an even number of values is the mean of the middle two. Of no values at all only
    the total exists: 0.
    """
    size = sum(distribution.values())
    match function:
        case Function.TOTAL:
            return _total(distribution)
        case _ if not size:
            return None
        case Function.MINIMUM:
            return min(distribution)
        case Function.MAXIMUM:
            return max(distribution)
        case Function.MEAN:
            return _total(distribution) / size
        case Function.MEDIAN:
            return quantile(distribution, Fraction(1, 2))


def quantile(distribution: Mapping[Fraction, int], share: Fraction) -> Fraction | None:
    """The value that a share of all values, from 0 to 1, do not exceed; None if there are no values.

    Where the share ends between two values, it is the mean of both, as a median is (Hyndman and Fan 1996,
    definition 2; SAS's PCTLDEF=5).
    """
    size = sum(distribution.values())
    if not size:
        return None
    ends = share * size
    return (nth(distribution, max(1, ceil(ends))) + nth(distribution, min(size, floor(ends) + 1))) / 2


def _total(distribution: Mapping[Fraction, int]) -> Fraction:
    return sum((value * number for value, number in distribution.items()), Fraction(0))


def nth(distribution: Mapping[Fraction, int], place: int) -> Fraction:
    """The value at a place (1 for the least) among all values in ascending order.

    Raises:
        IndexError: if there are not so many values.
    """
    for value in sorted(distribution):
        place -= distribution[value]
        if place <= 0:
            return value
    raise IndexError("there are not so many values")
