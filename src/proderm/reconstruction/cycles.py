"""Stage *cycles*: which infusion cycle each event followed, and who was premedicated from which cycle."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pandas as pd
from ortools.sat.python import cp_model

from proderm.reconstruction import attribution, design, timing
from proderm.reconstruction.design import IVIG, PLACEBO
from proderm.reconstruction.named import NamedEvent, named_events
from proderm.reconstruction.published import Published
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows, groups, records
from safetybook.reconstruct.stage import Stage

TWO_VISITS = Constraint(
    "methods.premedication.two_visits",
    "Premedication to alleviate side effects could only be administered for patients who experienced "
    "infusion-related adverse events (AEs) at two previous consecutive visits",
)


def possible_cycles(events: pd.DataFrame, cycles: pd.DataFrame, published: Published) -> pd.DataFrame:
    """Every event with every cycle of its segment that the article's sentences allow."""
    keys = ["USUBJID", "TRTA", "APERIOD"]
    columns = [*keys, "CYCLE", "CYCDAYS", "DOSEPGKG"]
    frame = events.merge(cycles[columns], on=keys).sort_values(["SEQ", "CYCLE"], kind="stable")
    named = named_events(published)
    last = attribution.last_cycles(cycles)
    keep = [
        _allowed(row, named, last[row.USUBJID])
        and not (timing.in_table_3(row, row.AEGRPTRM) and _too_long(row, published))
        for row in records(frame)
    ]
    return frame[keep].reset_index(drop=True)


def _allowed(row: Any, named: Sequence[NamedEvent], last: int) -> bool:
    """Whether an event can have followed a cycle; see :mod:`proderm.reconstruction.attribution`."""
    if row.EVENT >= 0:
        fixed = attribution.fixed_cycle(named[row.EVENT], last)
        if fixed is not None:
            return bool(fixed == row.CYCLE)
    related = row.TRTA == IVIG and row.AEREL in attribution.RELATED_VALUES
    return not related or attribution.open_to_related(row.USUBJID, row.CYCLE)


def _too_long(row: Any, published: Published) -> bool:
    return bool(timing.longest_cycle(row.AEGRPTRM, row.AESEV, row.TRTA, published) < row.CYCDAYS)


def build(
    stage: Stage,
    events: pd.DataFrame,
    cycles: pd.DataFrame,
    subjects: pd.DataFrame,
    published: Published,
    seed: int,
) -> tuple[PossibleRows, dict[tuple[str, int], cp_model.IntVar]]:
    """Possible cycles of the events, the claims by duration and dose, and the two-visits rule.

    Returns:
        The possible rows, and for (patient, cycle) the literal "premedicated from this cycle on".
    """
    frame = possible_cycles(events, cycles, published).merge(subjects, on="USUBJID")
    rows = stage.choose("adae", frame, one_per="SEQ")
    with_subjects = design.with_subjects(cycles, subjects)
    stage.know("cycles", with_subjects)
    stage.know("adex", with_subjects)
    published.impose(stage)
    for _, positions in groups(frame, ["USUBJID", "CYCLE", "AEGRPTRM"]):
        # Plausibility: a symptom once per cycle.
        stage.model.add_at_most_one(rows.counts[i] for i in positions)
    rng = random.Random(f"{seed}/cycles")
    # Events of Table 3 rather follow two-day cycles: its short latencies begin when the cycle has ended.
    long = [40 if timing.in_table_3(row, row.AEGRPTRM) and row.CYCDAYS > 2 else 0 for row in records(frame)]
    stage.prefer(rows, [extra + rng.randrange(10) for extra in long])
    return rows, _premedication(stage, rows, subjects, published)


def _premedication(
    stage: Stage, rows: PossibleRows, subjects: pd.DataFrame, published: Published
) -> dict[tuple[str, int], cp_model.IntVar]:
    """Who was premedicated, and from which cycle: after two consecutive cycles with infusional events.

    Ten patients of the IVIg arm and four of the placebo arm in the first period under the randomised
    treatment; twelve patients for an IVIg infusion at any time, so two more in the extension.
    """
    infusional = rows.frame[rows.frame["INFUSFL"] == "Y"]
    after: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for position, row in zip(infusional.index, records(infusional), strict=True):
        after[row.USUBJID, row.CYCLE].append(position)
    arms = dict(zip(subjects["USUBJID"], subjects["TRT01P"], strict=True))
    treatment = {(row.USUBJID, row.CYCLE): row.TRTA for row in records(rows.frame)}
    given: dict[tuple[str, int], cp_model.IntVar] = {}
    for patient, arm in arms.items():
        for cycle in range(3, design.CYCLES + 1):
            previous = [(patient, cycle - 2), (patient, cycle - 1)]
            # The premedicated infusion is of the same treatment as the two before it: who switches after
            # two cycles of placebo is premedicated for IVIg, and counts there.
            wanted = arm if cycle <= design.LAST_FIRST_PERIOD_CYCLE else IVIG
            same = all(treatment.get(key) == wanted for key in (*previous, (patient, cycle)))
            if not same or not all(after[key] for key in previous):
                continue
            literal = stage.model.new_bool_var("")
            for key in previous:
                stage.model.add_implication(literal, stage.occurs(rows, after[key]))
            given[patient, cycle] = literal
    for patient in arms:
        stage.model.add_at_most_one(v for (who, _), v in given.items() if who == patient)

    def number(arm: str, first_period: bool) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.sum(
            [
                literal
                for (patient, cycle), literal in given.items()
                if arms[patient] == arm and (cycle <= design.LAST_FIRST_PERIOD_CYCLE) == first_period
            ]
        )

    ivig_arm = published.integer("premedication.ivig_arm.patients")
    stage.require(TWO_VISITS, number(IVIG, True) == ivig_arm)
    stage.require(
        TWO_VISITS, number(PLACEBO, True) == published.integer("premedication.placebo_arm.patients")
    )
    later = published.integer("premedication.ivig_all.patients") - ivig_arm
    stage.require(TWO_VISITS, number(IVIG, False) + number(PLACEBO, False) == later)
    return given
