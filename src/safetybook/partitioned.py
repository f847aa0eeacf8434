"""A study in parts that no memory need hold at once: Parquet files, counted wherever there is room.

Patients partition the data, so counts add up. Each data set is a folder of Parquet files, and the files of
one name hold the same patients: ``adae/0007.parquet`` has the events of those whose infusions are in
``adex/0007.parquet``. Whatever is counted or summarised can be computed. Medians and quantiles can, too, and
exactly, because what adds up is how often each value occurs.

The work is Dask's: in this process, in several, or on a cluster. If a worker is lost, its parts are counted
again by another; no part is counted twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import dask.bag
import numpy as np
import pandas as pd
import pyarrow as arrow
from dask.diagnostics.progress import ProgressBar
from pyarrow import parquet

from safetybook.coded import PATIENT, Tally
from safetybook.datasets import Dataset
from safetybook.estimands import Scalar, Where
from safetybook.invariants import LOOKED_AT, NEEDED
from safetybook.predicates import Predicate
from safetybook.study import Study, View
from safetybook.term_counts import Nested
from safetybook.whole_files import write

if TYPE_CHECKING:
    from distributed import Client

Found = TypeVar("Found")
Key = TypeVar("Key")

SUBJECTS = "adsl"
"""The data set that has every patient."""

IN_THIS_PROCESS, IN_PROCESSES = "synchronous", "processes"
"""Dask's names for counting one part after the other, and as many at once as the machine has cores."""


TEXTS = (arrow.string(), arrow.large_string())


class PartsError(ValueError):
    """Files that are no parts of one study. The message lists what is wrong."""

    def __init__(self, folder: Path, faults: Iterable[str]) -> None:
        super().__init__("\n  ".join([f"{folder} does not hold the parts of one study:", *faults]))


def as_it_is(study: Study) -> Study:
    """The study itself, to which nothing is added."""
    return study


@dataclass(frozen=True)
class Part:
    """The files of some patients: the folder of the whole, and their name in the folder of each data set."""

    folder: Path
    name: str
    datasets: tuple[Dataset, ...]
    views: tuple[tuple[str, View], ...]
    prepare: Callable[[Study], Study]

    def variables(self, dataset: str) -> frozenset[str]:
        """The variables in the file of a data set; none for a view, which has no file."""
        file = self.folder / dataset / self.name
        return frozenset(parquet.read_schema(file).names if file.exists() else ())

    def read(self, dataset: str, variables: Iterable[str]) -> pd.DataFrame:
        """Some variables of a data set, texts as categories."""
        file = self.folder / dataset / self.name
        texts = [field.name for field in parquet.read_schema(file) if field.type in TEXTS]
        table = parquet.read_table(file, columns=sorted(variables), read_dictionary=texts)
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
        return frame

    def patients(self, dataset: str) -> set[str]:
        """The patients who have a row in a data set."""
        return set(self.read(dataset, {PATIENT})[PATIENT].dropna().unique())

    def study(self, **wanted: frozenset[str]) -> Study:
        """A study that has at least the wanted variables of some frames, by the frames' names.

        Where they are the data sets' own, or come from the subjects as they are, nothing else is read.
        """
        own = {name: self.variables(name) for name in wanted}
        further = {name: names - own[name] for name, names in wanted.items() if names - own[name]}
        as_they_are = self.prepare is as_it_is or not (further or SUBJECTS in wanted)
        known = all(own.values()) and all(names <= self._of_subjects(name) for name, names in further.items())
        if not (known and as_they_are):
            return self.whole()
        needed = {name: names & own[name] for name, names in wanted.items()}
        of_subjects = frozenset().union(needed.get(SUBJECTS, ()), *further.values())
        return self._made(needed | {SUBJECTS: of_subjects})

    def _of_subjects(self, name: str) -> frozenset[str]:
        """The variables that a data set has from the subjects: those it lacks in a study without them."""
        columns = {one.name: self.variables(one.name) for one in self.datasets} | {SUBJECTS: {PATIENT}}
        bare = {dataset: pd.DataFrame(columns=[*names], dtype=float) for dataset, names in columns.items()}
        return self.variables(SUBJECTS).difference(Study(bare, self.datasets).frame(name))

    def whole(self) -> Study:
        """The study of these patients, with all there is."""
        return self.prepare(self._made({one.name: self.variables(one.name) for one in self.datasets}))

    def _made(self, variables: Mapping[str, frozenset[str]]) -> Study:
        frames = {name: self.read(name, wanted | {PATIENT}) for name, wanted in variables.items()}
        return Study(frames, self.datasets, views=dict(self.views))


class Partitioned:
    """A study in parts, for :func:`safetybook.results.compute` and all that is built on it.

    Args:
        folder: has a folder of Parquet files for each data set.
        datasets: the definitions of the data sets.
        views: as for :class:`~safetybook.study.Study`; each is built part by part.
        prepare: what gives the study of a part the variables that are in no file.
        scheduler: where the parts are counted: :data:`IN_THIS_PROCESS`, :data:`IN_PROCESSES`, or the
            address of a Dask scheduler, whose workers find the folder under the same path.
        bar: whether a bar shows how much has been counted.

    It is a context, which leaves the cluster at its end.

    Raises:
        PartsError: if the data sets are not in the same parts, or a patient is in two.
    """

    def __init__(
        self,
        folder: Path,
        datasets: Iterable[Dataset],
        views: Mapping[str, View] | None = None,
        prepare: Callable[[Study], Study] = as_it_is,
        scheduler: str = IN_THIS_PROCESS,
        bar: bool = False,
    ) -> None:
        self._closing = ExitStack()
        if "://" in scheduler:
            from distributed import Client  # only here: most studies need no cluster

            client = self._closing.enter_context(Client(scheduler, set_as_default=False))
            self._compute = partial(_on_cluster, client, bar)
        else:
            self._compute = partial(_here, scheduler, bar)
        datasets = tuple(datasets)
        self._distributions: dict[tuple[str, Where, str], Counter[Scalar]] = {}
        of_all = (datasets, tuple((views or {}).items()), prepare)
        self.parts = [Part(folder.resolve(), name, *of_all) for name in _names(folder, datasets)]
        faults, ends = self._added(_checked, _each_joined)
        if not all(last < first for (_, last), (first, _) in pairwise(sorted(ends))):
            faults += self._in_two_parts()
        if faults:
            raise PartsError(folder, faults)

    def _in_two_parts(self) -> tuple[str, ...]:
        """Patients who are in two parts, in words: a search that needs all patients in memory."""
        parts = self._added(_subjects, _more)
        return tuple(f"patient {who} is in {number} parts" for who, number in parts.items() if number > 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster, if the parts are counted on one."""
        self._closing.close()

    def tally(self, name: str, filters: Sequence[Where]) -> Tally:
        """See :meth:`safetybook.study.Study.tally`."""
        return self._added(partial(_tally, name=name, filters=filters), _sum)

    def distribution(self, name: str, asked: Where, variable: str) -> Mapping[Scalar, int]:
        """See :meth:`safetybook.study.Study.distribution`."""
        key = name, asked, variable
        if key not in self._distributions:  # the median, the minimum and the maximum all ask for it
            count = partial(_distribution, name=name, asked=asked, variable=variable)
            self._distributions[key] = self._added(count, _more)
        return self._distributions[key]

    def nested(self, name: str, names: Sequence[str], among: Where, groups: Sequence[Where]) -> Nested:
        """See :meth:`safetybook.study.Study.nested`."""
        return self._added(partial(_nested, name=name, names=names, among=among, groups=groups), _united)

    def fulfilled(self, predicate: Predicate, among: Where) -> tuple[int, int]:
        """See :meth:`safetybook.study.Study.fulfilled`."""
        return self._added(partial(_fulfilled, predicate=predicate, among=among), _pairs)

    @cached_property
    def impossible(self) -> tuple[str, ...]:
        """See :attr:`safetybook.study.Study.impossible`."""
        return self._added(_impossible, _joined)

    def _added(self, count: Callable[[Part], Found], add: Callable[[Found, Found], Found]) -> Found:
        """What a function finds in all parts together; a few parts are added up at a time."""
        parts = dask.bag.from_sequence(self.parts, npartitions=len(self.parts))
        found: Found = self._compute(parts.map(count).fold(add))
        return found


def _here(scheduler: str, bar: bool, total: dask.bag.Item) -> Any:
    """Compute on this machine."""
    with ProgressBar() if bar else nullcontext():
        return total.compute(scheduler=scheduler)


def _on_cluster(client: Client, bar: bool, total: dask.bag.Item) -> Any:
    """Compute on a cluster."""
    future = client.compute(total)
    if bar:
        from distributed import progress

        progress(future, notebook=False)
    return future.result()


# What is found in one part --------------------------------------------------------------------------


def _tally(part: Part, name: str, filters: Sequence[Where]) -> Tally:
    return part.study(**{name: variables(*filters)}).tally(name, filters)


def _distribution(part: Part, name: str, asked: Where, variable: str) -> Counter[Scalar]:
    study = part.study(**{name: variables(asked) | {variable}})
    return Counter(study.distribution(name, asked, variable))


def _nested(part: Part, name: str, names: Sequence[str], among: Where, groups: Sequence[Where]) -> Nested:
    study = part.study(**{name: variables(among, *groups).union(names)})
    return study.nested(name, names, among, groups)


def _fulfilled(part: Part, predicate: Predicate, among: Where) -> tuple[int, int]:
    study = part.study(adae=variables(*predicate.filters()), adex=variables(among))
    return study.fulfilled(predicate, among)


def _impossible(part: Part) -> tuple[str, ...]:
    wanted = {name: names & (part.variables(name) | NEEDED) for name, names in LOOKED_AT.items()}
    return part.study(**wanted).impossible


def variables(*filters: Where) -> frozenset[str]:
    """All variables that some filters look at."""
    return frozenset().union(*(asked.variables for asked in filters))


# How it adds up -------------------------------------------------------------------------------------


def _sum(one: Tally, other: Tally) -> Tally:
    return Tally(one.patients + other.patients, one.rows + other.rows)


def _joined(one: tuple[Key, ...], other: tuple[Key, ...]) -> tuple[Key, ...]:
    return one + other


def _each_joined(one: Checked, other: Checked) -> Checked:
    return one[0] + other[0], one[1] + other[1]


def _more(one: Counter[Key], other: Counter[Key]) -> Counter[Key]:
    return one + other


def _pairs(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _united(one: Nested, other: Nested) -> Nested:
    paths = sorted({*one.paths, *other.paths}, key=len)
    place = {path: at for at, path in enumerate(paths)}
    patients, rows = (np.zeros((len(paths), one.rows.shape[1]), np.int64) for _ in range(2))
    for part in (one, other):
        own = [place[path] for path in part.paths]
        patients[own] += part.patients
        rows[own] += part.rows
    return Nested(paths, patients, rows)


# Whether the parts are parts ------------------------------------------------------------------------


def _names(folder: Path, datasets: Iterable[Dataset]) -> list[str]:
    """The names of the files, which are the same for all data sets.

    Raises:
        PartsError: if they are not, or there is none.
    """
    found = {one.name: {file.name for file in (folder / one.name).glob("*.parquet")} for one in datasets}
    every = frozenset().union(*found.values())
    faults = [f"{name}/{part} is missing" for name, own in found.items() for part in sorted(every - own)]
    if faults or not every:
        raise PartsError(folder, faults or ["there is no Parquet file"])
    return sorted(every)


Checked = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


def _checked(part: Part) -> Checked:
    """What is wrong with a part, in words, and its first and its last patient, if it has any."""
    known = part.patients(SUBJECTS)
    strange = {one.name: part.patients(one.name) - known for one in part.datasets}
    faults = tuple(
        f"{name}/{part.name}: patient {min(found)} is not in {SUBJECTS}/{part.name}"
        + (f", nor are {len(found) - 1} others" if len(found) > 1 else "")
        for name, found in strange.items()
        if found
    )
    return faults, ((min(known), max(known)),) if known else ()


def _subjects(part: Part) -> Counter[str]:
    return Counter(part.patients(SUBJECTS))


def divide(frames: Mapping[str, pd.DataFrame], folder: Path, patients: int) -> None:
    """Write data sets by name as parts with so many patients each, in the order of the patients.

    Raises:
        PartsError: if a data set has a patient who is no subject, or the folder has parts already.
    """
    if any(folder.glob("*/*.parquet")):
        raise PartsError(folder, ["there are parts already, which might be another study's"])
    everyone = sorted(frames[SUBJECTS][PATIENT])
    place = {name: pd.Index(everyone).get_indexer(frame[PATIENT]) for name, frame in frames.items()}
    strange = [name for name, own in place.items() if (own < 0).any()]
    if strange:
        raise PartsError(folder, (f"{name} has patients who are not in {SUBJECTS}" for name in strange))
    for name, frame in frames.items():
        part = place[name] // patients
        for number in range(ceil(len(everyone) / patients)):
            rows = frame[part == number]
            write(folder / name / f"{number:04d}.parquet", rows.to_parquet(index=False))
