"""``make ensemble``: reconstruct, verify and store the members of the ensemble, side by side.

What is there already, and is what it should be, stays. So a run that was stopped goes on where it was, and
a damaged file is made again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from joblib import Parallel, delayed, parallel_config

from proderm import reconstruct
from proderm.ensemble import FOLDER, SUMMARY, Ensemble
from proderm.reconstruction import assumptions
from proderm.reconstruction.published import Published
from proderm.verification import NotAReconstructionError, verified
from safetybook import archives
from safetybook.problems import BadStudyError
from safetybook.reconstruct.solve import StageReport, Undecided
from safetybook.reconstruct.stage import Infeasible

SIZE = 100
FIRST_SEED = reconstruct.SEED + 1

# Less effort than `make data` where more only buys plausibility. A search may end within a share of the least
# possible cost. The costs of terms are random numbers, and without them a solution is found sooner: share 1.
EFFORT = {**reconstruct.EFFORT, "counts": 1.0, "cycles": 0.15}
GAP = {**dict.fromkeys(reconstruct.EFFORT, 0.05), "terms": 1.0}


class Quiet(reconstruct.Progress):
    """Members are made side by side: no stage of one is shown."""

    def begin(self, name: str) -> None:
        """Say nothing."""

    def end(self, report: StageReport) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Made:
    """What came of a seed: the digest of the member's texts and its file's bytes, or why there is none."""

    seed: int
    digest: str = ""
    content: bytes = b""
    reason: str = ""


def make(seed: int) -> Made:
    """Reconstruct one member and verify it in full; no file is written, so this runs anywhere.

    A seed whose early choices leave a later stage without a solution, or without one within the effort,
    gives no member: the next seed costs less than a longer search.

    Raises:
        BadStudyError: if the files make no study: a fault of the programme, not of the seed;
        NotAReconstructionError: the same, if a claim does not hold.
    """
    published = Published.read(reconstruct.LEDGERS)
    assumed = assumptions.drawn(seed)
    try:
        frames = reconstruct.Reconstruction(published, seed, Quiet(), assumed, EFFORT, GAP).run()
    except (Undecided, Infeasible) as problem:
        return Made(seed, reason=str(problem))
    files = reconstruct.written(frames)
    verified(files, f"the reconstruction with seed {seed}")
    return Made(seed, archives.digest(files), archives.pack(files))


def made_with() -> dict[str, object]:
    """All that a member depends on besides its seed and the code."""
    return {
        "solver": reconstruct.solver_version(),
        "ledgers": reconstruct.ledger_digests(),
        "effort": EFFORT,
        "gap": GAP,
    }


def resumed(folder: Path) -> Ensemble:
    """What a folder has of the ensemble as it would be made now: intact members and skipped seeds."""
    known = Ensemble.stored(folder)
    if known.made_with != made_with():
        return Ensemble(folder, made_with())
    digests = {seed: digest for seed, digest in known.digests.items() if known.intact(seed)}
    return Ensemble(folder, known.made_with, digests, known.skipped)


def run(
    folder: Path,
    size: int = SIZE,
    jobs: int = 1,
    make: Callable[[int], Made] = make,
    say: Callable[[str], None] = print,
) -> Ensemble:
    """Add members until there are `size`: those of the lowest seeds that give one.

    Each is stored when it is there, so a run can be stopped at any time. `jobs` run side by side, by the
    backend that joblib has been told of. `say` gets a line of progress for each seed.
    """
    ensemble = resumed(folder)
    ensemble.store()
    say(f"{len(ensemble.digests)} of {size} members are there")
    started = time.monotonic()
    while (lacking := size - len(ensemble.digests)) > 0:
        seeds = islice(_untried(ensemble), lacking)
        for result in Parallel(n_jobs=jobs, return_as="generator_unordered")(map(delayed(make), seeds)):
            _keep(ensemble, result)
            outcome = f"skipped: {result.reason.splitlines()[0]}" if result.reason else "stored"
            minutes = (time.monotonic() - started) / 60
            say(f"{len(ensemble.digests):4} of {size}, {minutes:5.1f} min: seed {result.seed} {outcome}")
    for path in folder.glob(f"*{archives.SUFFIX}"):
        if path not in {ensemble.path(seed) for seed in ensemble.digests}:
            path.unlink()
    return ensemble


def _untried(ensemble: Ensemble) -> Iterator[int]:
    tried = {*ensemble.digests, *ensemble.skipped}
    return (seed for seed in count(FIRST_SEED) if seed not in tried)


def _keep(ensemble: Ensemble, made: Made) -> None:
    if made.reason:
        ensemble.skipped[made.seed] = made.reason
    else:
        # The summary is of the members before: from here until it is counted anew there is none.
        (ensemble.folder / SUMMARY).unlink(missing_ok=True)
        archives.write(ensemble.path(made.seed), archives.unpack(made.content))
        ensemble.digests[made.seed] = made.digest
    ensemble.store()


def main(arguments: list[str] | None = None) -> int:
    """Make what the ensemble lacks; 1 if a reconstruction turned out not to agree with the article."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the members")
    parser.add_argument("--size", type=int, default=SIZE, help="how many members there are to be")
    parser.add_argument("--jobs", type=int, default=-1, help="how many run side by side; -1: one per core")
    parser.add_argument("--cluster", metavar="ADDRESS", help="run on the Dask cluster with this scheduler")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        if options.cluster:
            from distributed import Client  # only here: importing it takes as long as a small task

            stack.enter_context(Client(options.cluster))
            stack.enter_context(parallel_config(backend="dask"))
        try:
            ensemble = run(options.out, options.size, options.jobs)
        except (BadStudyError, NotAReconstructionError) as problem:
            print(problem, file=sys.stderr)
            return 1
    print(f"{len(ensemble.digests)} members in {options.out}, {len(ensemble.skipped)} seeds skipped")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
