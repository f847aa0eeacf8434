"""The benchmark: ``python -m bench.run``, and with ``build`` or ``deep`` the parts that take long.

Every measurement is a process of its own, several of each, and the medians are recorded in `RECORDED`. The
peers take turns, so that a busy machine is unfair to none. A peer whose cells differ from plain pandas
ends the run: there is no ratio to a wrong answer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from bench import trials
from bench.builds import measured_builds
from bench.tasks import Task

RECORDED = Path("bench/recorded.json")
PEERS_PYTHON = Path(".venv-bench/bin/python")
"""The interpreter of the environment that has the peers."""

TRIALS = Path("_build/bench")

SIZES = (680, 10_000, 100_000, 1_000_000, 10_000_000)
DEEP = 100_000_000
RUNS = 5
LIMIT = 60.0
"""Seconds: a peer that will presumably take longer at a size is left out there."""

WARM = 100
"""Events of the trial that warms a peer up."""


@dataclass(frozen=True)
class Entry:
    """A peer as the runner knows it; `own` says that it runs in the environment of the peers."""

    asked: str
    label: str
    package: str
    own: bool = False

    @property
    def python(self) -> Path:
        """The interpreter that runs it."""
        return PEERS_PYTHON if self.own else Path(sys.executable)


PEERS = (
    Entry("plain_pandas:Pandas", "pandas", "pandas"),
    Entry("plain_pandas:CategoricalPandas", "pandas, categoricals", "pandas"),
    Entry("in_polars:Polars", "polars", "polars", own=True),
    Entry("in_duckdb:DuckDB", "duckdb", "duckdb", own=True),
    Entry("in_csrlite:Csrlite", "csrlite", "csrlite", own=True),
    Entry("packed:Packed", "numpy, one packed pass", "numpy"),
    Entry("engine:Counts", "this engine, counts", "safetybook-proderm"),
    Entry("engine:Results", "this engine, results", "safetybook-proderm"),
)
"""The first is what all are compared with."""

OUT_OF_CORE = (
    Entry("packed:PackedByParts", "numpy, part by part", "numpy"),
    Entry("engine:Parts", "this engine, part by part", "safetybook-proderm"),
    Entry("in_polars:StreamedPolars", "polars, streaming", "polars", own=True),
    Entry("in_duckdb:DuckDBOnFiles", "duckdb, on files", "duckdb", own=True),
)
"""Those that need not hold the events in memory."""


class DisagreementError(Exception):
    """Two ways to count the same cells differ."""


Found = Sequence[Sequence[Any]]
"""Cells as :mod:`bench.measure` prints them: row, column, patients, events."""


def agree(reference: str, cells: Found, other: str, others: Found) -> None:
    """Compare cell by cell; a cell without events may be missing.

    Raises:
        DisagreementError: with the first cells that differ.
    """
    one, two = ({tuple(cell[:3]): tuple(cell[3:]) for cell in some if cell[4]} for some in (cells, others))
    differing = [
        f"{cell}: {one.get(cell, (0, 0))} v {two.get(cell, (0, 0))}"
        for cell in sorted(one.keys() | two.keys())
        if one.get(cell) != two.get(cell)
    ]
    if differing:
        more = f" and {len(differing) - 5} more" if len(differing) > 5 else ""
        raise DisagreementError(f"{reference} v {other} (patients, events): {'; '.join(differing[:5])}{more}")


def trial(size: int) -> Path:
    """The folder of a trial, written if it is not there."""
    folder = TRIALS / str(size)
    if not (folder / "whole").exists():
        trials.write(folder, size)
        (folder / "whole").touch()
    return folder


def compared(entries: Sequence[Entry], task: Task, size: int, runs: int) -> dict[str, dict[str, float]]:
    """The medians of each peer for a task at a size, after all cells were compared.

    Raises:
        DisagreementError: if two peers differ.
    """
    taken: dict[str, list[dict[str, Any]]] = {entry.label: [] for entry in entries}
    for _ in range(runs):
        for entry in entries:
            taken[entry.label].append(_measure(entry, task, size))
    first = entries[0].label
    for label, found in taken.items():
        for one in found:
            agree(first, taken[first][0]["cells"], label, one["cells"])
    return {label: _medians(found) for label, found in taken.items()}


def _measure(entry: Entry, task: Task, size: int) -> dict[str, Any]:
    asked = [str(entry.python), "-m", "bench.measure", entry.asked, task, str(trial(size)), str(trial(WARM))]
    path = os.pathsep.join([".", "src"])
    found: dict[str, Any] = json.loads(subprocess.check_output(asked, env=os.environ | {"PYTHONPATH": path}))
    return found


def _medians(found: Iterable[dict[str, Any]]) -> dict[str, float]:
    found = list(found)
    return {what: float(f"{median(one[what] for one in found):.4g}") for what in found[0] if what != "cells"}


def counted(entries: Sequence[Entry], sizes: Sequence[int], runs: int = RUNS) -> list[dict[str, Any]]:
    """All measurements of the counting: a row for each peer, task and size, in that order of sizes."""
    rows: list[dict[str, Any]] = []
    for task in Task:
        lasting = dict.fromkeys(entries, 0.0)
        for before, size in zip((sizes[0], *sizes), sizes, strict=False):
            able = [entry for entry in entries if lasting[entry] * size / before <= LIMIT]
            for label, medians in compared(able, task, size, runs).items():
                rows.append({"peer": label, "task": task, "events": size, **medians})
                print(f"{task:<9} {size:>11,} {label:<24} {medians['answering']:10.4f} CPU s", flush=True)
                entry = next(entry for entry in able if entry.label == label)
                lasting[entry] = sum(medians[step] for step in ("reading", "coding", "answering"))
    return rows


def machine() -> dict[str, str | int]:
    """What the measurements were taken on; nothing that names the machine."""
    models = [
        line.partition(":")[2].strip()
        for line in (Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ())
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(memory / 1024**3),
    }


def versions(entries: Iterable[Entry]) -> dict[str, str]:
    """Python and the peers' packages."""
    found = {"python": platform.python_version()}
    for entry in entries:
        if entry.own:
            asked = f"from importlib.metadata import version; print(version({entry.package!r}))"
            found[entry.package] = subprocess.check_output([entry.python, "-c", asked], text=True).strip()
        elif entry.package != "safetybook-proderm":
            try:
                found[entry.package] = version(entry.package)
            except PackageNotFoundError:
                continue
    return found


def record(part: str, measured: object, runs: int) -> None:
    """Put a part into the file; the other parts stay."""
    known = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    of = {"machine": machine(), "versions": versions((*PEERS, *OUT_OF_CORE)), "runs": runs}
    known[part] = {**of, "measured": measured}
    RECORDED.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the parts that are asked for."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("part", nargs="?", choices=("counts", "deep", "build"), default="counts")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest trial that is counted")
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args(arguments)
    match asked.part:
        case "counts":
            sizes = [size for size in SIZES if size <= asked.most]
            record("counts", counted(PEERS, sizes, asked.runs), asked.runs)
        case "deep":
            record("deep", counted(OUT_OF_CORE, [DEEP], asked.runs), asked.runs)
        case "build":
            record("build", measured_builds(asked.runs), asked.runs)


if __name__ == "__main__":
    main()
