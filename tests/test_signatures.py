"""Bounds and conflicts by signatures, against every data set of cases small enough to list them all."""

from itertools import product

import pandas as pd
import pytest
from plain_predicates import satisfied

from safetybook.coded import Coded
from safetybook.estimands import Combination, Count, Share, Unit, Where, where
from safetybook.predicates import Has, Predicate, fulfilling
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.signatures import Pool, SignatureProgramme

KINDS = pd.DataFrame(product(("PROBABLE", "NOT RELATED"), ("MILD", "SEVERE")), columns=["AEREL", "AESEV"])
PERIODS = {"first": KINDS.assign(APERIOD=1), "second": KINDS.assign(APERIOD=2)}
FIRST, SECOND = where(APERIOD=1), where(APERIOD=2)
ANY, RELATED, MILD, SEVERE = where(), where(AEREL="PROBABLE"), where(AESEV="MILD"), where(AESEV="SEVERE")
FILTERS = (ANY, RELATED, MILD, SEVERE)


def claim(name: str) -> Constraint:
    return Constraint(name, name)


def patients(condition: Where) -> Count:
    return Count("n", "", "adae", condition, Unit.PATIENTS)


def events(condition: Where) -> Count:
    return Count("n", "", "adae", condition, Unit.ROWS)


def of(predicate: Predicate, among: Where) -> Combination:
    return Combination("n", "", predicate, among)


def subsets() -> list[frozenset[int]]:
    return [frozenset(i for i in range(4) if bits >> i & 1) for bits in range(16)]


def data_sets(patients: int) -> list[tuple[frozenset[int], ...]]:
    """Every way in which patients can have or not have each kind of event, in one segment."""
    return list(product(subsets(), repeat=patients))


KINDS_OF = {asked: frozenset(KINDS.index[asked.mask(KINDS)]) for asked in FILTERS}


def count(data: tuple[frozenset[int], ...], predicate: Predicate) -> int:
    return sum(predicate.holds(lambda asked, own=own: bool(KINDS_OF[asked] & own)) for own in data)


@pytest.mark.parametrize(
    "asked",
    [
        Has(MILD) & Has(SEVERE),
        Has(RELATED) & ~Has(MILD),
        Has(ANY) & ~Has(RELATED),
        Has(SEVERE) | Has(RELATED),
        ~Has(ANY),
    ],
)
@pytest.mark.parametrize(
    "known", [{}, {ANY: 3}, {ANY: 3, MILD: 2}, {RELATED: 2, SEVERE: 1}, {ANY: 3, MILD: 1, SEVERE: 2}]
)
def test_the_bounds_are_the_extremes_over_all_data_sets(asked, known):
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 3, ("all",))], FILTERS)
    for condition, number in known.items():
        programme.impose(claim(str(number)), patients(condition), number)
    low, high = programme.bounds(of(asked, ANY))
    fitting = [d for d in data_sets(3) if all(count(d, Has(c)) == n for c, n in known.items())]
    values = [count(d, asked) for d in fitting]
    assert (low.value, high.value) == (min(values), max(values))
    assert low.proved
    assert high.proved


def test_events_limit_patients():
    # 2 severe events are in at most 2 patients, and 3 patients with an event have at least 3.
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 5, ("all",))], FILTERS)
    programme.impose(claim("severe"), events(SEVERE), 2)
    assert programme.bounds(of(Has(SEVERE), ANY))[1].value == 2
    programme.impose(claim("all"), events(ANY), 3)
    assert programme.bounds(of(Has(ANY), ANY))[1].value == 3


def test_a_patient_of_two_segments_counts_once_over_both():
    # 4 patients in both periods: 3 with an event in the first, 4 overall: so 1 to 4 in the second.
    pool = Pool("all", 4, ("first", "second"))
    programme = SignatureProgramme(PERIODS, [pool], (ANY, FIRST, SECOND))
    programme.impose(claim("first"), patients(FIRST), 3)
    programme.impose(claim("both"), patients(ANY), 4)
    low, high = programme.bounds(of(Has(SECOND), SECOND))
    assert (low.value, high.value) == (1, 4)
    again = programme.bounds(of(Has(FIRST) & Has(SECOND), ANY))
    assert (again[0].value, again[1].value) == (0, 3)


def test_only_those_exposed_can_lack_an_event():
    pools = [Pool("first only", 2, ("first",)), Pool("both", 3, ("first", "second"))]
    programme = SignatureProgramme(PERIODS, pools, (ANY, FIRST, SECOND))
    low, high = programme.bounds(of(~Has(SECOND), SECOND))
    assert (low.value, high.value) == (0, 3)


def test_certain_facts_hold_of_every_patient_of_a_pool():
    pools = [Pool("severe", 2, ("all",), (("all", Has(SEVERE)),)), Pool("rest", 3, ("all",))]
    programme = SignatureProgramme({"all": KINDS}, pools, FILTERS)
    low, high = programme.bounds(of(Has(SEVERE), ANY))
    assert (low.value, high.value) == (2, 5)


def test_a_conflict_names_the_claims_that_cannot_all_hold_and_no_others():
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 9, ("all",))], FILTERS)
    programme.impose(claim("related"), patients(RELATED), 4)
    programme.impose(claim("any"), patients(ANY), 7)
    programme.impose(claim("mild"), patients(MILD), 3)
    programme.impose(claim("severe"), patients(SEVERE), 2)
    assert {c.id for c in programme.conflict()} == {"any", "mild", "severe"}
    with pytest.raises(ValueError, match="conflict"):
        programme.bounds(of(Has(ANY), ANY))


def test_consistent_claims_have_no_conflict():
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 9, ("all",))], FILTERS)
    programme.impose(claim("any"), patients(ANY), 5)
    programme.impose(claim("mild"), patients(MILD), 3)
    programme.impose(claim("severe"), patients(SEVERE), 2)
    assert programme.conflict() is None


def test_a_predicate_reads_data_as_it_reads_signatures():
    rows = pd.DataFrame(
        [("A", "PROBABLE", "MILD"), ("A", "NOT RELATED", "SEVERE"), ("B", "PROBABLE", "MILD")],
        columns=["USUBJID", "AEREL", "AESEV"],
    )
    patients = pd.DataFrame({"USUBJID": ["A", "B", "C"]})
    for predicate, expected in (
        (Has(MILD) & Has(SEVERE), [True, False, False]),
        (Has(RELATED) & ~Has(SEVERE), [False, True, False]),
        (~Has(ANY) | Has(SEVERE), [True, False, True]),
    ):
        assert list(satisfied(predicate, rows, patients["USUBJID"])) == expected
        found = fulfilling(predicate, Coded(rows), Coded(patients), ANY)
        assert found == dict(zip("ABC", expected, strict=True))


def test_events_are_bounded_by_what_is_known_of_patients_and_of_other_events():
    # 10 events, 4 of them related, in 5 patients. Three have a severe event, so at least 3 events are
    # severe, and the two others have an event each that is not: at most 8.
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 9, ("all",))], FILTERS)
    for condition, n, number in ((ANY, 5, 10), (RELATED, None, 4), (SEVERE, 3, None)):
        if n is not None:
            programme.impose(claim(f"{n} patients"), patients(condition), n)
        if number is not None:
            programme.impose(claim(f"{number} events"), events(condition), number)
    low, high = programme.bounds(events(SEVERE))
    assert (low.value, high.value) == (3, 8)
    unrelated = where(AEREL="NOT RELATED")
    assert [end.value for end in programme.bounds(events(unrelated))] == [6, 6]


def test_nobody_affected_no_event():
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 5, ("all",))], FILTERS)
    programme.impose(claim("severe"), patients(SEVERE), 0)
    programme.impose(claim("all"), events(ANY), 7)
    assert programme.bounds(events(SEVERE))[1].value == 0
    assert programme.bounds(patients(ANY))[0].value == 1


def test_a_percentage_leaves_the_counts_that_print_so():
    # 33.3 % of 9 patients at risk is 3 of them; 33 % of 90 is 30 (29.7 to 30.15 patients print so).
    at_risk = Count("at risk", "", "adex", ANY, Unit.PATIENTS)
    for whole, printed, expected in ((9, "33.3", 3), (90, "33", 30)):
        programme = SignatureProgramme({"all": KINDS}, [Pool("all", whole, ("all",))], FILTERS)
        share = Share("share", "", patients(RELATED), at_risk)
        assert programme.impose(claim("share"), share, printed)
        assert [end.value for end in programme.bounds(patients(RELATED))] == [expected, expected]


@pytest.mark.parametrize(
    "estimand",
    [
        Count("another data set", "", "adcm", ANY, Unit.PATIENTS),
        Count("another variable", "", "adae", where(AEDECOD="Headache"), Unit.ROWS),
        Count("another level", "", "adae", where(AEREL=("PROBABLE", "POSSIBLE")), Unit.ROWS),
        Count("no filter of the programme", "", "adae", MILD & RELATED, Unit.PATIENTS),
    ],
    ids=lambda estimand: estimand.id,
)
def test_what_the_kinds_cannot_express_is_left_out(estimand):
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 5, ("all",))], FILTERS)
    assert not programme.impose(claim("n"), estimand, 3)
    assert programme.bounds(patients(ANY))[1].value == 5


def test_a_predicate_on_something_else_is_refused():
    programme = SignatureProgramme({"all": KINDS}, [Pool("all", 5, ("all",))], FILTERS)
    with pytest.raises(ValueError, match="not among the programme's filters"):
        programme.bounds(of(Has(where(AESEV="MODERATE")), ANY))
