"""Time at risk: worked by hand for three patients, and counted day by day for any."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safetybook.estimands import where
from safetybook.person_time import (
    History,
    Occurrence,
    Onset,
    all_events,
    cycle_days,
    first_events,
    histories,
    patient_time,
)

DRUG, PLACEBO = where(TRTA="Drug"), where(TRTA="Placebo")
LAST = 28

# A is on the drug throughout; B switches to it with the third cycle; C has one cycle.
CYCLES = pd.DataFrame(
    [
        ("A", 1, "Drug", 1, "2018-01-01T09:00"),
        ("A", 2, "Drug", 1, "2018-01-29T09:00"),  # 28 days later
        ("A", 3, "Drug", 2, "2018-02-27T09:00"),  # 29 days later
        ("B", 1, "Placebo", 1, "2018-01-01T09:00"),
        ("B", 2, "Placebo", 1, "2018-01-31T09:00"),  # 30 days later
        ("B", 3, "Drug", 1, "2018-03-02T09:00"),  # 30 days later
        ("B", 4, "Drug", 2, "2018-04-01T09:00"),  # 30 days later
        ("C", 1, "Drug", 1, "2018-01-01T09:00"),
    ],
    columns=["USUBJID", "CYCLE", "TRTA", "APERIOD", "ASTDTM"],
).astype({"ASTDTM": "datetime64[us]"})

EVENTS = pd.DataFrame(
    [
        ("A", 2, "2018-01-29T12:00"),  # the day of the second infusion: day 28 + 1
        ("A", 2, "2018-02-27T08:00"),  # the day of the third, before it: the last day of the second, 57
        ("A", 3, "2018-03-27T10:00"),  # 28 days after the last infusion: its last day, 85
        ("B", 1, "2018-01-03T10:00"),  # day 3 on placebo
        ("B", 2, "2018-03-02T08:00"),  # the day of the switch, before it: day 60 on placebo
        ("B", 4, "2018-04-05T10:00"),  # day 30 + 5 on the drug
        ("C", None, "2017-12-30T10:00"),  # before any infusion
    ],
    columns=["USUBJID", "CYCLE", "ASTDTM"],
).astype({"CYCLE": "Int64", "ASTDTM": "datetime64[us]"})


def test_a_cycle_lasts_to_the_next_one_of_any_treatment():
    assert cycle_days(CYCLES, LAST).tolist() == [28, 29, 28, 30, 30, 30, 28, 28]


def test_the_days_stay_with_their_rows():
    shuffled = CYCLES.sample(frac=1, random_state=1)
    found = cycle_days(shuffled, LAST)
    assert found.index.tolist() == shuffled.index.tolist() != CYCLES.index.tolist()
    assert found.sort_index().tolist() == cycle_days(CYCLES, LAST).tolist()


def test_time_divides_at_the_switch_and_at_the_period_boundary():
    found = patient_time(CYCLES, LAST)
    assert [tuple(row) for row in found.itertuples(index=False)] == [
        ("A", "Drug", 1, 2, 57),
        ("A", "Drug", 2, 1, 28),
        ("B", "Drug", 1, 1, 30),
        ("B", "Drug", 2, 1, 28),
        ("B", "Placebo", 1, 2, 60),
        ("C", "Drug", 1, 1, 28),
    ]
    assert found.columns.tolist() == ["USUBJID", "TRTA", "APERIOD", "CYCLES", "DAYS"]


def test_events_have_their_day_in_the_time_under_a_treatment():
    assert histories(CYCLES, EVENTS, DRUG, LAST) == [
        History("A", (28, 29, 28), (Onset(29, 2), Onset(57, 2), Onset(85, 3))),
        History("B", (30, 28), (Onset(35, 2),)),
        History("C", (28,)),
    ]
    # B's time on placebo ends with the switch, not with the end of treatment.
    assert histories(CYCLES, EVENTS, PLACEBO, LAST) == [
        History("B", (30, 30), (Onset(3, 1), Onset(60, 2)), to_the_end=False)
    ]


def test_rates_of_all_events_and_of_first_ones():
    on_drug = histories(CYCLES, EVENTS, DRUG, LAST)
    every, first = all_events(on_drug), first_events(on_drug)
    assert every == Occurrence(events=4, patients=3, cycles=6, days=85 + 58 + 28)
    # A's time ends on day 29, in the second cycle; B's on day 35, in the second; C's with the time itself.
    assert first == Occurrence(events=2, patients=3, cycles=2 + 2 + 1, days=29 + 35 + 28)
    assert (every.per_patient, first.per_patient) == (Fraction(4, 3), Fraction(2, 3))
    assert every.per_100_cycles == Fraction(400, 6)
    assert every.per_100_months == 400 / (171 / Fraction("30.4375"))
    assert first.per_100_months == 200 / (92 / Fraction("30.4375"))


def test_nobody_has_no_rate():
    nobody = all_events(histories(CYCLES, EVENTS, where(TRTA="Other"), LAST))
    assert nobody == first_events([]) == Occurrence(0, 0, 0, 0)
    assert (nobody.per_patient, nobody.per_100_months, nobody.per_100_cycles) == (None, None, None)


def test_a_patient_without_events_counts_with_all_the_time():
    only = histories(CYCLES, EVENTS.iloc[:0], DRUG, LAST)
    assert all_events(only) == first_events(only) == Occurrence(0, 3, 6, 171)
    assert all_events(only).per_100_months == 0


def test_two_cycles_on_one_day_are_refused_by_name():
    twice = pd.concat([CYCLES, CYCLES[CYCLES["USUBJID"] == "C"]], ignore_index=True)
    with pytest.raises(ValueError, match="C: two cycles begin on 2018-01-01"):
        cycle_days(twice, LAST)


@pytest.mark.parametrize(("cycle", "onset"), [(9, "2018-05-01"), (3, "2018-02-27T08:59")])
def test_an_event_of_no_cycle_or_before_its_cycle_is_refused(cycle, onset):
    wrong = pd.DataFrame({"USUBJID": ["A"], "CYCLE": [cycle], "ASTDTM": [pd.Timestamp(onset)]})
    with pytest.raises(ValueError, match=f"A: an event of .* cannot belong to cycle {cycle}"):
        histories(CYCLES, wrong, DRUG, LAST)


@pytest.mark.parametrize(
    ("days", "onsets"), [((), ()), ((0,), ()), ((5,), (Onset(6, 1),)), ((5,), (Onset(3, 1), Onset(2, 1)))]
)
def test_impossible_histories_are_refused(days, onsets):
    with pytest.raises(ValueError, match="A:"):
        History("A", days, onsets)


GAPS = st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["Drug", "Placebo"])), min_size=1, max_size=8)


@given(st.lists(GAPS, min_size=1, max_size=4), st.integers(1, 30))
def test_every_day_from_the_first_infusion_on_belongs_to_one_treatment(patients, last):
    """Day by day: the treatment of the last cycle that had begun, to the end of the last cycle's days."""
    rows, expected = [], {}
    for number, gaps in enumerate(patients):
        day, starts = 0, []
        for gap, treatment in gaps:
            starts.append((day, treatment))
            day += gap
        for cycle, (start, treatment) in enumerate(starts, start=1):
            moment = pd.Timestamp("2018-01-01T09:00") + pd.Timedelta(days=start)
            rows.append((f"P{number}", cycle, treatment, moment))
        for each in range(starts[-1][0] + last):
            treatment = [of for start, of in starts if start <= each][-1]
            expected[f"P{number}", treatment] = expected.get((f"P{number}", treatment), 0) + 1
    frame = pd.DataFrame(rows, columns=["USUBJID", "CYCLE", "TRTA", "ASTDTM"])
    found = patient_time(frame, last, by=["TRTA"]).set_index(["USUBJID", "TRTA"])["DAYS"]
    assert found.to_dict() == expected
    for treatment in ("Drug", "Placebo"):
        of_histories = {
            history.patient: history.days
            for history in histories(frame, EVENTS.iloc[:0], where(TRTA=treatment), last)
        }
        assert of_histories == {name: days for (name, of), days in expected.items() if of == treatment}


def test_a_study_without_infusions_has_no_time():
    assert patient_time(CYCLES.iloc[:0], LAST).empty
    assert histories(CYCLES.iloc[:0], EVENTS.iloc[:0], DRUG, LAST) == []
