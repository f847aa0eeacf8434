"""Rates of events over person-time or per infusion, and what lies behind printed ones.

Their intervals and ratios are in :mod:`safetybook.intervals`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from safetybook.intervals import check_rate, garwood
from safetybook.rounding import interval

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
    check_rate(events, person_time)
    return per * events / Fraction(person_time)


@dataclass(frozen=True)
class Behind:
    """A count that can stand behind a printed rate, and the ends of the person-time it then had."""

    events: int
    shortest: float
    longest: float


def counts_behind(
    rate: str, low: str, high: str, per: int = 100, level: float = 0.95, largest: int = 100
) -> list[Behind]:
    """The counts of events, up to the `largest`, that a printed rate and its Garwood interval can have.

    The width of the interval, relative to the rate, tells the count; the rate then tells the person-time.
    A count is possible if with some person-time all three numbers print as given, rounded half up.
    """
    found = []
    for events in range(1, largest + 1):
        shortest, longest = 0.0, float("inf")
        counts = (events, *garwood(events, Fraction(1), 1, level))
        for printed, count in zip((rate, low, high), counts, strict=True):
            least, most = map(float, interval(printed))
            shortest = max(shortest, per * count / most)
            longest = min(longest, per * count / least if least > 0 else float("inf"))
        if shortest < longest:
            found.append(Behind(events, shortest, longest))
    return found
