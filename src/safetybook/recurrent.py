"""Recurrence over time: how many events a patient has had by a day, when the first one comes, and in
which infusion cycle.

All three take the histories of :mod:`safetybook.person_time`. Days are counted from 1. A patient is at
risk on a day if the time at risk has that many days or more, so events count before the end of the time
on the same day. The intervals hold for one day each, not for a whole curve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import exp, log, sqrt

import numpy as np

from safetybook.intervals import check_level, quantile_of_normal, wilson
from safetybook.person_time import History

NEGLIGIBLE = 1e-12
"""A variance, or a distance from 0 or 1, that only rounding can leave."""


@dataclass(frozen=True)
class Point:
    """A step of a curve: the value from this day on, until the day of the next point.

    `at_risk` patients were observed on the day, and had `events` events. The limits are None where the
    variance is 0 and so cannot tell how uncertain the value is: one patient, or patients all alike.
    """

    day: int
    at_risk: int
    events: int
    value: float
    variance: float
    low: float | None
    high: float | None


def mean_cumulative(histories: Sequence[History], level: float = 0.95) -> list[Point]:
    """The mean cumulative function: the mean number of events that a patient has had by a day.

    Every day adds its events per patient at risk. The variance is robust: it takes patients as independent,
    but not a patient's own events, and so holds if some patients have many events and most have none.
    Without censoring the value is the mean count and the variance that of a mean, with the squared
    deviations divided by the number of patients. The limits are symmetric on the logarithmic scale, so
    they stay above 0.

    That the time at risk ends must tell nothing about later events. Where patients stop because of
    events, the curve says what would be seen if they went on.

    Source: Nelson W. Confidence limits for recurrence data: applied to cost or number of product repairs.
    Technometrics 1995;37:147-157; variance of Lawless JF, Nadeau C. Some simple robust methods for the
    analysis of recurrent events. Technometrics 1995;37:158-168.

    Args:
        histories: one per patient.
        level: the confidence level of each pair of limits.

    Returns:
        A point for each day with an event, in order; none if there is no event.

    Raises:
        ValueError: if the level is not between 0 and 1.
    """
    z = _quantile(level)
    ends = np.array([history.days for history in histories])
    by_day: dict[int, Counter[int]] = {}
    for patient, history in enumerate(histories):
        for onset in history.onsets:
            by_day.setdefault(onset.day, Counter())[patient] += 1
    value, deviations = 0.0, np.zeros(len(histories))
    points = []
    for day in sorted(by_day):
        at_risk = ends >= day
        size = int(at_risk.sum())
        own = np.zeros(len(histories))
        own[list(by_day[day].keys())] = list(by_day[day].values())
        mean = float(own.sum()) / size
        value += mean
        deviations += at_risk * (own - mean) / size
        variance = float((deviations**2).sum())
        low, high = _around_count(value, variance, z)
        points.append(Point(day, size, by_day[day].total(), value, variance, low, high))
    return points


def _around_count(value: float, variance: float, z: float) -> tuple[float | None, float | None]:
    """Limits of a positive mean, symmetric on the logarithmic scale."""
    if variance < NEGLIGIBLE:
        return None, None
    factor = exp(z * sqrt(variance) / value)
    return value / factor, value * factor


class Cause(StrEnum):
    """What ended the wait for a patient's first event."""

    EVENT = "event"
    DISCONTINUED = "discontinued"
    CENSORED = "censored"


@dataclass(frozen=True)
class Ending:
    """When the wait for a patient's first event ended, and how."""

    day: int
    cause: Cause


def endings(histories: Iterable[History], discontinued: Collection[str]) -> list[Ending]:
    """How the wait for the first event ended in each history.

    A patient who has an event has it as the end, on the day of the first. Among the others, those who
    discontinued treatment have that as the end, on the last day at risk: no event on treatment can follow.
    It counts only where the patient's last cycle belongs to the history; whose time ended before, because
    of a switch or of the end of the period, is censored like those who completed.

    Args:
        histories: one per patient.
        discontinued: the patients who discontinued treatment.
    """
    found = []
    for history in histories:
        if history.first:
            found.append(Ending(history.first.day, Cause.EVENT))
        else:
            stopped = history.to_the_end and history.patient in discontinued
            found.append(Ending(history.days, Cause.DISCONTINUED if stopped else Cause.CENSORED))
    return found


def cumulative_incidence(
    given: Sequence[Ending], cause: Cause = Cause.EVENT, level: float = 0.95
) -> list[Point]:
    """The probability that by a day the wait has ended by this cause: the Aalen-Johansen estimator.

    Patients who discontinue stay in the denominator: they can no longer have a first event, while
    1 minus Kaplan-Meier would count them as if they still could. The variance is of Greenwood's type: on
    each day the endings by cause are multinomial among the patients at risk, and the variances add up from
    day to day. Without censoring it is p (1 - p) / n. The limits are symmetric on the scale of
    log(-log(1 - p)), so they stay between 0 and 1.

    Source: Aalen OO, Johansen S. An empirical transition matrix for nonhomogeneous Markov chains based on
    censored observations. Scand J Stat 1978;5:141-150; variance in Andersen PK, Borgan O, Gill RD, Keiding
    N. Statistical models based on counting processes. Springer 1993, section IV.4, recommended by
    Allignol A, Schumacher M, Beyersmann J. Biom J 2010;52:126-137.

    Args:
        given: one ending per patient.
        cause: an event, or discontinuation.
        level: the confidence level of each pair of limits.

    Returns:
        A point for each day with an ending by this cause, in order; `events` counts those.

    Raises:
        ValueError: for the incidence of being censored, which is no outcome, or if the level is not between
            0 and 1.
    """
    if cause is Cause.CENSORED:
        raise ValueError("being censored is not an outcome that has an incidence")
    z = _quantile(level)
    ended = Counter((ending.day, ending.cause) for ending in given)
    waiting, incidence = 1.0, 0.0
    # Variances of the probabilities still to wait and to have ended by the cause, and their covariance.
    of_waiting = of_incidence = together = 0.0
    at_risk = len(given)
    points = []
    for day in sorted({ending.day for ending in given}):
        events = ended[day, cause]
        all_ended = ended[day, Cause.EVENT] + ended[day, Cause.DISCONTINUED]
        by_cause, by_any = events / at_risk, all_ended / at_risk
        of_incidence += (
            2 * by_cause * together
            + by_cause**2 * of_waiting
            + waiting**2 * by_cause * (1 - by_cause) / at_risk
        )
        together = (1 - by_any) * (together + by_cause * of_waiting - waiting**2 * by_cause / at_risk)
        of_waiting = (1 - by_any) ** 2 * of_waiting + waiting**2 * by_any * (1 - by_any) / at_risk
        incidence += waiting * by_cause
        waiting *= 1 - by_any
        if events:
            low, high = _around_probability(incidence, of_incidence, z)
            points.append(Point(day, at_risk, events, incidence, of_incidence, low, high))
        at_risk -= all_ended + ended[day, Cause.CENSORED]
    return points


def _around_probability(value: float, variance: float, z: float) -> tuple[float | None, float | None]:
    """Limits of a probability, symmetric on the scale of log(-log(1 - p))."""
    if variance < NEGLIGIBLE or value > 1 - NEGLIGIBLE:
        return None, None
    spread = z * sqrt(variance) / ((1 - value) * -log(1 - value))
    return 1 - (1 - value) ** exp(-spread), 1 - (1 - value) ** exp(spread)


def _quantile(level: float) -> float:
    check_level(level)
    return quantile_of_normal((1 + level) / 2)


@dataclass(frozen=True)
class CycleShare:
    """The patients with an event among those infused in a cycle, with Wilson's limits (from 0 to 1)."""

    cycle: int
    infused: int
    affected: int
    low: float
    high: float

    @property
    def share(self) -> Fraction:
        """Patients with an event per patient infused."""
        return Fraction(self.affected, self.infused)


def by_cycle(histories: Iterable[History], level: float = 0.95) -> list[CycleShare]:
    """Who had an event in the first, second, ... cycle of those chosen, among all infused in it.

    An event counts in the cycle that it belongs to. The patients infused in a late cycle are those who
    stayed: fewer events in late cycles may mean that treatment is tolerated better, or that those who did
    not tolerate it have left.

    Args:
        histories: one per patient.
        level: the confidence level of each pair of limits.

    Returns:
        One entry for each cycle that somebody received, from 1.

    Raises:
        ValueError: if the level is not between 0 and 1.
    """
    infused, affected = Counter[int](), Counter[int]()
    for history in histories:
        infused.update(range(1, len(history.cycle_days) + 1))
        affected.update({onset.cycle for onset in history.onsets})
    return [
        CycleShare(cycle, infused[cycle], affected[cycle], *wilson(affected[cycle], infused[cycle], level))
        for cycle in sorted(infused)
    ]
