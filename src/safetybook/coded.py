"""A data set as whole numbers, and counting in it.

Each variable is coded once: a row has the *place* of its value among the variable's levels. To count, each
row gets a *word* whose bits say which of the filters it satisfies: the bitwise *and*, over the variables, of
what the row's place there allows. The bits of the rows' words count rows; the words *or*-ed over the rows of
each patient count patients. So any number of filters is counted in one pass, and they share conditions.

Patients partition the rows. What is counted here adds up over parts of a data set, if no patient is in two.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from safetybook.estimands import Scalar, Where

Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.integer[Any]]
Words = npt.NDArray[np.unsignedinteger[Any]]
Truth = npt.NDArray[np.bool_]

PATIENT = "USUBJID"
"""The variable that names the patient of a row."""

WORD = 64
"""Bits of the longest word: so many filters are counted in one pass."""

BLOCK = 1 << 16
"""Rows that are counted at a time, about: what they need stays in the processor's cache."""

BITS = np.array([[byte >> bit & 1 for bit in range(8)] for byte in range(256)], dtype=np.int64)
"""The bits of each byte, the lowest first."""


class Variable:
    """A variable of a data set: the place of each row's value among the levels, -1 where it is missing."""

    def __init__(self, places: Places, levels: Sequence[Scalar]) -> None:
        self.places, self.levels = places, levels

    @classmethod
    def of(cls, values: pd.Series[Any]) -> Variable:
        """Code a column of any type. A categorical column has its codes already; they are not copied."""
        if isinstance(values.array, pd.Categorical):
            return cls(values.array.codes, values.array.categories.tolist())
        if values.dtype == np.float32:
            values = values.astype("str").astype("float64")  # 0.1, not the nearest float32 in full
        places, levels = pd.factorize(values)
        narrow: Places = places.astype(np.min_scalar_type(-len(levels) - 1))
        return cls(narrow, levels.tolist())

    @cached_property
    def place(self) -> Mapping[Scalar, int]:
        """The place of each level."""
        return {level: place for place, level in enumerate(self.levels)}

    def counts(self, rows: slice = slice(None), chosen: Truth | slice = slice(None)) -> Numbers:
        """How often the value is missing in `chosen` ones of some rows, then how often it is each level."""
        return np.bincount(self.places[rows][chosen] + 1, minlength=len(self.levels) + 1)


class Tally(NamedTuple):
    """For each filter, how many patients have a row that satisfies it, and how many rows do."""

    patients: Numbers
    rows: Numbers


class Coded:
    """A data set with its variables coded when they are first asked for, the rows of each patient together.

    Args:
        frame: the data set, with the patient of each row in ``USUBJID``. A row without one is nobody's: it
            counts as a row. If the rows of some patient are not neighbours, they are brought together.
        joined: gives the same rows with further variables, once one of these is asked for.

    Attributes:
        order: for each row here the row of the frame, None where nothing moved.
    """

    def __init__(self, frame: pd.DataFrame, joined: Callable[[], pd.DataFrame] | None = None) -> None:
        self._frame, self._joined = frame, joined or (lambda: frame)
        self.order: npt.NDArray[np.intp] | None = None
        patients = Variable.of(frame[PATIENT])
        self._starts = runs(patients.places)
        if len(self._starts) > np.count_nonzero(patients.counts()):
            self.order = np.argsort(patients.places, kind="stable")
            patients = self._ordered(patients)
            self._starts = runs(patients.places)
        self._variables = {PATIENT: patients}

    def _ordered(self, variable: Variable) -> Variable:
        return variable if self.order is None else Variable(variable.places[self.order], variable.levels)

    def __len__(self) -> int:
        return len(self._frame)

    def __getitem__(self, name: str) -> Variable:
        """A variable by name.

        Raises:
            KeyError: if the data set has none of this name.
        """
        if name not in self._variables:
            frame = self._frame if name in self._frame else self._joined()
            self._variables[name] = self._ordered(Variable.of(frame[name]))
        return self._variables[name]

    # Filters -------------------------------------------------------------------------------------------

    def mask(self, asked: Where) -> Truth:
        """For each row of the frame, in its order, whether it satisfies a filter."""
        found = self.words([asked])(slice(None)).view(np.bool_)
        if self.order is None:
            return found
        back = np.empty_like(found)
        back[self.order] = found
        return back

    def tally(self, filters: Sequence[Where]) -> Tally:
        """Count patients and rows for each of some filters."""
        patients, rows = np.zeros(len(filters), np.int64), np.zeros(len(filters), np.int64)
        for at in range(0, len(filters), WORD):
            part = slice(at, at + WORD)
            for of_rows, of_patients in self._each(filters[part]):
                rows[part] += bit_counts(of_rows, len(rows[part]))
                patients[part] += bit_counts(of_patients, len(rows[part]))
        return Tally(patients, rows)

    def patient_words(self, filters: Sequence[Where]) -> dict[str, int]:
        """For each patient with rows a number whose bits say which filters some row satisfies."""
        owners, levels = self[PATIENT].places[self._starts].tolist(), self[PATIENT].levels
        found = [0] * len(owners)
        for at in range(0, len(filters), WORD):
            words = (word for _, own in self._each(filters[at : at + WORD]) for word in own.tolist())
            found = [known | word << at for known, word in zip(found, words, strict=True)]
        named = zip(owners, found, strict=True)
        return {cast("str", levels[owner]): word for owner, word in named if owner >= 0}

    def distribution(self, asked: Where, name: str) -> dict[Scalar, int]:
        """How often each value of a variable occurs in the rows that satisfy a filter, missing ones apart."""
        variable, words = self[name], self.words([asked])
        found = np.zeros(len(variable.levels) + 1, np.int64)
        for rows, _ in self.blocks():
            found += variable.counts(rows, words(rows).view(np.bool_))
        return {
            level: number for level, number in zip(variable.levels, found[1:].tolist(), strict=True) if number
        }

    def _each(self, filters: Sequence[Where]) -> Iterator[tuple[Words, Words]]:
        """Block by block the words of the rows, and those of their patients; nobody's is 0."""
        words, owners = self.words(filters), self[PATIENT].places
        for rows, starts in self.blocks():
            of_rows = words(rows)
            of_patients = np.bitwise_or.reduceat(of_rows, starts - rows.start)
            of_patients[owners[starts] < 0] = 0
            yield of_rows, of_patients

    def blocks(self) -> Iterator[tuple[slice, Numbers]]:
        """The rows in pieces of about :data:`BLOCK` that hold whole patients, with where these start."""
        first = 0
        while first < len(self._starts):
            last = int(np.searchsorted(self._starts, self._starts[first] + BLOCK))
            end = self._starts[last] if last < len(self._starts) else len(self)
            yield slice(int(self._starts[first]), int(end)), self._starts[first:last]
            first = last

    def words(self, filters: Sequence[Where]) -> Callable[[slice], Words]:
        """What gives rows their words for at most :data:`WORD` filters."""
        whole = (1 << len(filters)) - 1
        kind = np.min_scalar_type(whole)
        conditions: dict[str, dict[_Condition, int]] = {}
        for place, asked in enumerate(filters):
            for wanted, pairs in ((True, asked.allowed), (False, asked.excluded)):
                for name, values in pairs:
                    own = conditions.setdefault(name, {})
                    own[values, wanted] = own.get((values, wanted), 0) | 1 << place
        tables = [
            (_unsigned(self[name].places), _table(self[name], own, whole).astype(kind))
            for name, own in conditions.items()
        ]

        def given(rows: slice) -> Words:
            found = np.full(len(range(*rows.indices(len(self)))), whole, kind)
            for places, table in tables:
                # Without a sign, the place of a missing value is beyond the table: clipped to its end.
                found &= table.take(places[rows], mode="clip")
            return found

        return given


_Condition = tuple[frozenset[Scalar], bool]
"""The values of a variable that a filter names, and whether it wants them or excludes them."""


def _table(variable: Variable, conditions: Mapping[_Condition, int], whole: int) -> Words:
    """For each place of a variable, and last for a missing value, the bits of the filters that admit it.

    `conditions` has the bits of the filters that set each of them, `whole` those of all filters.
    """
    named = [
        (bits, wanted, {variable.place[value] for value in values if value in variable.place})
        for (values, wanted), bits in conditions.items()
    ]
    by_place = dict.fromkeys((place for *_, places in named for place in places), whole)
    elsewhere = whole
    for bits, wanted, places in named:
        if wanted:
            elsewhere &= ~bits
        for place in by_place.keys() - places if wanted else places:
            by_place[place] &= ~bits
    table = np.full(len(variable.levels) + 1, elsewhere, np.uint64)
    for place, word in by_place.items():
        table[place] = word
    return table


def _unsigned(places: Places) -> Words:
    return places.view(places.dtype.str.replace("i", "u"))


def bit_counts(words: Words, width: int) -> Numbers:
    """How many of the words have each of their lowest `width` bits."""
    if sys.byteorder == "big":
        words = words.byteswap()
    lanes = words.view(np.uint8).reshape(len(words), -1)
    found = [np.bincount(lane, minlength=256) @ BITS for lane in lanes.T]
    return np.concatenate(found)[:width]


def runs(places: npt.NDArray[Any]) -> Numbers:
    """Where each run of rows with the same place begins."""
    changes = np.flatnonzero(places[1:] != places[:-1]) + 1
    return np.concatenate([np.zeros(min(1, len(places)), changes.dtype), changes])
