"""DuckDB: each patient's events once, then the patients; on a table of its own, or on the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from bench.tasks import COLUMNS, ROWS, TREATMENT_EMERGENT, Cells, Condition, Peer, Task


class DuckDB(Peer):
    """On a table in memory."""

    def read(self, folder: Path) -> None:
        """A table of all parts."""
        self._base = duckdb.connect()
        self._base.sql(f"create table adae as select * from {_files(folder)}")

    def code(self) -> None:
        """Nothing: its tables are compressed by columns as they are."""

    def overview(self) -> list[tuple[int, ...]]:
        """Two sums for each cell over the patients' sums."""
        conditions = [row | column for row in ROWS.values() for column in COLUMNS.values()]
        return self._counted([], conditions)

    def classes(self) -> list[list[tuple[Any, ...]]]:
        """All events, by class, and by class and term."""
        conditions = list(COLUMNS.values())
        return [self._counted(by, conditions) for by in ([], ["AEBODSYS"], ["AEBODSYS", "AEDECOD"])]

    def _counted(self, by: list[str], conditions: list[Condition]) -> list[tuple[Any, ...]]:
        each = [
            f"count(*) filter (where {_met(condition)}) as n{i}" for i, condition in enumerate(conditions)
        ]
        sums = [f"count(*) filter (where n{i} > 0), sum(n{i})" for i in range(len(conditions))]
        grouped = f"group by {', '.join(by)}" if by else ""
        lines: list[tuple[Any, ...]] = self._base.sql(
            f"with patients as (select {', '.join([*by, *each])} from adae where {_met(TREATMENT_EMERGENT)} "
            f"group by {', '.join(['USUBJID', *by])}) "
            f"select {', '.join([*by, *sums])} from patients {grouped}"
        ).fetchall()
        return lines

    def cells(self, task: Task, answer: Any) -> Cells:
        """The rows of the queries by their places."""
        found: Cells = {}
        if task is Task.OVERVIEW:
            names = [(row, "", column) for row in ROWS for column in COLUMNS]
            return {name: _pair(answer[0], i) for i, name in enumerate(names)}
        for by, lines in enumerate(answer):
            for line in lines:
                row = (*line[:by], "", "")[:2]
                found |= {(*row, column): _pair(line[by:], i) for i, column in enumerate(COLUMNS)}
        return found


class DuckDBOnFiles(DuckDB):
    """On the files, never all at once."""

    def read(self, folder: Path) -> None:
        """Only where the files are; what does not fit into memory goes to a folder beside them."""
        self._base = duckdb.connect(config={"temp_directory": str(folder / "duckdb")})
        self._base.sql(f"create view adae as select * from {_files(folder)}")


def _files(folder: Path) -> str:
    return f"read_parquet('{folder}/adae/*.parquet')"


def _met(condition: Condition) -> str:
    each = [f"{name} in ({', '.join(map(repr, values))})" for name, values in condition.items()]
    return " and ".join(each) or "true"


def _pair(line: tuple[Any, ...], number: int) -> tuple[int, int]:
    return int(line[2 * number]), int(line[2 * number + 1])
