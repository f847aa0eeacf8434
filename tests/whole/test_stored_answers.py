"""Answers of solvers: kept under their questions, right, complete, and all that a page needs."""

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from proderm import risk_factors, table_3
from proderm.claims import ANSWERS, LEDGER, verdicts
from proderm.columns import IVIG_P1, PLACEBO_P1
from proderm.consistency.knowledge import KNOWLEDGE
from proderm.estimands import CATALOGUE
from proderm.explorer import COLUMNS, estimands
from proderm.known_counts import selections
from proderm.pages import study
from safetybook import stored_answers
from safetybook.claims import read_ledger
from safetybook.granularity import Rules
from safetybook.stored_answers import answer, asked, consult, digest, write

ROOT = Path(__file__).parents[2]
KEPT = json.loads(ANSWERS.read_text(encoding="utf-8"))


@pytest.fixture
def nothing_known(monkeypatch):
    """A process that consults no file and has asked nothing."""
    monkeypatch.setattr(stored_answers, "_files", [])
    monkeypatch.setattr(stored_answers, "_asked", {})


class Solver:
    """Gives one answer, and counts how often it was called."""

    def __init__(self, found: object) -> None:
        self.found, self.calls = found, 0

    def __call__(self) -> object:
        self.calls += 1
        return self.found


# The mechanism --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_known")
@pytest.mark.parametrize("found", [[0, 7], 0, False, None])
def test_a_question_is_solved_once(found):
    solver = Solver(found)
    assert [answer("rows", "how many?", solver) for _ in range(3)] == [found] * 3
    assert solver.calls == 1
    assert asked() == {"rows": {"how many?": found}}


@pytest.mark.usefixtures("nothing_known")
def test_another_question_or_kind_has_another_answer():
    assert answer("rows", "how many?", Solver(1)) == 1
    assert answer("rows", "how many others?", Solver(2)) == 2
    assert answer("patients", "how many?", Solver(3)) == 3


@pytest.mark.usefixtures("nothing_known")
@pytest.mark.parametrize("found", [[0, None], 0, False, None])
def test_what_is_kept_is_not_solved(tmp_path, found):
    write({"rows": {"how many?": found}}, tmp_path / "answers.json")
    consult(tmp_path / "answers.json")
    solver = Solver(5)
    assert (answer("rows", "how many?", solver), solver.calls) == (found, 0)
    assert (answer("rows", "how many others?", solver), solver.calls) == (5, 1)
    assert (answer("patients", "how many?", solver), solver.calls) == (5, 2)


@pytest.mark.usefixtures("nothing_known")
def test_while_nothing_is_kept_everything_is_solved(tmp_path):
    consult(tmp_path / "answers.json")
    assert answer("rows", "how many?", Solver(5)) == 5


@pytest.mark.usefixtures("nothing_known")
def test_what_is_forgotten_is_solved_anew(tmp_path):
    write({"rows": {"how many?": 1}}, tmp_path / "answers.json")
    consult(tmp_path / "answers.json")
    assert answer("rows", "how many?", Solver(2)) == 1
    stored_answers.forget()
    assert answer("rows", "how many?", Solver(2)) == 2


def test_the_same_answers_are_the_same_bytes(tmp_path):
    one = {"rows": {"a": [1, 2], "ä": [3, None]}, "patients": {"b": True}}
    other = {"patients": {"b": True}, "rows": {"ä": [3, None], "a": [1, 2]}}
    write(one, tmp_path / "one.json")
    write(other, tmp_path / "other.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8")) == one


def test_long_texts_have_short_names_of_their_own():
    assert len({digest("x" * 10_000), digest("x" * 10_001), digest("")}) == 3
    assert len(digest("x" * 10_000)) == 32


# What is kept ----------------------------------------------------------------------------------------------


def test_the_file_is_as_it_would_be_written(tmp_path):
    write(KEPT, tmp_path / ANSWERS.name)
    assert (tmp_path / ANSWERS.name).read_bytes() == ANSWERS.read_bytes()


def test_a_draw_of_every_kind_of_answer_is_found_again(nothing_known):
    """Solved anew; what is drawn changes with the ledger, so that in time all is tried."""
    draw = random.Random(hashlib.sha256(LEDGER.read_bytes()).digest())
    known = verdicts(study())
    for selection in draw.sample(list(selections()), 10):
        for column in COLUMNS:
            known.standing(estimands(study(), selection, column)["patients"])
    for measure in table_3.MEASURES:
        found = table_3.behind(study(), measure, draw.choice(table_3.TERMS[:2]), PLACEBO_P1)
        assert found is not None
        found.settled()
        found.least()
    mild = table_3.Entry("latency", table_3.TERMS[0], "mild", IVIG_P1)
    table_3.Behind([mild.printed(study())], table_3.GRIDS["latency"]).least()
    risk_factors.ends(study(), draw.sample(risk_factors.shared(study()), 6))
    computed = [claim for claim in read_ledger(LEDGER) if claim.estimand]
    printed = {claim.claim_id: claim.value for claim in computed}
    assert sum(not rule.holds(printed) for rule in Rules(computed, CATALOGUE, KNOWLEDGE)) > 0
    again = json.loads(json.dumps(asked()))
    assert again.keys() == KEPT.keys()
    found = {
        (kind, question): given
        for kind, of in again.items()
        for question, given in of.items()
        if question in KEPT[kind]
    }
    assert {kind for kind, _ in found} == KEPT.keys()
    assert sum(kind == "rows" for kind, _ in found) > 20
    assert found == {(kind, question): KEPT[kind][question] for kind, question in found}


# What pages need -------------------------------------------------------------------------------------------

PAGES = """
import json, sys
import scipy.optimize
from ortools.sat.python import cp_model

def solve(*arguments, **options):
    raise AssertionError("a page calls a solver: run make answers")

# Before any module of ours takes them from there.
scipy.optimize.linprog = scipy.optimize.milp = cp_model.CpSolver.solve = solve
import scipy.stats, seaborn  # once, before the chapters are forked
from proderm import answers
from safetybook import stored_answers

file, *chapters = map(answers.Path, sys.argv[1:])
stored_answers.forget()
stored_answers.consult(file)
found = answers.asked_by(chapters[0]) if chapters else answers.asked()
stored_answers.write(found, file)
"""


def run(file: Path, *chapters: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PAGES, str(file), *map(str, chapters)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_pages_ask_all_that_is_kept_and_solve_nothing(tmp_path):
    file = tmp_path / ANSWERS.name
    file.write_bytes(ANSWERS.read_bytes())
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == ANSWERS.read_bytes()


def test_a_page_whose_answers_are_not_kept_would_be_noticed(tmp_path):
    file = tmp_path / ANSWERS.name
    write({kind: given for kind, given in KEPT.items() if kind != "settled values"}, file)
    done = run(file, ROOT / "notebooks" / "04_latency.md")
    assert done.returncode != 0
    assert "a page calls a solver" in done.stderr
