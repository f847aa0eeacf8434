"""What no count of adverse events can violate, whatever the data: checked before a number is shown.

The checks on results need only the estimands. If every row that one filter admits is admitted by
another, the first count cannot exceed the second: related events are events, a term's events are
events, a patient with a severe event is a patient with an event. Nothing has to be listed by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import permutations

from safetybook.estimands import Count, Estimand, Function, Share, Summary, Unit, Where
from safetybook.results import Result, compute
from safetybook.study import Study

_EXPOSURE = ("USUBJID", "TRTA", "APERIOD")


class InvariantError(ValueError):
    """Results or data that cannot be. The message lists every violation; :attr:`violations` holds them."""

    def __init__(self, violations: Iterable[str]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n  ".join(["these cannot be true at once:", *self.violations]))


def check(study: Study, estimands: Iterable[Estimand]) -> list[Result]:
    """The results of the estimands, once all invariants hold for them and for the study.

    Raises:
        InvariantError: naming all violations.
    """
    pairs = [(estimand, compute(study, estimand)) for estimand in estimands]
    violations = [*of_study(study), *of_results(pairs)]
    if violations:
        raise InvariantError(violations)
    return [result for _, result in pairs]


def of_results(pairs: Iterable[tuple[Estimand, Result]]) -> Iterator[str]:
    """Every violation among results, in words."""
    pairs = list(dict(pairs).items())
    counts = [(estimand, result) for estimand, result in pairs if isinstance(estimand, Count)]
    yield from (f"{_shown(result)} is negative" for _, result in counts if result.number < 0)
    yield from _containment(counts)
    yield from _levels(counts)
    for share, result in pairs:
        if isinstance(share, Share) and result.value is not None and not 0 <= result.number <= 100:
            yield f"{_shown(result)} %: {result.numerator} of {result.denominator}"
    yield from _order(pairs)


def _containment(counts: list[tuple[Count, Result]]) -> Iterator[str]:
    """A narrower filter counts no more; patients are no more than their rows."""
    by_dataset = defaultdict(list)
    for estimand, result in counts:
        by_dataset[estimand.dataset].append((estimand, result))
    for members in by_dataset.values():
        for (part, fewer), (whole, more) in permutations(members, 2):
            comparable = part.unit is whole.unit or (part.unit, whole.unit) == (Unit.PATIENTS, Unit.ROWS)
            if comparable and fewer.number > more.number and implies(part.where, whole.where):
                yield f"{_shown(fewer)} exceeds {_shown(more)}"


def implies(narrow: Where, wide: Where) -> bool:
    """Whether every row that `narrow` admits is surely admitted by `wide`, judged by the conditions alone."""
    allowed: dict[str, frozenset[object]] = {}
    for name, values in narrow.allowed:
        allowed[name] = allowed.get(name, frozenset(values)) & values
    excluded: dict[str, frozenset[object]] = {}
    for name, values in narrow.excluded:
        excluded[name] = excluded.get(name, frozenset()) | values
    within = all(name in allowed and allowed[name] <= values for name, values in wide.allowed)
    outside = all(
        values <= excluded.get(name, frozenset()) or (name in allowed and not allowed[name] & values)
        for name, values in wide.excluded
    )
    return within and outside


def _levels(counts: list[tuple[Count, Result]]) -> Iterator[str]:
    """Levels that do not overlap (of intensity, say) hold no more rows than the whole."""
    wholes = {(count.dataset, _key(count.where), count.unit): result for count, result in counts}
    families: dict[tuple[str, object, str], dict[frozenset[object], Result]] = defaultdict(dict)
    for count, result in counts:
        if count.unit is not Unit.ROWS:
            continue
        for condition in count.where.allowed:
            others = replace(count.where, allowed=tuple(c for c in count.where.allowed if c != condition))
            families[count.dataset, _key(others), condition[0]][frozenset(condition[1])] = result
    for (dataset, rest, name), levels in families.items():
        whole = wholes.get((dataset, rest, Unit.ROWS))
        disjoint = sum(map(len, levels)) == len(frozenset().union(*levels))
        if whole and disjoint and sum(result.number for result in levels.values()) > whole.number:
            parts = " + ".join(_shown(result) for result in levels.values())
            yield f"{parts} by {name} exceed {_shown(whole)}"


def _key(filter_: Where) -> object:
    return frozenset(filter_.allowed), frozenset(filter_.excluded)


def _order(pairs: list[tuple[Estimand, Result]]) -> Iterator[str]:
    """Minimum <= median, mean <= maximum of one variable over the same rows."""
    families: dict[object, dict[Function, Result]] = defaultdict(dict)
    for estimand, result in pairs:
        if isinstance(estimand, Summary) and result.value is not None:
            key = (estimand.dataset, _key(estimand.where), estimand.variable)
            families[key][estimand.function] = result
    ascending = [
        (Function.MINIMUM, Function.MEDIAN),
        (Function.MINIMUM, Function.MEAN),
        (Function.MEDIAN, Function.MAXIMUM),
        (Function.MEAN, Function.MAXIMUM),
        (Function.MINIMUM, Function.MAXIMUM),
    ]
    for family in families.values():
        for low, high in ascending:
            if low in family and high in family and family[low].number > family[high].number:
                yield f"{_shown(family[low])} exceeds {_shown(family[high])}"


def _shown(result: Result) -> str:
    return f"{result.estimand} = {result.formatted()}"


def of_study(study: Study) -> Iterator[str]:
    """Every violation among the data themselves, in words.

    Time on treatment is positive, and every treatment-emergent event has a patient who was exposed to
    its treatment in its period.
    """
    if "cycles" in study.names:
        cycles = study.frame("cycles")
        for row in cycles[~(cycles["AENDTM"] > cycles["ASTDTM"])].itertuples():
            yield f"cycle {row.CYCLE} of {row.USUBJID} lasts no time: {row.ASTDTM} to {row.AENDTM}"
    if {"adae", "adex"} <= set(study.names):
        adae = study.frame("adae")
        emergent = adae[adae["TRTEMFL"] == "Y"]
        exposed = set(study.frame("adex")[list(_EXPOSURE)].itertuples(index=False, name=None))
        for row in emergent.itertuples():
            if (row.USUBJID, row.TRTA, row.APERIOD) not in exposed:
                event = f"event {row.AESEQ} of {row.USUBJID}"
                yield f"{event} is on {row.TRTA} in period {row.APERIOD}, without an infusion"
