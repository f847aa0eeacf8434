"""`make data` as a whole: the committed bytes, or the article's words and nothing written."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from ortools.sat.python.cp_model import CpModel, CpSolver

from proderm import reconstruct

ADAM = Path(__file__).resolve().parents[2] / "data" / "adam"
LEDGER, EXTERNAL = reconstruct.LEDGERS


@pytest.fixture(scope="module", autouse=True)
def models_are_solved_once() -> Iterator[None]:
    """What was solved within the same limits has its solution: the stages before a conflict do."""
    known, solve = {}, CpSolver.solve

    def remembered(solver: CpSolver, model: CpModel) -> object:
        asked = hashlib.sha256(f"{model.proto}{solver.parameters}".encode()).digest()
        if asked not in known:
            known[asked] = solve(solver, model), vars(solver)
        status, found = known[asked]
        vars(solver).update(found)
        return status

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CpSolver, "solve", remembered)
        yield


def test_make_data_gives_the_committed_bytes(tmp_path, capsys):
    assert reconstruct.main(["--out", str(tmp_path)]) == 0
    assert "counts" in capsys.readouterr().out
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in ADAM.iterdir()}
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []


def test_conflicting_claims_end_in_the_articles_words_and_write_nothing(tmp_path, monkeypatch, capsys):
    text = LEDGER.read_text(encoding="utf-8")
    line = next(row for row in text.split("\n") if row.startswith("t1.teae.placebo_p1.events,"))
    changed = tmp_path / "claims.csv"
    changed.write_text(text.replace(line, line.replace(",135,135,", ",135,27,")), encoding="utf-8")
    monkeypatch.setattr(reconstruct, "LEDGERS", (changed, EXTERNAL))
    out = tmp_path / "adam"
    assert reconstruct.main(["--out", str(out)]) == 1
    said = capsys.readouterr().err
    # 28 patients cannot have 27 events between them.
    assert "t1.teae.placebo_p1.events = 27" in said
    assert "135" in said
    assert "cannot all hold" in said
    assert not out.exists()


def test_a_broken_ledger_is_reported_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    changed = tmp_path / "claims.csv"
    changed.write_text("claim_id,location\nx,Table 1\n", encoding="utf-8")
    monkeypatch.setattr(reconstruct, "LEDGERS", (changed,))
    assert reconstruct.main(["--out", str(tmp_path / "adam")]) == 1
    assert "claims.csv" in capsys.readouterr().err
    assert not (tmp_path / "adam").exists()
