"""Events over the time on treatment: what the article fixes of them holds in every data set."""

import pytest

from proderm import over_time, spread
from proderm.columns import IVIG_ALL, IVIG_P1, PERIOD_COLUMNS, PLACEBO_P1
from proderm.estimands.adverse_events import RELATED, TEAE
from proderm.pages import study
from safetybook.person_time import all_events
from safetybook.recurrent import by_cycle, mean_cumulative

# Events, patients and cycles that the article prints; those of the extension are differences.
PRINTED = {
    (TEAE, IVIG_P1): (196, 52),
    (TEAE, PLACEBO_P1): (135, 48),
    (TEAE, IVIG_ALL): (545, 95),
    (RELATED, IVIG_P1): (113, 52),
    (RELATED, PLACEBO_P1): (38, 48),
    (RELATED, IVIG_ALL): (282, 95),
}


@pytest.mark.parametrize(("category", "column"), PRINTED, ids=lambda one: one.id)
def test_all_events_and_patients_of_a_column_are_in_its_histories(category, column):
    found = all_events(over_time.history(study(), category, column))
    assert (found.events, found.patients) == PRINTED[category, column]
    cycles = {IVIG_ALL: 664, PLACEBO_P1: 184}
    assert found.cycles == cycles.get(column, found.cycles)


@pytest.mark.parametrize(("category", "column"), PRINTED, ids=lambda one: one.id)
def test_a_curve_ends_at_the_events_per_patient_or_above(category, column):
    events, patients = PRINTED[category, column]
    *_, last = mean_cumulative(over_time.history(study(), category, column))
    assert last.value >= events / patients


@pytest.mark.parametrize("category", [TEAE, RELATED])
@pytest.mark.parametrize(("column", "brief"), [(IVIG_P1, 7), (PLACEBO_P1, 5)])
def test_no_member_ends_the_first_period_beyond_what_those_who_stayed_allow(category, column, brief):
    events, patients = PRINTED[category, column]
    rows = spread.stored().loc[f"{over_time.MEAN}: {category.id}, {column.id}"]
    assert rows.loc["16"].max() <= 1000 * events / (patients - brief) + 1


def test_values_never_fall_over_the_weeks():
    for what in (over_time.MEAN, over_time.FIRST):
        names = {name for name, _ in spread.stored().index if name.startswith(f"{what}:")}
        assert names
        for name in names:
            rows = spread.stored().loc[name]
            assert [int(week) for week in rows.index] == sorted(int(week) for week in rows.index)
            assert (rows.diff().iloc[1:] >= 0).all(axis=None), name


def test_curves_carry_the_members_values_and_the_patients_at_risk():
    stored = spread.stored()
    ivig, placebo = (over_time.mean_curve(study(), stored, TEAE, column) for column in PERIOD_COLUMNS)
    assert [curve.readings[0].number for curve in (ivig, placebo)] == [52, 48]
    assert {len(reading.others) for reading in ivig.readings[1:]} == {spread.members()}
    shares = over_time.cycle_curve(study(), stored, TEAE, "All").readings
    own = by_cycle(over_time.history(study(), TEAE, IVIG_ALL))
    assert [reading.number for reading in shares] == [share.infused for share in own]
    assert sum(reading.number for reading in shares) == 664
    first = over_time.first_curve(study(), stored, TEAE, IVIG_P1).readings
    assert first[0].number == 52
    # Whoever had an event by week 16 no longer waits.
    assert first[-1].number <= 52 - first[-1].events
