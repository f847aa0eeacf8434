"""Polars: each patient's events once, then the patients; in memory, or streamed from the files."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import Any

import polars as pl

from bench.tasks import COLUMNS, ROWS, TREATMENT_EMERGENT, VARIABLES, Cells, Condition, Peer, Task

CLASS, TERM, PATIENT = "AEBODSYS", "AEDECOD", "USUBJID"
EVENTS, PATIENTS = "events", "patients"


class Polars(Peer):
    """In memory, on categoricals."""

    def read(self, folder: Path) -> None:
        """One frame of all parts."""
        self._adae = pl.read_parquet(folder / "adae" / "*.parquet").lazy()

    def code(self) -> None:
        """Every text becomes a category; that is faster than its strings."""
        texts = [PATIENT, CLASS, TERM, *(name for name in VARIABLES if name != "APERIOD")]
        self._adae = self._adae.with_columns(pl.col(texts).cast(pl.Categorical)).collect().lazy()

    def overview(self) -> pl.DataFrame:
        """Two sums for each cell over the patients' sums."""
        conditions = {
            f"{row}|{column}": condition | in_column
            for row, condition in ROWS.items()
            for column, in_column in COLUMNS.items()
        }
        return self._counted([], conditions)

    def classes(self) -> list[pl.DataFrame]:
        """All events, by class, and by class and term."""
        return [self._counted(by, COLUMNS) for by in ([], [CLASS], [CLASS, TERM])]

    def _counted(self, by: list[str], conditions: dict[str, Condition]) -> pl.DataFrame:
        emergent = self._adae.filter(met(TREATMENT_EMERGENT))
        of_patients = emergent.group_by([PATIENT, *by]).agg(
            met(condition).sum().alias(name) for name, condition in conditions.items()
        )
        sums = [
            number
            for name in conditions
            for number in (
                (pl.col(name) > 0).sum().alias(f"{name}|{PATIENTS}"),
                pl.col(name).sum().alias(f"{name}|{EVENTS}"),
            )
        ]
        return self._collected(of_patients.group_by(by).agg(sums) if by else of_patients.select(sums))

    def _collected(self, query: pl.LazyFrame) -> pl.DataFrame:
        return query.collect()

    def cells(self, task: Task, answer: Any) -> Cells:
        """The names of the columns lead back to the cells."""
        if task is Task.OVERVIEW:
            (counts,) = answer.to_dicts()
            return {
                (row, "", column): (counts[f"{row}|{column}|{PATIENTS}"], counts[f"{row}|{column}|{EVENTS}"])
                for row in ROWS
                for column in COLUMNS
            }
        return {
            (row.get(CLASS, ""), row.get(TERM, ""), column): (
                row[f"{column}|{PATIENTS}"],
                row[f"{column}|{EVENTS}"],
            )
            for frame in answer
            for row in frame.to_dicts()
            for column in COLUMNS
        }


class StreamedPolars(Polars):
    """From the files, never all at once."""

    def read(self, folder: Path) -> None:
        """Only where the files are."""
        self._adae = pl.scan_parquet(folder / "adae" / "*.parquet")

    def code(self) -> None:
        """Nothing is kept."""

    def _collected(self, query: pl.LazyFrame) -> pl.DataFrame:
        return query.collect(engine="streaming")


def met(condition: Condition) -> pl.Expr:
    """A condition as an expression."""
    each = [
        pl.col(name) == values[0] if len(values) == 1 else pl.col(name).is_in(values)
        for name, values in condition.items()
    ]
    return reduce(lambda one, other: one & other, each, pl.lit(True))
