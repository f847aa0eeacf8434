"""Two ways to count patients by intensity, and what one says about the other.

*Any level*: a patient counts at every level that occurred, so that the counts add up to more than the
patients. *Worst level*: a patient counts once, at the highest level that occurred. A table of the first
kind does not determine one of the second kind, but it sets limits.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest value that a number can have, both possible."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class AnyLevel:
    """Patients with an event at each of three levels, the lowest first, and at any level at all.

    `upper_two` patients are known to have had events of both higher levels, `all_three` of every level
    (these are among the former).

    Raises:
        ValueError: if no patients can be counted so.
    """

    lowest: int
    middle: int
    highest: int
    anyone: int
    upper_two: int = 0
    all_three: int = 0

    def __post_init__(self) -> None:
        levels = self._levels
        possible = (
            min(levels) >= 0
            and max(levels) <= self.anyone <= sum(levels)
            and 0 <= self.all_three <= min(self.upper_two, self.lowest)
            and self.upper_two <= min(self.middle, self.highest)
            and self._above.low <= self._above.high
            and self.several.low <= self.several.high
        )
        if not possible:
            raise ValueError(f"no patients can be counted so: {self}")

    @property
    def _levels(self) -> tuple[int, int, int]:
        return self.lowest, self.middle, self.highest

    @property
    def _above(self) -> Bounds:
        """Patients with an event above the lowest level."""
        low = max(self.middle, self.highest, self.anyone - self.lowest)
        return Bounds(low, min(self.anyone, self.middle + self.highest - self.upper_two))

    @property
    def worst(self) -> tuple[Bounds, Bounds, Bounds]:
        """Patients by their worst level: whoever has the highest is fixed, the others share the rest."""
        above = self._above
        return (
            Bounds(self.anyone - above.high, self.anyone - above.low),
            Bounds(above.low - self.highest, above.high - self.highest),
            Bounds(self.highest, self.highest),
        )

    @property
    def extra(self) -> int:
        """How often a patient is counted again: the sum over the levels less the patients."""
        return sum(self._levels) - self.anyone

    @property
    def several(self) -> Bounds:
        """Patients with events of more than one level: one extra count each, and two for all three levels."""
        with_all = min(*self._levels, self.extra // 2)
        return Bounds(self.extra - with_all, self.extra - self.all_three)
