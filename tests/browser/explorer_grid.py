"""The filters over which the browser's counts are compared with the engine's."""

from __future__ import annotations

import random
from collections.abc import Iterator

from safetybook.facets import Facet

SIZE = 320
"""Selections in all, each counted in every column."""

LONG = 12
"""A facet with more options is sampled."""


def grid(facets: tuple[Facet, ...]) -> list[dict[str, list[str]]]:
    """Nothing chosen, each option alone, all options of each facet, then random selections."""
    chosen: list[dict[str, list[str]]] = [{}]
    draw = random.Random(26)
    for facet in facets:
        keys = [option.key for option in facet.options]
        shown = (
            keys if len(keys) <= LONG else ["headache", "fever", "nausea", "dyspnoea", *draw.sample(keys, 6)]
        )
        chosen += [{facet.key: [key]} for key in shown]
        chosen.append({facet.key: keys})
    chosen += _mixed(facets, draw, SIZE - len(chosen))
    return chosen


def _mixed(facets: tuple[Facet, ...], draw: random.Random, number: int) -> Iterator[dict[str, list[str]]]:
    """Selections of two to five facets, with one or more options of each."""
    for _ in range(number):
        some = draw.sample(facets, draw.randint(2, 5))
        yield {
            facet.key: draw.sample(keys, draw.randint(1, max(1, len(keys) - 1)))
            for facet in some
            for keys in [[option.key for option in facet.options]]
        }
