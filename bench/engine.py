"""This engine, by its public functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from bench.tasks import COLUMNS, ROWS, TREATMENT_EMERGENT, Cells, Condition, Peer, Task
from safetybook.estimands import Column, Count, Unit, Where, where
from safetybook.incidence import Level, Line, incidence
from safetybook.results import Result, compute
from safetybook.study import Study


class Engine(Peer):
    """Counts as results, each with its definition; by class and term with percentages and invariants, too."""

    def read(self, folder: Path) -> None:
        """The data sets as frames."""
        self._frames = {name: pd.read_parquet(folder / name) for name in ("adsl", "adex", "adae")}

    def code(self) -> None:
        """A study of them."""
        self._study = Study(self._frames, datasets=())

    def overview(self) -> dict[tuple[str, str, str], tuple[Result, Result]]:
        """The patients and the events of each cell."""
        return {
            (row, "", column): (self._counted(asked, Unit.PATIENTS), self._counted(asked, Unit.ROWS))
            for row, condition in ROWS.items()
            for column, in_column in COLUMNS.items()
            for asked in [_where(TREATMENT_EMERGENT | condition | in_column)]
        }

    def _counted(self, asked: Where, unit: Unit) -> Result:
        return compute(self._study, Count("", "", "adae", asked, unit))

    def classes(self) -> tuple[Line, ...]:
        """The lines of the table."""
        groups = [Column(name, name, _where(condition)) for name, condition in COLUMNS.items()]
        return incidence(self._study, groups, _where(TREATMENT_EMERGENT), groups[-1])

    def cells(self, task: Task, answer: Any) -> Cells:
        """The values of the results."""
        if task is Task.OVERVIEW:
            return {cell: (int(one.number), int(other.number)) for cell, (one, other) in answer.items()}
        found: Cells = {}
        name = ""
        for line in answer:
            name = line.label if line.level is Level.CLASS else name
            row = {Level.ANY: ("", ""), Level.CLASS: (name, ""), Level.TERM: (name, line.label)}[line.level]
            for column, tally in zip(COLUMNS, line.tallies, strict=True):
                found[*row, column] = (int(tally.patients.number), int(tally.events.number))
        return found


def _where(condition: Condition) -> Where:
    return where(**condition)
