"""What margins leave open: how many have a combination of sets, if only the sets' sizes are known.

A table often prints how many patients have each of several factors, and how many have one of them, two, and
so on, but not which go together. The least and the greatest size of a combination then solve an integer
programme over all combinations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import combinations

from safetybook.stored_answers import answer

Combination = frozenset[str]
"""The sets that someone belongs to, and to no others of those that are looked at."""


class InconsistentMarginsError(ValueError):
    """No membership has these margins."""


def size_bounds(
    sizes: Mapping[str, int], members: Mapping[int, int], of: Iterable[Combination]
) -> dict[Combination, tuple[int, int]]:
    """The least and the greatest number who can belong to exactly the sets of each combination in `of`.

    Both ends are attained: for each there is a membership with these margins.

    Args:
        sizes: how many belong to each set.
        members: how many belong to no set, to one, to two, ...; nobody belongs to a number of sets that is
            left out.
        of: the combinations that are asked for.

    Raises:
        InconsistentMarginsError: if no membership has these margins.
        ValueError: if a combination has a set without a size.
    """
    possible = [frozenset(own) for number in members for own in combinations(sorted(sizes), number)]
    margins = f"sizes {sorted(sizes.items())}, members {sorted(members.items())}"
    return {
        one: tuple(
            answer(
                "combinations",
                f"{sorted(one)} of {margins}",
                partial(_ends, one, possible, sizes, members),
            )
        )
        for one in of
    }


def _ends(
    of: Combination, possible: list[Combination], sizes: Mapping[str, int], members: Mapping[int, int]
) -> tuple[int, int]:
    if unknown := sorted(of - sizes.keys()):
        raise ValueError(f"no size is given of {', '.join(unknown)}")
    if of not in possible:
        return 0, 0
    least, greatest = (_extreme(of, possible, sizes, members, sign) for sign in (1, -1))
    return least, greatest


def _extreme(
    of: Combination,
    possible: list[Combination],
    sizes: Mapping[str, int],
    members: Mapping[int, int],
    sign: int,
) -> int:
    """The least number (sign 1) or the greatest (sign -1) of one combination."""
    # Only here: most that import this module read stored answers.
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    count = {own: model.new_int_var(0, members[len(own)], str(i)) for i, own in enumerate(possible)}
    for name, size in sizes.items():
        model.add(sum(count[own] for own in possible if name in own) == size)
    for number, size in members.items():
        model.add(sum(count[own] for own in possible if len(own) == number) == size)
    model.minimize(sign * count[of])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status != cp_model.OPTIMAL:
        raise InconsistentMarginsError(f"no membership has sizes {dict(sizes)} and members {dict(members)}")
    return solver.value(count[of])
