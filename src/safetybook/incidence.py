"""Adverse events by class and term: patients once in each row, their percentage, and every event.

This is the safety table that every study report has. Its rows are not given beforehand: they are the
classes and terms that occurred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import add
from typing import Protocol

from safetybook.estimands import Count, Estimand, Share, Unit, Where, except_where, where
from safetybook.intervals import fisher
from safetybook.invariants import no_percentage, refuse, shown
from safetybook.results import (
    Countable,
    Result,
    compute_all,
    counted,
    part_and_whole,
    percentage,
    remember,
)
from safetybook.term_counts import Path

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


def incidence(study: Countable, groups: Sequence[Group], among: Where, leading: Group) -> tuple[Line, ...]:
    """All events, then each class with its terms, of the events `among` those in `adae`.

    Classes stand in the order of the alphabet. The terms of a class stand by the number of patients in the
    `leading` group, the most first; those with equally many in the order of the alphabet. What is not coded
    comes last. A study without events has the first row only.

    Raises:
        InvariantError: if the counts cannot be true at once.
    """
    counts = study.nested("adae", (CLASS, TERM), among, [group.where for group in (*groups, leading)])
    at_risk = [int(result.number) for result in compute_all(study, [group.at_risk for group in groups])]
    found: dict[Estimand, Result] = {}
    lines = {}
    patients, events = (dict(zip(counts.paths, own.tolist(), strict=True)) for own in counts[1:])
    for row in _rows({path: own[-1] for path, own in patients.items()}, among):
        numbers = zip(groups, patients[row.path], events[row.path], at_risk, strict=False)
        results = [dict(_results(row, *own)) for own in numbers]
        found |= {estimand: result for own in results for estimand, result in own.items()}
        lines[row.path] = Line(
            row.level, row.label, row.where, tuple(Tally(*own.values()) for own in results)
        )
    refuse([*study.impossible, *_impossible(lines)])
    remember(study, found)
    return tuple(lines.values())


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
class _Row:
    """A row before it is counted: its path, its name for readers and for results, and its events."""

    path: Path
    label: str
    id: str
    where: Where

    @property
    def level(self) -> Level:
        """What the row is about."""
        return tuple(Level)[len(self.path)]


def _rows(leading: Mapping[Path, int], among: Where) -> Iterator[_Row]:
    """All rows of the table, in its order; `leading` are the leading group's patients by path."""
    below: dict[Path, list[Path]] = {path: [] for path in leading}
    for path in leading:
        if path:
            below[path[:-1]].append(path)

    def alphabet(path: Path) -> tuple[bool, str]:
        return path[-1] is None, str(path[-1])

    def led(path: Path) -> tuple[bool, int, str]:
        return path[-1] is None, -leading[path], str(path[-1])

    whole = _Row((), ANY, "any", among)
    yield whole
    for of_class in _split(whole, CLASS, sorted(below[()], key=alphabet)):
        yield of_class
        yield from _split(of_class, TERM, sorted(below[of_class.path], key=led))


def _split(whole: _Row, variable: str, paths: Sequence[Path]) -> Iterator[_Row]:
    """A row for each value of a variable, and one for where it is missing."""
    coded = frozenset(path[-1] for path in paths if path[-1] is not None)
    for path in paths:
        name = path[-1]
        if name is None:
            rest = except_where(**{variable: coded})
            yield _Row(path, NOT_CODED, f"{whole.id}.not_coded", whole.where & rest)
        else:
            key = "".join(c if c.isalnum() else "_" for c in str(name).lower())
            yield _Row(path, str(name), f"{whole.id}.{key}", whole.where & where(**{variable: name}))


def _results(
    row: _Row, group: Group, patients: int, events: int, at_risk: int
) -> Iterator[tuple[Estimand, Result]]:
    """What a row shows of a group: patients, their percentage of those at risk, events."""
    name, label, own = f"{row.id}.{group.id}", f"{row.label}, {group.label}", row.where & group.where
    count = Count(f"{name}.patients", label, "adae", own, Unit.PATIENTS)
    yield count, counted(count, patients)
    share = Share(f"{name}.percent", label, count, group.at_risk)
    yield share, percentage(share, patients, at_risk)
    count = Count(f"{name}.events", label, "adae", own, Unit.ROWS)
    yield count, counted(count, events)


def _impossible(lines: Mapping[Path, Line]) -> Iterator[str]:
    """What cannot be true of the numbers of a row and of the row that it divides, in words."""
    events = {path: [int(tally.events.number) for tally in line.tallies] for path, line in lines.items()}
    patients = {path: [int(tally.patients.number) for tally in line.tallies] for path, line in lines.items()}
    parts: dict[Path, list[int]] = {}
    for path, line in lines.items():
        above = path[:-1]
        for place, tally in enumerate(line.tallies):
            if patients[path][place] > events[path][place]:
                yield f"{shown(tally.patients)} exceeds {shown(tally.events)}"
            if patients[path][place] > patients[above][place]:
                yield f"{shown(tally.patients)} exceeds {shown(lines[above].tallies[place].patients)}"
            yield from no_percentage(tally.percent)
        if path:
            parts[above] = list(map(add, parts.get(above, [0] * len(line.tallies)), events[path]))
    for path, numbers in parts.items():
        for tally, number in zip(lines[path].tallies, numbers, strict=True):
            if tally.events.number != number:
                yield f"{shown(tally.events)}, but its rows add up to {number}"
