"""Stage *counts*: how many events of which kind each patient had, in each treatment period."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from ortools.sat.python import cp_model

from proderm.reconstruction import attribution, design, named
from proderm.reconstruction.assumptions import USUAL, Assumptions
from proderm.reconstruction.attribution import RELATED, RELATED_VALUES
from proderm.reconstruction.burden import (
    LEEWAY,
    MOST_EVENTS,
    MOST_EVENTS_ON_IVIG,
    SEGMENT,
    Segment,
    segments,
)
from proderm.reconstruction.design import IVIG, PLACEBO
from proderm.reconstruction.published import Published
from safetybook.estimands import Scalar, Unit, where
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows, groups, records
from safetybook.reconstruct.stage import Stage


def cells(possible: Iterable[Segment]) -> pd.DataFrame:
    """The kinds of events that could occur in each segment, beside the named ones.

    Severe related events, serious ones, withdrawals and thromboembolic events are all named, so no
    other event is of these kinds.
    """
    lines = []
    for segment in possible:
        for causality in ("PROBABLE", "NOT RELATED"):
            severities = ["MILD", "MODERATE"]
            if causality == "NOT RELATED" and segment.treatment == IVIG:
                severities.append("SEVERE")
            lines += [(*segment, causality, severity, flag) for severity in severities for flag in ("Y", "N")]
    frame = pd.DataFrame(lines, columns=[*SEGMENT, "AEREL", "AESEV", "INFUSFL"])
    return frame.assign(
        TRTEMFL="Y", AESER="N", AESDTH="N", AEACN=named.UNCHANGED, CQ01NAM=None, CQ02NAM=None, EVENT=-1
    )


def build(
    stage: Stage,
    burden: pd.DataFrame,
    cycles: pd.DataFrame,
    subjects: pd.DataFrame,
    published: Published,
    seed: int,
    assumed: Assumptions = USUAL,
) -> PossibleRows:
    """How often each kind of event occurs in each segment, about as many in all as the burden has."""
    totals = Counter(Segment(*row) for row in burden[SEGMENT].itertuples(index=False))
    limits = {segment: (max(n - LEEWAY, 1), n + LEEWAY) for segment, n in totals.items()}
    known = named.alternatives(published)
    rows = _kinds(stage, limits, known, cycles, subjects, published)
    scatter(stage, rows, seed, assumed)
    return rows


def build_freely(
    stage: Stage, cycles: pd.DataFrame, subjects: pd.DataFrame, published: Published
) -> PossibleRows:
    """The same without a burden to follow, and with all open that the article does not print of named events.

    For data at the edge of what the claims allow, not for plausible ones. No patient has more events than
    the burden would let the most burdened have.
    """
    limits = dict.fromkeys(segments(cycles), (0, MOST_EVENTS))
    rows = _kinds(stage, limits, named.alternatives(published, freely=True), cycles, subjects, published)
    for (_, treatment), positions in groups(rows.frame, ["USUBJID", "TRTA"]):
        if treatment == IVIG:
            on_ivig = cp_model.LinearExpr.sum([rows.counts[i] for i in positions])
            stage.model.add(on_ivig <= MOST_EVENTS_ON_IVIG)
    _room_in_cycles(stage, rows, cycles, published)
    return rows


def _kinds(
    stage: Stage,
    limits: Mapping[Segment, tuple[int, int]],
    known: pd.DataFrame,
    cycles: pd.DataFrame,
    subjects: pd.DataFrame,
    published: Published,
) -> PossibleRows:
    """The named events and the other kinds, each segment's total within its limits, with all claims."""
    frame = pd.concat([known.drop(columns="AEDECOD"), cells(limits)], ignore_index=True)
    frame = frame.merge(subjects, on="USUBJID")
    most = [
        1 if row.EVENT >= 0 else min(limits[Segment(row.USUBJID, row.TRTA, row.APERIOD)][1], 9)
        for row in records(frame)
    ]
    rows = stage.count("adae", frame, most)
    stage.know("adex", design.with_subjects(cycles, subjects))
    for event, positions in groups(frame, "EVENT"):
        if event >= 0:
            stage.model.add(cp_model.LinearExpr.sum([rows.counts[i] for i in positions]) == 1)
    for segment, positions in groups(frame, SEGMENT):
        total = cp_model.LinearExpr.sum([rows.counts[i] for i in positions])
        stage.model.add_linear_constraint(total, *limits[Segment(*segment)])
    published.impose(stage)
    _stories(stage, rows)
    _room_for_terms(stage, rows, published)
    _room_for_premedication(stage, rows, cycles)
    _cycles_of_related_events(stage, rows, cycles, published)
    return rows


def scatter(stage: Stage, rows: PossibleRows, seed: int, assumed: Assumptions = USUAL) -> None:
    """Plausibility: a random taste of each segment for each kind, so that the search does not pile them.

    And of each patient for related events, in all periods, as strong as assumed.
    """
    rng = random.Random(f"{seed}/scatter")
    costs = [rng.randrange(1, 10) for _ in range(len(rows.frame))]
    own = {patient: rng.randint(0, assumed.susceptible) for patient in dict.fromkeys(rows.subjects)}
    for position in rows.selected(RELATED):
        costs[position] += own[rows.subjects[position]]
    stage.prefer(rows, costs)


def _events(rows: PossibleRows, **conditions: Scalar | Iterable[Scalar]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.sum([rows.counts[i] for i in rows.selected(where(**conditions))])


def _stories(stage: Stage, rows: PossibleRows) -> None:
    """The eight dose-reduced patients (section *Effect of dose reduction*), one sentence after the other."""

    def related(patient: str, **more: Scalar | Iterable[Scalar]) -> cp_model.LinearExpr:
        return _events(rows, USUBJID=patient, AEREL=RELATED_VALUES, **more)

    def sentence(number: int, quote: str) -> Constraint:
        return Constraint(f"results.dose_reduction.story_{number}", quote)

    two = sentence(1, "Two of these patients never experienced any related TEAEs under IVIg treatment.")
    stage.require(two, related("DR1", TRTA=IVIG) == 0, related("DR2", TRTA=IVIG) == 0)
    four = sentence(
        2,
        "Four patients experienced mild related and expected TEAEs under 2 g/kg dosing but none when "
        "treated with reduced dose.",
    )
    for patient in ("DR3", "DR4", "DR5", "DR6"):
        stage.require(four, related(patient, TRTA=IVIG) >= 1)
        stage.require(four, related(patient, TRTA=IVIG, AESEV=("MODERATE", "SEVERE")) == 0)
    one = sentence(
        3,
        "One patient experienced several related TEAEs of different severity under placebo, as well as "
        "severe headache occurring twice under 2 g/kg IVIg dosing, but only one possibly related TEAE",
    )
    stage.require(one, related("DR7", TRTA=PLACEBO) >= 3, related("DR7", TRTA=IVIG) == 3)
    for severity in ("MILD", "MODERATE"):
        stage.require(one, related("DR7", TRTA=PLACEBO, AESEV=severity) >= 1)
    another = sentence(
        4,
        "Another patient experienced several mild and moderate expected TEAEs under 2 g/kg IVIg but only "
        "once a mild headache during the reduced IVIg period.",
    )
    stage.require(another, related("DR8", TRTA=IVIG, AESEV="MILD") >= 3)
    stage.require(another, related("DR8", TRTA=IVIG, AESEV="MODERATE") >= 1)


def _room_for_terms(stage: Stage, rows: PossibleRows, published: Published) -> None:
    """Table 3 counts terms, which the next stage chooses: leave enough related infusional events for them.

    On IVIg its latencies end at 4.0 days, within 72 hours of the cycle's end; on placebo one mild
    headache at 14.0 days lies beyond.
    """
    room = Constraint("table_3.room", "Table 3, N of latency, summed over its terms")
    for treatment, severity, printed in _events_of_table_3(published):
        needed = sum(printed)
        late = int((treatment, severity) == (PLACEBO, "MILD"))
        here = where(TRTA=treatment, APERIOD=1, AESEV=severity) & RELATED
        infusional = rows.selected(here & where(INFUSFL="Y"))
        stage.require(room, stage.tally(rows, infusional, Unit.ROWS) >= needed - late)
        stage.require(room, stage.tally(rows, rows.selected(here), Unit.ROWS) >= needed)


def _room_in_cycles(stage: Stage, rows: PossibleRows, cycles: pd.DataFrame, published: Published) -> None:
    """Table 3's events of one term need as many cycles: a patient has a symptom at most once in each.

    Where events may pile up in few patients, enough patients must still have some.
    """
    lengths = {segment: len(days) for segment, days in segments(cycles).items()}
    for treatment, severity, printed in _events_of_table_3(published):
        kind = where(TRTA=treatment, APERIOD=1, AESEV=severity, INFUSFL="Y") & RELATED
        own: dict[str, list[cp_model.LinearExpr | cp_model.IntVar | int]] = {}
        for i in rows.selected(kind):
            own.setdefault(rows.subjects[i], []).append(rows.counts[i])
        for needed, terms in ((max(printed), 1), (sum(printed), len(printed))):
            placed = []
            for patient, numbers in own.items():
                most = terms * lengths[Segment(patient, treatment, 1)]
                fitting = stage.model.new_int_var(0, most, "")
                stage.model.add(fitting <= cp_model.LinearExpr.sum(numbers))
                placed.append(fitting)
            # One event on placebo may have begun later than an infusional one can.
            stage.model.add(cp_model.LinearExpr.sum(placed) >= needed - int(treatment == PLACEBO))


def _events_of_table_3(published: Published) -> Iterator[tuple[str, str, list[int]]]:
    """By treatment and intensity, how many events of each of its terms Table 3 has."""
    for column, treatment in (("ivig_p1", IVIG), ("placebo_p1", PLACEBO)):
        for severity in ("mild", "moderate"):
            yield (
                treatment,
                severity.upper(),
                [
                    published.integer(f"latency.{term}_{severity}.{column}.n", missing=0)
                    for term in ("headache", "nausea", "vomiting", "fever")
                ],
            )


def _room_for_premedication(stage: Stage, rows: PossibleRows, cycles: pd.DataFrame) -> None:
    """Premedication needs infusional events at two previous consecutive visits: leave patients with two."""
    rule = Constraint(
        "methods.premedication",
        "Premedication ... could only be administered for patients who experienced infusion-related adverse "
        "events (AEs) at two previous consecutive visits",
    )
    lengths = {segment: len(days) for segment, days in segments(cycles).items()}
    for treatment, margin in ((IVIG, 13), (PLACEBO, 6)):
        able = []
        for segment, n in lengths.items():
            if segment.treatment == treatment and segment.period == 1 and n >= 3:
                own = where(USUBJID=segment.patient, TRTA=treatment, APERIOD=1, TRT01P=treatment)
                chosen = rows.selected(own & where(INFUSFL="Y"))
                if chosen:
                    twice = stage.model.new_bool_var("")
                    stage.model.add(sum(rows.counts[i] for i in chosen) >= 2).only_enforce_if(twice)
                    able.append(twice)
        stage.require(rule, cp_model.LinearExpr.sum(able) >= margin)


def _cycles_of_related_events(
    stage: Stage, rows: PossibleRows, cycles: pd.DataFrame, published: Published
) -> None:
    """42 patients with a related event after a cycle of up to two days, 27 after a longer one.

    The cycles of the events are chosen later; here each segment with related events says whether it
    will have one after a short cycle, after a long one, or both, as far as its cycles and its named
    events allow.
    """
    last = attribution.last_cycles(cycles)
    per_patient: tuple[dict[str, list[cp_model.IntVar]], ...] = ({}, {})
    for segment, own in groups(cycles, SEGMENT):
        patient, treatment, period = segment
        positions = rows.selected(where(USUBJID=patient, TRTA=IVIG, APERIOD=period) & RELATED)
        if treatment != IVIG or not positions:
            continue
        days = {int(cycles["CYCLE"].iloc[i]): int(cycles["CYCDAYS"].iloc[i]) for i in own}
        for side, flag in enumerate(
            _sides(stage, rows, positions, Segment(*segment), days, last[patient], published)
        ):
            per_patient[side].setdefault(patient, []).append(flag)
    for side, estimand, quote in (
        (
            0,
            "up_to_2",
            "Of the patients who received infusions over <= 2 days, 42 ... experienced a related TEAE",
        ),
        (1, "over_2", "compared with 27 patients ... who received infusions over > 2 days"),
    ):
        name = f"related_cycle_days_{estimand}.ivig_all.patients"
        who = [stage.any_of(flags) for flags in per_patient[side].values()]
        stage.require(
            Constraint(f"{name}.room", quote), cp_model.LinearExpr.sum(who) == published.integer(name)
        )


def _sides(
    stage: Stage,
    rows: PossibleRows,
    positions: list[int],
    segment: Segment,
    days: dict[int, int],
    last: int,
    published: Published,
) -> list[cp_model.IntVar]:
    """Two literals: this segment has a related event after a cycle of up to two days, after a longer one."""
    related = [e for e in attribution.named_in(published, *segment) if e.causality in RELATED_VALUES]
    fixed = [c for e in related if (c := attribution.fixed_cycle(e, last)) is not None]
    fixed_sides = {int(days[cycle] > 2) for cycle in fixed}
    open_sides = {
        int(d > 2) for cycle, d in days.items() if attribution.open_to_related(segment.patient, cycle)
    }
    has_any = stage.literal(stage.occurs(rows, positions))
    events = stage.tally(rows, positions, Unit.ROWS)
    flags = [stage.model.new_bool_var("") for _ in (0, 1)]
    for side, flag in enumerate(flags):
        if side in fixed_sides:
            stage.model.add(flag == 1)
            continue
        stage.model.add_implication(flag, has_any)
        stage.model.add(events >= len(fixed) + 1).only_enforce_if(flag)
        if side not in open_sides:
            stage.model.add(flag == 0)
    stage.model.add_bool_or(*flags, has_any.negated())
    if not fixed_sides:
        stage.model.add(events >= 2).only_enforce_if(flags)
    elif not open_sides & fixed_sides:
        # Events beyond the fixed ones can only be on the other side.
        (other,) = {0, 1} - fixed_sides
        stage.model.add(events <= len(fixed)).only_enforce_if(flags[other].negated())
    return flags
