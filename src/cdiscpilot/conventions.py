"""What the report's table would print if it were counted in another way.

Each way is one that a reader could take for granted. That it changes cells shows that the comparison with
the report would have noticed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from cdiscpilot.report import lines, p_text, p_values
from cdiscpilot.study import ARMS, load
from safetybook.estimands import where
from safetybook.incidence import Level, Line, incidence
from safetybook.rounding import half_up


@dataclass(frozen=True)
class Change:
    """Of how many cells of the report's table how many would differ."""

    cells: int
    differing: int


def before_treatment() -> Change:
    """Patients and events, if events from before the treatment counted as well."""
    every = {(line.level, line.label): line for line in incidence(load(), ARMS, where(), ARMS[-1])}
    return _change(_counts(lines()), _counts(every[line.level, line.label] for line in lines()))


def added_up() -> Change:
    """Patients of all and of each class, if those of the rows below were added up."""
    by_class: list[list[Fraction]] = []
    by_term: list[list[Fraction]] = []
    for line in lines():
        patients = [tally.patients.number for tally in line.tallies]
        if line.level is Level.CLASS:
            by_class.append(patients)
            by_term.append([Fraction(0)] * len(patients))
        elif line.level is Level.TERM:
            by_term[-1] = [total + more for total, more in zip(by_term[-1], patients, strict=True)]
    every = [tally.patients.number for tally in lines()[0].tallies]
    summed = [sum(column, Fraction(0)) for column in zip(*by_class, strict=True)]
    return _change(sum(by_class, every), sum(by_term, summed))


def of_those_affected() -> Change:
    """Percentages, if they were of the patients with any event."""
    affected = [tally.patients.number for tally in lines()[0].tallies]
    tallies = [pair for line in lines() for pair in zip(line.tallies, affected, strict=True)]
    return _change(
        (tally.percent.formatted() for tally, _ in tallies),
        (half_up(100 * tally.patients.number / whole, 1) for tally, whole in tallies),
    )


def rounded_once() -> Change:
    """P-values, if they were rounded once."""
    found = [p for line in lines() for p in p_values(line) if p is not None]
    return _change(map(p_text, found), (p_text(p, twice=False) for p in found))


def _counts(table: Iterable[Line]) -> list[Fraction]:
    return [
        result.number for line in table for tally in line.tallies for result in (tally.patients, tally.events)
    ]


def _change(ours: Iterable[object], others: Iterable[object]) -> Change:
    pairs = list(zip(ours, others, strict=True))
    return Change(len(pairs), sum(one != other for one, other in pairs))


WAYS = {
    "Events from before the treatment count as well": before_treatment,
    "Patients are added up from the rows below": added_up,
    "Percentages are of the patients with any event": of_those_affected,
    "P-values are rounded once, not twice": rounded_once,
}
"""The ways in a few words, each with what it changes."""
