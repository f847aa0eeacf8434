"""Adverse events by class and term: patients once in each row, their percentage, and every event.

This is the safety table that every study report has. Its rows are not given beforehand: they are the
classes and terms that occurred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import pandas as pd

from safetybook.estimands import Count, Estimand, Share, Unit, Where, except_where, where
from safetybook.intervals import fisher
from safetybook.invariants import check
from safetybook.results import Result, compute, part_and_whole
from safetybook.study import Study

CLASS, TERM = "AEBODSYS", "AEDECOD"
"""The variables of a system organ class and a preferred term (MedDRA) in ADaM."""

ANY = "Any event"
NOT_CODED = "Not coded"
"""The row of events whose class or term is missing, so that every event has one."""


class Level(StrEnum):
    """What a row is about: all events, a class, or a term of the class above it."""

    ANY = "any"
    CLASS = "class"
    TERM = "term"


class Group(Protocol):
    """A column of the table; :class:`safetybook.estimands.Column` is one."""

    @property
    def id(self) -> str:
        """A name for the results."""

    @property
    def label(self) -> str:
        """A name for readers."""

    @property
    def where(self) -> Where:
        """The events of the group."""

    @property
    def at_risk(self) -> Count:
        """Its patients."""


@dataclass(frozen=True)
class Tally:
    """What a row shows of one group: patients with an event, their percentage of those at risk, events."""

    patients: Result
    percent: Result
    events: Result


@dataclass(frozen=True)
class Line:
    """A row: what it is about, its name in the data, the events it counts, and a tally of each group."""

    level: Level
    label: str
    where: Where
    tallies: tuple[Tally, ...]


def incidence(study: Study, groups: Sequence[Group], among: Where, leading: Group) -> tuple[Line, ...]:
    """All events, then each class with its terms, of the events `among` those in `adae`.

    Classes stand in the order of the alphabet. The terms of a class stand by the number of patients in the
    `leading` group, the most first; those with equally many in the order of the alphabet. What is not coded
    comes last. A study without events has the first row only.

    Raises:
        InvariantError: if the counts cannot be true at once.
    """
    adae = study.frame("adae")
    events = adae[among.mask(adae)]
    whole = _Asked(Level.ANY, ANY, "any", among)
    check(study, _estimands(whole, groups))
    lines = [_line(study, groups, whole)]
    for of_class in _split(events, CLASS, whole, Level.CLASS):
        rows = events[of_class.where.mask(events)]
        terms = list(_split(rows, TERM, of_class, Level.TERM))
        check(study, (one for asked in (whole, of_class, *terms) for one in _estimands(asked, groups)))
        lead = {term: compute(study, _patients(term, leading)).number for term in terms}
        # Sorting keeps the order of the alphabet among equals.
        terms.sort(key=lambda term: (term.label == NOT_CODED, -lead[term]))
        lines += [_line(study, groups, asked) for asked in (of_class, *terms)]
    return tuple(lines)


def p_value(tally: Tally, reference: Tally) -> float | None:
    """The two-sided p-value of Fisher's exact test that a group has the event as often as the reference.

    None where there is nothing to compare: one group has nobody at risk, or no patient of either has the
    event.
    """
    if tally.percent.value is None or reference.percent.value is None:
        return None
    one, other = part_and_whole(tally.percent), part_and_whole(reference.percent)
    return fisher(*one, *other) if one[0] + other[0] else None


@dataclass(frozen=True)
class _Asked:
    """A row before it is counted."""

    level: Level
    label: str
    id: str
    where: Where


def _split(events: pd.DataFrame, variable: str, whole: _Asked, level: Level) -> Iterator[_Asked]:
    """A row for each value of a variable, in the order of the alphabet, and one for where it is missing."""
    names = sorted(str(name) for name in events[variable].dropna().unique())
    for name in names:
        key = "".join(c if c.isalnum() else "_" for c in name.lower())
        yield _Asked(level, name, f"{whole.id}.{key}", whole.where & where(**{variable: name}))
    if events[variable].isna().any():
        coded = except_where(**{variable: names})
        yield _Asked(level, NOT_CODED, f"{whole.id}.not_coded", whole.where & coded)


def _patients(asked: _Asked, group: Group) -> Count:
    return _count(asked, group, Unit.PATIENTS)


def _count(asked: _Asked, group: Group, unit: Unit) -> Count:
    noun = "patients" if unit is Unit.PATIENTS else "events"
    name, label = f"{asked.id}.{group.id}.{noun}", f"{asked.label}, {group.label}"
    return Count(name, label, "adae", asked.where & group.where, unit)


def _estimands(asked: _Asked, groups: Iterable[Group]) -> Iterator[Estimand]:
    for group in groups:
        patients = _patients(asked, group)
        yield patients
        yield Share(f"{asked.id}.{group.id}.percent", patients.label, patients, group.at_risk)
        yield _count(asked, group, Unit.ROWS)


def _line(study: Study, groups: Sequence[Group], asked: _Asked) -> Line:
    found = [compute(study, estimand) for estimand in _estimands(asked, groups)]
    tallies = tuple(Tally(*found[at : at + 3]) for at in range(0, len(found), 3))
    return Line(asked.level, asked.label, asked.where, tallies)
