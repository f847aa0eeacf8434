"""The study: the validated ADaM data sets of one trial, as the frames that estimands count in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from weakref import ref

import pandas as pd

from safetybook import whole_files
from safetybook.checks import between_records
from safetybook.coded import Coded, Tally
from safetybook.datasets import Dataset
from safetybook.derive import infusion_cycles
from safetybook.estimands import Scalar, Where
from safetybook.invariants import of_study
from safetybook.predicates import Predicate, fulfilling
from safetybook.problems import BadStudyError, Problem
from safetybook.reading import Table, missing, parse_table, read_table
from safetybook.term_counts import Nested, by_nesting

View = Callable[["Study"], pd.DataFrame]
"""Builds a frame from others of the study; it has USUBJID, for the patient to be joined."""

_EXACT_DECIMALS = 6

_OF_CYCLES = {"CYCLE", "ASTDTM", "AENDTM"}
"""What a data set of infusions needs for there to be cycles."""


class Study:
    """The data of one trial, by frame name. It does not change.

    Build it with :func:`load`, which validates. The constructor takes typed frames as they are.

    Attributes:
        datasets: the definitions, by data set name.
        source: the folder the data were read from, or None.
    """

    def __init__(
        self,
        frames: Mapping[str, pd.DataFrame],
        datasets: Iterable[Dataset],
        source: Path | None = None,
        views: Mapping[str, View] | None = None,
    ) -> None:
        self.datasets = MappingProxyType({dataset.name: dataset for dataset in datasets})
        self.source = source
        self._data = {name: frame.copy(deep=False) for name, frame in frames.items()}
        has_cycles = "adex" in self.datasets and set(frames.get("adex", ())) >= _OF_CYCLES
        self._views: dict[str, View] = {**({"cycles": cycles} if has_cycles else {}), **(views or {})}
        self._built: dict[str, pd.DataFrame] = {}
        self._coded: dict[str, Coded] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names that :meth:`frame` knows."""
        return (*self._data, *self._views)

    def frame(self, name: str) -> pd.DataFrame:
        """A data set or view by name, each row with the ADSL variables of its patient.

        A variable that both have is the data set's own. ADAE rows also carry the cycle they belong
        to: CYCDAYS, CYCSTDTM, CYCENDTM, CYCDOSE and every other variable of the cycle.
        The frame is a copy on write: changing it changes nothing in the study.

        Types: text ``str``; integers ``int64``, or ``Int64`` where the definition lets them be empty;
        decimals ``float64``; dates and date-times ``datetime64``. Missing is NaN, NA or NaT.

        Raises:
            KeyError: for a name that the study has not.
        """
        if name not in self._built:
            if name not in self.names:
                raise KeyError(f"the study has no frame {name!r}; it has {', '.join(self.names)}")
            self._built[name] = self._build(name)
        return self._built[name].copy(deep=False)

    def rows(self, name: str, asked: Where) -> pd.DataFrame:
        """The rows of :meth:`frame` that satisfy a filter."""
        return self.frame(name)[self.coded(name).mask(asked)]

    def coded(self, name: str) -> Coded:
        """The rows of :meth:`frame` as whole numbers, coded once."""
        if name not in self._coded:
            own = self._data[name] if name in self._data else self.frame(name)
            # Not a reference to the study: without a cycle, its memory is free as soon as nobody has it.
            self._coded[name] = Coded(own, partial(_frame, ref(self), name))
        return self._coded[name]

    def tally(self, name: str, filters: Sequence[Where]) -> Tally:
        """Patients and rows of a frame for each of some filters."""
        return self.coded(name).tally(filters)

    def nested(self, name: str, names: Sequence[str], among: Where, groups: Sequence[Where]) -> Nested:
        """Patients and rows of groups by class and term: :func:`safetybook.term_counts.by_nesting`."""
        return by_nesting(self.coded(name), names, among, groups)

    def distribution(self, name: str, asked: Where, variable: str) -> Mapping[Scalar, int]:
        """How often each value of a variable occurs in the rows of a frame that satisfy a filter."""
        return self.coded(name).distribution(asked, variable)

    def fulfilled(self, predicate: Predicate, among: Where) -> tuple[int, int]:
        """Of how many patients with infusions `among` these a predicate is true, and how many there are."""
        true = fulfilling(predicate, self.coded("adae"), self.coded("adex"), among)
        return sum(true.values()), len(true)

    @cached_property
    def impossible(self) -> tuple[str, ...]:
        """What cannot be true of the data themselves: :func:`safetybook.invariants.of_study`."""
        return tuple(of_study(self))

    def _build(self, name: str) -> pd.DataFrame:
        frame = self._data[name] if name in self._data else self._views[name](self)
        if name == "adsl":
            return frame
        if name == "adae" and "cycles" in self.names and "CYCLE" in frame:
            renamed = {"ASTDTM": "CYCSTDTM", "AENDTM": "CYCENDTM"}
            core = cycles(self).drop(columns=["EXDOSE", "EXRATMAX"], errors="ignore").rename(columns=renamed)
            frame = _joined(frame, core, ["USUBJID", "CYCLE"])
        return _joined(frame, self._data["adsl"], ["USUBJID"])

    def with_subject_variables(self, variables: Mapping[str, pd.Series]) -> Study:
        """The study with variables added to ADSL (or replaced), and so to every frame.

        Each series is indexed by USUBJID; a patient it leaves out has a missing value.
        """
        adsl = self._data["adsl"].drop(columns=list(variables), errors="ignore")
        for name, series in variables.items():
            column = pd.DataFrame({"USUBJID": series.index.astype("str"), name: series.array})
            adsl = _joined(adsl, column, ["USUBJID"])
        return Study({**self._data, "adsl": adsl}, self.datasets.values(), self.source, self._views)


def _frame(study: ref[Study], name: str) -> pd.DataFrame:
    alive = study()
    if alive is None:
        raise ReferenceError(f"the study whose {name} was coded is gone")
    return alive.frame(name)


def cycles(study: Study) -> pd.DataFrame:
    """One row per patient and infusion cycle, from the episodes of ADEX.

    Every variable of the cycle (TRTA, APERIOD, ...), with CYCDOSE for DOSEGKG; ASTDTM and AENDTM (first
    start, last end), CYCDAYS (episodes), EXDOSE (total dose, g), EXRATMAX (highest rate of an episode).
    """
    adex = study.frame("adex")
    per_cycle = [name for name in study.datasets["adex"].per_cycle if name in adex]
    frame = infusion_cycles(adex, per_cycle).rename(columns={"DOSEGKG": "CYCDOSE"})
    groups = adex.groupby(["USUBJID", "CYCLE"], sort=True)
    if "EXDOSE" in adex:
        frame["EXDOSE"] = groups["EXDOSE"].sum(min_count=1).round(_EXACT_DECIMALS).to_numpy()
    if "EXRATMAX" in adex:
        frame["EXRATMAX"] = groups["EXRATMAX"].max().to_numpy()
    return frame


def _joined(frame: pd.DataFrame, other: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """`frame` with the variables of `other` that it lacks; whole numbers stay whole beside missing ones."""
    new = other[[*key, *(name for name in other if name not in frame)]]
    if len(new.columns) == len(key):
        return frame
    types = {str(name): new[name].dtype for name in new if name not in key}
    whole = {name: kind for name, kind in types.items() if pd.api.types.is_integer_dtype(kind)}
    nullable = _typed(new, dict.fromkeys(whole, "Int64"))
    merged = frame.merge(nullable, on=key, how="left", validate="many_to_one")
    full = {name: kind for name, kind in whole.items() if not merged[name].isna().any()}
    return _typed(merged, full).set_axis(frame.index)


def _typed(frame: pd.DataFrame, types: Mapping[str, Any]) -> pd.DataFrame:
    """The frame with some variables of other types: ``astype`` with a mapping goes through all of them."""
    return frame.assign(**{name: frame[name].astype(kind) for name, kind in types.items()})


def load(folder: Path, datasets: Iterable[Dataset], views: Mapping[str, View] | None = None) -> Study:
    """Read and validate the files of a study: ``<name>.csv`` in `folder` for each data set.

    Rows are sorted by key, whatever their order in the file. A study without rows is a study.

    Raises:
        BadStudyError: listing every problem of every file, if there is any.
    """
    folder, datasets = Path(folder), tuple(datasets)
    if not folder.is_dir():
        expected = f"a folder with {', '.join(dataset.file for dataset in datasets)}"
        raise BadStudyError(str(folder), [Problem(str(folder), 0, "", "", expected)])
    whole_files.settle(folder)
    found = {dataset.name: read_table(folder / dataset.file, dataset) for dataset in datasets}
    return _validated(found, datasets, str(folder), folder, views)


def parse(
    files: Mapping[str, str],
    datasets: Iterable[Dataset],
    views: Mapping[str, View] | None = None,
    source: str = "the files",
) -> Study:
    """The same for the texts of the files by name (``adsl.csv``), as :mod:`safetybook.archives` has them.

    `source` names them in the error. Nothing is read from or written to disk.
    """
    datasets = tuple(datasets)
    found = {
        dataset.name: parse_table(files[dataset.file].encode(), dataset)
        if dataset.file in files
        else missing(dataset)
        for dataset in datasets
    }
    return _validated(found, datasets, source, None, views)


def _validated(
    found: Mapping[str, tuple[Table | None, list[Problem]]],
    datasets: Iterable[Dataset],
    name: str,
    folder: Path | None,
    views: Mapping[str, View] | None,
) -> Study:
    """The study of the tables as read; errors as for :func:`load`."""
    tables = {dataset: table for dataset, (table, _) in found.items() if table is not None}
    problems = [problem for _, own in found.values() for problem in own]
    problems.extend(between_records(tables))
    if problems:
        raise BadStudyError(name, problems)
    return Study({name: _settled(table) for name, table in tables.items()}, datasets, folder, views)


def _settled(table: Table) -> pd.DataFrame:
    """The rows of a table in the order of its key, with whole numbers that are never empty as ``int64``."""
    whole = {
        variable.name: "int64"
        for variable in table.dataset.variables
        if variable.kind == "integer" and table.dataset.needs(variable.name)
    }
    return _typed(table.frame.sort_values(list(table.dataset.key), ignore_index=True), whole)
