"""Rates of events over person-time or per infusion, their ratio, and the exact intervals of all three."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from scipy.stats import binomtest, chi2

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
    low, high = _poisson_limits(events, level)
    return per * low / float(person_time), per * high / float(person_time)


def _poisson_limits(events: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low = chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    return float(low), float(chi2.ppf(1 - tail, 2 * events + 2) / 2)


@dataclass(frozen=True)
class RateRatio:
    """A ratio of two rates with its confidence limits; infinite where the second rate has no event."""

    value: float
    low: float
    high: float


def rate_ratio(
    events: int, person_time: Fraction, other_events: int, other_time: Fraction, level: float = 0.95
) -> RateRatio:
    """The first rate divided by the second, with the exact (conditional) confidence interval.

    Given their sum, the first of two Poisson counts is binomial, and its probability p is the share of the
    events that the ratio makes one expect in the first person-time. Clopper and Pearson's limits of p
    become limits of the ratio: p / (1 - p), times the second person-time over the first.

    Source: Przyborowski J, Wilenski H. Homogeneity of results in testing samples from Poisson series.
    Biometrika 1940;31:313-323; Ederer F, Mantel N. Confidence limits on the ratio of two Poisson
    variables. Am J Epidemiol 1974;100:165-167.

    Raises:
        ValueError: if there is no event at all, no person-time, or a count below zero.
    """
    _check(events, person_time)
    _check(other_events, other_time)
    if not events + other_events:
        raise ValueError("two rates without any event have no ratio")
    times = float(other_time) / float(person_time)
    low, high = clopper_pearson(events, events + other_events, level)
    return RateRatio(*(_odds(p) * times for p in (events / (events + other_events), low, high)))


def _odds(probability: float) -> float:
    return probability / (1 - probability) if probability < 1 else float("inf")


def clopper_pearson(events: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The exact (equal-tailed) confidence interval of a probability, from 0 to 1.

    Of no event in n trials the upper limit is 1 - 0.025 ** (1 / n) at 95 %: the exact form of the rule
    of three, which leaves the whole error in one tail (3 / n).

    Source: Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of
    the binomial. Biometrika 1934;26:404-413; for no event, Hanley JA, Lippman-Hand A. If nothing goes
    wrong, is everything all right? JAMA 1983;249:1743-1745.

    Raises:
        ValueError: if there are no trials, or not between none and all of them have an event.
    """
    limits = binomtest(events, trials).proportion_ci(level, "exact")
    return float(limits.low), float(limits.high)


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
        for printed, count in zip((rate, low, high), (events, *_poisson_limits(events, level)), strict=True):
            least, most = map(float, interval(printed))
            shortest = max(shortest, per * count / most)
            longest = min(longest, per * count / least if least > 0 else float("inf"))
        if shortest < longest:
            found.append(Behind(events, shortest, longest))
    return found


def _check(events: int, person_time: Fraction) -> None:
    if person_time <= 0:
        raise ValueError(f"person-time must be positive, not {person_time}")
    if events < 0:
        raise ValueError(f"a count of events cannot be {events}")
