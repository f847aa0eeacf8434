"""What no count of adverse events can violate, whatever the data: checked before a number is shown.

The checks on results need only the estimands. If every row that one filter admits is admitted by
another, the first count cannot exceed the second: related events are events, a term's events are
events, a patient with a severe event is a patient with an event. Nothing has to be listed by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from safetybook.estimands import (
    Condition,
    Count,
    Estimand,
    Function,
    Share,
    Summary,
    Unit,
    Where,
    except_where,
    where,
)
from safetybook.results import Countable, Result, compute_all

if TYPE_CHECKING:
    from safetybook.study import Study

_EXPOSURE = ["USUBJID", "TRTA", "APERIOD"]


LOOKED_AT = {
    "adex": frozenset(("TRTA", "APERIOD", "CYCLE", "ASTDTM", "AENDTM")),
    "adae": frozenset(("TRTA", "APERIOD", "TRTEMFL", "AESEQ")),
}
"""The variables that :func:`of_study` looks at, beside the patient."""

NEEDED = frozenset(("TRTA", "APERIOD", "TRTEMFL"))
"""Those of them that it cannot do without."""

_Key = tuple[frozenset[Condition], frozenset[Condition]]
"""A filter without the order of its conditions."""


class InvariantError(ValueError):
    """Results or data that cannot be. The message lists every violation; :attr:`violations` holds them."""

    def __init__(self, violations: Iterable[str]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n  ".join(["these cannot be true at once:", *self.violations]))


def check(study: Countable, estimands: Iterable[Estimand]) -> list[Result]:
    """The results of the estimands, once all invariants hold for them and for the study.

    Raises:
        InvariantError: naming all violations.
    """
    estimands = list(estimands)
    results = compute_all(study, estimands)
    refuse([*study.impossible, *of_results(zip(estimands, results, strict=True))])
    return results


def refuse(violations: Sequence[str]) -> None:
    """Raise an error if there are violations.

    Raises:
        InvariantError: naming them all.
    """
    if violations:
        raise InvariantError(violations)


def of_results(pairs: Iterable[tuple[Estimand, Result]]) -> Iterator[str]:
    """Every violation among results, in words."""
    pairs = list(dict(pairs).items())
    counts = [(estimand, result) for estimand, result in pairs if isinstance(estimand, Count)]
    yield from (f"{shown(result)} is negative" for _, result in counts if result.number < 0)
    yield from _containment(counts)
    yield from _levels(counts)
    for share, result in pairs:
        if isinstance(share, Share):
            yield from no_percentage(result)
    yield from _order(pairs)


def no_percentage(result: Result) -> Iterator[str]:
    """That a percentage is not between 0 and 100."""
    if result.value is not None and not 0 <= result.number <= 100:
        yield f"{shown(result)} %: {result.numerator} of {result.denominator}"


def _containment(counts: list[tuple[Count, Result]]) -> Iterator[str]:
    """A narrower filter counts no more; patients are no more than their rows."""
    by_dataset = defaultdict(list)
    for estimand, result in counts:
        by_dataset[estimand.dataset].append((estimand, result))
    for members in by_dataset.values():
        admitted = _admitted(count.where for count, _ in members)
        known = [
            (int(result.number), count.unit is Unit.PATIENTS, rows, result)
            for (count, result), rows in zip(members, admitted, strict=True)
        ]
        for fewer, are_patients, narrow, part in known:
            for more, of_patients, wide, whole in known:
                if fewer > more and (are_patients or not of_patients) and not narrow & ~wide:
                    yield f"{shown(part)} exceeds {shown(whole)}"


def implies(narrow: Where, wide: Where) -> bool:
    """Whether every row that `narrow` admits is surely admitted by `wide`, judged by the conditions alone."""
    fewer, more = _admitted([narrow, wide])
    return not fewer & ~more


def _admitted(filters: Iterable[Where]) -> list[int]:
    """What each filter admits, as the bits of a number: a bit for each value of a variable that one of the
    filters names, and one for all other values of the variable.

    A filter admits all that another does if it has all bits of the other.
    """
    filters = list(filters)
    conditions = {one for asked in filters for one in asked.allowed + asked.excluded}
    named = {(name, value) for name, values in conditions for value in values}
    bit = {one: 1 << place for place, one in enumerate(named)}
    others = {name: 1 << len(named) + place for place, name in enumerate({name for name, _ in conditions})}
    whole = dict(others)
    for (name, _), own in bit.items():
        whole[name] |= own
    bits = {(name, values): sum(bit[name, value] for value in values) for name, values in conditions}
    found = []
    for asked in filters:
        admitted = sum(whole.values())
        for name, values in asked.allowed:
            admitted &= ~whole[name] | bits[name, values]
        for condition in asked.excluded:
            admitted &= ~bits[condition]
        found.append(admitted)
    return found


def _levels(counts: list[tuple[Count, Result]]) -> Iterator[str]:
    """Levels that do not overlap (of intensity, say) hold no more rows than the whole."""
    rows = [(count, _key(count.where), result) for count, result in counts if count.unit is Unit.ROWS]
    wholes = {(count.dataset, key): result for count, key, result in rows}
    families: dict[tuple[str, _Key, str], dict[frozenset[object], Result]] = defaultdict(dict)
    for count, (allowed, excluded), result in rows:
        for condition in allowed:
            rest: _Key = (allowed - {condition}, excluded)
            families[count.dataset, rest, condition[0]][frozenset(condition[1])] = result
    for (dataset, rest, name), levels in families.items():
        whole = wholes.get((dataset, rest))
        disjoint = sum(map(len, levels)) == len(frozenset().union(*levels))
        if whole and disjoint and sum(int(result.number) for result in levels.values()) > whole.number:
            parts = " + ".join(shown(result) for result in levels.values())
            yield f"{parts} by {name} exceed {shown(whole)}"


def _key(filter_: Where) -> _Key:
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
                yield f"{shown(family[low])} exceeds {shown(family[high])}"


def shown(result: Result) -> str:
    """A result as a violation names it."""
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
        doubtful = _exposed_to_less(study)
        if not doubtful:
            return
        exposed = set(study.frame("adex")[_EXPOSURE].itertuples(index=False, name=None))
        for row in study.rows("adae", where(TRTEMFL="Y", USUBJID=doubtful)).itertuples():
            if (row.USUBJID, row.TRTA, row.APERIOD) not in exposed:
                event = f"event {row.AESEQ} of {row.USUBJID}"
                yield f"{event} is on {row.TRTA} in period {row.APERIOD}, without an infusion"


def _exposed_to_less(study: Study) -> list[str]:
    """The patients with a treatment-emergent event on a treatment in a period without an infusion of it."""
    events, infusions = study.coded("adae"), study.coded("adex")
    treatments, periods = events["TRTA"].levels, events["APERIOD"].levels
    kinds = [where(TRTA=treatment, APERIOD=period) for treatment in treatments for period in periods]
    of_none = [except_where(TRTA=treatments), except_where(APERIOD=periods)]
    had = infusions.patient_words(kinds)
    asked = events.patient_words([where(TRTEMFL="Y") & kind for kind in (*kinds, *of_none)])
    return [patient for patient, word in asked.items() if word & ~had.get(patient, 0)]
