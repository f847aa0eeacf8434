"""One measurement, in a process of its own: ``python -m bench.measure MODULE:CLASS TASK FOLDER WARM``.

It prints JSON: the seconds, the memory and the cells. First the peer answers for another trial (the folder
`WARM`), so that nothing imported or compiled on first use counts. Short answers are repeated, each time on
data that were coded anew, as an engine may remember what it was asked; the medians are given.
"""

from __future__ import annotations

import importlib
import json
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

FORGET = Path("/proc/self/clear_refs")
"""Linux: 5 written here resets the peak of the resident memory (man 5 proc)."""


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
    with what it had coded (on Linux; elsewhere the same as ``peak``).
    """
    first = peer(name)
    first.read(warm)
    first.code()
    answered(first, task)
    taken: list[dict[str, float]] = []
    before = 0.0
    started = time.perf_counter()
    while not taken or (time.perf_counter() - started < ENOUGH and len(taken) < REPEATS):
        one = peer(name)
        seconds: dict[str, float] = {}
        with _timed(seconds, "reading"):
            one.read(folder)
        with _timed(seconds, "coding"):
            one.code()
        before = max(before, _peak())
        _forget_peak()
        with _timed(seconds, "answering"):
            answer = answered(one, task)
        taken.append(seconds)
    found: dict[str, Any] = {what: median(each[what] for each in taken) for what in taken[0]}
    found["answering_peak"] = _peak()
    found["peak"] = max(before, _peak())
    found["cells"] = [[*cell, *counts] for cell, counts in sorted(one.cells(task, answer).items())]
    return found


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    """Note the CPU seconds of a step, and the wall seconds beside them."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    seconds[step], seconds[f"{step}_wall"] = time.process_time() - cpu, time.perf_counter() - wall


def _peak() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )


def _forget_peak() -> None:
    """Let the peak begin anew, where the system can."""
    if FORGET.exists():
        FORGET.write_text("5")


if __name__ == "__main__":
    asked, task, folder, warm = sys.argv[1:]
    print(json.dumps(measured(asked, Task(task), Path(folder), Path(warm))))
