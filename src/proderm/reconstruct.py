"""``make data``: from the published claims to ``data/adam/*.csv``, the same bytes on every run."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, TypeVar

import pandas as pd
from ortools.sat.python import cp_model

from proderm.reconstruction import (
    assemble,
    baseline,
    burden,
    calendar,
    counts,
    cycles,
    design,
    exposure,
    infusions,
    terms,
    timing,
    visits,
)
from proderm.reconstruction.assumptions import USUAL, Assumptions
from proderm.reconstruction.published import Published
from proderm.verification import NotAReconstructionError, verified
from safetybook import whole_files
from safetybook.problems import BadStudyError
from safetybook.reconstruct.possible import PossibleRows
from safetybook.reconstruct.solve import StageReport, Undecided, solve
from safetybook.reconstruct.stage import Infeasible, Stage

ROOT = Path(__file__).resolve().parents[2]
LEDGERS = (ROOT / "data/published/claims.csv", ROOT / "data/published/external.csv")
SEED = 1

# Deterministic limits of the search, in the solver's units of work (about one to four seconds each here).
# The stages find their first solution well before; the rest of the effort goes into plausibility.
EFFORT: Mapping[str, float] = {
    "exposure": 4.0,
    "burden": 2.0,
    "counts": 3.0,
    "terms": 2.0,
    "cycles": 2.0,
    "calendar": 2.0,
    "ages": 4.0,
    "baseline": 6.0,
    "rates": 2.0,
    "doses": 4.0,
    "latency": 8.0,
    "duration": 4.0,
}

# A stage whose choice the next one may still move; it imposes the same claims again.
PROVISIONAL = ("burden",)

Built = TypeVar("Built")


class Progress:
    """One line per stage on standard output: its name when it begins, what came of it when it ends."""

    def begin(self, name: str) -> None:
        """Name the stage that is being solved."""
        print(f"  {name:<10} ", end="", flush=True)

    def end(self, report: StageReport) -> None:
        """Complete the line."""
        print(
            f"{report.status.lower():<9} {report.claims:>4} claims {report.variables:>7,} variables "
            f"{report.constraints:>7,} constraints {report.seconds:6.1f} s",
            flush=True,
        )


def _nothing_more(stage: Stage) -> None:
    """No aim beyond the claims."""


class Trial(NamedTuple):
    """A reconstruction without its adverse events, one row per patient, cycle or risk factor."""

    subjects: pd.DataFrame
    courses: pd.DataFrame
    infusions: pd.DataFrame
    people: pd.DataFrame
    history: pd.DataFrame


class Reconstruction:
    """All stages in order; each reads what the earlier ones settled.

    Args:
        published: the claims to follow.
        seed: of all random choices.
        progress: told of each stage.
        assumed: what the article leaves open about patients.
        effort: limit of the search of each stage.
        gap: how far from the least cost the search of a stage may end, as a share of it; 0 if not given.
        explain: whether to look for the conflict where a stage has no solution.
    """

    def __init__(
        self,
        published: Published,
        seed: int,
        progress: Progress,
        assumed: Assumptions = USUAL,
        effort: Mapping[str, float] = EFFORT,
        gap: Mapping[str, float] | None = None,
        explain: bool = True,
    ) -> None:
        self.published = published
        self.seed = seed
        self.assumed = assumed
        self._progress = progress
        self._effort = effort
        self._gap = gap or {}
        self._explain = explain
        self.reports: list[StageReport] = []

    def _solve(self, name: str, build: Callable[[Stage], Built]) -> tuple[Built, cp_model.CpSolver]:
        self._progress.begin(name)
        built, solver, stage, report = solve(
            name, build, self.seed, self._effort[name], self._gap.get(name, 0.0), self._explain
        )
        if name not in PROVISIONAL:
            self.published.settle(stage)
        self.reports.append(report)
        self._progress.end(report)
        return built, solver

    def _rows(self, name: str, build: Callable[[Stage], PossibleRows]) -> pd.DataFrame:
        rows, solver = self._solve(name, build)
        return rows.chosen(solver)

    def run(self) -> dict[str, pd.DataFrame]:
        """The six data sets."""
        trial = self.trial()
        seed, published, assumed = self.seed, self.published, self.assumed
        courses, subjects = trial.courses, trial.subjects
        load = self._rows("burden", lambda s: burden.build(s, courses, subjects, published, seed, assumed))
        kinds = self._rows(
            "counts", lambda s: counts.build(s, load, courses, subjects, published, seed, assumed)
        )
        return self.with_events(trial, kinds)

    def trial(self) -> Trial:
        """Everything but adverse events: patients, infusions, history."""
        seed, published = self.seed, self.published
        patients = design.cohort(seed)
        subjects = design.subjects(patients)
        courses = self._rows("exposure", lambda s: exposure.build(s, patients, published, seed))
        options = calendar.candidates(courses, seed)
        chosen = self._rows("calendar", lambda s: calendar.build(s, options, courses, published, seed))
        people, history = self._baseline(subjects)
        dated = self._infusions(calendar.dated(courses, options, chosen), people)
        return Trial(subjects, courses, dated, people, history)

    def with_events(
        self, trial: Trial, kinds: pd.DataFrame, aim: Callable[[Stage], None] = _nothing_more
    ) -> dict[str, pd.DataFrame]:
        """The six data sets, once it is known how many events of which kind each patient had.

        `aim` may add to what the stage *terms* looks for.
        """
        seed, published = self.seed, self.published
        courses, subjects = trial.courses, trial.subjects
        events = terms.numbered(kinds, subjects, published)

        def choose_terms(stage: Stage) -> PossibleRows:
            rows = terms.build(stage, events, courses, subjects, published, seed)
            aim(stage)
            return rows

        named = self._rows("terms", choose_terms)
        events = design.without_subjects(terms.draw_uncounted(named, courses, seed), subjects)
        (rows, given), solver = self._solve(
            "cycles", lambda s: cycles.build(s, events, courses, subjects, published, seed)
        )
        events = design.without_subjects(rows.chosen(solver), subjects)
        premedicated = [key for key, literal in given.items() if solver.value(literal)]
        hours = infusions.episodes(trial.infusions, published, seed)
        events = events.merge(timing.cycle_times(hours), on=["USUBJID", "CYCLE"]).sort_values("SEQ")
        onset = self._rows("latency", lambda s: timing.build_latency(s, events, subjects, published, seed))
        timed = design.without_subjects(onset, subjects)
        lasting = self._rows("duration", lambda s: timing.build_duration(s, timed, subjects, published, seed))
        drugs = visits.premedication(premedicated, courses, hours, published, seed)
        scores = visits.wells(hours, lasting, seed)
        return assemble.study_frames(
            trial.people, trial.infusions, hours, lasting, trial.history, drugs, scores, published, seed
        )

    def _baseline(self, subjects: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        ages = self._rows("ages", lambda s: baseline.build_ages(s, subjects, self.published, self.seed))
        aged = subjects.merge(ages[["USUBJID", "AGE"]], on="USUBJID")
        (variables, factors), solver = self._solve(
            "baseline", lambda s: baseline.build(s, aged, self.published, self.seed)
        )
        people = aged
        for name, rows in variables.items():
            people = people.merge(rows.chosen(solver)[["USUBJID", name]], on="USUBJID")
        history = factors.chosen(solver)
        obese = set(history.loc[history["MHGRPTRM"] == "Obesity", "USUBJID"])
        return baseline.measures(people, obese, self.published, self.seed), history

    def _infusions(self, dated: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
        seed, published = self.seed, self.published
        people = people.drop(columns="TRT01P")
        maxima = self._rows("rates", lambda s: infusions.build_rates(s, dated, people, published, seed))
        rated = infusions.with_rates(dated, maxima, published, seed)
        doses = self._rows("doses", lambda s: infusions.build_doses(s, dated, people, published, seed))
        keys = ["USUBJID", "CYCLE"]
        rated = rated.merge(doses[[*keys, "GRAMS", "CYCDOSE"]], on=keys, how="left")
        return infusions.with_placebo_doses(rated)


def written(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The data sets as the texts of their CSV files, by file name."""
    return {f"{name}.csv": assemble.csv_text(name, frame) for name, frame in frames.items()}


def write(files: Mapping[str, str], reports: list[StageReport], seed: int, folder: Path) -> None:
    """Write the CSV files and MANIFEST.json: all of them, or none if something fails before."""
    manifest = {
        "title": "Synthetic reconstruction of the ProDERM safety data; not the trial's records",
        "solver": solver_version(),
        "seed": seed,
        "ledgers": ledger_digests(),
        "stages": [
            {
                "name": r.name,
                "status": r.status,
                "claims": r.claims,
                "variables": r.variables,
                "constraints": r.constraints,
                "plausibility_cost": r.objective,
                "work": r.work,
            }
            for r in sorted(reports, key=lambda report: list(EFFORT).index(report.name))
        ],
        "files": {name: _hash(text.encode()) for name, text in files.items()},
    }
    whole_files.write_all(folder, {**files, "MANIFEST.json": json.dumps(manifest, indent=2) + "\n"})


def ledger_digests() -> dict[str, str]:
    """SHA-256 of each ledger that the data follow."""
    return {path.name: _hash(path.read_bytes()) for path in LEDGERS}


def solver_version() -> str:
    """The solver, on whose version the solutions depend."""
    return f"ortools {version('ortools')}"


def _hash(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Reconstruct the data and write them; 1, and nothing written, if claims are faulty or do not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "data/adam", help="folder to write to")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    print("Reconstructing patient-level data from the published claims:", flush=True)
    try:
        reconstruction = Reconstruction(Published.read(LEDGERS), options.seed, Progress())
        frames = reconstruction.run()
        files = written(frames)
        verified(files, "the reconstruction")
    except (BadStudyError, Infeasible, Undecided, NotAReconstructionError) as problem:
        print(problem, file=sys.stderr)
        return 1
    write(files, reconstruction.reports, options.seed, options.out)
    print(f"Wrote {sum(map(len, frames.values())):,} rows to {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
