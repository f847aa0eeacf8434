"""Facets: the properties of events and infusions that a reader filters by, and the filters they stand for.

A selection chooses options of some facets. Like a column of a safety table it has two sides: *exposure*
facets (treatment, period, cycle) hold on infusions and on events alike, and so restrict who is at risk; the
others hold on events only. :func:`filters` gives both as the filters that estimands are made of, so that a
program which is written in another language can be compared with the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from safetybook.estimands import Scalar, Where, except_where, where

Selection = Mapping[str, Sequence[str]]
"""By the facet's key, the keys of the options chosen; a facet that is left out admits everything."""


class Side(StrEnum):
    """What a facet restricts: infusions and events alike, or events only."""

    EXPOSURE = "exposure"
    EVENT = "event"


@dataclass(frozen=True)
class Option:
    """One value of a facet: its key in an address, its label, and its value in the data.

    `value` None stands for every value that no other option has, the missing one too.
    """

    key: str
    label: str
    value: Scalar | None


@dataclass(frozen=True)
class Facet:
    """A variable that a reader filters by.

    Raises:
        ValueError: if two options share a key, or more than one stands for all other values.
    """

    key: str
    label: str
    variable: str
    side: Side
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        keys = [option.key for option in self.options]
        if len(set(keys)) != len(keys):
            raise ValueError(f"facet {self.key}: two options share a key: {', '.join(keys)}")
        if sum(option.value is None for option in self.options) > 1:
            raise ValueError(f"facet {self.key}: only one option can stand for all other values")

    def where(self, chosen: Iterable[str]) -> Where:
        """The filter that admits the chosen options; all of them together admit every row.

        Raises:
            KeyError: for a key that is none of the options'.
        """
        by_key = {option.key: option for option in self.options}
        picked = [by_key[key] for key in dict.fromkeys(chosen)]
        if len(picked) == len(self.options):
            return Where()
        if all(option.value is not None for option in picked):
            return where(**{self.variable: [o.value for o in picked if o.value is not None]})
        left = [o.value for o in self.options if o not in picked and o.value is not None]
        return except_where(**{self.variable: left})

    def places(self, values: pd.Series) -> list[int]:
        """For each value the place of its option, from 0.

        Raises:
            ValueError: naming values that no option has.
        """
        known = {option.value: place for place, option in enumerate(self.options)}
        found = [known.get(value, known.get(None)) for value in values]
        strange = sorted({str(value) for value, place in zip(values, found, strict=True) if place is None})
        if strange:
            raise ValueError(f"facet {self.key} has no option for {', '.join(strange)}")
        return [place for place in found if place is not None]


def slug(text: str) -> str:
    """A text as a key in an address: small letters and digits, joined by hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def options(values: Iterable[Scalar]) -> tuple[Option, ...]:
    """An option for each value, labelled as the data have it."""
    return tuple(Option(slug(str(value)), str(value), value) for value in values)


def filters(facets: Iterable[Facet], selection: Selection) -> dict[Side, Where]:
    """The filter of a selection on infusions and events, and the one on events alone.

    Raises:
        KeyError: naming a facet or an option that does not exist.
    """
    by_key = {facet.key: facet for facet in facets}
    found = {side: Where() for side in Side}
    for key, chosen in selection.items():
        facet = by_key[key]
        found[facet.side] &= facet.where(chosen)
    return found
