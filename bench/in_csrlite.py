"""csrlite, which counts the rows of safety tables over polars: its own function, as often as it takes.

Its groups part the patients, each in one. Here a patient may stand in several columns, so each column is
counted by itself; a row of the overview is a filter before it, as in csrlite's own summary.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from csrlite.common.count import count_summary_data

from bench.in_polars import CLASS, PATIENT, TERM, met
from bench.tasks import COLUMNS, ROWS, TREATMENT_EMERGENT, Cells, Condition, Peer, Task

ALL = "__all__"
"""What csrlite writes for a variable that a row does not split."""


class Csrlite(Peer):
    """On frames of strings, as it reads them."""

    def read(self, folder: Path) -> None:
        """The frames of all parts."""
        self._adae, self._adex = (pl.read_parquet(folder / name / "*.parquet") for name in ("adae", "adex"))

    def code(self) -> None:
        """Nothing: it takes frames as they are."""

    def overview(self) -> dict[tuple[str, str], pl.DataFrame]:
        """One call for each cell."""
        return {
            (row, column): self._counted(column, TREATMENT_EMERGENT | condition, ["ROW"])
            for row, condition in ROWS.items()
            for column in COLUMNS
        }

    def classes(self) -> dict[tuple[str, str], pl.DataFrame]:
        """One call for each column: all events, then classes and terms."""
        return {
            ("", column): self._counted(column, TREATMENT_EMERGENT, ["ROW", CLASS, TERM])
            for column in COLUMNS
        }

    def _counted(self, column: str, condition: Condition, variables: list[str]) -> pl.DataFrame:
        group = pl.lit(column).alias("GROUP")
        counted: pl.DataFrame = count_summary_data(
            population=self._adex.filter(met(COLUMNS[column])).select(PATIENT, group).unique(),
            observation=self._adae.filter(met(condition | COLUMNS[column])).with_columns(
                pl.lit("").alias("ROW")
            ),
            id=PATIENT,
            group="GROUP",
            variable=variables,
            total=False,
        )
        return counted

    def cells(self, task: Task, answer: Any) -> Cells:
        """Rows that csrlite does not split have no class or term."""
        found: Cells = {}
        for (row, column), frame in answer.items():
            for line in frame.to_dicts():
                name, term = (line.get(variable, ALL).replace(ALL, "") for variable in (CLASS, TERM))
                found[row or name, term, column] = (line["n_subj"], line["n_obs"])
        return found
