"""What can be said of a patient: has an event of a kind, has two kinds, has one kind and lacks another.

A safety article counts patients with *any* event of a kind. Its readers ask more: who had a related
event in both periods, who had events but no related one. These questions are predicates over the
same filters, and like the filters they are interpreted twice: over data, and over what could be in data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from safetybook.coded import Coded
from safetybook.estimands import Where


class Predicate:
    """Combined with ``&``, ``|`` and ``~``."""

    def __and__(self, other: Predicate) -> Predicate:
        return Both(self, other)

    def __or__(self, other: Predicate) -> Predicate:
        return Either(self, other)

    def __invert__(self) -> Predicate:
        return Lacks(self)

    def holds(self, has: Callable[[Where], bool]) -> bool:
        """Whether it is true of a patient, given which filters some row of the patient satisfies."""
        raise NotImplementedError

    def filters(self) -> Iterator[Where]:
        """Every filter that it asks for."""
        raise NotImplementedError


@dataclass(frozen=True)
class Has(Predicate):
    """At least one row satisfies the filter."""

    where: Where

    def holds(self, has: Callable[[Where], bool]) -> bool:
        """As the patient's rows say."""
        return has(self.where)

    def filters(self) -> Iterator[Where]:
        """The one filter."""
        yield self.where


@dataclass(frozen=True)
class _Pair(Predicate):
    first: Predicate
    second: Predicate

    def filters(self) -> Iterator[Where]:
        """The filters of both parts."""
        yield from self.first.filters()
        yield from self.second.filters()


class Both(_Pair):
    """Both parts hold, not necessarily of the same row."""

    def holds(self, has: Callable[[Where], bool]) -> bool:
        """True if both are."""
        return self.first.holds(has) and self.second.holds(has)


class Either(_Pair):
    """At least one of two parts holds."""

    def holds(self, has: Callable[[Where], bool]) -> bool:
        """True if one is."""
        return self.first.holds(has) or self.second.holds(has)


@dataclass(frozen=True)
class Lacks(Predicate):
    """The part does not hold."""

    part: Predicate

    def holds(self, has: Callable[[Where], bool]) -> bool:
        """True if the part is not."""
        return not self.part.holds(has)

    def filters(self) -> Iterator[Where]:
        """The filters of the part."""
        yield from self.part.filters()


def fulfilling(predicate: Predicate, rows: Coded, exposure: Coded, among: Where) -> dict[str, bool]:
    """For each patient whose exposure satisfies a filter, whether the predicate is true given the rows."""
    place = {part: at for at, part in enumerate(dict.fromkeys(predicate.filters()))}
    words = rows.patient_words(list(place))

    @cache  # of patients with the same word the same is true
    def holds(word: int) -> bool:
        return predicate.holds(lambda part: bool(word >> place[part] & 1))

    asked = exposure.patient_words([among])
    return {patient: holds(words.get(patient, 0)) for patient, word in asked.items() if word}
