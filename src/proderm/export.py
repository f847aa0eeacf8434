"""Put the files that the built book offers into one folder: ``python -m proderm.export [folder]``.

They are the tables, written while the pages are, and all results: those of the catalogue of estimands, with
the parts that percentages and ratios are made of.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from proderm import claims
from proderm.estimands import CATALOGUE
from safetybook import whole_files
from safetybook.claims import Verdict, Verdicts
from safetybook.estimands import Estimand, where
from safetybook.exports import write_results
from safetybook.reported import Event, Reported, parts
from safetybook.results import compute
from safetybook.study import Study

DOWNLOADS = claims.ROOT / "_build" / "html" / "_downloads"
PARTS = ("tables", "results")
"""The folders below the downloads of the book."""

FOLDER = claims.ROOT / "_build" / "export"
NOT_PRINTED = "Not printed in the article"

EVENT = Event(
    "proderm-safety-reconstruction",
    "Safety of IVIg in dermatomyositis (ProDERM): results recomputed from a reconstruction",
    "Synthetic patient-level data: a reconstruction that agrees with the published article, not the trial's "
    "records. Only published and determined results say something of the trial.",
    ("Safety population: all patients with at least one infusion", "adsl", where(SAFFL="Y")),
    {"TRTA": "Treatment of the most recent infusion", "APERIOD": "Period of the most recent infusion"},
)


def reported(study: Study, verdicts: Verdicts) -> list[Reported]:
    """All results of the catalogue: first as the article prints them, in its order, then the rest."""
    printed: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        printed.setdefault(verdict.claim.estimand, []).append(verdict)
    found = [_reported(estimand, study, verdicts, printed.get(estimand.id, [])) for estimand in _all()]
    order = {verdict.claim.location: place for place, verdict in reversed(list(enumerate(verdicts)))}
    return sorted(found, key=lambda one: order.get(one.section, len(verdicts)))


def _all() -> Iterator[Estimand]:
    """Every estimand of the catalogue and every part of one, each once."""
    waiting: list[Estimand] = list(CATALOGUE.values())
    known: set[str] = set()
    for estimand in waiting:
        if estimand.id not in known:
            known.add(estimand.id)
            yield estimand
            # The list grows while it is walked: a part may have parts.
            waiting += parts(estimand)


def _reported(estimand: Estimand, study: Study, verdicts: Verdicts, printed: Sequence[Verdict]) -> Reported:
    """A result with the place and the decimals of the first claim that prints it, and all their verdicts."""
    first = printed[0].claim if printed else None
    return Reported(
        estimand,
        compute(study, estimand),
        verdicts.standing(estimand),
        first.location if first else NOT_PRINTED,
        first.decimals if first else None,
        tuple(dict.fromkeys(str(verdict.outcome) for verdict in printed)),
    )


def write(folder: Path, study: Study, verdicts: Verdicts) -> list[Path]:
    """Write all results into a folder; return the files."""
    return write_results(reported(study, verdicts), EVENT, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy everything beside the folder, then put it in its place; return 1 if the book is not built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="folder to write")
    folder: Path = parser.parse_args(arguments).folder
    missing = [str(DOWNLOADS / part) for part in PARTS if not (DOWNLOADS / part).is_dir()]
    if missing:
        print(f"{' and '.join(missing)} missing: run make book first", file=sys.stderr)
        return 1
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    for part in PARTS:
        shutil.copytree(DOWNLOADS / part, beside / part)
    whole_files.replace_folder(beside, folder)
    tables, results = (len(list((folder / part).iterdir())) for part in PARTS)
    print(f"{folder}: {tables} files of tables, {results} of results")
    return 0


if __name__ == "__main__":
    sys.exit(main())
