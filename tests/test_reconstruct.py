"""The engine of the reconstruction: estimands as constraints, on cases small enough to work by hand."""

import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safetybook.estimands import Count, Function, Share, Summary, Unit, where
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows
from safetybook.reconstruct.solve import smallest_conflict, solve
from safetybook.reconstruct.stage import Infeasible, Stage
from safetybook.results import compute
from safetybook.study import Study

SEVERITIES = ("MILD", "MODERATE", "SEVERE")


def events(unit: Unit, **conditions: str) -> Count:
    return Count("n", "n", "adae", where(**conditions), unit)


def claim(text: str) -> Constraint:
    return Constraint(text, text)


def cells(patients: int) -> pd.DataFrame:
    """Every patient may have events of every severity."""
    return pd.DataFrame(
        [(f"P{p}", severity) for p in range(patients) for severity in SEVERITIES],
        columns=["USUBJID", "AESEV"],
    )


def study_of(adae: pd.DataFrame) -> Study:
    return Study(
        {"adsl": pd.DataFrame({"USUBJID": sorted(set(adae["USUBJID"]))}, dtype="str"), "adae": adae}, ()
    )


def solved(build) -> pd.DataFrame:
    rows, solver, _, _ = solve("test", build, seed=1, effort=10)
    return rows.chosen(solver)


def test_patients_count_once_however_many_events():
    def build(stage: Stage) -> PossibleRows:
        rows = stage.count("adae", cells(4), [5] * 12)
        stage.impose(claim("patients"), events(Unit.PATIENTS), "2")
        stage.impose(claim("events"), events(Unit.ROWS), "7")
        return rows

    chosen = solved(build)
    assert chosen["USUBJID"].nunique() == 2
    assert len(chosen) == 7


def test_any_level_lets_patients_add_up_to_more_than_all():
    # 3 patients with events, 3 mild and 2 moderate: two of them count at both intensities.
    def build(stage: Stage) -> PossibleRows:
        rows = stage.count("adae", cells(5), [3] * 15)
        for printed, conditions in (("3", {}), ("3", {"AESEV": "MILD"}), ("2", {"AESEV": "MODERATE"})):
            stage.impose(claim(f"{conditions}"), events(Unit.PATIENTS, **conditions), printed)
        return rows

    severities = solved(build).groupby("USUBJID")["AESEV"].agg(set)
    assert len(severities) == 3
    assert sum({"MILD", "MODERATE"} <= own for own in severities) == 2


def test_a_percentage_fixes_the_only_count_that_prints_so():
    at_risk = Count("at_risk", "", "adex", where(), Unit.PATIENTS)

    def build(stage: Stage) -> PossibleRows:
        rows = stage.count("adae", cells(52), [1] * 156)
        stage.know("adex", pd.DataFrame({"USUBJID": [f"P{p}" for p in range(52)]}))
        stage.impose(claim("57.7 %"), Share("p", "", events(Unit.PATIENTS), at_risk), "57.7")
        return rows

    assert solved(build)["USUBJID"].nunique() == 30


@pytest.mark.parametrize(
    ("function", "printed", "n"),
    [
        (Function.MEDIAN, "1.5", 4),  # the mean of the middle two
        (Function.MEDIAN, "2.0", 5),
        (Function.MINIMUM, "1", 3),
        (Function.MAXIMUM, "3", 3),
        (Function.MEAN, "1.7", 3),
    ],
)
def test_a_summary_holds_of_the_chosen_values(function, printed, n):
    candidates = pd.DataFrame(
        [(f"P{p}", p, value) for p in range(n) for value in (0, 1, 2, 3, 4, None)],
        columns=["USUBJID", "SEQ", "ADURN"],
    )
    summary = Summary("s", "", "adae", where(), "ADURN", function)

    def build(stage: Stage) -> PossibleRows:
        rows = stage.choose("adae", candidates, one_per="SEQ")
        assert stage.impose(claim("summary"), summary, printed)
        return rows

    chosen = solved(build)
    assert len(chosen) == n
    assert compute(study_of(chosen), summary).formatted(len(printed.partition(".")[2])) == printed


def test_rows_without_the_variable_do_not_count_in_its_median():
    # One of three events is unresolved: the median of the other two is 8.0 only as (1 + 15) / 2.
    candidates = pd.DataFrame(
        [("P0", 0, None), ("P1", 1, 1), ("P1", 1, 2), ("P2", 2, 15), ("P2", 2, 16)],
        columns=["USUBJID", "SEQ", "ADURN"],
    )
    median = Summary("m", "", "adae", where(), "ADURN", Function.MEDIAN)

    def build(stage: Stage) -> PossibleRows:
        rows = stage.choose("adae", candidates, one_per="SEQ")
        stage.impose(claim("median"), median, "8.0")
        return rows

    assert sorted(solved(build)["ADURN"].dropna()) == [1, 15]


def test_a_median_counts_rows_that_occur_more_than_once():
    # Seven patients, at most three of them 10: at least four are 20 or 30, so the median is 20 or 30.
    ages = pd.DataFrame({"USUBJID": ["a", "b", "c"], "AGE": [10, 20, 30]})
    everyone = Count("n", "", "adsl", where(), Unit.ROWS)
    median = Summary("m", "", "adsl", where(), "AGE", Function.MEDIAN)

    def build(printed: str):
        def built(stage: Stage) -> None:
            stage.count("adsl", ages, [3, 6, 6])
            stage.impose(claim("all"), everyone, "7")
            stage.impose(claim("median"), median, printed)

        return built

    assert smallest_conflict("median", build("20"), 1) is None
    assert smallest_conflict("median", build("30"), 1) is None
    conflict = smallest_conflict("median", build("10"), 1)
    assert conflict is not None
    assert {statement.id for statement in conflict} == {"all", "median"}


def test_what_the_rows_cannot_express_is_left_to_a_later_stage():
    stage = Stage("test")
    stage.count("adae", cells(2), [1] * 6)
    assert not stage.impose(claim("term"), events(Unit.PATIENTS, AEDECOD="Headache"), "1")
    assert stage.imposed == {}


def conflicting(stage: Stage) -> PossibleRows:
    rows = stage.count("adae", cells(6), [4] * 18)
    stage.impose(claim("unconcerned"), events(Unit.ROWS, AESEV="SEVERE"), "1")
    for name, conditions, printed in (
        ("any 5", {}, "5"),
        ("mild 2", {"AESEV": "MILD"}, "2"),
        ("moderate 1", {"AESEV": "MODERATE"}, "1"),
        ("severe 1", {"AESEV": "SEVERE"}, "1"),
    ):
        stage.impose(claim(name), events(Unit.PATIENTS, **conditions), printed)
    return rows


def test_statements_that_cannot_all_hold_are_named_and_no_others():
    with pytest.raises(Infeasible) as caught:
        solve("test", conflicting, seed=1, effort=10)
    named = {item.id for item in caught.value.conflict}
    # 2 + 1 + 1 < 5; that one severe event is in one patient is said by "unconcerned" as well.
    assert {"any 5", "mild 2", "moderate 1"} < named
    assert len(named) == 4
    assert "“any 5”" in str(caught.value)


def test_no_conflict_is_found_where_there_is_none():
    def build(stage: Stage) -> PossibleRows:
        rows = stage.count("adae", cells(3), [1] * 9)
        stage.impose(claim("two"), events(Unit.PATIENTS), "2")
        return rows

    assert smallest_conflict("test", build, seed=1) is None


def test_a_hand_written_statement_that_is_plainly_false_is_named():
    def build(stage: Stage) -> PossibleRows:
        rows = stage.count("adae", cells(1), [1] * 3)
        stage.require(claim("impossible"), False)
        return rows

    with pytest.raises(Infeasible, match="impossible"):
        solve("test", build, seed=1, effort=1)


def test_the_same_seed_gives_the_same_rows():
    def build(stage: Stage) -> PossibleRows:
        rows = stage.count("adae", cells(20), [3] * 60)
        stage.impose(claim("patients"), events(Unit.PATIENTS), "11")
        stage.impose(claim("events"), events(Unit.ROWS), "40")
        stage.prefer(rows, [i % 7 for i in range(60)])
        return rows

    pd.testing.assert_frame_equal(solved(build), solved(build))


RELATED = ("PROBABLE", "NOT RELATED")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 7), st.integers(0, 25))
def test_the_counts_of_any_data_can_be_reconstructed(seed, patients, number):
    """Count a random study, impose the counts, solve: the solution has the same counts."""
    rng = random.Random(seed)
    grid = pd.DataFrame(
        [(f"P{p}", s, r) for p in range(patients) for s in SEVERITIES for r in RELATED],
        columns=["USUBJID", "AESEV", "AEREL"],
    )
    truth = grid.iloc[[rng.randrange(len(grid)) for _ in range(number)]].reset_index(drop=True)
    counts = [
        Count(f"{unit}/{severity}/{causality}", "", "adae", where(**conditions), unit)
        for unit in Unit
        for severity in (None, *SEVERITIES)
        for causality in (None, *RELATED)
        if (conditions := {k: v for k, v in (("AESEV", severity), ("AEREL", causality)) if v}) is not None
    ]
    known = {c.id: compute(study_of(truth), c).formatted(0) for c in counts}

    def build(stage: Stage) -> PossibleRows:
        rows = stage.count("adae", grid, [number] * len(grid))
        for count in counts:
            stage.impose(claim(count.id), count, known[count.id])
        return rows

    rebuilt = study_of(solved(build))
    assert {c.id: compute(rebuilt, c).formatted(0) for c in counts} == known


def test_a_search_that_may_end_anywhere_minimises_nothing():
    def build(stage: Stage) -> PossibleRows:
        rows = stage.choose("adae", pd.DataFrame({"USUBJID": ["P1", "P2", "P3"]}))
        stage.model.add(sum(rows.counts) == 1)
        stage.prefer(rows, [5, 1, 3])
        return rows

    rows, solver, _, least = solve("least", build, seed=1, effort=1.0)
    assert (least.objective, list(rows.chosen(solver)["USUBJID"])) == (1, ["P2"])
    rows, solver, _, any_one = solve("any", build, seed=1, effort=1.0, gap=1.0)
    assert (any_one.objective, len(rows.chosen(solver))) == (0, 1)
