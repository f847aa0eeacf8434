"""Stage *burden*: how many events each patient had, in each treatment period."""

from __future__ import annotations

import random
from collections import Counter
from typing import NamedTuple

import pandas as pd
from ortools.sat.python import cp_model

from proderm.reconstruction import design, named
from proderm.reconstruction.assumptions import USUAL, Assumptions
from proderm.reconstruction.design import IVIG, PLACEBO
from proderm.reconstruction.published import Published
from safetybook.reconstruct.possible import PossibleRows, groups, records
from safetybook.reconstruct.stage import Stage

SEGMENT = ["USUBJID", "TRTA", "APERIOD"]

LEEWAY = 2  # events by which a segment's number may yet differ from the first choice
MOST_EVENTS = 14  # of one patient in one treatment period
MOST_EVENTS_ON_IVIG = 24  # of one patient; about the 98th percentile with the usual shape


class Segment(NamedTuple):
    """One patient on one treatment in one period, the unit that events are attributed to."""

    patient: str
    treatment: str
    period: int


def segments(cycles: pd.DataFrame) -> dict[Segment, list[int]]:
    """Each patient's treatment periods with the days over which each of their cycles was infused."""
    found: dict[Segment, list[int]] = {}
    for row in records(cycles):
        found.setdefault(Segment(row.USUBJID, row.TRTA, row.APERIOD), []).append(row.CYCDAYS)
    return found


def drawn_burden(
    cycles: pd.DataFrame, published: Published, seed: int, assumed: Assumptions = USUAL
) -> dict[Segment, int]:
    """A plausible number of events for every segment: Poisson, with a patient's own gamma frailty.

    The expected number per cycle is the article's number of events over the cycles of that column.
    """
    rng = random.Random(f"{seed}/burden")
    given = cycles.groupby(["TRTA", "APERIOD"]).size()
    first = published.integer("teae.ivig_p1.events")
    rates = {
        (IVIG, 1): first / given[IVIG, 1],
        (PLACEBO, 1): published.integer("teae.placebo_p1.events") / given[PLACEBO, 1],
        (IVIG, 2): (published.integer("teae.ivig_all.events") - first) / given[IVIG, 2],
    }
    kept, renewed = assumed.shape * assumed.carried, assumed.shape * (1 - assumed.carried)
    frailty: dict[str, float] = {}
    drawn = {}
    for segment, days in segments(cycles).items():
        own = frailty.setdefault(segment.patient, rng.gammavariate(kept, 1 / assumed.shape))
        if renewed:
            own += rng.gammavariate(renewed, 1 / assumed.shape)
        expected = own * len(days) * rates[segment.treatment, segment.period]
        drawn[segment] = min(_poisson(expected, rng), MOST_EVENTS)
    return drawn


def _poisson(mean: float, rng: random.Random) -> int:
    """A Poisson draw by counting exponential gaps (means here are below 40)."""
    n, clock = 0, rng.expovariate(1.0)
    while clock < mean:
        n, clock = n + 1, clock + rng.expovariate(1.0)
    return n


def build(
    stage: Stage,
    cycles: pd.DataFrame,
    subjects: pd.DataFrame,
    published: Published,
    seed: int,
    assumed: Assumptions = USUAL,
) -> PossibleRows:
    """Events per segment, as near to the draw as the published totals allow."""
    drawn = drawn_burden(cycles, published, seed, assumed)
    least = _least_events(published)
    frame = pd.DataFrame(list(drawn), columns=SEGMENT).merge(subjects, on="USUBJID").assign(TRTEMFL="Y")
    rows = stage.count("adae", frame, [max(MOST_EVENTS, least[s]) for s in drawn])
    stage.know("adex", design.with_subjects(cycles, subjects))
    published.impose(stage)
    for segment, count in zip(drawn, rows.counts, strict=True):
        stage.model.add(count >= least[segment])
        distance = stage.model.new_int_var(0, MOST_EVENTS, "")
        stage.model.add_abs_equality(distance, count - drawn[segment])
        stage.penalise(distance)
    for (_, treatment), positions in groups(frame, ["USUBJID", "TRTA"]):
        if treatment == IVIG:
            on_ivig = cp_model.LinearExpr.sum([rows.counts[i] for i in positions])
            stage.model.add(on_ivig <= MOST_EVENTS_ON_IVIG)
    return rows


# What the stories of the dose-reduced patients need in related events on placebo or IVIg (see `counts`).
STORY_EVENTS = {Segment("DR7", PLACEBO, 1): 3, Segment("DR8", IVIG, 2): 4}
STORY_EVENTS |= {Segment(f"DR{i}", IVIG, 2): 1 for i in range(3, 7)}


def _least_events(published: Published) -> Counter[Segment]:
    least = Counter(Segment(e.patient, e.treatment, e.period) for e in named.named_events(published))
    for segment, n in STORY_EVENTS.items():
        least[segment] = max(least[segment], n)
    return least
