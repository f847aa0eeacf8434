"""Patients and events by class and term, in one pass over a coded data set.

Each row becomes one number: its patient, its class and term, and the word that says which groups it is in.
Sorted, a patient's rows with the same term are neighbours, and their words are joined: what is left counts
patients by term. A class's terms are neighbours too, and so are a patient's classes. The same step twice more
counts patients by class, and all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from safetybook.coded import BITS, PATIENT, Coded, Numbers, Words, runs
from safetybook.estimands import Scalar, Where

TOGETHER = 7
"""Groups that are counted in one pass: a byte has a bit for each, and one for the rows that count at all."""

FEW = 1 << 24
"""Paths of which a table has a place for each that could occur; of more, only those that do are kept."""

Path = tuple[Scalar | None, ...]
"""What is counted: ``()`` for all rows, ``(class,)`` or ``(class, term)``, with None where a row has none."""


class Nested(NamedTuple):
    """What was counted by path: a line of patients and of rows for each path, with a column for each group.

    A path comes before those that continue it.
    """

    paths: list[Path]
    patients: Numbers
    rows: Numbers


def by_nesting(data: Coded, names: Sequence[str], among: Where, groups: Sequence[Where]) -> Nested:
    """Count, among the rows that satisfy a filter, the patients and rows of each group by class and term.

    `names` are the variables, the widest first: class, term. Whatever occurs among the rows has a path, even
    if it occurs in no group; ``()`` always is one.
    """
    parts = [
        _counted(data, names, [among, *(among & group for group in groups[at : at + TOGETHER])])
        for at in range(0, max(1, len(groups)), TOGETHER)
    ]
    patients, rows = (np.hstack(own) for own in list(zip(*parts, strict=True))[1:])
    return Nested(parts[0].paths, patients, rows)


def _counted(data: Coded, names: Sequence[str], filters: Sequence[Where]) -> Nested:
    """The tallies of all filters but the first, for whatever occurs in the rows that satisfy the first."""
    paths = _Paths(data, names)
    sizes = [len(level) for level in paths.levels]
    patients, rows = ([np.zeros((size, 1 << len(filters)), np.int64) for size in sizes] for _ in range(2))
    words, owners = data.words(filters), data[PATIENT].places
    for block, starts in data.blocks():
        number, word = paths.numbers(block), words(block)
        _add(rows[-1], number, word)
        word[owners[block] < 0] = 0
        patient = np.repeat(np.arange(len(starts)), np.diff(starts, append=block.stop))
        key, word = _sorted(patient * sizes[-1] + number, word, len(filters))
        for depth in reversed(range(len(sizes))):
            key, word = _joined(key, word)
            patient, number = np.divmod(key, sizes[depth])
            _add(patients[depth], number, word)
            key = patient * sizes[depth - 1] + paths.parents[depth][number]
    for depth in reversed(range(1, len(sizes))):
        np.add.at(rows[depth - 1], paths.parents[depth], rows[depth])
    counts = (np.vstack(own) @ BITS[: 1 << len(filters), : len(filters)] for own in (patients, rows))
    with_row, of_rows = counts
    occurs = of_rows[:, 0] > 0
    occurs[0] = True
    every = [path for level in paths.levels for path in level]
    return Nested(
        [path for path, found in zip(every, occurs.tolist(), strict=True) if found],
        with_row[occurs, 1:],
        of_rows[occurs, 1:],
    )


class _Paths:
    """The paths that occur in a data set, by their length, numbered in order.

    Attributes:
        levels: all paths of length 0, 1, ...
        parents: for each path the number of the one that it continues.
    """

    def __init__(self, data: Coded, names: Sequence[str]) -> None:
        self._variables = [data[name] for name in names]
        shape = [len(variable.levels) + 1 for variable in self._variables]
        self._occurring = self._found(data, prod(shape))
        self._numbers: Numbers | None = None
        if prod(shape) <= FEW:
            self._numbers = np.zeros(prod(shape), np.int64)
            self._numbers[self._occurring] = np.arange(len(self._occurring))
        self.levels: list[list[Path]] = [[()]]
        self.parents: list[Numbers] = [np.zeros(1, np.int64)]
        codes = np.zeros(1, np.int64)
        for depth, variable in enumerate(self._variables, start=1):
            own = np.unique(self._occurring // prod(shape[depth:]))
            parent, place = np.divmod(own, shape[depth - 1])
            parent = np.searchsorted(codes, parent)
            values = (None, *variable.levels)
            self.levels.append(
                [
                    (*self.levels[-1][up], values[at])
                    for up, at in zip(parent.tolist(), place.tolist(), strict=True)
                ]
            )
            self.parents.append(parent)
            codes = own

    def _found(self, data: Coded, possible: int) -> Numbers:
        """The codes that occur, ascending."""
        if possible > FEW:
            return np.unique(
                np.concatenate([[], *(np.unique(self._codes(rows)) for rows, _ in data.blocks())])
            ).astype(np.int64)
        occurs = np.zeros(possible, dtype=np.bool_)
        for rows, _ in data.blocks():
            occurs[self._codes(rows)] = True
        return np.flatnonzero(occurs)

    def _codes(self, rows: slice) -> Numbers:
        """One code for the values of a row, in the order of their places; that of a missing value is -1."""
        code = np.zeros(rows.stop - rows.start, np.int64)
        for variable in self._variables:
            code = code * (len(variable.levels) + 1) + variable.places[rows] + 1
        return code

    def numbers(self, rows: slice) -> Numbers:
        """For each of some rows the number of its longest path."""
        codes = self._codes(rows)
        return np.searchsorted(self._occurring, codes) if self._numbers is None else self._numbers[codes]


def _add(seen: Numbers, numbers: Numbers, words: Words) -> None:
    """Count how often each number (line of `seen`) has each word (column)."""
    seen += np.bincount(numbers * seen.shape[1] + words, minlength=seen.size).reshape(seen.shape)


def _sorted(keys: Numbers, words: Words, width: int) -> tuple[Numbers, Words]:
    """Keys in ascending order with their words of `width` bits."""
    both = np.sort(keys << width | words)
    return both >> width, (both & (1 << width) - 1).astype(np.uint8)


def _joined(keys: Numbers, words: Words) -> tuple[Numbers, Words]:
    """Ascending keys, each once, with the bits of all its words."""
    starts = runs(keys)
    return keys[starts], np.bitwise_or.reduceat(words, starts)
