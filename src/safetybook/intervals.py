"""Confidence intervals of proportions and rates, their differences and ratios, each from its paper.

Every function takes counts, and every interval exists for every table of counts, with no event, one, all
but one or everybody. Where the data reach the end of what is possible, the limit is that very end: 0 or 1
for a proportion, -1 or 1 for a difference, 0 or infinity for a ratio. Intervals of one group are pairs
(low, high); comparisons are an :class:`Estimate`, because a ratio need not exist.

scipy is imported where it is asked: importing its statistics takes longer than importing pandas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import acos, copysign, cos, hypot, inf, isinf, pi, sqrt
from typing import Literal

BISECTIONS = 200
"""Enough halvings for two neighbouring floating-point numbers; a search ends earlier where they meet."""


@dataclass(frozen=True)
class Estimate:
    """A comparison of two groups: its value with the confidence limits.

    `value` is None where it does not exist (a ratio of two groups without events); it and `high` are
    infinite where only the second group of a ratio has none.
    """

    value: float | None
    low: float
    high: float


def wilson(events: int, size: int, level: float = 0.95) -> tuple[float, float]:
    """The score interval of a proportion, from 0 to 1: the probabilities that a score test would not reject.

    With no event the lower limit is 0, with `size` events the upper limit is 1.

    Args:
        events: patients with an event.
        size: patients at risk.
        level: the confidence level.

    Source: Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat
    Assoc 1927;22:209-212.

    Raises:
        ValueError: if nobody is at risk, not between none and all of them have an event, or the level is
            not between 0 and 1.
    """
    return _of_proportion(events, size, level, "wilson")


def clopper_pearson(events: int, size: int, level: float = 0.95) -> tuple[float, float]:
    """The exact (equal-tailed) interval of a proportion, from 0 to 1.

    Of no event in n patients the upper limit is 1 - 0.025 ** (1 / n) at 95 %: the exact form of the rule
    of three, which leaves the whole error in one tail (3 / n). With no event the lower limit is 0, with
    `size` events the upper limit is 1.

    Args:
        events: patients (or cycles) with an event.
        size: patients (or cycles) at risk.
        level: the confidence level.

    Source: Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of
    the binomial. Biometrika 1934;26:404-413; for no event, Hanley JA, Lippman-Hand A. If nothing goes
    wrong, is everything all right? JAMA 1983;249:1743-1745.

    Raises:
        ValueError: if nobody is at risk, not between none and all of them have an event, or the level is
            not between 0 and 1.
    """
    return _of_proportion(events, size, level, "exact")


def _of_proportion(
    events: int, size: int, level: float, method: Literal["wilson", "exact"]
) -> tuple[float, float]:
    """The interval by a method that scipy names."""
    _check_share(events, size)
    check_level(level)
    from scipy.stats import binomtest

    limits = binomtest(events, size).proportion_ci(level, method)
    return _unless_reached(events, size, float(limits.low), float(limits.high))


def _unless_reached(events: int, size: int, low: float, high: float) -> tuple[float, float]:
    """The limits, with the exact end where the data reach it."""
    return (low if events else 0.0), (high if events < size else 1.0)


def newcombe(events: int, size: int, other_events: int, other_size: int, level: float = 0.95) -> Estimate:
    """The first proportion minus the second, from -1 to 1, with Newcombe's hybrid score interval.

    Each limit is as far from the difference as the Wilson limits of both proportions together. The groups
    are taken as independent. The limits are -1 or 1 only where the difference itself is.

    Args:
        events: patients with an event in the first group.
        size: patients at risk in the first group.
        other_events: patients with an event in the second group.
        other_size: patients at risk in the second group.
        level: the confidence level.

    Source: Newcombe RG. Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Stat Med 1998;17:873-890, method 10.

    Raises:
        ValueError: if nobody is at risk, not between none and all of them have an event, or the level is
            not between 0 and 1.
    """
    low_1, high_1 = wilson(events, size, level)
    low_2, high_2 = wilson(other_events, other_size, level)
    one, two = events / size, other_events / other_size
    value = one - two
    return Estimate(value, value - hypot(one - low_1, high_2 - two), value + hypot(high_1 - one, two - low_2))


def miettinen_nurminen(
    events: int, size: int, other_events: int, other_size: int, level: float = 0.95, *, corrected: bool = True
) -> Estimate:
    """The first proportion minus the second, from -1 to 1, with the score interval of Miettinen and Nurminen.

    A difference belongs to the interval if a score test does not reject it. The variance of the test is
    that of the most likely pair of proportions with this difference, times N / (N - 1) for N patients in
    all. The limits are -1 or 1 only where the difference itself is.

    Args:
        events: patients with an event in the first group.
        size: patients at risk in the first group.
        other_events: patients with an event in the second group.
        other_size: patients at risk in the second group.
        level: the confidence level.
        corrected: without the factor N / (N - 1) it is Mee's interval (Newcombe's method 5).

    Source: Miettinen O, Nurminen M. Comparative analysis of two rates. Stat Med 1985;4:213-226, with the
    closed form of the constrained maximum of its appendix I.

    Raises:
        ValueError: if nobody is at risk, not between none and all of them have an event, or the level is
            not between 0 and 1.
    """
    _check_share(events, size)
    _check_share(other_events, other_size)
    value = events / size - other_events / other_size
    critical = _critical(size + other_size, level, corrected=corrected)

    def accepted(difference: float) -> bool:
        two = _second_given_difference(events, size, other_events, other_size, difference)
        one = two + difference
        variance = one * (1 - one) / size + two * (1 - two) / other_size
        return (value - difference) ** 2 <= critical * variance

    return Estimate(value, _furthest(accepted, value, -1.0), _furthest(accepted, value, 1.0))


def _second_given_difference(x: int, m: int, y: int, n: int, difference: float) -> float:
    """The most likely second proportion if the first, x of m, exceeds it by `difference`.

    The likelihood of x of m and y of n has its maximum at the middle root of a cubic (Miettinen and
    Nurminen 1985, appendix I). Rounding may leave the root just outside of what is possible.
    """
    cubic = m + n
    square = (m + 2 * n) * difference - cubic - x - y
    linear = (n * difference - cubic - 2 * y) * difference + x + y
    constant = y * difference * (1 - difference)
    centre = square / (3 * cubic)
    q = centre**3 - square * linear / (6 * cubic**2) + constant / (2 * cubic)
    p = copysign(sqrt(max(0.0, centre**2 - linear / (3 * cubic))), q)
    angle = (pi + acos(min(1.0, max(-1.0, q / p**3 if p else 0.0)))) / 3
    return min(1.0, 1.0 - difference, max(0.0, -difference, 2 * p * cos(angle) - centre))


def risk_ratio(
    events: int, size: int, other_events: int, other_size: int, level: float = 0.95, *, corrected: bool = True
) -> Estimate:
    """The first proportion divided by the second, with the score interval of Miettinen and Nurminen.

    Made like :func:`miettinen_nurminen`, so one interval excludes 1 if and only if the other excludes 0.
    Unlike the usual interval on the logarithmic scale, it needs no half events added where a group has
    none: with no event in the first group the value and the lower limit are 0; with none in the second the
    value and the upper limit are infinite; with none at all there is no value and every ratio from 0 to
    infinity is possible.

    Args:
        events: patients with an event in the first group.
        size: patients at risk in the first group.
        other_events: patients with an event in the second group.
        other_size: patients at risk in the second group.
        level: the confidence level.
        corrected: without the factor N / (N - 1) it is Koopman's interval.

    Source: Miettinen O, Nurminen M. Comparative analysis of two rates. Stat Med 1985;4:213-226; without
    the factor, Koopman PAR. Confidence intervals for the ratio of two binomial proportions. Biometrics
    1984;40:513-517.

    Raises:
        ValueError: if nobody is at risk, not between none and all of them have an event, or the level is
            not between 0 and 1.
    """
    _check_share(events, size)
    _check_share(other_events, other_size)
    critical = _critical(size + other_size, level, corrected=corrected)
    if not events + other_events:
        return Estimate(None, 0.0, inf)
    high = _highest_ratio(events, size, other_events, other_size, critical)
    # The second group over the first has the inverse limits.
    inverse = _highest_ratio(other_events, other_size, events, size, critical)
    value = events * other_size / (other_events * size) if other_events else inf
    return Estimate(value, 0.0 if isinf(inverse) else 1 / inverse, high)


def _highest_ratio(x: int, m: int, y: int, n: int, critical: float) -> float:
    """The highest ratio of the first proportion, x of m, to the second, y of n, that the data leave."""
    if not y:
        return inf

    def accepted(ratio: float) -> bool:
        two = _second_given_ratio(x, m, y, n, ratio)
        one = ratio * two
        variance = one * (1 - one) / m + ratio**2 * two * (1 - two) / n
        return (x / m - ratio * y / n) ** 2 <= critical * variance

    value = x * n / (y * m)
    above = 2 * max(value, 1.0)
    # This ends: the squared distance grows with the square of the ratio, its variance only with the ratio.
    while accepted(above):
        above *= 2
    return _furthest(accepted, value, above)


def _second_given_ratio(x: int, m: int, y: int, n: int, ratio: float) -> float:
    """The most likely second proportion if the first, x of m, is `ratio` times as large.

    The smaller root of a quadratic (Miettinen and Nurminen 1985, appendix I), in the form without
    cancellation.
    """
    half = (ratio * (m + y) + x + n) / 2
    both = x + y
    return both / (half + sqrt(max(0.0, half**2 - ratio * (m + n) * both)))


def _furthest(accepted: Callable[[float], bool], inside: float, end: float) -> float:
    """Where, between the value `inside` and `end`, the accepted values end."""
    outside = end
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        if accepted(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _critical(patients: int, level: float, *, corrected: bool) -> float:
    """The critical value of the squared score, with the factor of the variance."""
    check_level(level)
    factor = patients / (patients - 1) if corrected else 1.0
    return quantile_of_chi_squared(level, 1) * factor


@cache
def fisher(events: int, size: int, other_events: int, other_size: int) -> float:
    """The two-sided p-value of Fisher's exact test that two proportions are equal.

    It is the probability, given both margins, of all tables that are no more probable than the one
    observed. It is 1 where nobody, or everybody, has an event.

    Args:
        events: patients with an event in the first group.
        size: patients at risk in the first group.
        other_events: patients with an event in the second group.
        other_size: patients at risk in the second group.

    Source: Fisher RA. The logic of inductive inference. J R Stat Soc 1935;98:39-82.

    Raises:
        ValueError: if nobody is at risk, or not between none and all of them have an event.
    """
    _check_share(events, size)
    _check_share(other_events, other_size)
    from scipy.stats import fisher_exact

    table = [[events, size - events], [other_events, other_size - other_events]]
    return float(fisher_exact(table).pvalue)


@cache
def garwood(events: int, person_time: Fraction, per: int = 100, level: float = 0.95) -> tuple[float, float]:
    """The exact (equal-tailed) Poisson interval of a rate: events per `per` units of person-time.

    With no event the lower limit is 0 and the upper limit still takes the tail of an equal-tailed
    interval (3.69 events at 95 %).

    Args:
        events: how many events.
        person_time: the time at risk, in any unit; for a rate per infusion, the infusions.
        per: the units of person-time that the rate is for.
        level: the confidence level.

    Source: Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-442;
    the limits are half the quantiles of chi-squared with 2x and 2x + 2 degrees of freedom.

    Raises:
        ValueError: if there is no person-time, a count below zero, or the level is not between 0 and 1.
    """
    check_rate(events, person_time)
    check_level(level)
    tail = (1 - level) / 2
    low = quantile_of_chi_squared(tail, 2 * events) / 2 if events else 0.0
    high = quantile_of_chi_squared(1 - tail, 2 * events + 2) / 2
    return per * low / float(person_time), per * high / float(person_time)


def rate_ratio(
    events: int, person_time: Fraction, other_events: int, other_time: Fraction, level: float = 0.95
) -> Estimate:
    """The first rate divided by the second, with the exact (conditional) confidence interval.

    Given their sum, the first of two Poisson counts is binomial, and its probability p is the share of the
    events that the ratio makes one expect in the first person-time. Clopper and Pearson's limits of p
    become limits of the ratio: p / (1 - p), times the second person-time over the first. With no event in
    the first time the value and the lower limit are 0; with none in the second the value and the upper
    limit are infinite; with none at all there is no value and every ratio from 0 to infinity is possible.

    Args:
        events: how many events in the first person-time.
        person_time: the first time at risk.
        other_events: how many events in the second person-time.
        other_time: the second time at risk, in the unit of the first.
        level: the confidence level.

    Source: Przyborowski J, Wilenski H. Homogeneity of results in testing samples from Poisson series.
    Biometrika 1940;31:313-323; Ederer F, Mantel N. Confidence limits on the ratio of two Poisson
    variables. Am J Epidemiol 1974;100:165-167.

    Raises:
        ValueError: if there is no person-time, a count below zero, or the level is not between 0 and 1.
    """
    check_rate(events, person_time)
    check_rate(other_events, other_time)
    check_level(level)
    both = events + other_events
    if not both:
        return Estimate(None, 0.0, inf)
    times = float(other_time) / float(person_time)
    low, high = clopper_pearson(events, both, level)
    return Estimate(*(_odds(p) * times for p in (events / both, low, high)))


def _odds(probability: float) -> float:
    return probability / (1 - probability) if probability < 1 else inf


def quantile_of_normal(probability: float) -> float:
    """The value that a standard normal variable does not exceed with this probability."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def quantile_of_chi_squared(probability: float, degrees: int) -> float:
    """The value that chi-squared with these degrees of freedom does not exceed with this probability."""
    from scipy.special import gammaincinv

    return 2 * float(gammaincinv(degrees / 2, probability))


def check_level(level: float) -> None:
    """Refuse a confidence level that cannot be.

    Raises:
        ValueError: if the level is not between 0 and 1; 95 % is 0.95.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, for example 0.95; {level} does not")


def check_rate(events: int, person_time: Fraction) -> None:
    """Refuse a rate that cannot be.

    Raises:
        ValueError: if there is no person-time, or a count below zero.
    """
    if person_time <= 0:
        raise ValueError(f"person-time must be positive, not {person_time}")
    if events < 0:
        raise ValueError(f"a count of events cannot be {events}")


def _check_share(events: int, size: int) -> None:
    if size < 1:
        raise ValueError(f"a proportion needs somebody at risk, not {size}")
    if not 0 <= events <= size:
        raise ValueError(f"{events} of {size} is no proportion")
