"""Plain pandas: masks, ``nunique`` and ``groupby``, on strings as read or on categoricals."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.tasks import COLUMNS, ROWS, TREATMENT_EMERGENT, VARIABLES, Cells, Condition, Peer, Task

CLASS, TERM = "AEBODSYS", "AEDECOD"
TEXTS = ["USUBJID", CLASS, TERM, *(name for name in VARIABLES if name != "APERIOD")]


class Pandas(Peer):
    """On strings, as ``read_parquet`` gives them."""

    def read(self, folder: Path) -> None:
        """One frame of all parts."""
        self._adae = pd.read_parquet(folder / "adae")

    def code(self) -> None:
        """Nothing: the strings stay."""

    def overview(self) -> Cells:
        """A mask for each row and each column, and what they have in common."""
        patients, emergent = self._adae["USUBJID"], self._met(TREATMENT_EMERGENT)
        columns = {name: emergent & self._met(condition) for name, condition in COLUMNS.items()}
        found = {}
        for row, condition in ROWS.items():
            met = self._met(condition)
            for column, within in columns.items():
                both = met & within
                found[row, "", column] = (patients[both].nunique(), int(both.sum()))
        return found

    def classes(self) -> dict[str, list[pd.DataFrame]]:
        """All events, by class, and by class and term, within each column."""
        events = self._adae[["USUBJID", CLASS, TERM]]
        found = {}
        for column, condition in COLUMNS.items():
            frame = events[self._met(TREATMENT_EMERGENT | condition)]
            whole = pd.DataFrame({"nunique": [frame["USUBJID"].nunique()], "size": [len(frame)]})
            split = [frame.groupby(by, observed=True)["USUBJID"] for by in (CLASS, [CLASS, TERM])]
            found[column] = [whole, *(groups.agg(["nunique", "size"]) for groups in split)]
        return found

    def _met(self, condition: Condition) -> pd.Series[bool]:
        met = pd.Series(True, index=self._adae.index)
        for variable, values in condition.items():
            column = self._adae[variable]
            met &= column == values[0] if len(values) == 1 else column.isin(values)
        return met

    def cells(self, task: Task, answer: object) -> Cells:
        """The overview is already in this form."""
        assert isinstance(answer, dict)
        if task is Task.OVERVIEW:
            return answer
        found: Cells = {}
        for column, (whole, by_class, by_term) in answer.items():
            found["", "", column] = (int(whole["nunique"].item()), int(whole["size"].item()))
            for name, *counts in by_class.itertuples():
                found[name, "", column] = (int(counts[0]), int(counts[1]))
            for (name, term), *counts in by_term.itertuples():
                found[name, term, column] = (int(counts[0]), int(counts[1]))
        return found


class CategoricalPandas(Pandas):
    """On categoricals: the same code, after one conversion."""

    def code(self) -> None:
        """Every text becomes a category."""
        self._adae = self._adae.astype(dict.fromkeys(TEXTS, "category"))
