"""Can a printed number come from whole patients, whole events and data of the variable's precision?

Counts are whole, and many variables are recorded in whole units. So not every percentage, mean, median
or ratio can occur: 42 patients are 54.5 or 55.3 % of 77 or 76, never 54.6 %. The idea is that of GRIM
(Brown NJL, Heathers JAJ. The GRIM test. Soc Psychol Personal Sci 2017;8:363-369) for means of whole
numbers; here it is asked of every statistic that a claim can state, with or without a printed denominator.

A :class:`Rule` looks at a few claims: a number, and the printed numbers that it follows from. It says
whether values exist that print as these claims do. What it calls impossible is impossible; what it calls
possible may still conflict with other claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import partial
from math import ceil
from typing import TypeVar, overload

from safetybook.claims import NUMBER, WORDS, Claim, normalised
from safetybook.contradictions import Printed
from safetybook.estimands import (
    Catalogue,
    Count,
    Estimand,
    Function,
    Ratio,
    Scalar,
    Share,
    Summary,
    Unit,
    Value,
)
from safetybook.rates import counts_behind
from safetybook.rounding import interval, prints_as
from safetybook.samples import Sample

MANY = 10_000
"""Where no count limits another: every percentage of up to two decimals occurs among so many."""

MANY_EVENTS = 1_000
"""Where no count limits the events behind a rate: more would make its interval narrower than 13 % of it."""

Id = TypeVar("Id")
Conditions = frozenset[tuple[str, frozenset[Scalar], bool]]


class RuleKind(StrEnum):
    """What a rule asks of its claims."""

    REPETITION = "repetition"
    PERCENTAGE = "percentage"
    RATIO = "ratio"
    SAMPLE = "median, mean or range"
    INTERVAL = "rate with interval"


@dataclass(frozen=True)
class Rule:
    """Claims of which some are judged by the others.

    Attributes:
        kind: what is asked.
        judged: ids of the claims whose possibility is in question.
        beside: ids of the claims that they are judged by.
        possible: whether values exist that print as some of these claims do (all others being free).
    """

    kind: RuleKind
    judged: tuple[str, ...]
    beside: tuple[str, ...]
    possible: Callable[[Printed], bool]

    @property
    def claims(self) -> tuple[str, ...]:
        """All claims that the rule looks at."""
        return self.judged + self.beside

    def holds(self, printed: Printed) -> bool:
        """Whether the claims, as printed, can all be true."""
        return self.possible({name: printed[name] for name in self.claims})

    def conflict(self, printed: Printed) -> tuple[str, ...] | None:
        """Claims that cannot all be true, none of which can be left out; None if all can."""
        if self.holds(printed):
            return None
        return minimal(self.claims, lambda kept: not self.possible({name: printed[name] for name in kept}))


def minimal(claims: Sequence[Id], impossible: Callable[[Sequence[Id]], bool]) -> tuple[Id, ...]:
    """An impossible set from which each claim that is not needed was left out, the last ones first."""
    kept = list(claims)
    for claim in reversed(claims):
        fewer = [other for other in kept if other != claim]
        if impossible(fewer):
            kept = fewer
    return tuple(kept)


@dataclass(frozen=True)
class Formula:
    """How an estimand follows from others whose values are printed.

    The function returns None where it has no value. An `extreme`, the smallest or the largest of some
    numbers, grows with each of them, so that rounded numbers give an interval, and takes as many of them
    as are printed. Any other function needs all its numbers, and takes each as exact.
    """

    leaves: tuple[str, ...]
    function: Callable[[Sequence[Fraction]], Fraction | None]
    extreme: bool = False


@dataclass(frozen=True)
class RateEstimands:
    """The estimands of a rate and of the limits of its Garwood interval."""

    rate: str
    low: str
    high: str
    per: int = 100


@dataclass(frozen=True)
class Knowledge:
    """What a trial adds to its catalogue.

    Attributes:
        steps: unit in which a variable is recorded, for those that are (1 for whole years).
        formulas: for estimands that are computed in Python, how they follow from others.
        rates: rates with intervals.
        one_per_patient: data sets with one row per patient, whose rows are counted as patients.
    """

    steps: Mapping[str, Fraction]
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    rates: tuple[RateEstimands, ...] = ()
    one_per_patient: frozenset[str] = frozenset()


def number(text: str) -> str | None:
    """A printed value as a numeric text, or None if it is none (number words are numbers)."""
    return text if NUMBER.fullmatch(text) else WORDS.get(text.lower())


class Rules(Sequence[Rule]):
    """All rules that a ledger gives, in the order of the claims that they judge."""

    def __init__(self, ledger: Iterable[Claim], catalogue: Catalogue, knowledge: Knowledge) -> None:
        self.ledger = [claim for claim in ledger if claim.estimand in catalogue]
        self.catalogue = catalogue
        self.knowledge = knowledge
        self._by_estimand: dict[str, list[Claim]] = {}
        for claim in self.ledger:
            self._by_estimand.setdefault(claim.estimand, []).append(claim)
        self._limits = {unit: self._largest(unit) for unit in Unit}
        self._sizes = {
            (estimand.dataset, _conditions(estimand)): estimand
            for estimand in catalogue.values()
            if isinstance(estimand, Count)
            and (estimand.unit is Unit.ROWS or estimand.dataset in knowledge.one_per_patient)
        }
        self._rules = [
            *self._repetitions(),
            *self._shares(),
            *self._ratios(),
            *self._samples(),
            *self._intervals(),
        ]
        self._touching: dict[str, list[Rule]] = {}
        for rule in self._rules:
            for name in rule.claims:
                self._touching.setdefault(name, []).append(rule)

    @overload
    def __getitem__(self, index: int) -> Rule: ...

    @overload
    def __getitem__(self, index: slice) -> list[Rule]: ...

    def __getitem__(self, index: int | slice) -> Rule | list[Rule]:
        return self._rules[index]

    def __len__(self) -> int:
        return len(self._rules)

    def touching(self, claim: str) -> list[Rule]:
        """The rules that look at a claim."""
        return self._touching.get(claim, [])

    def _largest(self, unit: Unit) -> str:
        """The claim of the largest printed count of a unit: no other count of it is taken to be larger."""
        counts = [
            (int(claim.value), claim.claim_id)
            for claim in self.ledger
            if isinstance(estimand := self.catalogue[claim.estimand], Count)
            and estimand.unit is unit
            and claim.value.isdigit()
        ]
        return max(counts, key=lambda pair: pair[0], default=(0, ""))[1]

    def _beside(self, claim: Claim, estimand: str) -> Claim | None:
        """Where a claim's own part of the article prints an estimand, or else where it is printed first."""
        found = [c for c in self._by_estimand.get(estimand, []) if number(c.value) is not None]
        return next((c for c in found if c.location == claim.location), found[0] if found else None)

    def _name(self, claim: Claim, estimand: str) -> str:
        found = self._beside(claim, estimand)
        return found.claim_id if found else ""

    # Kinds of rules --------------------------------------------------------------------------------

    def _repetitions(self) -> Iterator[Rule]:
        """What is printed twice is the same number, as far as both precisions tell."""
        for first, *others in self._by_estimand.values():
            if isinstance(self.catalogue[first.estimand], (Count, Share, Summary, Ratio, Value)):
                for other in others:
                    judged, beside = (other.claim_id,), (first.claim_id,)
                    yield Rule(RuleKind.REPETITION, judged, beside, _repeated)

    def _shares(self) -> Iterator[Rule]:
        for claim in self.ledger:
            share = self.catalogue[claim.estimand]
            if isinstance(share, Share) and number(claim.value) is not None:
                part, whole = (self._name(claim, count.id) for count in (share.numerator, share.denominator))
                limit = self._limits[share.denominator.unit]
                fits = partial(_share_possible, claim.claim_id, part, whole, limit)
                yield Rule(RuleKind.PERCENTAGE, (claim.claim_id,), _distinct(part, whole, limit), fits)

    def _ratios(self) -> Iterator[Rule]:
        for claim in self.ledger:
            estimand = self.catalogue[claim.estimand]
            formula = self.knowledge.formulas.get(claim.estimand)
            if isinstance(estimand, Ratio):
                formula = _formula(estimand)
            if formula and number(claim.value) is not None:
                yield from self._follows(claim, formula)

    def _follows(self, claim: Claim, formula: Formula) -> Iterator[Rule]:
        """That a number prints as its formula gives it, of which one count may be free."""
        found = {leaf: self._name(claim, leaf) for leaf in formula.leaves}
        names = {leaf: name for leaf, name in found.items() if name}
        limits = {
            leaf: self._limits[c.unit] for leaf in found if isinstance(c := self.catalogue.get(leaf), Count)
        }

        def fits(printed: Printed) -> bool:
            texts = {leaf: _text(printed, name) for leaf, name in names.items()}
            known = {leaf: text for leaf, text in texts.items() if text}
            claimed = _text(printed, claim.claim_id)
            if claimed is None or (formula.extreme and len(known) < len(names)):
                return True
            if formula.extreme:
                return _extreme_possible(formula, list(known.values()), claimed)
            free = [leaf for leaf in formula.leaves if leaf not in known]
            most = [_text(printed, limits.get(leaf, "")) for leaf in free]
            if len(free) > 1 or None in most:
                return True
            choices = range(int(most[0] or 0) + 1) if most else (0,)
            tried = (known | dict.fromkeys(free, str(choice)) for choice in choices)
            values = (formula.function([Fraction(of[leaf]) for leaf in formula.leaves]) for of in tried)
            return any(value is not None and prints_as(value, claimed) for value in values)

        if names:
            beside = _distinct(*names.values(), *(limits.values() if not formula.extreme else ()))
            yield Rule(RuleKind.RATIO, (claim.claim_id,), beside, fits)

    def _samples(self) -> Iterator[Rule]:
        """The summaries of one variable over the same rows, with the number of rows if it is printed.

        A number printed of the very rows that are summarised is taken to be the number of values.
        """
        groups: dict[tuple[str, Conditions, str], list[Claim]] = {}
        for claim in self.ledger:
            summary = self.catalogue[claim.estimand]
            if isinstance(summary, Summary) and number(claim.value) is not None:
                key = (summary.dataset, _conditions(summary), summary.variable)
                groups.setdefault(key, []).append(claim)
        for (dataset, conditions, variable), claims in groups.items():
            size = self._sizes.get((dataset, conditions))
            n = self._name(claims[0], size.id) if size else ""
            functions = {claim.claim_id: self._function(claim) for claim in claims}
            fits = partial(_sample_possible, n, functions, self.knowledge.steps.get(variable))
            yield Rule(RuleKind.SAMPLE, tuple(functions), _distinct(n), fits)

    def _function(self, claim: Claim) -> Function:
        summary = self.catalogue[claim.estimand]
        assert isinstance(summary, Summary)
        return summary.function

    def _intervals(self) -> Iterator[Rule]:
        for rate in self.knowledge.rates:
            for claim in self._by_estimand.get(rate.rate, []):
                low, high = (self._name(claim, end) for end in (rate.low, rate.high))
                if low and high:
                    names, limit = (claim.claim_id, low, high), self._limits[Unit.ROWS]
                    fits = partial(_interval_possible, names, rate.per, limit)
                    yield Rule(RuleKind.INTERVAL, names, _distinct(limit), fits)


def _distinct(*names: str) -> tuple[str, ...]:
    """The claims that there are, each once."""
    return tuple(filter(None, dict.fromkeys(names)))


def _repeated(printed: Printed) -> bool:
    return len(printed) < 2 or _same(*printed.values())


def _text(printed: Printed, name: str) -> str | None:
    return number(printed[name]) if name in printed else None


def _same(one: str, other: str) -> bool:
    """Whether two printed values can be of the same number, or are the same text."""
    texts = number(one), number(other)
    if texts[0] is None or texts[1] is None:
        return normalised(one) == normalised(other)
    (low, high), (other_low, other_high) = (interval(text) for text in texts if text)
    return low < other_high and other_low < high


def _conditions(estimand: Count | Summary) -> Conditions:
    """The conditions of a filter, whatever their order."""
    conditions = ((estimand.where.allowed, True), (estimand.where.excluded, False))
    return frozenset((name, values, is_so) for pairs, is_so in conditions for name, values in pairs)


def _share_possible(own: str, part: str, whole: str, limit: str, printed: Printed) -> bool:
    """Whether a percentage, and the counts that are known, can be of one numerator and denominator."""
    above, below, most = (int(text) if (text := _text(printed, n)) else None for n in (part, whole, limit))
    if above is not None and below is not None and above > below:
        return False
    claimed = _text(printed, own)
    if claimed is None:
        return True
    low, high = interval(claimed)
    # A denominator that is free is tried up to where nothing new can come.
    largest = most if most is not None else max(MANY, 100 * (above or 0))
    for n in range(max(above or 0, 1), largest + 1) if below is None else filter(None, [below]):
        least = max(ceil(low * n / 100), 0) if above is None else above
        if least <= n and low <= Fraction(100 * least, n) < high:
            return True
        if above is not None and 100 * above < low * n:
            break
    return False


def _sample_possible(
    n: str, functions: Mapping[str, Function], step: Fraction | None, printed: Printed
) -> bool:
    size = _text(printed, n)
    told = [(function, text) for name, function in functions.items() if (text := _text(printed, name))]
    return Sample(int(size) if size else None, step).possible(told)


def _interval_possible(names: tuple[str, str, str], per: int, limit: str, printed: Printed) -> bool:
    rate, low, high = (_text(printed, name) for name in names)
    if rate is None or low is None or high is None:
        return True
    largest = int(_text(printed, limit) or MANY_EVENTS)
    return bool(counts_behind(rate, low, high, per, largest=largest))


def _formula(ratio: Ratio) -> Formula:
    """A ratio, possibly of ratios, as a formula over its counts."""
    leaves = tuple(dict.fromkeys(_leaves(ratio)))

    def value(numbers: Sequence[Fraction]) -> Fraction | None:
        return _value(ratio, dict(zip(leaves, numbers, strict=True)))

    return Formula(leaves, value)


def _leaves(estimand: Estimand) -> Iterator[str]:
    if isinstance(estimand, Ratio):
        yield from _leaves(estimand.numerator)
        yield from _leaves(estimand.denominator)
    else:
        yield estimand.id


def _value(estimand: Estimand, numbers: Mapping[str, Fraction]) -> Fraction | None:
    if not isinstance(estimand, Ratio):
        return numbers[estimand.id]
    above, below = (_value(part, numbers) for part in (estimand.numerator, estimand.denominator))
    return above / below if above is not None and below else None


def _extreme_possible(formula: Formula, printed: Iterable[str], claimed: str) -> bool:
    """Whether the smallest or largest of some rounded numbers can print as claimed."""
    ends = [interval(text) for text in printed]
    low, high = (formula.function([pair[i] for pair in ends]) for i in (0, 1))
    least, greatest = interval(claimed)
    return low is None or high is None or (low < greatest and least < high)
