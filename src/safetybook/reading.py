"""One CSV file of a study: text in, typed variables out, with everything that is wrong in it.

Cells are read as text first, so that a problem can quote what stands in the file. A cell with
a fault is a problem and, for the checks that follow, a missing value.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from safetybook.datasets import Dataset, Kind, Variable
from safetybook.problems import Problem

_PATTERNS = {
    Kind.INTEGER: r"[+-]?[0-9]{1,15}",
    Kind.DECIMAL: r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?",
    Kind.DATE: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    Kind.DATETIME: r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?",
}
_EXPECTED = {
    Kind.INTEGER: "a whole number",
    Kind.DECIMAL: "a decimal number",
    Kind.DATE: "a date such as 2018-03-05",
    Kind.DATETIME: "a date-time such as 2018-03-05T09:30",
}

Fault = tuple["pd.Series[bool]", str]
"""The rows in which something is wrong with a variable, and what was expected."""


@dataclass(frozen=True, eq=False)
class Table:
    """A file as read. Rows are numbered from 0 in the order of the file.

    `frame` is typed and has every variable of the definition, plus undefined columns as text;
    `text` has the columns of the file as written (an empty cell is ``""``); `lines` is the line
    of the file on which each record starts.
    """

    dataset: Dataset
    frame: pd.DataFrame
    text: pd.DataFrame
    lines: tuple[int, ...]

    def has(self, *names: str) -> bool:
        """Whether the definition and the file have these variables."""
        return all(name in self.dataset and name in self.text for name in names)

    def problem(self, row: int, variable: str, expected: str) -> Problem:
        """A problem with one cell."""
        return Problem(self.dataset.file, self.lines[row], variable, self.text[variable].iloc[row], expected)

    def problems(self, rows: pd.Series[bool], variable: str, expected: str) -> Iterator[Problem]:
        """The same problem with a variable in several rows."""
        return (self.problem(row, variable, expected) for row in rows.index[rows])

    def unread(self, variable: str) -> pd.Series[bool]:
        """Rows in which the variable holds something that has a fault."""
        return self.frame[variable].isna() & (self.text[variable] != "")


def read_table(path: Path, dataset: Dataset) -> tuple[Table | None, list[Problem]]:
    """Read one file and check each cell against the definition of its variable, and the key.

    Returns:
        The table, or None where the file has no usable header, and all problems found.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return missing(dataset)
    except OSError as error:
        return None, [Problem(dataset.file, 0, "", "", f"a file that can be read ({error.strerror})")]
    return parse_table(content, dataset)


def missing(dataset: Dataset) -> tuple[None, list[Problem]]:
    """What is returned for a data set whose file is not there."""
    return None, [Problem(dataset.file, 0, "", "", "this file: it is missing")]


def parse_table(content: bytes, dataset: Dataset) -> tuple[Table | None, list[Problem]]:
    """The same for the bytes of a file."""
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = repr(content[error.start : error.end]).removeprefix("b").strip("'")
        return None, [Problem(dataset.file, line, "", found, "text in UTF-8")]
    header, records, problems = _records(decoded, dataset)
    if header is None:
        return None, problems
    table, cell_problems = _typed(dataset, header, records)
    return table, problems + cell_problems


def _records(
    decoded: str, dataset: Dataset
) -> tuple[list[str] | None, list[tuple[int, list[str]]], list[Problem]]:
    """The header and the records with their lines; blank lines are passed over."""
    reader = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    header: list[str] | None = None
    records: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    line = 1
    try:
        for cells in reader:
            if header is None:
                header = cells
            elif len(cells) == len(header):
                records.append((line, cells))
            elif cells:
                expected = f"{len(header)} cells, as in the header"
                problems.append(Problem(dataset.file, line, "", f"{len(cells)} cells", expected))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(dataset.file, line, "", "", f"CSV that can be read ({error})"))
    if not header:
        return None, [], problems or [Problem(dataset.file, 0, "", "", "a header row: the file is empty")]
    repeated = {name for name in header if header.count(name) > 1}
    if repeated:
        problems.extend(Problem(dataset.file, 1, name, name, "each column once") for name in sorted(repeated))
        return None, [], problems
    return header, records, problems


def _typed(
    dataset: Dataset, header: list[str], records: list[tuple[int, list[str]]]
) -> tuple[Table, list[Problem]]:
    columns = zip(*(cells for _, cells in records), strict=True) if records else ([] for _ in header)
    text = pd.DataFrame(dict(zip(header, columns, strict=True)), dtype="str")
    lines = tuple(line for line, _ in records)
    problems = [
        Problem(dataset.file, 1, name, "", f"a column {name}: it is missing")
        for name in dataset.names
        if name not in header
    ]
    typed: dict[str, pd.Series] = {}
    faults: list[tuple[str, Fault]] = []
    for variable in dataset.variables:
        if variable.name in header:
            cells, needed = text[variable.name], dataset.needs(variable.name)
            typed[variable.name], found = check_cells(cells, variable, needed)
            faults.extend((variable.name, fault) for fault in found)
        else:
            typed[variable.name] = read_cells(pd.Series("", index=text.index, dtype="str"), variable.kind)
    for name in header:
        if name not in dataset:
            typed[name] = text[name].mask(text[name] == "")
    table = Table(dataset, pd.DataFrame(typed, index=text.index), text, lines)
    for name, (rows, expected) in faults:
        problems.extend(table.problems(rows, name, expected))
    problems.extend(_duplicate_keys(table))
    return table, problems


def read_cells(cells: pd.Series[str], kind: Kind) -> pd.Series:
    """The typed values of text cells; empty ones and ones that cannot be read are missing.

    Text stays text, integers are ``Int64``, decimals ``float64``, dates and date-times ``datetime64[us]``.
    """
    if kind in (Kind.TEXT, Kind.FLAG):
        return cells.mask(cells == "")
    readable = cells.where(cells.str.fullmatch(_PATTERNS[kind]))
    if kind is Kind.INTEGER:
        return pd.to_numeric(readable, errors="coerce").astype("Int64")
    if kind is Kind.DECIMAL:
        return pd.to_numeric(readable, errors="coerce").astype("float64")
    return pd.to_datetime(readable, format="ISO8601", errors="coerce").astype("datetime64[us]")


def check_cells(cells: pd.Series[str], variable: Variable, needed: bool) -> tuple[pd.Series, list[Fault]]:
    """The typed values of a variable, missing where there is a fault, and the faults that there are.

    `needed` says that no cell may be empty.
    """
    values = read_cells(cells, variable.kind)
    empty = cells == ""
    faults: list[Fault] = []
    if needed and empty.any():
        what = f"one of {variable.values}" if variable.codes is not None else "a value"
        faults.append((empty, f"{what}: it may not be empty"))
    if variable.kind in _EXPECTED:
        unreadable = values.isna() & ~empty
        if unreadable.any():
            faults.append((unreadable, _EXPECTED[variable.kind]))
    else:
        padded = cells != cells.str.strip()
        if padded.any():
            faults.append((padded, "no blanks before or after the value"))
            values = values.mask(padded)
    if variable.codes is not None:
        unknown = values.notna() & ~values.isin(list(variable.codes)).astype(bool)
        if unknown.any():
            faults.append((unknown, f"one of {variable.values}"))
            values = values.mask(unknown)
    if variable.low is not None or variable.high is not None:
        low = -float("inf") if variable.low is None else variable.low
        high = float("inf") if variable.high is None else variable.high
        outside = values.notna() & ~values.astype("float64").between(low, high)
        if outside.any():
            faults.append((outside, variable.values))
            values = values.mask(outside)
    return values, faults


def _duplicate_keys(table: Table) -> Iterator[Problem]:
    key = list(table.dataset.key)
    if not set(key) <= set(table.text.columns):
        return
    complete = table.frame[key].dropna()
    first = (
        pd.Series(complete.index, index=complete.index)
        .groupby([complete[name] for name in key])
        .transform("first")
    )
    for row in complete.index[first != complete.index]:
        value = ", ".join(table.text[name].iloc[row] for name in key)
        expected = f"a key of its own: row {table.lines[first[row]]} has the same"
        yield Problem(table.dataset.file, table.lines[row], ", ".join(key), value, expected)
