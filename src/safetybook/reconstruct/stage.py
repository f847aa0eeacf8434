"""One step of a reconstruction: possible rows, the claims imposed on them, and a deterministic solve.

A stage reads the same estimands that compute the results. For every claim whose estimand its
possible rows can express it adds the constraint that the claim's printed value states; what no
estimand expresses is added beside them with the sentence it encodes (:meth:`Stage.require`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

import pandas as pd
from ortools.sat.python import cp_model

from safetybook.estimands import Combination, Count, Estimand, Function, Share, Summary, Unit
from safetybook.reconstruct.combinations import number
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import Multiplicity, PossibleRows, definite, groups
from safetybook.rounding import interval

Linear = cp_model.LinearExpr | cp_model.IntVar | int


class Infeasible(Exception):
    """No data set satisfies the constraints of a stage; `conflict` is the smallest set found."""

    def __init__(self, stage: str, conflict: Sequence[Constraint]) -> None:
        self.stage = stage
        self.conflict = list(conflict)
        lines = [
            f"stage {stage!r}: these statements cannot all hold in one data set, "
            "beside what the stages before it have settled:"
        ]
        lines += [f"  {item}" for item in self.conflict]
        super().__init__("\n".join(lines))


@dataclass
class Stage:
    """A solver model under construction.

    Args:
        name: shown in progress and in the manifest.
        seed: of the solver's random choices.
        effort: limit of the search in the solver's deterministic time units; never a wall-clock limit,
            so that the same solution is found on a slow and on a fast machine.
        gap: the search ends once the total cost is proved to be within this share of the least possible.
        only: ids of the statements to impose, to look for conflicts; None imposes all.
        search: further parameters of the solver.
    """

    name: str
    seed: int = 1
    effort: float = 60.0
    gap: float = 0.0
    only: frozenset[str] | None = None
    search: dict[str, int] = field(default_factory=dict)
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    tables: dict[str, list[PossibleRows]] = field(default_factory=dict)
    imposed: dict[str, Constraint] = field(default_factory=dict)
    costs: list[tuple[int, cp_model.IntVar]] = field(default_factory=list)
    _any: dict[tuple[int, ...], cp_model.IntVar | int] = field(default_factory=dict)

    # Possible rows ---------------------------------------------------------------------------------

    def know(self, dataset: str, frame: pd.DataFrame) -> PossibleRows:
        """Register rows that an earlier stage has settled."""
        return self._register(definite(dataset, frame))

    def choose(self, dataset: str, frame: pd.DataFrame, one_per: str | None = None) -> PossibleRows:
        """Register rows of which each occurs or not.

        `one_per` names a column: exactly one row occurs for each of its values (an event has one
        cycle, a patient one age).
        """
        frame = frame.reset_index(drop=True)
        counts = [self.model.new_bool_var("") for _ in range(len(frame))]
        if one_per is not None:
            for _, positions in groups(frame, one_per):
                self.model.add_exactly_one(counts[i] for i in positions)
        return self._register(PossibleRows(dataset, frame, counts, at_most_one=True, one_per=one_per))

    def count(self, dataset: str, frame: pd.DataFrame, most: Sequence[int]) -> PossibleRows:
        """Register rows that occur 0 to `most` times each."""
        frame = frame.reset_index(drop=True)
        counts = [self.model.new_int_var(0, limit, "") for limit in most]
        return self._register(PossibleRows(dataset, frame, counts, at_most_one=False))

    def tied(self, dataset: str, frame: pd.DataFrame, counts: Sequence[Multiplicity]) -> PossibleRows:
        """Register rows whose 0/1 multiplicities are already variables of this model."""
        return self._register(
            PossibleRows(dataset, frame.reset_index(drop=True), list(counts), at_most_one=True)
        )

    def _register(self, rows: PossibleRows) -> PossibleRows:
        self.tables.setdefault(rows.dataset, []).append(rows)
        return rows

    # Reading estimands -----------------------------------------------------------------------------

    def find(self, estimand: Count | Summary) -> PossibleRows | None:
        """The registered rows that can express an estimand, or None."""
        variable = {estimand.variable} if isinstance(estimand, Summary) else set()
        for rows in self.tables.get(estimand.dataset, []):
            if rows.covers(estimand.where) and variable <= set(rows.frame.columns):
                return rows
        return None

    def total(self, estimand: Count) -> Linear | None:
        """The count as an expression of the model (an integer if settled), or None if not expressible."""
        rows = self.find(estimand)
        if rows is None:
            return None
        return self.tally(rows, rows.selected(estimand.where), estimand.unit)

    def tally(self, rows: PossibleRows, positions: Sequence[int], unit: Unit) -> Linear:
        """How many rows, or how many distinct patients, of these positions occur."""
        if unit is Unit.ROWS:
            return _sum(rows.counts[i] for i in positions)
        patients: dict[str, list[int]] = {}
        for i in positions:
            patients.setdefault(rows.subjects[i], []).append(i)
        return _sum(self.occurs(rows, own) for own in patients.values())

    def occurs(self, rows: PossibleRows, positions: Sequence[int]) -> cp_model.IntVar | int:
        """A truth value: at least one of these possible rows occurs."""
        key = (id(rows), *positions)
        if key not in self._any:
            self._any[key] = self.any_of([self._present(rows, i) for i in positions])
        return self._any[key]

    def _present(self, rows: PossibleRows, position: int) -> cp_model.IntVar | int:
        count = rows.counts[position]
        if isinstance(count, int):
            return int(count > 0)
        if rows.at_most_one:
            return count
        key = (id(rows), -1, position)
        if key not in self._any:
            present = self.model.new_bool_var("")
            self.model.add(count >= 1).only_enforce_if(present)
            self.model.add(count == 0).only_enforce_if(present.negated())
            self._any[key] = present
        return self._any[key]

    def any_of(self, literals: Sequence[cp_model.IntVar | int]) -> cp_model.IntVar | int:
        """A truth value: at least one of these is true (1 or 0 if that is certain)."""
        if any(isinstance(x, int) and x for x in literals):
            return 1
        open_ones = list(dict.fromkeys(x for x in literals if not isinstance(x, int)))
        if len(open_ones) <= 1:
            return open_ones[0] if open_ones else 0
        either = self.model.new_bool_var("")
        self.model.add_max_equality(either, open_ones)
        return either

    def literal(self, truth: cp_model.IntVar | int) -> cp_model.IntVar:
        """A truth value as a variable, also where it is certain."""
        return self.model.new_constant(truth) if isinstance(truth, int) else truth

    # Imposing claims -------------------------------------------------------------------------------

    def impose(self, claim: Constraint, estimand: Estimand, printed: str) -> bool:
        """Add what a printed value states about an estimand.

        Returns:
            False if the possible rows cannot express the estimand or it is settled already.
        """
        match estimand:
            case Count():
                return self._impose_number(claim, self.total(estimand), printed)
            case Combination():
                return self._impose_number(claim, number(self, estimand), printed)
            case Share():
                return self._impose_share(claim, estimand, printed)
            case Summary():
                return self._impose_summary(claim, estimand, printed)
        return False

    def require(self, statement: Constraint, *constraints: cp_model.BoundedLinearExpression | bool) -> None:
        """Add a published statement that no estimand expresses, with the sentence it encodes."""
        for constraint in constraints:
            self._add(statement, constraint)

    def _add(self, claim: Constraint, constraint: cp_model.BoundedLinearExpression | bool) -> None:
        self.imposed[claim.id] = claim
        if self.only is not None and claim.id not in self.only:
            return
        if constraint is False:
            raise Infeasible(self.name, [claim])
        if constraint is not True:
            self.model.add(constraint)

    def _impose_number(self, claim: Constraint, total: Linear | None, printed: str) -> bool:
        if total is None or isinstance(total, int):
            return False
        self._add(claim, total == int(printed))
        return True

    def _impose_share(self, claim: Constraint, estimand: Share, printed: str) -> bool:
        numerator, denominator = self.total(estimand.numerator), self.total(estimand.denominator)
        if numerator is None or denominator is None:
            return False
        if isinstance(numerator, int) and isinstance(denominator, int):
            return False
        low, high = interval(printed)
        # low <= 100 n / d < high, cleared of fractions; `high` is open, hence the -1 after scaling.
        scale = math.lcm(low.denominator, high.denominator)
        self._add(claim, 100 * scale * numerator >= int(low * scale) * denominator)
        self._add(claim, 100 * scale * numerator <= int(high * scale) * denominator - 1)
        return True

    def _impose_summary(self, claim: Constraint, estimand: Summary, printed: str) -> bool:
        rows = self.find(estimand)
        if rows is None:
            return False
        valued = rows.values(estimand.variable, rows.selected(estimand.where))
        if all(isinstance(rows.counts[i], int) for i, _ in valued):
            return False
        low, high = interval(printed)
        match estimand.function:
            case Function.MINIMUM:
                self._add(claim, _sum(rows.counts[i] for i, v in valued if v < low) == 0)
                self._add(claim, _sum(rows.counts[i] for i, v in valued if low <= v < high) >= 1)
            case Function.MAXIMUM:
                self._add(claim, _sum(rows.counts[i] for i, v in valued if v >= high) == 0)
                self._add(claim, _sum(rows.counts[i] for i, v in valued if low <= v < high) >= 1)
            case Function.MEAN | Function.TOTAL:
                self._impose_total(claim, rows, valued, low, high, estimand.function is Function.MEAN)
            case Function.MEDIAN:
                self._impose_median(claim, rows, valued, low, high)
        return True

    def _impose_total(
        self,
        claim: Constraint,
        rows: PossibleRows,
        valued: Sequence[tuple[int, Fraction]],
        low: Fraction,
        high: Fraction,
        mean: bool,
    ) -> None:
        scale = math.lcm(low.denominator, high.denominator, *(v.denominator for _, v in valued))
        total = _sum(int(v * scale) * rows.counts[i] for i, v in valued)
        n = self._size(rows, valued) if mean else 1
        self._add(claim, total >= int(low * scale) * n)
        self._add(claim, total <= int(high * scale) * n - 1)

    def _size(self, rows: PossibleRows, valued: Sequence[tuple[int, Fraction]]) -> Linear:
        positions = [i for i, _ in valued]
        settled = rows.fixed_size(positions)
        return _sum(rows.counts[i] for i in positions) if settled is None else settled

    def _impose_median(
        self,
        claim: Constraint,
        rows: PossibleRows,
        valued: Sequence[tuple[int, Fraction]],
        low: Fraction,
        high: Fraction,
    ) -> None:
        """The lower and the upper middle value, found by counting, have their mean in [low, high).

        With n rows the lower middle is the value of rank ceil(n/2), the upper that of rank
        floor(n/2)+1; both are the same row when n is odd. n itself may be a variable.
        """
        scale = math.lcm(low.denominator, high.denominator, *(v.denominator for _, v in valued))
        by_value: dict[int, list[Multiplicity]] = {}
        for i, value in sorted(valued, key=lambda pair: (pair[1], pair[0])):
            by_value.setdefault(int(value * scale), []).append(rows.counts[i])
        distinct = list(by_value)
        n = self._size(rows, valued)
        choices = [[self.model.new_bool_var("") for _ in distinct] for _ in range(2)]
        up_to: Linear = 0
        most = sum(_largest(rows.counts[i]) for i, _ in valued)
        for position, scaled in enumerate(distinct):
            below, up_to = up_to, self.model.new_int_var(0, most, "")
            self.model.add(up_to == below + _sum(by_value[scaled]))
            for picks, shift in zip(choices, (0, 1), strict=True):
                # Rank r = (n + shift) / 2 rounded: fewer than r rows below the value, at least r up to it.
                pick = picks[position]
                self.model.add(2 * below <= n - 1 + shift).only_enforce_if(pick)
                self.model.add(2 * up_to >= n + shift).only_enforce_if(pick)
        middles = []
        for picks in choices:
            self.model.add_exactly_one(picks)
            middles.append(_sum(v * pick for v, pick in zip(distinct, picks, strict=True)))
        self._add(claim, middles[0] + middles[1] >= 2 * int(low * scale))
        self._add(claim, middles[0] + middles[1] <= 2 * int(high * scale) - 1)

    def tighten(self) -> None:
        """Add what follows from the truth values asked for so far, so that the solver sees it at once.

        If some of the asked sets of possible rows together make up a larger one (mild, moderate and
        severe events make up all events), a patient who has the larger one has one of the parts. The
        solver's linear relaxation does not find this by itself, and without it counts of patients
        that cannot add up are searched for in vain among interchangeable patients.
        """
        asked: dict[tuple[int, str], list[tuple[frozenset[int], cp_model.IntVar]]] = {}
        tables = {id(rows): rows for tables in self.tables.values() for rows in tables}
        for (table, *positions), literal in self._any.items():
            if positions and positions[0] >= 0 and not isinstance(literal, int):
                patient = tables[table].subjects[positions[0]]
                asked.setdefault((table, patient), []).append((frozenset(positions), literal))
        for sets in asked.values():
            for whole, literal in sets:
                parts = [(own, part) for own, part in sets if own < whole]
                for cover in _covers(whole, parts):
                    self.model.add(cp_model.LinearExpr.sum(cover) >= literal)

    # Solving ---------------------------------------------------------------------------------------

    def prefer(self, rows: PossibleRows, costs: Sequence[int]) -> None:
        """Soft layer: look for the choice with the least total cost (a plausibility, never a claim)."""
        self.costs += [
            (cost, count)
            for cost, count in zip(costs, rows.counts, strict=True)
            if cost and not isinstance(count, int)
        ]

    def penalise(self, amount: cp_model.IntVar, weight: int = 1) -> None:
        """Soft layer: one more variable to keep small."""
        self.costs.append((weight, amount))

    def minimise(self) -> None:
        """Look for the least total cost, if there are costs."""
        if self.costs:
            weights, amounts = zip(*self.costs, strict=True)
            self.model.minimize(cp_model.LinearExpr.weighted_sum(amounts, weights))

    def solver(self) -> cp_model.CpSolver:
        """A solver with one worker, a fixed seed and deterministic limits."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed
        solver.parameters.max_deterministic_time = self.effort
        solver.parameters.relative_gap_limit = self.gap
        for name, value in self.search.items():
            setattr(solver.parameters, name, value)
        return solver


def _covers(
    whole: frozenset[int], parts: Sequence[tuple[frozenset[int], cp_model.IntVar]]
) -> Iterator[list[cp_model.IntVar]]:
    """The pairs and triples of parts that make up a whole, none of them needlessly."""
    for size in (2, 3):
        for chosen in combinations(parts, size):
            needed = all(
                frozenset().union(*(own for own, _ in chosen if own is not left)) != whole
                for left, _ in chosen
            )
            if needed and frozenset().union(*(own for own, _ in chosen)) == whole:
                yield [part for _, part in chosen]


def _largest(count: Multiplicity) -> int:
    """How often a possible row can occur at most."""
    return count if isinstance(count, int) else int(list(count.proto.domain)[-1])


def _sum(terms: Iterable[Linear]) -> Linear:
    """A sum that stays a plain integer when every term is one."""
    items = list(terms)
    constant = sum(x for x in items if isinstance(x, int))
    variables = [x for x in items if not isinstance(x, int)]
    return cp_model.LinearExpr.sum(variables) + constant if variables else constant
