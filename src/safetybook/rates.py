"""Rates of events over person-time, with the exact Poisson interval."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from scipy.stats import chi2

DAYS_PER_MONTH = Fraction(36525, 1200)
"""The mean month of the Julian year, 30.4375 days."""


def covered_days(starts: Sequence[date], last: int) -> list[int]:
    """Days that each treatment cycle covers: to the start of the next one, and `last` days for the last.

    Args:
        starts: the days on which one patient's cycles began, in any order.
        last: how many days the last cycle is taken to cover.

    Raises:
        ValueError: if two cycles begin on the same day, because one would cover no time.
    """
    ordered = sorted(starts)
    gaps = [(after - before).days for before, after in pairwise(ordered)]
    if 0 in gaps:
        raise ValueError(f"two cycles begin on {ordered[gaps.index(0)]}")
    return [*gaps, last] if ordered else []


def rate(events: int, person_time: Fraction, per: int = 100) -> Fraction:
    """Events per `per` units of person-time, exactly.

    Raises:
        ValueError: if there is no person-time, or a count below zero.
    """
    _check(events, person_time)
    return per * events / Fraction(person_time)


def garwood(events: int, person_time: Fraction, per: int = 100, level: float = 0.95) -> tuple[float, float]:
    """The exact (equal-tailed) Poisson confidence interval of :func:`rate`, in the same unit.

    With no event the lower limit is 0 and the upper limit still takes the tail of an equal-tailed
    interval (3.69 events at 95 %).

    Source: Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-442;
    the limits are half the quantiles of chi-squared with 2x and 2x + 2 degrees of freedom.

    Raises:
        ValueError: if there is no person-time, or a count below zero.
    """
    _check(events, person_time)
    tail = (1 - level) / 2
    low = chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(1 - tail, 2 * events + 2) / 2
    return per * float(low) / float(person_time), per * float(high) / float(person_time)


def _check(events: int, person_time: Fraction) -> None:
    if person_time <= 0:
        raise ValueError(f"person-time must be positive, not {person_time}")
    if events < 0:
        raise ValueError(f"a count of events cannot be {events}")
