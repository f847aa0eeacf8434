"""Solving a stage, and saying why when nothing satisfies it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ortools.sat.python import cp_model

from safetybook.reconstruct.stage import Constraint, Infeasible, Stage

Built = TypeVar("Built")


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
    name: str, build: Callable[[Stage], Built], seed: int, effort: float
) -> tuple[Built, cp_model.CpSolver, Stage, StageReport]:
    """Build a stage and solve it with one worker.

    Args:
        name: the stage, for messages.
        build: adds possible rows and claims to the stage and returns what the caller wants to read
            from the solution.
        seed: of the solver.
        effort: deterministic limit of the search.

    Raises:
        Infeasible: with the smallest conflicting set of statements found.
        Undecided: if the limit ended the search before any solution was found.
    """
    started = time.perf_counter()
    stage = Stage(name, seed, effort)
    built = build(stage)
    if stage.costs:
        stage.model.minimize(
            cp_model.LinearExpr.weighted_sum([v for _, v in stage.costs], [c for c, _ in stage.costs])
        )
    solver = stage.solver()
    status = solver.solve(stage.model)
    if status == cp_model.INFEASIBLE:
        raise Infeasible(name, smallest_conflict(name, build, seed, effort))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise Undecided(f"stage {name!r}: no solution within the limit of {effort} units of work")
    proto = stage.model.proto
    report = StageReport(
        name=name,
        status=solver.status_name(status),
        variables=len(proto.variables),
        constraints=len(proto.constraints),
        claims=len(stage.imposed),
        objective=round(solver.objective_value) if stage.costs else 0,
        work=round(solver.response_proto.deterministic_time, 6),
        seconds=time.perf_counter() - started,
    )
    return built, solver, stage, report


def smallest_conflict(
    name: str, build: Callable[[Stage], object], seed: int, effort: float
) -> list[Constraint]:
    """A set of statements that cannot all hold, none of which can be left out as far as the search saw.

    Every statement gets a literal that switches it on; the solver names a sufficient set, which is
    then shrunk by deletion: a statement without which the rest is still infeasible is dropped.
    """
    stage = Stage(name, seed, effort, guarded=True)
    build(stage)
    conflict = _core(stage, list(stage.guards))
    if conflict is None:
        return list(stage.imposed.values())
    for candidate in list(conflict):
        if candidate in conflict:
            smaller = _core(stage, [c for c in conflict if c != candidate])
            conflict = conflict if smaller is None else smaller
    return [stage.imposed[c] for c in conflict]


def _core(stage: Stage, active: Sequence[str]) -> list[str] | None:
    """The statements among `active` that the solver used to prove infeasibility; None if it did not."""
    stage.model.clear_assumptions()
    stage.model.add_assumptions([stage.guards[c] for c in active])
    solver = stage.solver()
    if solver.solve(stage.model) != cp_model.INFEASIBLE:
        return None
    core = set(solver.sufficient_assumptions_for_infeasibility())
    return [c for c in active if stage.guards[c].index in core]
