"""``make bounds``: solve both ends of every question, and make the data sets that reach them.

A *witness* is a whole data set: every stage of the reconstruction, every claim, every check. What makes it a
witness is its stage *counts*, which is not asked for plausible numbers of events but for an end of a
question, and then for as many other ends as it can have at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from joblib import Parallel, delayed
from ortools.sat.python import cp_model

from proderm import bounds
from proderm import study as proderm
from proderm.bounds import Bound, End
from proderm.claims import BOUNDS, LEDGER
from proderm.questions import families
from proderm.questions.family import Question
from proderm.reconstruct import LEDGERS, ROOT, Reconstruction, Trial, written
from proderm.reconstruct_many import EFFORT, GAP, Quiet
from proderm.reconstruction import counts
from proderm.reconstruction.published import Published
from proderm.verification import NotAReconstructionError, verified
from safetybook import archives
from safetybook.claims import read_ledger
from safetybook.estimands import Combination, Count
from safetybook.problems import BadStudyError
from safetybook.reconstruct.combinations import number
from safetybook.reconstruct.possible import PossibleRows
from safetybook.reconstruct.solve import Undecided
from safetybook.reconstruct.stage import Infeasible, Linear, Stage
from safetybook.results import compute
from safetybook.study import Study

FOLDER = ROOT / "data" / "witnesses"
BOOK = "adam"
"""The name of the book's own data set among the witnesses."""

SEED = 1

# Deterministic limits: for reaching one end, for having others at once, for coming as near as possible to an
# end that was not reached; and for the stages that complete the data set.
REACH, GATHER, APPROACH = 3.0, 2.0, 1.5
COMPLETE = {**EFFORT, "terms": 1.2}


class Target(NamedTuple):
    """An end of a question: `sign` is 1 for the least value and -1 for the greatest."""

    question: Question
    sign: int
    value: int

    @property
    def id(self) -> str:
        """The id of the question's estimand."""
        return self.question.estimand.id


@dataclass(frozen=True)
class Witness:
    """A data set: its name, the texts of its files, and its value for every question by id."""

    name: str
    files: Mapping[str, str]
    values: Mapping[str, int]


def values(study: Study) -> dict[str, int]:
    """The value of every question in a data set, by the id of its estimand."""
    return {q.estimand.id: int(compute(study, q.estimand).number) for q in bounds.questions()}


class Search:
    """Data sets that reach ends, all with the same patients and infusions.

    Args:
        trial: everything but adverse events.
        of_terms: for each term the ends of questions on it, which a later stage decides.
        book: what the book's own data set has.
    """

    def __init__(self, trial: Trial, of_terms: Sequence[Sequence[Target]], book: Witness) -> None:
        self._trial = trial
        self._of_terms = of_terms
        self._made = [book]

    def run(self, name: str, targets: Sequence[Target], turn: int) -> list[Witness]:
        """Witnesses for these ends, named after `name`; each end is tried once.

        `turn` is where the ends of terms begin to take turns.
        """
        left = list(targets)
        while left:
            first = left[0]
            for kinds in self._kinds(first, left[1:]):
                number = len(self._made)
                made = self._complete(f"{name}-{number:02d}", kinds, turn + number)
                if made:
                    self._made.append(made)
                    left = [t for t in left if made.values[t.id] != t.value]
                    print(f"  {made.name}: {len(left)} ends are left to try", flush=True)
                    break
            left = [target for target in left if target is not first]
        return self._made[1:]

    def _kinds(self, first: Target, others: Sequence[Target]) -> Iterator[pd.DataFrame]:
        """Numbers of events by kind that reach the first end or come near it; the richest in ends first."""
        stage, rows = self._stage(REACH)
        stage.model.add(_total(stage, first) == first.value)
        solver = stage.solver()
        if solver.solve(stage.model) not in FOUND:
            yield from self._near(first)
            return
        alone = rows.chosen(solver)
        if others:
            _hint(stage.model, solver)
            stage.model.maximize(cp_model.LinearExpr.sum([_reached(stage, other) for other in others]))
            stage.effort = GATHER
            solver = stage.solver()
            if solver.solve(stage.model) in FOUND:
                yield rows.chosen(solver)
        yield alone

    def _near(self, target: Target) -> Iterator[pd.DataFrame]:
        """The numbers of events that come nearest to an end within the limit, if nearer than those made."""
        stage, rows = self._stage(APPROACH)
        total = _total(stage, target)
        reached = min(target.sign * made.values[target.id] for made in self._made)
        stage.model.add(target.sign * total >= target.sign * target.value)
        stage.model.add(target.sign * total < reached)
        stage.model.minimize(target.sign * total)
        solver = stage.solver()
        if solver.solve(stage.model) in FOUND:
            yield rows.chosen(solver)

    def _stage(self, effort: float) -> tuple[Stage, PossibleRows]:
        stage = Stage("counts", SEED, effort)
        trial = self._trial
        return stage, counts.build_freely(stage, trial.courses, trial.subjects, _published())

    def _complete(self, name: str, kinds: pd.DataFrame, turn: int) -> Witness | None:
        """The whole data set with these numbers of events, None if a later stage finds no solution.

        Its terms go for ends as well: of each term one question, by turns.
        """
        aims = [ends[turn % len(ends)] for ends in self._of_terms]

        def aim(stage: Stage) -> None:
            # A witness need not be plausible: without the tastes its ends are soon proved.
            stage.costs.clear()
            for target in aims:
                total = stage.model.new_int_var(0, len(self._trial.subjects), "")
                stage.model.add(total == _total(stage, target))
                stage.penalise(total, target.sign * WEIGHT)

        made = Reconstruction(
            _published(), SEED, Quiet(), effort=COMPLETE, gap={**GAP, "terms": 0.0}, explain=False
        )
        try:
            files = written(made.with_events(self._trial, kinds, aim))
            study = verified(files, name)
        except (Infeasible, Undecided, BadStudyError, NotAReconstructionError):
            return None
        return Witness(name, files, values(study))


WEIGHT = 1000
"""Cost of one patient away from an end: more than all random tastes together can make up."""

FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)
"""The statuses of a solver that has a solution."""


def _published() -> Published:
    return Published.read(LEDGERS)


def _total(stage: Stage, target: Target) -> Linear:
    """The number that a question asks for.

    Raises:
        ValueError: if the stage cannot express it.
    """
    total: Linear | None = None
    match target.question.estimand:
        case Combination() as asked:
            total = number(stage, asked)
        case Count() as asked:
            total = stage.total(asked)
    if total is None:
        raise ValueError(f"stage {stage.name!r} cannot express {target.id}")
    return total


def _reached(stage: Stage, target: Target) -> cp_model.IntVar:
    reached = stage.model.new_bool_var("")
    stage.model.add(_total(stage, target) == target.value).only_enforce_if(reached)
    return reached


def _hint(model: cp_model.CpModel, solver: cp_model.CpSolver) -> None:
    for index, value in enumerate(solver.response_proto.solution):
        model.add_hint(model.get_int_var_from_proto_index(index), value)


def targets(outer: Mapping[str, tuple[int, int]], known: Mapping[str, int]) -> list[Target]:
    """The ends that the known values do not reach, the least values first."""
    return [
        Target(question, sign, outer[question.estimand.id][end])
        for end, sign in enumerate((1, -1))
        for question in bounds.questions()
        if outer[question.estimand.id][end] != known[question.estimand.id]
    ]


def merged(
    outer: Mapping[str, tuple[int, int]], witnesses: Sequence[Witness]
) -> tuple[list[Bound], list[Witness]]:
    """The bounds with the farthest value reached at each end, and the witnesses that reach one first."""
    found = []
    for question in bounds.questions():
        name = question.estimand.id
        ends = []
        for value, sign in zip(outer[name], (1, -1), strict=True):
            best = min(witnesses, key=lambda witness: sign * witness.values[name])
            ends.append(End(value, best.values[name], best.name))
        found.append(Bound(name, *ends))
    used = {end.witness for bound in found for end in (bound.low, bound.high)}
    return found, [witness for witness in witnesses if witness.name in used]


def solved(jobs: int, say: Callable[[str], None] = print) -> tuple[list[Bound], list[Witness]]:
    """All bounds, and the data sets that reach their ends; the same whatever the number of jobs."""
    ledger = read_ledger(LEDGER)
    asked = families(ledger)
    book = Witness(BOOK, {}, values(proderm.load()))
    with Parallel(n_jobs=jobs) as parallel:
        say(f"Proving the ends of {sum(len(family.questions) for family in asked)} questions")
        trial, *proved = parallel(
            [delayed(_trial)()]
            + [delayed(part.outer)(bounds.ledgers()) for family in asked for part in family.parts()]
        )
        outer = {name: ends for found in proved for name, ends in found.items()}
        open_ends = targets(outer, book.values)
        of_terms = [
            own
            for family in asked
            if (own := [t for t in open_ends if t.question.by_term and t.question in family.questions])
        ]
        parts = _parts([t for t in open_ends if t.question.filters and not t.question.by_term])
        say(f"Looking for data sets that reach {len(open_ends)} ends")
        made = parallel(
            delayed(Search(trial, of_terms, book).run)(name, part, 3 * place)
            for place, (name, part) in enumerate(parts.items())
        )
    return merged(outer, [book, *(witness for found in made for witness in found)])


def _trial() -> Trial:
    return Reconstruction(_published(), SEED, Quiet()).trial()


def _parts(open_ends: Iterable[Target]) -> dict[str, list[Target]]:
    """The ends in two parts of about the same work, whatever the machine."""
    parts: dict[str, list[Target]] = {"a": [], "b": []}
    for place, target in enumerate(open_ends):
        parts["ab"[place % 2]].append(target)
    return parts


def store(found: Sequence[Bound], witnesses: Iterable[Witness], folder: Path = FOLDER) -> None:
    """Write the witnesses, and the bounds after them; what is no witness any more goes."""
    kept = set()
    for witness in witnesses:
        if witness.files:
            path = folder / f"{witness.name}{archives.SUFFIX}"
            archives.write(path, witness.files)
            kept.add(path)
    for path in folder.glob(f"*{archives.SUFFIX}"):
        if path not in kept:
            path.unlink()
    bounds.write(found)


def main(arguments: list[str] | None = None) -> int:
    """Solve and store all bounds, unless what they depend on is as it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=-1, help="how many run side by side; -1: one per core")
    options = parser.parse_args(arguments)
    try:
        bounds.stored()
    except (OSError, ValueError):
        found, witnesses = solved(options.jobs)
        store(found, witnesses)
    found = bounds.stored()
    certified = sum(end.certified for bound in found for end in (bound.low, bound.high))
    print(f"{len(found)} bounds, {certified} of {2 * len(found)} ends certified, in {BOUNDS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
