"""Counts of events and of the patients who had them, without patients.

How often each kind of event occurs is a column of a linear programme, and so is, for each published
count of patients, that count itself. What ties them holds in any data: patients are no more than their
events; a wider kind has at least the patients of a narrower one, and at most one patient more for each
event more; kinds that together make up a wider one have together at least its patients; and nobody has
an event under a treatment without having been exposed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from safetybook.estimands import Count, Estimand, Scalar, Share, Unit, Where
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.tallies import MOST, Numbers, Row, Tallies, percentage

Truths = npt.NDArray[np.bool_]


class What(StrEnum):
    """What a claim counts."""

    EVENTS = "events"
    PATIENTS = "patients"
    EXPOSED = "exposed"


@dataclass(frozen=True, eq=False)
class _Counted:
    """Events, patients with events, or patients exposed, and which kinds of events belong to it."""

    what: What
    mask: Truths

    @property
    def key(self) -> tuple[What, bytes]:
        return self.what, self.mask.tobytes()

    def within(self, other: _Counted) -> bool:
        """Whether all its kinds belong to another."""
        return not (self.mask & ~other.mask).any()


class EventTallies(Tallies):
    """How many events there are of each kind, and how many patients had some of certain kinds.

    Claims are collected first and become rows when the system is first solved.

    Args:
        kinds: one row per kind of event, with every variable that a filter looks at.
        events: the data set of which these are rows.
        exposure: the data set whose filters say in which part of the trial patients were exposed.
    """

    def __init__(self, kinds: pd.DataFrame, events: str = "adae", exposure: str = "adex") -> None:
        super().__init__()
        self.kinds = kinds
        self.events = events
        self.exposure = exposure
        self._counted: list[tuple[Constraint, tuple[_Counted, ...], Callable[..., tuple[Row, ...]]]] = []
        self._masks: dict[tuple[str, frozenset[Scalar], bool], Truths] = {}

    def impose(self, claim: Constraint, estimand: Estimand, printed: str) -> bool:
        """Add what a claim states of a count or a share; False if the kinds cannot express it."""
        match estimand:
            case Count():
                number = int(printed)
                return self._add(claim, [estimand], lambda times: (Row(times, number, number),))
            case Share():
                parts = [estimand.numerator, estimand.denominator]
                return self._add(claim, parts, lambda part, whole: percentage(part, whole, printed))
        return False

    def number_of_events(self, claim: Constraint, asked: Where, least: int, most: float = np.inf) -> bool:
        """Add that from `least` to `most` events satisfy a filter."""
        count = Count(claim.id, claim.quote, self.events, asked, Unit.ROWS)
        return self._add(claim, [count], lambda times: (Row(times, least, most),))

    def _add(self, claim: Constraint, counts: Iterable[Count], rows: Callable[..., tuple[Row, ...]]) -> bool:
        found = [self._counted_by(count) for count in counts]
        known = tuple(counted for counted in found if counted is not None)
        if len(known) < len(found):
            return False
        self.imposed[claim.id] = claim
        self._counted.append((claim, known, rows))
        return True

    def _counted_by(self, count: Count) -> _Counted | None:
        if not count.where.variables <= set(self.kinds.columns):
            return None
        if count.dataset == self.events:
            what = What.EVENTS if count.unit is Unit.ROWS else What.PATIENTS
        elif count.dataset == self.exposure and count.unit is Unit.PATIENTS:
            what = What.EXPOSED
        else:
            return None
        return _Counted(what, self._mask(count.where))

    def _mask(self, asked: Where) -> Truths:
        """Which kinds satisfy a filter; each of its conditions is looked up once."""
        mask = np.ones(len(self.kinds), dtype=bool)
        conditions = [(*pair, True) for pair in asked.allowed] + [(*pair, False) for pair in asked.excluded]
        for condition in conditions:
            if condition not in self._masks:
                name, values, _ = condition
                self._masks[condition] = np.asarray(self.kinds[name].isin(values), dtype=bool)
            mask &= self._masks[condition] == condition[2]
        return mask

    # From claims to rows ---------------------------------------------------------------------------

    def structure(self) -> Iterable[Row]:
        """What ties events and patients in any data; the claims become rows as well."""
        counted = [one for _, known, _ in self._counted for one in known]
        # Kinds that no claim tells apart are one column.
        masks = np.array([one.mask for one in counted])
        packed = np.ascontiguousarray(np.packbits(masks, axis=0).T)
        _, first = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_index=True)
        patterns = masks[:, np.sort(first)]
        merged = [_Counted(one.what, mask) for one, mask in zip(counted, patterns, strict=True)]
        members = {one.key: one for one in merged if one.what is not What.EVENTS}
        self._place = {key: i for i, key in enumerate(members)}
        self._events = patterns.shape[1]
        self._width = self._events + len(members)
        queue = iter(merged)
        for claim, known, rows in self._counted:
            self.require(claim, *rows(*(self._times(next(queue)) for _ in known)))
        return list(self._ties(list(members.values())))

    def _times(self, counted: _Counted) -> Numbers:
        if counted.what is What.EVENTS:
            return self._row(counted.mask)
        return self._row(None, {self._place[counted.key]: 1})

    def _row(
        self, events: Truths | None, patients: dict[int, float] | None = None, factor: float = 1
    ) -> Numbers:
        row = np.zeros(self._width)
        if events is not None:
            row[: self._events] = factor * events
        for i, times in (patients or {}).items():
            row[self._events + i] = times
        return row

    def _ties(self, members: list[_Counted]) -> Iterator[Row]:
        for i, own in enumerate(members):
            if own.what is What.PATIENTS:
                yield Row(self._row(own.mask, {i: -1}), 0, np.inf)
                # Where there is an event there is a patient.
                yield Row(self._row(own.mask, {i: MOST}, factor=-1), 0, np.inf)
            narrower = [
                j
                for j, part in enumerate(members)
                if j != i and part.within(own) and (own.what is What.EXPOSED or part.what is What.PATIENTS)
            ]
            for j in narrower:
                if any(
                    members[j].within(members[k]) for k in narrower if k != j and members[k].what is own.what
                ):
                    # It follows from what is said of the one between.
                    continue
                yield Row(self._row(None, {i: 1, j: -1}), 0, np.inf)
                if own.what is members[j].what is What.PATIENTS:
                    yield Row(self._row(own.mask & ~members[j].mask, {i: -1, j: 1}), 0, np.inf)
            same = [(j, members[j].mask) for j in narrower if members[j].what is own.what]
            for cover in _covers(own.mask, same):
                yield Row(self._row(None, {i: -1, **dict.fromkeys(cover, 1.0)}), 0, np.inf)


def _covers(whole: Truths, parts: list[tuple[int, Truths]]) -> Iterator[tuple[int, ...]]:
    """The pairs and triples of parts that make up a whole, none of them needlessly."""
    bits = {i: int.from_bytes(np.packbits(part).tobytes()) for i, part in parts}
    full = int.from_bytes(np.packbits(whole).tobytes())
    pairs = [pair for pair in combinations(bits, 2) if bits[pair[0]] | bits[pair[1]] == full]
    known = set(pairs)
    yield from pairs
    for triple in combinations(bits, 3):
        whole_made = bits[triple[0]] | bits[triple[1]] | bits[triple[2]] == full
        if whole_made and not known & set(combinations(triple, 2)):
            yield triple
