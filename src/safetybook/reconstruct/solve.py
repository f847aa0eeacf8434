"""Solving a stage, and saying why when nothing satisfies it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ortools.sat.python import cp_model

from safetybook.reconstruct.constraints import Constraint, explain
from safetybook.reconstruct.stage import Infeasible, Stage

Built = TypeVar("Built")


EXPLANATION_EFFORT = 2.0
"""Deterministic limit of each test while looking for the smallest conflict."""


class Undecided(Exception):
    """The search ended at its limit with neither a solution nor a proof that there is none."""


@dataclass(frozen=True)
class StageReport:
    """What a solved stage was: for the progress display and the manifest.

    `work` is the solver's deterministic time, the same on every machine; `seconds` is not, and is
    therefore shown but never stored.
    """

    name: str
    status: str
    variables: int
    constraints: int
    claims: int
    objective: int
    work: float
    seconds: float


def solve(
    name: str,
    build: Callable[[Stage], Built],
    seed: int,
    effort: float,
    gap: float = 0.0,
    explain: bool = True,
) -> tuple[Built, cp_model.CpSolver, Stage, StageReport]:
    """Build a stage and solve it with one worker.

    Args:
        name: the stage, for messages.
        build: adds possible rows and claims to the stage and returns what the caller wants to read
            from the solution.
        seed: of the solver.
        effort: deterministic limit of the search.
        gap: how far from the least possible cost the search may end, as a share of it; with 1, any
            solution will do, and nothing is minimised.
        explain: whether to look for the conflict if there is no solution, which takes a while.

    Raises:
        Infeasible: with the smallest conflicting set of statements found.
        Undecided: if there is no solution within the limit, and no conflict was found or looked for.
    """
    started = time.perf_counter()
    stage = Stage(name, seed, effort, gap)
    built = build(stage)
    minimised = gap < 1
    if minimised:
        stage.minimise()
    solver = stage.solver() if minimised else _with_relaxation(stage)
    status = solver.solve(stage.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        conflict = smallest_conflict(name, build, seed) if explain else None
        if conflict is not None:
            raise Infeasible(name, conflict)
        raise Undecided(f"stage {name!r}: no solution and no conflict within {effort} units of work")
    proto = stage.model.proto
    report = StageReport(
        name=name,
        status=solver.status_name(status),
        variables=len(proto.variables),
        constraints=len(proto.constraints),
        claims=len(stage.imposed),
        objective=round(solver.objective_value) if minimised and stage.costs else 0,
        work=round(solver.response_proto.deterministic_time, 6),
        seconds=time.perf_counter() - started,
    )
    return built, solver, stage, report


def smallest_conflict(name: str, build: Callable[[Stage], object], seed: int) -> list[Constraint] | None:
    """Statements that cannot all hold, none of which can be left out; None if the search proves no conflict.

    The set is minimal as far as the search could tell within its limit: without any one of the
    statements no proof was found. Method: QuickXplain (Junker 2004, AAAI-04, 167-172), every test a
    model of its own, because a solver sees more in a model without switches.
    """
    everything = Stage(name, seed, only=frozenset())
    build(everything)

    def impossible(statements: Sequence[str]) -> bool:
        return refuted(Stage(name, seed, EXPLANATION_EFFORT, only=frozenset(statements)), build)

    candidates = list(everything.imposed)
    if not impossible(candidates):
        return None
    return [everything.imposed[item] for item in explain(impossible, [], candidates, known=False)]


def refuted(stage: Stage, build: Callable[[Stage], object]) -> bool:
    """Whether a stage is proved to have no solution, with the strongest linear relaxation."""
    try:
        build(stage)
    except Infeasible:
        return True
    return bool(_with_relaxation(stage).solve(stage.model) == cp_model.INFEASIBLE)


def _with_relaxation(stage: Stage) -> cp_model.CpSolver:
    """A solver that sees the strongest linear relaxation: the fastest where nothing is minimised."""
    stage.tighten()
    solver = stage.solver()
    solver.parameters.linearization_level = 2
    return solver
