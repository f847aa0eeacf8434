"""This engine, by its public functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from bench.tasks import COLUMNS, ROWS, TREATMENT_EMERGENT, VARIABLES, Cells, Condition, Peer, Task
from safetybook.datasets import ADAE, ADEX, ADSL
from safetybook.estimands import Column, Count, Estimand, Share, Unit, Where, where
from safetybook.incidence import CLASS, TERM, Level, incidence
from safetybook.invariants import check
from safetybook.partitioned import Partitioned
from safetybook.results import Countable
from safetybook.study import Study


def _where(condition: Condition) -> Where:
    return where(**condition)


EMERGENT = _where(TREATMENT_EMERGENT)
GROUPS = [Column(name, name, _where(condition)) for name, condition in COLUMNS.items()]
CELLS = {
    (row, "", group.id): EMERGENT & _where(condition) & group.where
    for row, condition in ROWS.items()
    for group in GROUPS
}


class Counts(Peer):
    """Patients and events alone, from the codes of a study."""

    study: Countable

    def read(self, folder: Path) -> None:
        """The data sets as frames, texts as categories."""
        self._frames = {name: _read(folder / name) for name in ("adsl", "adex", "adae")}

    def code(self) -> None:
        """A study of them, the variables that are counted coded, the frames let go."""
        self.study = study = Study(self._frames, datasets=())
        del self._frames
        for name in (*VARIABLES, CLASS, TERM):
            _ = study.coded("adae")[name]

    def overview(self) -> Any:
        """The patients and the events of each cell."""
        return self.study.tally("adae", list(CELLS.values()))

    def classes(self) -> Any:
        """The same by class and term."""
        return self.study.nested("adae", (CLASS, TERM), EMERGENT, [group.where for group in GROUPS])

    def cells(self, task: Task, answer: Any) -> Cells:
        """The counts under the names of their cells."""
        if task is Task.OVERVIEW:
            return dict(zip(CELLS, zip(*(numbers.tolist() for numbers in answer), strict=True), strict=True))
        return {
            (*path, *[""] * (2 - len(path)), group.id): (int(patients), int(rows))
            for path, *counts in zip(*answer, strict=True)
            for group, patients, rows in zip(GROUPS, *counts, strict=True)
        }


class Results(Counts):
    """With percentages, each number a result with its definition, once all that must hold among them does."""

    def code(self) -> None:
        """The same, and what must hold among the data themselves checked; the definitions made."""
        super().code()
        _ = self.study.impossible
        self._asked = [estimand for cell, rows in CELLS.items() for estimand in _estimands(cell, rows)]

    def overview(self) -> Any:
        """Patients, percentage and events of each cell."""
        return check(self.study, self._asked)

    def classes(self) -> Any:
        """The lines of the table."""
        return incidence(self.study, GROUPS, EMERGENT, GROUPS[-1])

    def cells(self, task: Task, answer: Any) -> Cells:
        """The values of the results."""
        if task is Task.OVERVIEW:
            numbers = [int(result.number) for result in answer if result.statistic != "percent"]
            return dict(zip(CELLS, zip(numbers[::2], numbers[1::2], strict=True), strict=True))
        found: Cells = {}
        name = ""
        for line in answer:
            name = line.label if line.level is Level.CLASS else name
            row = {Level.ANY: ("", ""), Level.CLASS: (name, ""), Level.TERM: (name, line.label)}[line.level]
            for column, tally in zip(COLUMNS, line.tallies, strict=True):
                found[*row, column] = (int(tally.patients.number), int(tally.events.number))
        return found


class Parts(Counts):
    """The counts, part by part from the files."""

    def read(self, folder: Path) -> None:
        """Where the files are; that no patient is in two parts."""
        self.study = Partitioned(folder, (ADSL, ADEX, ADAE))

    def code(self) -> None:
        """Nothing: what was coded is let go with its part."""


def _estimands(cell: tuple[str, str, str], rows: Where) -> tuple[Estimand, ...]:
    row, _, column = cell
    patients, events = (
        Count(f"{row}.{column}.{unit}", f"{row}, {column}", "adae", rows, unit)
        for unit in (Unit.PATIENTS, Unit.ROWS)
    )
    (at_risk,) = (group.at_risk for group in GROUPS if group.id == column)
    return patients, Share(f"{row}.{column}.percent", f"{row}, {column}", patients, at_risk), events


def _read(folder: Path) -> pd.DataFrame:
    texts = [field.name for field in pq.ParquetDataset(folder).schema if str(field.type) == "string"]
    frame: pd.DataFrame = pq.read_table(folder, read_dictionary=texts).to_pandas()
    return frame
