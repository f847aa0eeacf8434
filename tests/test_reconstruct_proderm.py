"""The trial's reconstruction: facts of its design, and hand-worked pieces."""

import datetime as dt
import random

import pandas as pd
import pytest

from proderm import reconstruct
from proderm.reconstruction import (
    assumptions,
    attribution,
    burden,
    calendar,
    cycles,
    design,
    exposure,
    infusions,
    named,
    table_5,
    timing,
)
from proderm.reconstruction.assumptions import Assumptions
from proderm.reconstruction.published import Published
from safetybook.intervals import garwood
from safetybook.rates import rate
from safetybook.reconstruct.stage import Stage
from safetybook.rounding import exact, half_up


@pytest.fixture(scope="module")
def published() -> Published:
    return Published.read(reconstruct.LEDGERS)


def test_the_cohort_is_that_of_the_article():
    patients = design.cohort(seed=1)
    assert len({p.key for p in patients}) == 95
    assert sum(p.arm == "IVIg" for p in patients) == 47
    assert sum(p.enters_extension for p in patients) == 91
    assert sum(p.completes_extension for p in patients) == 69
    on_ivig_first = [p for p in patients if p.first_period_ivig]
    assert len(on_ivig_first) == 52
    assert sum(len(p.placebo_cycles) for p in patients) == 184
    completed = {
        arm: sum(p.enters_extension for p in patients if p.arm == arm) for arm in ("IVIg", "Placebo")
    }
    assert completed == {"IVIg": 45, "Placebo": 46}


def test_a_patient_who_switched_at_week_8_has_two_placebo_cycles():
    patient = next(p for p in design.cohort(seed=1) if p.key == "C1")
    assert patient.placebo_cycles == [1, 2]
    assert patient.first_period_ivig == [3, 4]


def test_the_named_events_are_those_of_the_tables(published):
    events = named.named_events(published)
    related_serious = [e for e in events if e.serious and e.causality in ("POSSIBLE", "PROBABLE")]
    assert sorted(e.duration for e in related_serious) == [1, 1, 1, 1, 14, 73, 73, 99, 109]
    assert len({e.patient for e in events if e.serious and e.treatment == "IVIg"}) == 14
    assert sum(bool(e.serious) for e in events if e.treatment == "IVIg") == 22
    assert sum(e.withdrawn for e in events) == 25
    assert len({e.patient for e in events if e.withdrawn}) == 13
    assert sum(e.tee for e in events) == 8


def test_courses_respect_the_cycle_that_the_article_describes(published):
    patients = {p.key: p for p in design.cohort(seed=1)}
    assert all(dict(course)[6] == 4 for course in exposure.patterns(patients["3"], published))
    assert {max(dict(course)) for course in exposure.patterns(patients["2"], published)} == {6}
    assert {max(dict(course)) for course in exposure.patterns(patients["5"], published)} == {10}
    assert all(dict(course)[2] == 1 for course in exposure.patterns(patients["1"], published))


def test_an_event_that_ended_treatment_is_fixed_to_the_last_cycle(published):
    events = named.named_events(published)
    stroke = next(e for e in events if e.term == "Cerebrovascular accident")
    assert attribution.fixed_cycle(stroke, last=6) == 6
    infarction = next(e for e in events if e.term == "Cerebral infarction")
    assert attribution.fixed_cycle(infarction, last=10) == 10
    syncope = next(e for e in events if e.term == "Loss of consciousness")
    assert attribution.fixed_cycle(syncope, last=10) == 5


@pytest.mark.parametrize(
    ("ml_per_kg", "maximum", "minutes"),
    [
        (10, 0.02, 515),  # 30 min at 0.01 = 0.3; 9.7 / 0.02 = 485
        (10, 0.04, 288),  # 30 at 0.01, 30 at 0.02 = 0.9; 9.1 / 0.04 = 227.5
        (10, 0.12, 166),  # 30 each at 0.01, 0.02, 0.04, 0.08 = 4.5; 5.5 / 0.12 = 45.8
        (0.3, 0.12, 30),  # broken off in the first step
    ],
)
def test_the_ramp_of_the_label(ml_per_kg, maximum, minutes):
    assert infusions.infusion_minutes(ml_per_kg, maximum) == minutes


@pytest.mark.parametrize(
    ("patient", "weight", "grams", "dose"),
    [
        ("2", 91, 180, "1.978"),
        ("3", 79, 160, "2.025"),
        ("4", 91, 180, "1.978"),
        ("6", 55, 110, "2.000"),
        ("7", 85, 170, "2.000"),
    ],
)
def test_table_5s_doses_follow_from_whole_vials(patient, weight, grams, dose):
    cycle = design.EVENT_CYCLE[patient]
    assert infusions.cycle_grams(patient, cycle, weight, 2.0) == grams
    assert half_up(exact(grams) / weight, 3) == dose


def test_table_5_is_read_from_the_ledger(published):
    patients = table_5.tee_patients(published)
    assert {key: p.weight for key, p in patients.items()} == {"2": 91, "3": 79, "4": 91, "6": 55, "7": 85}
    assert patients["6"].episodes == 3
    assert patients["3"].rate == 0.08
    assert patients["7"].activity == "MODERATE"  # the printed one is given up: see the contradictions
    assert sum(len(p.factors) for p in patients.values()) == 16


def test_person_time_is_exactly_what_prints_as_published(published):
    days = calendar.allowed_days(published, "before", 4)
    for total, fits in (
        (days.start - 1, False),
        (days.start, True),
        (days.stop - 1, True),
        (days.stop, False),
    ):
        months = exact(total) / exact(design.MONTH_DAYS)
        low, high = garwood(4, months)
        printed = [half_up(x, 2) for x in (rate(4, months), exact(low), exact(high))]
        assert (printed == ["1.54", "0.42", "3.94"]) is fits


def test_latency_is_0_within_the_cycle_and_counts_from_its_start_after():
    start, end = dt.datetime(2018, 3, 5, 9, 30), dt.datetime(2018, 3, 6, 12, 0)
    assert timing.latency(start, end, start) == 0
    assert timing.latency(start, end, dt.datetime(2018, 3, 5, 22, 0)) == 0  # between two episodes
    assert timing.latency(start, end, end) == 0
    assert timing.latency(start, end, dt.datetime(2018, 3, 7, 8, 18)) == 1.95


def test_premedication_counts_for_the_treatment_of_the_infusion_it_is_given_for(published):
    """C1 had infusional events after both placebo cycles; the infusion that follows them is of IVIg."""
    infused = {"C1": ["Placebo"] * 2 + ["IVIg"] * 4, "P01": ["Placebo"] * 4 + ["IVIg"] * 2}
    lines = [
        (who, n, treatment, "Y") for who, given in infused.items() for n, treatment in enumerate(given, 1)
    ]
    stage = Stage("cycles", only=frozenset())
    rows = stage.choose("adae", pd.DataFrame(lines, columns=["USUBJID", "CYCLE", "TRTA", "INFUSFL"]))
    subjects = design.subjects([p for p in design.cohort(seed=1) if p.key in infused])
    found = cycles._premedication(stage, rows, subjects, published)
    assert sorted(found) == [("C1", 5), ("C1", 6), ("P01", 3), ("P01", 4)]


def test_patients_keep_their_tendency_as_far_as_is_assumed(published):
    lines = [
        (f"P{who}", "IVIg", period, 2)
        for who in range(95)
        for period, n in ((1, 4), (2, 6))
        for _ in range(n)
    ]
    given = pd.DataFrame(lines, columns=["USUBJID", "TRTA", "APERIOD", "CYCDAYS"])
    given = pd.concat([given, pd.DataFrame([("Q", "Placebo", 1, 2)], columns=given.columns)])

    def correlation(carried: float) -> float:
        found = []
        for seed in range(30):
            drawn = burden.drawn_burden(given, published, seed, Assumptions(shape=1.0, carried=carried))
            counted = {(s.patient, s.period): n for s, n in drawn.items() if s.treatment == "IVIg"}
            periods = pd.Series(counted).unstack()
            found.append(periods[1].corr(periods[2]))
        return sum(found) / len(found)

    # Poisson counts of means m and n correlate as their gamma rates do, times sqrt(m n / ((1 + m) (1 + n)))
    # for shape 1; here m = 196 / 95 and n = 349 / 95.
    assert correlation(1.0) == pytest.approx(0.72, abs=0.05)
    assert correlation(0.5) == pytest.approx(0.36, abs=0.05)


def test_the_assumptions_of_a_member_are_drawn_within_their_limits():
    drawn = [assumptions.drawn(seed) for seed in range(2, 102)]
    assert drawn[0] == assumptions.drawn(2)
    assert len(set(drawn)) == 100
    assert all(0.7 <= a.shape <= 2.5 and 0.2 <= a.carried <= 1 and 0 <= a.susceptible <= 12 for a in drawn)


@pytest.mark.parametrize("minute", [(0, 5), (12, 0), (23, 50), (23, 55), (23, 56), (23, 59)])
def test_an_event_of_one_day_resolves_on_that_day_and_not_before_it_began(minute):
    onset = dt.datetime(2018, 9, 12, *minute)
    for seed in range(20):
        end = timing.resolution(onset, 1, random.Random(seed))
        assert onset <= end <= dt.datetime(2018, 9, 12, 23, 59)


def test_every_claim_is_given_up_by_a_contradiction_or_followed(published):
    followed = {claim.constraint.id for claim in published.followed}
    assert {"t1.teae.ivig_p1.patients", "t6.factors_1.tee.patients"} <= followed
    assert "t6.factors_3.tee.patients" not in followed
    assert "m.tees_serious" not in followed


def test_a_count_is_read_from_its_percentage_only_if_it_is_the_only_one(published):
    assert published.numerator("premedication_analgesics.ivig_all.percent", 95) == 6
    with pytest.raises(ValueError, match="not exactly one"):
        published.numerator("premedication_analgesics.ivig_all.percent", 9500)
