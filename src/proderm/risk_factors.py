"""The risk factors of Table 6 together: which combinations patients have, and which they could have."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from proderm.columns import NO_TEE
from proderm.estimands import CATALOGUE
from proderm.estimands.baseline import RISK_FACTORS
from safetybook.margins import Combination, size_bounds
from safetybook.results import compute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safetybook.study import Study

MOST = 3
"""Factors of a patient without a TEE: Table 6 has nobody with more."""


def combined(study: Study, with_tee: bool) -> Counter[Combination]:
    """How many patients with a TEE on IVIg, or without one, have exactly the factors of each combination."""
    patients, history = study.frame("adsl"), study.frame("admh")
    own: dict[str, set[str]] = {}
    for patient, factor in zip(history["USUBJID"], history["MHGRPTRM"], strict=True):
        if factor in RISK_FACTORS.values():
            own.setdefault(patient, set()).add(factor)
    flagged = patients.loc[patients["TEEFL"] == ("Y" if with_tee else "N"), "USUBJID"]
    return Counter(frozenset(own.get(patient, ())) for patient in flagged)


def shared(study: Study) -> list[Combination]:
    """The combinations of one or two factors that several patients without a TEE could have, and none.

    Of any other combination, no more than one patient could have it: Table 6 has the factor in one
    patient only, or one patient with as many factors.
    """
    common = [factor for factor, size in sizes(study).items() if size > 1]
    return [frozenset(own) for number in range(MOST) for own in combinations(common, number)]


def sizes(study: Study) -> dict[str, int]:
    """How many patients without a TEE have each factor, as Table 6 prints it."""
    return {
        factor: _number(study, f"risk_{name}.{NO_TEE.id}.patients") for name, factor in RISK_FACTORS.items()
    }


def ends(study: Study, of: Iterable[Combination]) -> dict[Combination, tuple[int, int]]:
    """The least and the greatest number of patients without a TEE who could have exactly these factors."""
    members = tuple(_number(study, f"factors_{number}.{NO_TEE.id}.patients") for number in range(MOST + 1))
    return _ends(tuple(sizes(study).items()), members, tuple(of))


@cache
def _ends(
    sizes: tuple[tuple[str, int], ...], members: tuple[int, ...], of: tuple[Combination, ...]
) -> dict[Combination, tuple[int, int]]:
    return size_bounds(dict(sizes), dict(enumerate(members)), of)


def _number(study: Study, estimand: str) -> int:
    return int(compute(study, CATALOGUE[estimand]).number)
