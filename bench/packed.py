"""By hand: integer codes, all conditions packed into one key, patients by one pass or one sort.

What the work itself takes in numpy, written for these tables alone: no names, no checks, no results.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.tasks import COLUMNS, ROWS, TREATMENT_EMERGENT, VARIABLES, Cells, Condition, Peer, Task

Bits = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """The events of a trial, by patient, as codes.

    Attributes:
        starts: where each patient's events begin.
        patient: the patient's number.
        kind: for each event the number of its class and term; those of a class are neighbours.
        kinds: class and term by number.
        class_of: for each kind the number of its class.
        codes: for each of :data:`VARIABLES` the number of its value.
        levels: the values by number.
    """

    starts: npt.NDArray[np.intp]
    patient: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int32]
    kinds: list[tuple[str, str]]
    class_of: npt.NDArray[np.intp]
    codes: dict[str, npt.NDArray[np.uint8]]
    levels: dict[str, list[Any]]


class Packed(Peer):
    """The whole trial at once."""

    def read(self, folder: Path) -> None:
        """One table of all parts, texts dictionary-encoded."""
        self._table = read_table(folder / "adae")

    def code(self) -> None:
        """Numbers for patients, kinds and values."""
        self._coded = coded(self._table)
        del self._table

    def overview(self) -> Any:
        """Events by their key, patients by the bits of their events' keys."""
        return overview(self._coded)

    def classes(self) -> Any:
        """One sort by patient and kind; classes and all events follow from the sorted pairs."""
        return self._coded.kinds, classes(self._coded)

    def cells(self, task: Task, answer: Any) -> Cells:
        """Rows and columns get their names."""
        if task is Task.OVERVIEW:
            names = product(ROWS, COLUMNS)
            return {
                (row, "", column): (int(patients), int(events))
                for (row, column), patients, events in zip(names, *answer, strict=True)
            }
        kinds, levels = answer
        found: Cells = {}
        for rows, (patients, events) in zip(_rows(kinds), levels, strict=True):
            for (i, row), (j, column) in product(enumerate(rows), enumerate(COLUMNS)):
                found[*row, column] = (int(patients[i, j]), int(events[i, j]))
        return found


def read_table(path: Path) -> pa.Table:
    """The variables that are counted, texts dictionary-encoded."""
    texts = ["USUBJID", "AEBODSYS", "AEDECOD", *(name for name in VARIABLES if name != "APERIOD")]
    return pq.read_table(path, columns=[*texts, "APERIOD"], read_dictionary=texts).unify_dictionaries()


def coded(table: pa.Table) -> Coded:
    """A table of events as codes, by patient. No event lacks patient, class or term."""
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    patient = _codes(columns["USUBJID"])
    order = slice(None) if (patient[1:] >= patient[:-1]).all() else np.argsort(patient, kind="stable")
    patient = patient[order]
    kind, kinds, class_of = _kinds(columns["AEBODSYS"], columns["AEDECOD"])
    codes, levels = {}, {}
    for name in VARIABLES:
        column = columns[name]
        column = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
        levels[name] = [*column.dictionary.to_pylist(), None]
        codes[name] = _codes(column).astype(np.uint8)[order]
    starts = np.flatnonzero(np.diff(patient, prepend=-1))
    return Coded(starts, patient, kind[order], kinds, class_of, codes, levels)


def _codes(column: pa.DictionaryArray) -> npt.NDArray[np.int32]:
    """The numbers of a column's values; a missing one has the number after the last."""
    indices = pc.fill_null(column.indices, len(column.dictionary))
    return np.asarray(indices.to_numpy(zero_copy_only=False), dtype=np.int32)


def _kinds(
    classes: pa.DictionaryArray, terms: pa.DictionaryArray
) -> tuple[npt.NDArray[np.int32], list[tuple[str, str]], npt.NDArray[np.intp]]:
    """Numbers for the pairs of class and term that occur, by class; the pairs; the classes by number."""
    many = len(terms.dictionary) + 1
    pairs = _codes(classes).astype(np.int64) * many + _codes(terms)
    occurring = np.flatnonzero(np.bincount(pairs))
    numbers = np.zeros(int(occurring[-1]) + 1, dtype=np.int32)
    numbers[occurring] = np.arange(len(occurring))
    names, words = classes.dictionary.to_pylist(), terms.dictionary.to_pylist()
    kinds = [(names[pair // many], words[pair % many]) for pair in occurring]
    return numbers[pairs], kinds, np.unique(occurring // many, return_inverse=True)[1]


def _keyed(coded: Coded, conditions: list[Condition]) -> tuple[npt.NDArray[np.intp], Bits]:
    """For each event the key of its values, and for each key the bits of the conditions it meets."""
    used = list(dict.fromkeys(name for condition in conditions for name in condition))
    key = np.zeros(len(coded.patient), dtype=np.intp)
    bits = np.full(1, -1, dtype=np.int64) & ((1 << len(conditions)) - 1)
    for name in used:
        levels = coded.levels[name]
        met = [
            sum(
                1 << i
                for i, condition in enumerate(conditions)
                if name not in condition or level in condition[name]
            )
            for level in levels
        ]
        key *= len(levels)
        key += coded.codes[name]
        bits = (bits[:, None] & np.array(met, dtype=np.int64)).reshape(-1)
    return key, bits


def _numbers(bits: Bits, times: npt.NDArray[np.intp], conditions: int) -> npt.NDArray[np.int64]:
    """How many there are of each condition, if each value of `bits` is there so many times."""
    return ((bits[:, None] >> np.arange(conditions)) & 1).T @ times


def overview(coded: Coded) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Patients and events of every row in every column."""
    conditions = [TREATMENT_EMERGENT | row | column for row in ROWS.values() for column in COLUMNS.values()]
    key, bits = _keyed(coded, conditions)
    times = np.bincount(key)
    occurring = np.flatnonzero(times)
    events = _numbers(bits[occurring], times[occurring], len(conditions))
    of_patients = np.bitwise_or.reduceat(bits[key], coded.starts)
    distinct, patients = np.unique(of_patients, return_counts=True)
    return _numbers(distinct, patients, len(conditions)), events


Level = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Patients and events by row and column."""


def classes(coded: Coded) -> tuple[Level, Level, Level]:
    """All events, by class, and by class and term."""
    key, bits = _keyed(coded, [TREATMENT_EMERGENT | column for column in COLUMNS.values()])
    met, kinds = bits[key], len(coded.kinds)
    width = len(COLUMNS)
    packed = ((coded.patient.astype(np.int64) * kinds + coded.kind) << width) | met
    packed.sort()
    pairs = packed >> width
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    pair, met_by_pair = pairs[starts], np.bitwise_or.reduceat(packed & ((1 << width) - 1), starts)
    of_kind = np.bincount(coded.kind * (1 << width) + met, minlength=kinds << width).reshape(kinds, -1)
    kind, patient = pair % kinds, pair // kinds
    found = []
    for row_of in (np.zeros(kinds, dtype=np.intp), coded.class_of, np.arange(kinds)):
        rows = int(row_of[-1]) + 1
        group = patient * rows + row_of[kind]
        begins = np.flatnonzero(np.diff(group, prepend=-1))
        affected = np.bitwise_or.reduceat(met_by_pair, begins)
        patients = np.bincount((group[begins] % rows) * (1 << width) + affected, minlength=rows << width)
        events = np.zeros((rows, 1 << width), dtype=np.int64)
        np.add.at(events, row_of, of_kind)
        found.append((_by_column(patients.reshape(rows, -1)), _by_column(events)))
    return found[0], found[1], found[2]


def _by_column(by_bits: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Numbers by row and pattern of columns, added up by row and column."""
    patterns = np.arange(by_bits.shape[1])
    return by_bits @ ((patterns[:, None] >> np.arange(len(COLUMNS))) & 1)


def _rows(kinds: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    return [[("", "")], [(name, "") for name in dict.fromkeys(name for name, _ in kinds)], kinds]


class PackedByParts(Packed):
    """One part after the other, from the files: patients partition a trial, so its counts add."""

    def read(self, folder: Path) -> None:
        """Only where the files are."""
        self._parts = sorted((folder / "adae").iterdir())

    def code(self) -> None:
        """Each part is coded when its turn comes."""

    def overview(self) -> Cells:
        """The sums."""
        return self._sums(Task.OVERVIEW)

    def classes(self) -> Cells:
        """The sums."""
        return self._sums(Task.CLASSES)

    def _sums(self, task: Task) -> Cells:
        total: Cells = {}
        for part in self._parts:
            of_part = coded(read_table(part))
            answer = overview(of_part) if task is Task.OVERVIEW else (of_part.kinds, classes(of_part))
            for cell, (patients, events) in super().cells(task, answer).items():
                before = total.get(cell, (0, 0))
                total[cell] = (before[0] + patients, before[1] + events)
        return total

    def cells(self, task: Task, answer: Any) -> Cells:
        """The sums are cells."""
        assert isinstance(answer, dict)
        return answer
