"""Rebuilding events from tables that describe them from two sides, on cases small enough to see through."""

import pandas as pd
import pytest
from plain_predicates import satisfied

from safetybook.estimands import Count, Unit, Where, where
from safetybook.predicates import Has
from safetybook.reconstruct.aspects import (
    Aspect,
    Statement,
    attempt,
    burdened,
    ceilings,
    exactly,
    first_patients,
    heaviest,
    paired,
)
from safetybook.reconstruct.constraints import Constraint

PATIENTS = ["A", "B", "C"]
JUDGED = pd.DataFrame({"AESEV": ["MILD", "SEVERE"]})
NAMED = pd.DataFrame({"AEDECOD": ["Rash", "Nausea", "Pain"]})
ANY, MILD, SEVERE = where(), where(AESEV="MILD"), where(AESEV="SEVERE")


def printed(condition: Where, patients: int, events: int) -> list[Statement]:
    claim = Constraint(str(condition), str(condition))
    numbers = {Unit.PATIENTS: patients, Unit.ROWS: events}
    return [
        Statement(claim, Count("n", "", "adae", condition, unit), str(number))
        for unit, number in numbers.items()
    ]


STATEMENTS = [
    *printed(ANY, 3, 6),
    *printed(MILD, 3, 4),
    *printed(SEVERE, 1, 2),
    *printed(where(AEDECOD="Rash"), 2, 3),
    *printed(where(AEDECOD="Nausea"), 2, 2),
    *printed(where(AEDECOD="Pain"), 1, 1),
]


def rebuilt(*aspects: Aspect) -> pd.DataFrame | None:
    return attempt(aspects, PATIENTS, STATEMENTS)


def test_the_events_satisfy_every_statement():
    events = rebuilt(Aspect("terms", NAMED), Aspect("judgement", JUDGED))
    assert events is not None
    for statement in STATEMENTS:
        hits = events[statement.estimand.where.mask(events)]
        found = len(hits) if statement.estimand.unit is Unit.ROWS else hits["USUBJID"].nunique()
        assert found == int(statement.printed)


@pytest.mark.parametrize(("both", "possible"), [(0, False), (1, True), (2, False)])
def test_a_requirement_is_met_or_the_search_says_no(both, possible):
    # All 3 patients have a mild event and 1 a severe one: exactly 1 has both.
    predicate = Has(MILD) & Has(SEVERE)
    for require in (exactly(both, predicate), first_patients(both, predicate)):
        events = rebuilt(Aspect("judgement", JUDGED, require=require), Aspect("terms", NAMED))
        assert (events is not None) == possible
        if events is not None:
            assert satisfied(predicate, events, pd.Series(PATIENTS)).sum() == both


@pytest.mark.parametrize(("number", "possible"), [(0, False), (1, True), (2, True), (3, True)])
def test_patients_with_several_events(number, possible):
    # 6 events in 3 patients: someone has 2 or more; all three can.
    events = rebuilt(Aspect("terms", NAMED, require=burdened(number, 2)))
    assert (events is not None) == possible
    if events is not None:
        assert (events["USUBJID"].value_counts() >= 2).sum() == number


@pytest.mark.parametrize(("most", "possible"), [(1, False), (2, True), (3, True), (4, True), (5, False)])
def test_the_most_events_of_one_patient(most, possible):
    # 2 rashes, nausea and pain make 4; the fifth would leave the others a rash for two.
    events = rebuilt(Aspect("terms", NAMED, require=heaviest(most)))
    assert (events is not None) == possible
    if events is not None:
        assert events["USUBJID"].value_counts().max() == most


def test_different_terms_are_counted_once():
    # 5 pairs of patient and term over 3 patients: at least 2 have two different ones.
    for number, possible in ((0, False), (1, True), (2, True), (3, False)):
        events = rebuilt(Aspect("terms", NAMED, require=burdened(number, 2, "AEDECOD")))
        assert (events is not None) == possible


def test_events_pair_within_patient_and_shared_variable():
    first = pd.DataFrame({"USUBJID": ["A", "A", "B"], "G": ["x", "y", "x"], "AEDECOD": ["1", "2", "3"]})
    second = pd.DataFrame({"USUBJID": ["B", "A", "A"], "G": ["x", "y", "x"], "AESEV": ["m", "s", "t"]})
    joined = paired(first, second, ["G"]).set_index("AEDECOD")["AESEV"]
    assert joined.to_dict() == {"1": "t", "2": "s", "3": "m"}
    with pytest.raises(ValueError, match="do not pair"):
        paired(first, second.iloc[:2], ["G"])


def test_a_kind_occurs_at_most_as_often_as_its_tables_allow():
    # 2 patients with 3 rashes: one of them has at most 2. All events: 6 - 3 + 1 = 4.
    assert ceilings(NAMED, STATEMENTS) == [2, 1, 1]
    assert ceilings(pd.DataFrame({"AEDECOD": ["Other"]}), STATEMENTS) == [4]
    assert ceilings(JUDGED, printed(ANY, 3, 6) + printed(SEVERE, 0, 0)) == [4, 0]
    with pytest.raises(ValueError, match="no row of a table"):
        ceilings(NAMED, printed(where(AEDECOD="Rash"), 2, 3))
