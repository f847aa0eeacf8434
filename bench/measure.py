"""One measurement, in a process of its own: ``python -m bench.measure MODULE:CLASS TASK FOLDER WARM``.

It prints JSON: the seconds, the memory and the cells. First the peer answers for another trial (the folder
`WARM`), so that nothing imported or compiled on first use counts. Short answers are repeated, each time on
data that were coded anew, as an engine may remember what it was asked; the medians are given.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.tasks import Peer, Task

ENOUGH = 0.5
"""Seconds after which nothing is repeated."""

REPEATS = 50


def peer(name: str) -> Peer:
    """A new peer by module and class, such as ``packed:Packed``."""
    module, _, kind = name.partition(":")
    made = getattr(importlib.import_module(f"bench.{module}"), kind)()
    assert isinstance(made, Peer)
    return made


def answered(one: Peer, task: Task) -> Any:
    """What a peer that has read and coded a trial answers."""
    return one.overview() if task is Task.OVERVIEW else one.classes()


def measured(name: str, task: Task, folder: Path, warm: Path) -> dict[str, Any]:
    """CPU and wall seconds of reading, coding and answering, memory in MB, and the cells.

    ``peak`` is the most that the process held, with reading; ``answering_peak`` the most while it answered,
    where the system tells.
    """
    first = peer(name)
    first.read(warm)
    first.code()
    answered(first, task)
    taken: list[dict[str, float]] = []
    started = time.perf_counter()
    while not taken or (time.perf_counter() - started < ENOUGH and len(taken) < REPEATS):
        one = peer(name)
        seconds: dict[str, float] = {}
        with _timed(seconds, "reading"):
            one.read(folder)
        with _timed(seconds, "coding"):
            one.code()
        _forget_peak()
        with _timed(seconds, "answering"):
            answer = answered(one, task)
        taken.append(seconds)
    found: dict[str, Any] = {what: median(each[what] for each in taken) for what in taken[0]}
    found["answering_peak"] = _peak_since()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MB
    found["peak"] = max(most, found["answering_peak"] or 0)
    found["cells"] = [[*cell, *counts] for cell, counts in sorted(one.cells(task, answer).items())]
    return found


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    """Note the CPU seconds of a step, and the wall seconds beside them."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    seconds[step], seconds[f"{step}_wall"] = time.process_time() - cpu, time.perf_counter() - wall


_PER_MB = 1024**2 if sys.platform == "darwin" else 1024
"""Units of the system's peak memory in a MB: bytes on macOS, else kB."""

_STATUS = Path("/proc/self/status")


def _forget_peak() -> None:
    """Let the system's peak begin anew; Linux can."""
    if _STATUS.exists() and os.access("/proc/self/clear_refs", os.W_OK):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_since() -> float | None:
    """The peak in MB since it was forgotten, or None."""
    if not _STATUS.exists():
        return None
    lines = [line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) / 1024 if lines else None


if __name__ == "__main__":
    asked, task, folder, warm = sys.argv[1:]
    print(json.dumps(measured(asked, Task(task), Path(folder), Path(warm))))
