"""How far a published article fixes a number that it does not print.

A number of a reconstruction is *published* if the article prints it, *determined* if it is the same in
every data set that agrees with the article, *bounded* if the article leaves it a range, and
*illustrative* if it is an artefact of the reconstruction. A :class:`Standing` is one of these with
the ends between which the number lies, and the reason. Standings are combined as the numbers are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import product

from safetybook.rounding import Exact, half_up


class Determinacy(StrEnum):
    """How much an article fixes a number of ours."""

    PUBLISHED = "published"
    DETERMINED = "determined"
    BOUNDED = "bounded"
    ILLUSTRATIVE = "illustrative"


SHOWS_ENDS = re.compile(r"\d( to |–)\d")
"""A text that is a range itself."""

MARKS = {
    Determinacy.PUBLISHED: "",
    Determinacy.DETERMINED: "∴",
    Determinacy.BOUNDED: "§",
    Determinacy.ILLUSTRATIVE: "‡",
}
"""The mark of a number in tables, figures and sentences, explained in a note; a published one has none."""

MEANINGS = {
    Determinacy.PUBLISHED: "printed in the article",
    Determinacy.DETERMINED: "not printed, but fixed by what the article prints",
    Determinacy.BOUNDED: "left a range by what the article prints",
    Determinacy.ILLUSTRATIVE: "left open by the article; an artefact of this reconstruction, not a finding",
}
"""What each kind means, after its name in a note."""


@dataclass(frozen=True)
class Standing:
    """How far a number is fixed, between which ends, and why.

    Attributes:
        kind: published, determined, bounded or illustrative.
        low, high: the least and the greatest value that agrees with the article, exact; None where no end
            is known or the value is no number. A published rounded number has the ends of its rounding.
        proved: whether a solver or an argument proved that both ends are the best possible.
        why: the reason in a few words, for a list.
        meaning: what the kind means here, where no article prints the numbers; else that of :data:`MEANINGS`.

    Raises:
        ValueError: if a bounded number lacks an end, or the ends are in the wrong order.
    """

    kind: Determinacy
    low: Fraction | None = None
    high: Fraction | None = None
    proved: bool = True
    why: str = ""
    meaning: str = ""

    def __post_init__(self) -> None:
        if self.kind is Determinacy.BOUNDED and (self.low is None or self.high is None):
            raise ValueError(f"a bounded number has two ends, not {self.low} and {self.high}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the ends {self.low} and {self.high} are in the wrong order")

    @property
    def fixed(self) -> bool:
        """Whether the article leaves one value only."""
        return self.kind in (Determinacy.PUBLISHED, Determinacy.DETERMINED)

    @property
    def mark(self) -> str:
        """The mark of the kind."""
        return MARKS[self.kind]

    @property
    def ends(self) -> tuple[Fraction, Fraction] | None:
        """Both ends, None unless both are known."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    def text(self, decimals: int = 0) -> str:
        """The ends in words: ``42 to 81``; one number where both print alike; empty where none is known."""
        if self.ends is None:
            return ""
        low, high = (half_up(end, decimals).replace("-", "−") for end in self.ends)
        return low if low == high else f"{low} to {high}"

    def at(self, decimals: int) -> Standing:
        """The standing of the number as it is printed: bounds that print alike determine the text."""
        alike = self.ends is not None and len({half_up(end, decimals) for end in self.ends}) == 1
        if self.kind is not Determinacy.BOUNDED or not alike:
            return self
        why = f"{self.why}; both ends print alike".removeprefix("; ")
        return replace(self, kind=Determinacy.DETERMINED, why=why)


PUBLISHED = Standing(Determinacy.PUBLISHED)
"""A number or fact that the article prints."""


def determined(why: str, value: Exact | None = None) -> Standing:
    """The standing of a number that follows from what is printed, for a reason given in words.

    Raises:
        ValueError: if no reason is given.
    """
    if not why:
        raise ValueError("a determined number needs a reason")
    ends = None if value is None else Fraction(value)
    return Standing(Determinacy.DETERMINED, ends, ends, why=why)


def bounded(low: Exact, high: Exact, why: str, proved: bool = True) -> Standing:
    """The standing of a number between two ends; equal ends determine it."""
    kind = Determinacy.DETERMINED if low == high else Determinacy.BOUNDED
    return Standing(kind, Fraction(low), Fraction(high), proved or low == high, why)


def illustrative(why: str = "") -> Standing:
    """The standing of a number that the article leaves open."""
    return Standing(Determinacy.ILLUSTRATIVE, why=why)


def told(standing: Standing, decimals: int = 0) -> list[str]:
    """A standing as a page says it: kind, ends of what is bounded, reason, and a meaning of its own."""
    bounded = standing.kind is Determinacy.BOUNDED
    why = standing.why if standing.proved or not bounded else f"{standing.why}; narrower ends may hold"
    return [str(standing.kind), standing.text(decimals) if bounded else "", why, standing.meaning]


def weakest(kinds: Iterable[Determinacy]) -> Determinacy:
    """The kind of what is made of several numbers: at best determined, else that of the least fixed part."""
    order = list(Determinacy)
    return max((Determinacy.DETERMINED, *kinds), key=order.index)


def combined(parts: Iterable[Standing], of: Callable[..., Fraction] | None = None, why: str = "") -> Standing:
    """The standing of what is computed from parts.

    `of` computes the number from the exact values of the parts, and must be monotone in each of them, as
    sums, differences, products and quotients of positive numbers are: then its ends lie at ends of the parts.
    Without `of` only the kind is known, and bounded parts make an illustrative number.
    """
    parts = tuple(parts)
    kind = weakest(part.kind for part in parts)
    ends = [part.ends for part in parts]
    if of is not None and all(ends) and kind is not Determinacy.ILLUSTRATIVE:
        try:
            values = [of(*chosen) for chosen in product(*(end for end in ends if end))]
        except ZeroDivisionError:
            return illustrative("a part of it may be zero")
        return bounded(min(values), max(values), why, all(part.proved for part in parts))
    if kind is Determinacy.BOUNDED:
        kind = Determinacy.ILLUSTRATIVE
    if kind is Determinacy.DETERMINED and not why:
        why = "; ".join(dict.fromkeys(part.why for part in parts if part.why))
    return Standing(kind, why=why)
