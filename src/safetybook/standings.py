"""From what an article prints to the standing of any estimand.

:class:`Standings` knows the printed values by estimand and answers for every other estimand how far they fix
it: counts by :mod:`safetybook.row_counts`, percentages and ratios by their parts, and what no rule
finds by the reasons and bounds that a trial supplies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import singledispatchmethod
from math import ceil

from safetybook import row_counts, stored_answers
from safetybook.determinacy import (
    PUBLISHED,
    Determinacy,
    Standing,
    bounded,
    combined,
    determined,
    illustrative,
)
from safetybook.estimands import Count, Estimand, Ratio, Scalar, Share, Unit, Where, definition
from safetybook.rounding import interval, prints_as
from safetybook.row_counts import Levels, Span

ONE_ROW_EACH = "adsl"
"""The data set of subjects: one row a patient, so that counts of patients add up as those of rows do."""

EXPOSURE = "adex"
"""The data set of infusions. An event has the treatment and the period of an infusion of its patient."""


@dataclass(frozen=True)
class Bound:
    """Between which numbers a count lies, and whether both ends are proved to be the best possible."""

    low: int
    high: int
    proved: bool


@dataclass(frozen=True)
class Evidence:
    """What is known beyond the single claims.

    Attributes:
        levels: all values of the variables that are never missing.
        reasons: by estimand id, a standing that rests on an argument of its own.
        bounds: by estimand id, the ends that a solver found.
    """

    levels: Levels = field(default_factory=dict)
    reasons: Mapping[str, Standing] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)


Kind = tuple[str, Unit]
"""A data set, and what is counted in it."""


class Standings:
    """The standing of every estimand, given the printed value of some.

    Args:
        printed: estimands with a text that the article prints and that holds; a number word as its digits.
        evidence: what is known beyond.
    """

    def __init__(self, printed: Iterable[tuple[Estimand, str]], evidence: Evidence) -> None:
        self._printed: dict[str, list[str]] = {}
        self._evidence = evidence
        self._known: dict[Kind, dict[Where, int]] = {}
        self._found: dict[Estimand, Standing] = {}
        self._knowledge: dict[str, str] = {}
        shares = []
        for estimand, text in printed:
            self._printed.setdefault(estimand.id, []).append(text)
            if isinstance(estimand, Count) and text.isdigit():
                self._learn(estimand, int(text))
            elif isinstance(estimand, Share) and _is_number(text):
                shares.append((estimand, text))
        self._counted = {kind: frozenset(known) for kind, known in self._known.items()}
        while any(self._pin(*share) for share in shares):
            pass
        self._limits = dict(self._limited(shares))

    def of(self, estimand: Estimand) -> Standing:
        """How far the article fixes an estimand."""
        if estimand not in self._found:
            self._found[estimand] = self._standing(estimand)
        return self._found[estimand]

    def _standing(self, estimand: Estimand) -> Standing:
        reasoned = self._reasoned(estimand)
        if estimand.id in self._printed:
            ends = reasoned.ends if reasoned.fixed else self._rounding(estimand)
            return PUBLISHED if ends is None else Standing(Determinacy.PUBLISHED, *ends)
        if reasoned.fixed:
            return reasoned
        if estimand.id in self._evidence.reasons:
            return self._evidence.reasons[estimand.id]
        bound = self._evidence.bounds.get(estimand.id)
        if bound is None:
            return reasoned
        low, high = reasoned.ends or (Fraction(bound.low), Fraction(bound.high))
        low, high = max(low, Fraction(bound.low)), min(high, Fraction(bound.high))
        return bounded(low, high, "the ends over all data sets that agree with the claims", bound.proved)

    def _rounding(self, estimand: Estimand) -> tuple[Fraction, Fraction] | None:
        """The values that print as the article has it, None for a text."""
        found = [interval(text) for text in self._printed[estimand.id] if _is_number(text)]
        return (max(low for low, _ in found), min(high for _, high in found)) if found else None

    # Reasons -------------------------------------------------------------------------------------------

    @singledispatchmethod
    def _reasoned(self, estimand: Estimand) -> Standing:
        """What follows without a look at the estimand's own claims, reasons or bounds."""
        return illustrative()

    @_reasoned.register
    def _(self, estimand: Share) -> Standing:
        parts = (self.of(estimand.numerator), self.of(estimand.denominator))
        return combined(parts, lambda part, whole: 100 * part / whole, "from its numerator and denominator")

    @_reasoned.register
    def _(self, estimand: Ratio) -> Standing:
        parts = (self.of(estimand.numerator), self.of(estimand.denominator))
        return combined(parts, lambda above, below: above / below, "from the numbers that it divides")

    @_reasoned.register
    def _(self, estimand: Count) -> Standing:
        kind, asked = _kind(estimand), normal(estimand.where)
        known = self._known.get(kind, {})
        if asked in known:
            number = Fraction(known[asked])
            if asked in self._counted[kind]:
                return Standing(Determinacy.PUBLISHED, number, number)
            return determined("one number alone gives the percentage that is printed", number)
        events = self._rows(estimand.dataset, asked)
        span, whole = events, known.get(Where())
        if kind[1] is Unit.PATIENTS:
            span = row_counts.patients(asked, known, self._at_risk, events, self._levels)
            whole = row_counts.patients(asked, {}, self._at_risk, Span(), self._levels).high
        span &= self._limits.get((kind, asked), Span())
        if span.high is None:
            return illustrative("no printed number limits it")
        if span.low == 0 and span.high == whole and whole > 0:
            why = "no printed number limits it beyond those at risk"
            return Standing(Determinacy.ILLUSTRATIVE, Fraction(0), Fraction(whole), why=why)
        return bounded(span.low, span.high, "from printed counts", proved=False)

    def _rows(self, dataset: str, asked: Where) -> Span:
        """The range of the number of rows that satisfy a filter: what a solver finds, or has found."""
        known = self._known.get((dataset, Unit.ROWS), {})
        if dataset not in self._knowledge:
            counts = sorted(definition(pair) for pair in known.items())
            levels = sorted(definition((name, frozenset(values))) for name, values in self._levels.items())
            self._knowledge[dataset] = stored_answers.digest("\n".join((*counts, *levels)))

        def solve() -> list[int | None]:
            found = row_counts.rows(asked, known, self._levels)
            return [found.low, found.high]

        question = f"{definition(asked)} given {self._knowledge[dataset]}"
        return Span(*stored_answers.answer("rows", question, solve))

    @property
    def _levels(self) -> Levels:
        return self._evidence.levels

    @property
    def _at_risk(self) -> dict[Where, int]:
        """Patients by filters that hold on every record of theirs: who they are, and on what they were."""
        return {
            **self._known.get((ONE_ROW_EACH, Unit.ROWS), {}),
            **self._known.get((EXPOSURE, Unit.PATIENTS), {}),
        }

    # What is known -----------------------------------------------------------------------------------

    def _learn(self, count: Count, number: int) -> None:
        self._known.setdefault(_kind(count), {})[normal(count.where)] = number

    def _number(self, count: Count) -> int | None:
        return self._known.get(_kind(count), {}).get(normal(count.where))

    def _pin(self, share: Share, text: str) -> bool:
        """Whether a printed percentage gives one of its two counts, which was unknown, by the other."""
        part, whole = self._number(share.numerator), self._number(share.denominator)
        if part is None and whole:
            fitting = list(_numerators(text, whole))
            if len(fitting) == 1:
                self._learn(share.numerator, fitting[0])
                return True
        if part and whole is None:
            fitting = list(_denominators(text, part))
            if len(fitting) == 1:
                self._learn(share.denominator, fitting[0])
                return True
        return False

    def _limited(self, shares: Iterable[tuple[Share, str]]) -> Iterator[tuple[tuple[Kind, Where], Span]]:
        """The range of each count whose percentage of a known count is printed, where several fit."""
        for share, text in shares:
            whole = self._number(share.denominator)
            if whole and self._number(share.numerator) is None:
                fitting = list(_numerators(text, whole))
                key = (_kind(share.numerator), normal(share.numerator.where))
                yield key, Span(min(fitting), max(fitting))


def _kind(count: Count) -> Kind:
    return count.dataset, Unit.ROWS if count.dataset == ONE_ROW_EACH else count.unit


def normal(asked: Where) -> Where:
    """The same filter in one form: one condition of each sort a variable, in the order of the names."""
    allowed: dict[str, frozenset[Scalar]] = {}
    excluded: dict[str, frozenset[Scalar]] = {}
    for name, values in asked.allowed:
        allowed[name] = allowed.get(name, values) & values
    for name, values in asked.excluded:
        excluded[name] = excluded.get(name, values) | values
    return Where(tuple(sorted(allowed.items())), tuple(sorted(excluded.items())))


def _numerators(text: str, whole: int) -> Iterator[int]:
    """The numbers that print as a percentage of a whole."""
    low, _ = interval(text)
    number = ceil(low * whole / 100)
    while number <= whole and prints_as(Fraction(100 * number, whole), text):
        yield number
        number += 1


def _denominators(text: str, part: int) -> Iterator[int]:
    """The numbers of which a part prints as a percentage."""
    _, high = interval(text)
    number = max(part, ceil(100 * part / high))
    while number and not prints_as(Fraction(100 * part, number), text) and 100 * part / number >= high:
        number += 1
    while prints_as(Fraction(100 * part, number), text):
        yield number
        number += 1


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
