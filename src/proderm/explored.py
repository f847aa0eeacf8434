"""The address under which the page that explores the events shows what an estimand counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from proderm.estimands.families import TREATMENT_EMERGENT
from safetybook.estimands import Count, Estimand, Scalar, Share

EVENTS = "adae"


class Option(Protocol):
    """One value of a facet; None stands for every value that no other option has."""

    @property
    def key(self) -> str:
        """Its name in an address."""

    @property
    def value(self) -> Scalar | None:
        """The value in the data."""


class Facet(Protocol):
    """A variable that a reader filters by."""

    @property
    def key(self) -> str:
        """Its name in an address."""

    @property
    def variable(self) -> str:
        """Its name in the data."""

    @property
    def options(self) -> Sequence[Option]:
        """What can be chosen."""


def explored(estimand: Estimand, facets: Sequence[Facet]) -> str:
    """The choice of options that shows exactly the rows of a count, or of a percentage's numerator.

    ``treatment=ivig&relation=probable,possible``; empty where no choice does: of other data sets, of events
    that are not treatment-emergent, of variables or values that are no facet.
    """
    count = estimand.numerator if isinstance(estimand, Share) else estimand
    if not isinstance(count, Count) or count.dataset != EVENTS:
        return ""
    emergent = TREATMENT_EMERGENT.allowed[0]
    if emergent not in count.where.allowed:
        return ""
    conditions = [(*one, True) for one in count.where.allowed if one != emergent]
    conditions += [(*one, False) for one in count.where.excluded]
    chosen: dict[str, list[str]] = {}
    by_variable = {facet.variable: facet for facet in facets}
    for variable, values, admitted in conditions:
        facet = by_variable.get(variable)
        named = {option.value for option in facet.options} if facet else set()
        if facet is None or not values <= named:
            return ""
        keys = [option.key for option in facet.options if (option.value in values) is admitted]
        before = chosen.get(facet.key, keys)
        chosen[facet.key] = [key for key in before if key in keys]
    if not all(chosen.values()):
        return ""
    order = [facet.key for facet in facets if facet.key in chosen]
    return "&".join(f"{key}={','.join(chosen[key])}" for key in order)
