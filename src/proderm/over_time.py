"""Adverse events over the time under a treatment: curves and shares, here and in the ensemble.

The article prints no time of this kind. It fixes how many events and patients there are in all.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from proderm.columns import IVIG_ALL, IVIG_P1, PERIOD_COLUMNS, PLACEBO_P1
from proderm.estimands.adverse_events import RELATED, TEAE
from proderm.estimands.families import TREATMENT_EMERGENT, Category
from proderm.estimands.thromboembolic import LAST_CYCLE_DAYS
from safetybook.curves import Curve, Others, read, read_shares, stairs
from safetybook.estimands import Column
from safetybook.person_time import History, histories
from safetybook.recurrent import (
    Cause,
    Ending,
    Point,
    by_cycle,
    cumulative_incidence,
    endings,
    mean_cumulative,
)
from safetybook.remembered import once_per_study
from safetybook.study import Study

WEEKS = {IVIG_P1: (0, 4, 8, 12, 16), PLACEBO_P1: (0, 4, 8, 12, 16), IVIG_ALL: (0, 8, 16, 24, 32, 40)}
"""Weeks at whose end the curves of a column are read off: of four, no infusion falls between them."""

FIRST_WEEKS = (0, 1, 4, 8, 12, 16)
"""The same for the first event, which often comes in the first week."""

CATEGORIES = (TEAE, RELATED)

MEAN, FIRST, SHARE = "mean TEAEs per 1000", "first TEAE per 1000", "TEAE by cycle per 1000"
"""What the ensemble's table calls the values, in whole thousandths."""

Key = tuple[str, str]


@once_per_study
def history(study: Study, category: Category, column: Column) -> tuple[History, ...]:
    """The time of each patient in a column, with the events of the category."""
    chosen = study.rows("adae", TREATMENT_EMERGENT & category.where & column.where)
    return tuple(histories(study.frame("cycles"), chosen, column.where, LAST_CYCLE_DAYS))


def first_events(study: Study, category: Category, column: Column) -> list[Ending]:
    """How the wait for the first event ended in each patient; whoever left the trial had discontinued."""
    patients = study.frame("adsl")
    left = set(patients.loc[patients["EOSSTT"] == "DISCONTINUED", "USUBJID"])
    return endings(history(study, category, column), left)


def values(study: Study) -> dict[Key, int]:
    """What the ensemble's table keeps of one data set: every value that the figures read off."""
    found: dict[Key, int] = {}
    for category in CATEGORIES:
        for column, weeks in WEEKS.items():
            points = mean_cumulative(history(study, category, column))
            found |= _thousandths(MEAN, category, column, points, weeks)
        for column in PERIOD_COLUMNS:
            points = cumulative_incidence(first_events(study, category, column))
            found |= _thousandths(FIRST, category, column, points, FIRST_WEEKS)
        for share in by_cycle(history(study, category, IVIG_ALL)):
            found[_name(SHARE, category, IVIG_ALL), str(share.cycle)] = round(1000 * share.share)
    return found


def _thousandths(
    what: str, category: Category, column: Column, points: Sequence[Point], weeks: Sequence[int]
) -> dict[Key, int]:
    readings = read(points, (), weeks, {})
    return {
        (_name(what, category, column), str(reading.at)): round(1000 * reading.value)
        for reading in readings
        if reading.at
    }


def _name(what: str, category: Category, column: Column) -> str:
    return f"{what}: {category.id}, {column.id}"


def _others(stored: pd.DataFrame, what: str, category: Category, column: Column) -> Others:
    """The members' values by place; `stored` is the ensemble's table."""
    rows = stored.loc[_name(what, category, column)]
    return {
        int(at): [number / 1000 for number in row]
        for at, row in zip(rows.index, rows.to_numpy(), strict=True)
    }


def treatment(column: Column) -> str:
    """What the patients of a column received."""
    return "Placebo" if column is PLACEBO_P1 else "IVIg"


def mean_curve(study: Study, stored: pd.DataFrame, category: Category, column: Column) -> Curve:
    """The mean cumulative function of a column."""
    own = history(study, category, column)
    points, weeks = mean_cumulative(own), WEEKS[column]
    others = _others(stored, MEAN, category, column)
    readings = read(points, [each.days for each in own], weeks, others)
    label = treatment(column)
    return Curve(label, label, tuple(readings), tuple(stairs(points, weeks[-1])))


def first_curve(study: Study, stored: pd.DataFrame, category: Category, column: Column) -> Curve:
    """The cumulative incidence of the first event, with discontinuation competing."""
    ended = first_events(study, category, column)
    points = cumulative_incidence(ended)
    others = _others(stored, FIRST, category, column)
    readings = read(points, [ending.day for ending in ended], FIRST_WEEKS, others)
    label = treatment(column)
    return Curve(label, label, tuple(readings), tuple(stairs(points, FIRST_WEEKS[-1])))


def cycle_curve(study: Study, stored: pd.DataFrame, category: Category, label: str) -> Curve:
    """The share of patients with an event in the first, second, ... cycle on IVIg."""
    shares = by_cycle(history(study, category, IVIG_ALL))
    readings = read_shares(shares, _others(stored, SHARE, category, IVIG_ALL))
    return Curve(label, "IVIg", tuple(readings), hollow=category != TEAE)


def stopped_waiting(study: Study, category: Category, column: Column) -> int:
    """How many left the trial before a first event."""
    return sum(ending.cause is Cause.DISCONTINUED for ending in first_events(study, category, column))
