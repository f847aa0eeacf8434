"""Events per patient, cycle and month by treatment and period: the values, and how far each is fixed."""

from fractions import Fraction

import pytest

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands.adverse_events import DISCONTINUATION, RELATED, TEAE, TEE
from proderm.estimands.families import patients
from proderm.incidence_rates import (
    COLUMNS,
    all_events_table,
    cycles_fixed,
    first_events_table,
    fixed,
    months_fixed,
    occurrence,
    per_100_cycles,
    per_100_months,
)
from proderm.pages import printed, study, verdicts
from safetybook.determinacy import Determinacy
from safetybook.results import compute
from safetybook.rounding import half_up

ROWS = {"Any TEAE": TEAE, "Related": RELATED, "Discontinuation": DISCONTINUATION, "Thromboembolic": TEE}
KNOWN = fixed(verdicts().standing, printed())


def cells(table, group: str, label: str):
    (found,) = [
        row.cells
        for own in table.groups
        if own.label.startswith(group)
        for row in own.rows
        if row.label == label
    ]
    return dict(zip(COLUMNS, found, strict=True))


def test_the_cycles_of_a_period_lie_between_what_the_other_leaves():
    """95 patients with 4 cycles at most, 184 of them placebo: at most 196 on IVIg, so 468 of 664 came later.

    91 patients with 6 cycles at most have 546 later ones, so that 118 came in the first period at least.
    """
    found = cycles_fixed(verdicts().standing, printed())
    assert {column: found[column].ends for column in COLUMNS} == {
        IVIG_P1: (118, 196),
        PLACEBO_P1: (184, 184),
        IVIG_EXT: (468, 546),
        IVIG_ALL: (664, 664),
    }
    assert [found[column].kind for column in (PLACEBO_P1, IVIG_ALL)] == [Determinacy.PUBLISHED] * 2


def test_the_printed_rates_tell_the_months_on_ivig_and_no_others():
    """4 events at 0.42 to 3.94, and 2 at 0.07 to 1.95, per 100 months: 259.6 to 260.3 and 369.5 to 371.4."""
    found = months_fixed(printed())
    assert found[IVIG_ALL].text(1) == "629.2 to 631.7"
    assert {found[column].kind for column in (IVIG_P1, PLACEBO_P1, IVIG_EXT)} == {Determinacy.ILLUSTRATIVE}


def test_a_rate_that_several_counts_of_events_can_have_tells_no_months():
    """1 event in 110 months has 0.9 (0.02 to 5.07), 2 in 150 have 1.3 (0.16 to 4.82): both 1 (0, 5)."""
    loose = {"": "1", ".ci_low": "0", ".ci_high": "5"}
    changed = dict(printed()) | {f"tee.rate.after{end}": text for end, text in loose.items()}
    with pytest.raises(ValueError, match=r"several counts of events can stand behind 1 \(0, 5\)"):
        months_fixed(changed)


@pytest.mark.parametrize("category", ROWS.values(), ids=ROWS)
def test_the_periods_add_up_to_the_overall_period(category):
    first, later, overall = (occurrence(study(), category, one) for one in (IVIG_P1, IVIG_EXT, IVIG_ALL))
    for name in ("events", "cycles", "days"):
        assert getattr(first, name) + getattr(later, name) == getattr(overall, name)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.id)
@pytest.mark.parametrize("category", ROWS.values(), ids=ROWS)
def test_first_events_are_those_of_the_patients_that_a_table_counts(category, column):
    every, first = (occurrence(study(), category, column, first=one) for one in (False, True))
    assert first.events == compute(study(), patients(category, column)).number
    assert first.cycles <= every.cycles
    assert first.days <= every.days
    assert (first.days == every.days) == (first.events == 0)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.id)
@pytest.mark.parametrize("category", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("rate", [per_100_cycles, per_100_months])
def test_a_rate_of_the_data_lies_between_its_ends(rate, category, column):
    value, standing = rate(study(), category, column, KNOWN)
    if standing.ends:
        low, high = standing.ends
        assert low <= value <= high


def test_events_per_cycle_are_as_fixed_as_the_cycles():
    """545 events in 664 cycles, of which 196 in 118 to 196 and 349 in 468 to 546; 135 in 184 on placebo."""
    found = {column: per_100_cycles(study(), TEAE, column, KNOWN) for column in COLUMNS}
    assert found[IVIG_ALL][0] == Fraction(54500, 664)
    assert found[PLACEBO_P1][0] == Fraction(13500, 184)
    assert found[IVIG_ALL][1].kind == found[PLACEBO_P1][1].kind == Determinacy.DETERMINED
    assert found[IVIG_P1][1].ends == (100, Fraction(19600, 118))
    assert found[IVIG_EXT][1].ends == (Fraction(34900, 546), Fraction(34900, 468))


@pytest.mark.parametrize("category", [TEAE, RELATED], ids=["any", "related"])
def test_events_per_cycle_were_fewer_in_the_extension_however_the_cycles_divide(category):
    first, later = (per_100_cycles(study(), category, one, KNOWN)[1] for one in (IVIG_P1, IVIG_EXT))
    assert later.high < first.low


def test_a_rate_of_no_event_is_fixed_whatever_the_time():
    value, standing = per_100_months(study(), DISCONTINUATION, PLACEBO_P1, KNOWN)
    assert (value, standing.kind, standing.ends) == (0, Determinacy.DETERMINED, (0, 0))


def test_the_table_of_all_events():
    table = all_events_table("All", study(), ROWS, KNOWN)
    assert [cell.text for cell in cells(table, "Exposure", "Infusion cycles").values()] == [
        "191 (118 to 196)",
        "184",
        "473 (468 to 546)",
        "664",
    ]
    per_patient = cells(table, "No. of events", "Any TEAE")
    # 196 / 52, 135 / 48, 349 / 91, 545 / 95
    assert [cell.text for cell in per_patient.values()] == [
        "196 (3.77)",
        "135 (2.81)",
        "349 (3.84)",
        "545 (5.74)",
    ]
    assert cells(table, "Events per 100 infusion", "Related")[IVIG_P1].text == "59.2 (57.7 to 95.8)"
    months = cells(table, "Events per 100 patient", "Thromboembolic")
    # 8 events in 629.2 to 631.7 months are 1.3 per 100 at both ends, and so determined.
    assert (months[IVIG_ALL].text, months[IVIG_ALL].kind) == ("1.3", Determinacy.DETERMINED)
    assert months[IVIG_P1].kind == Determinacy.ILLUSTRATIVE


def test_the_table_of_first_events():
    table = first_events_table("First", study(), ROWS, KNOWN)
    counts = cells(table, "No. of pts", "Any TEAE")
    assert [cell.text for cell in counts.values()] == [
        "42 (80.8)",
        "28 (58.3)",
        "42 to 81 (46.2 to 89.0)",
        "84 (88.4)",
    ]
    assert counts[IVIG_EXT].kind == Determinacy.BOUNDED
    cycles = cells(table, "First events per 100 infusion", "Discontinuation")
    assert (cycles[PLACEBO_P1].text, cycles[PLACEBO_P1].kind) == ("0.0", Determinacy.DETERMINED)
    assert cycles[IVIG_P1].kind == Determinacy.ILLUSTRATIVE
    months = cells(table, "First events per 100 patient", "Discontinuation")[PLACEBO_P1]
    # No event in t months leaves up to -log(0.025) = 3.689 events.
    limit = 100 * Fraction("3.6889") / occurrence(study(), DISCONTINUATION, PLACEBO_P1).months
    assert months.text == f"0.0 (0.0 to {half_up(limit, 1)})"
    assert months.kind == Determinacy.ILLUSTRATIVE
