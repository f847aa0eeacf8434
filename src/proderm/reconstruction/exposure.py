"""Stage *exposure*: how many infusion cycles each patient had, and over how many days each was given."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pandas as pd
from ortools.sat.python import cp_model

from proderm.reconstruction import design
from proderm.reconstruction.design import IVIG, PLACEBO, Patient
from proderm.reconstruction.published import Published
from proderm.reconstruction.table_5 import tee_patients
from safetybook.estimands import Unit, where
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows
from safetybook.reconstruct.stage import Stage

# Over the cycles of a patient the duration stays, or is lengthened once: "patients having their infusion
# cycles lengthened due to such side effects". Pairs (days before, days after the change).
COURSES = ((2, 2), (2, 3), (2, 4), (3, 3), (3, 4), (4, 4), (3, 5), (2, 5))


def patterns(patient: Patient, published: Published) -> Iterator[list[tuple[int, int]]]:
    """The courses of IVIg exposure that a patient could have had: lists of (cycle, days)."""
    seen = set()
    for last in _last_cycles(patient):
        cycles = [*patient.first_period_ivig, *range(design.LAST_FIRST_PERIOD_CYCLE + 1, last + 1)]
        for before, after in COURSES:
            for change in range(1, len(cycles)) if before != after else [len(cycles)]:
                course = tuple(
                    (cycle, before if position < change else after) for position, cycle in enumerate(cycles)
                )
                fitted = _with_event_cycle(patient.key, course, published)
                if fitted is not None and fitted not in seen:
                    seen.add(fitted)
                    yield list(fitted)


def _last_cycles(patient: Patient) -> list[int]:
    if not patient.enters_extension:
        return [patient.last_first_period_cycle]
    if patient.completes_extension:
        return [design.CYCLES]
    if patient.key in design.EVENT_CYCLE:
        return [design.EVENT_CYCLE[patient.key]]
    return list(range(design.LAST_FIRST_PERIOD_CYCLE + 1, design.CYCLES))


def _with_event_cycle(
    key: str, course: tuple[tuple[int, int], ...], published: Published
) -> tuple[tuple[int, int], ...] | None:
    """Fit a course to Table 5's number of infusion episodes in the cycle before the event."""
    tabulated = tee_patients(published).get(key)
    days = tabulated.episodes if tabulated else design.CHOSEN_DAYS.get(key)
    if days is None:
        return course
    event = design.EVENT_CYCLE[key]
    if days == design.BROKEN_OFF:  # the rest of the course is free
        return tuple((cycle, 1 if cycle == event else d) for cycle, d in course)
    return course if dict(course)[event] == days else None


def possible_cycles(stage: Stage, patients: list[Patient], published: Published, seed: int) -> PossibleRows:
    """Possible rows of the frame `cycles`; all rows of one course share its literal."""
    rng = random.Random(f"{seed}/exposure")
    lines: list[dict[str, object]] = []
    counts: list[cp_model.IntVar | int] = []
    for patient in patients:
        for cycle in patient.placebo_cycles:
            days = 2 if rng.random() < 0.9 else 3
            lines.append(_line(patient, cycle, PLACEBO, days))
            counts.append(1)
        literals = []
        for course in patterns(patient, published):
            literal = stage.model.new_bool_var("")
            literals.append(literal)
            stage.penalise(literal, _cost(course, rng))
            for cycle, days in course:
                lines.append(_line(patient, cycle, IVIG, days))
                counts.append(literal)
        stage.model.add_exactly_one(literals)
    return stage.tied("cycles", pd.DataFrame(lines), counts)


def _cost(course: list[tuple[int, int]], rng: random.Random) -> int:
    """Plausibility: drawn at random, two-day courses cheapest, each further day rarer."""
    days = [d for _, d in course]
    return rng.randrange(1000) + 200 * (max(days) - 2) + 50 * (max(days) - min(days))


def _line(patient: Patient, cycle: int, treatment: str, days: int) -> dict[str, object]:
    period = 1 if cycle <= design.LAST_FIRST_PERIOD_CYCLE else 2
    reduced = cycle >= design.REDUCED_FROM.get(patient.key, design.CYCLES + 1)
    return {
        "USUBJID": patient.key,
        "TRT01P": patient.arm,
        "TRTA": treatment,
        "APERIOD": period,
        "CYCLE": cycle,
        "CYCDAYS": days,
        "DOSEPGKG": None if treatment == PLACEBO else 1.0 if reduced else 2.0,
    }


MEAN_DURATION = Constraint(
    "results.cycle_duration.as_mean", "The median duration of infusion cycles was 2.4 days (read as a mean)"
)


def build(stage: Stage, patients: list[Patient], published: Published, seed: int) -> PossibleRows:
    """Possible cycles, the claims on them, and the one statement read differently from its words."""
    rows = possible_cycles(stage, patients, published, seed)
    stage.tied("adex", rows.frame, rows.counts)
    published.impose(stage)
    _long_courses(stage, rows, published)
    ivig = [i for i, treatment in enumerate(rows.frame["TRTA"]) if treatment == IVIG]
    lengths = list(rows.frame["CYCDAYS"])
    days = [lengths[i] for i in ivig]
    total = cp_model.LinearExpr.weighted_sum([rows.counts[i] for i in ivig], days)
    n = cp_model.LinearExpr.sum([rows.counts[i] for i in ivig])
    stage.require(MEAN_DURATION, 20 * total >= 47 * n, 20 * total <= 49 * n - 1)
    return rows


LONG = Constraint(
    "results.cycles_over_2_days.denominator",
    "compared with 27 patients (71.1%) who received infusions over > 2 days (27 are 71.1 % only of 38)",
)


def _long_courses(stage: Stage, rows: PossibleRows, published: Published) -> None:
    """How many patients had a cycle of more than two days: printed only as the base of a percentage."""
    related = published.integer("related_cycle_days_over_2.ivig_all.patients")
    everyone = published.integer("at_risk.ivig_all")
    base = published.denominator("related_cycle_days_over_2.ivig_all.percent", related, everyone)
    long = rows.selected(where(TRTA=IVIG, CYCDAYS=(3, 4, 5)))
    stage.require(LONG, stage.tally(rows, long, Unit.PATIENTS) == base)
