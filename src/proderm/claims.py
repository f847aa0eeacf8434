"""Check every claim of the article against the data: ``python -m proderm.claims [folder of the data]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from proderm import study as proderm
from proderm.contradictions import CONTRADICTIONS
from proderm.datasets import DATASETS
from proderm.estimands import CATALOGUE
from proderm.evidence import evidence
from safetybook import stored_answers
from safetybook.claims import Outcome, Verdict, Verdicts, judge, read_ledger, write_verdicts
from safetybook.problems import BadStudyError
from safetybook.reading import read_table
from safetybook.study import Study

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "data" / "published" / "claims.csv"
EXTERNAL = ROOT / "data" / "published" / "external.csv"
BOUNDS = LEDGER.with_name("bounds.json")
"""Between which numbers the claims leave counts that they do not print; see :mod:`proderm.bounds`."""
ANSWERS = LEDGER.with_name("answers.json")
"""What solvers found when the pages asked; see :mod:`proderm.answers`."""
VERDICTS = ROOT / "_build" / "verdicts.csv"

stored_answers.consult(ANSWERS)


def verdicts(study: Study) -> Verdicts:
    """The verdict on each claim of the article, given the data.

    Raises:
        BadLedgerError: if the ledger cannot be used.
        ValueError: if a contradiction names a claim that the ledger lacks.
    """
    ledger = read_ledger(LEDGER)
    return judge(ledger, CATALOGUE, study, CONTRADICTIONS, evidence(ledger, CONTRADICTIONS, BOUNDS))


def external_verdicts(study: Study) -> Verdicts:
    """The verdict on each count of the trial that other public sources print and the data follow too."""
    return judge(read_ledger(EXTERNAL, locations=None), CATALOGUE, study)


def unresolved(found: Verdicts) -> list[str]:
    """For each claim that does not hold: its name, the article's words, and what the data give."""
    return [_told(verdict) for verdict in found.with_outcome(Outcome.UNRESOLVED)]


def _told(verdict: Verdict) -> str:
    claim = verdict.claim
    return (
        f"{claim.claim_id} ({claim.location}): “{claim.quote}”\n"
        f"    printed {claim.value}, computed {verdict.computed} ({claim.estimand})"
    )


def as_written(folder: Path) -> Study | None:
    """The study as the files have it, right or wrong; None if no claim can be counted in it.

    That is so if a file is missing or has no header, or if patients cannot be told apart.
    Only for naming the claims that fail in data that are no valid study.
    """
    tables = [read_table(folder / dataset.file, dataset)[0] for dataset in DATASETS]
    frames = {table.dataset.name: table.frame for table in tables if table is not None}
    if len(frames) < len(DATASETS) or not frames["adsl"]["USUBJID"].is_unique:
        return None
    views = {"maxrates": proderm.maxrates}
    return proderm.with_patient_variables(Study(frames, DATASETS, folder, views))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the verdicts, name the claims that do not hold, and return 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=proderm.FOLDER, help="folder of the data sets"
    )
    parser.add_argument("--verdicts", type=Path, default=VERDICTS, help="file to write")
    chosen = parser.parse_args(arguments)
    study: Study | None
    valid = True
    try:
        study = proderm.load(chosen.folder)
    except BadStudyError as error:
        print(error, file=sys.stderr)
        study, valid = as_written(chosen.folder), False
    if study is None:
        return 1
    found, elsewhere = verdicts(study), external_verdicts(study)
    write_verdicts(found, chosen.verdicts)
    failures = [*unresolved(elsewhere), *unresolved(found)]
    print(*failures, f"In other sources, {elsewhere}", found, sep="\n")
    return 0 if valid and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
