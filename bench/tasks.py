"""The two tables that are counted, and what a way to count them is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from pathlib import Path
from typing import Any


class Task(StrEnum):
    """A table: patients and events of each row in each of :data:`COLUMNS`, treatment-emergent events only.

    The overview has the rows of :data:`ROWS`. The table by class and term has a row for all events, one
    for each class that occurs, and one for each term within its class.
    """

    OVERVIEW = "overview"
    CLASSES = "classes"


Condition = dict[str, tuple[str | int, ...]]
"""For each variable the values it may have; a missing value is none of them."""

TREATMENT_EMERGENT: Condition = {"TRTEMFL": ("Y",)}

COLUMNS: dict[str, Condition] = {
    "ivig_p1": {"TRTA": ("IVIg",), "APERIOD": (1,)},
    "placebo": {"TRTA": ("Placebo",)},
    "ivig_all": {"TRTA": ("IVIg",)},
}

_RELATED: Condition = {"AEREL": ("POSSIBLE", "PROBABLE")}
_TEE: Condition = {"CQ01NAM": ("THROMBOEMBOLIC EVENT",)}

ROWS: dict[str, Condition] = {
    "TEAEs": {},
    "Infusional TEAEs": {"INFUSFL": ("Y",)},
    "Serious TEAEs": {"AESER": ("Y",)},
    "Related TEAEs": _RELATED,
    "TEAEs leading to discontinuation": {"AEACN": ("DRUG WITHDRAWN",)},
    "TEEs": _TEE,
    "Related TEEs": _RELATED | _TEE,
    "HTRs": {"CQ02NAM": ("HAEMOLYTIC TRANSFUSION REACTION",)},
    "Deaths": {"AESDTH": ("Y",)},
}
"""The rows of the article's Table 1."""

VARIABLES = ("TRTEMFL", "TRTA", "APERIOD", *dict.fromkeys(name for row in ROWS.values() for name in row))
"""What the conditions look at."""

Cells = dict[tuple[str, str, str], tuple[int, int]]
"""Patients and events of each cell: by row and column, ``(row, "", column)`` in the overview, else
``(class, term, column)``, where the row of a class has no term and that of all events neither."""


class Peer(ABC):
    """A way to count. It reads the files of a trial once, codes them if it likes, then answers.

    Reading, coding and answering are timed apart. An answer is in the peer's own form; how it becomes
    cells is not timed.
    """

    @abstractmethod
    def read(self, folder: Path) -> None:
        """Load the data sets of :func:`bench.trials.write` as this peer keeps them."""

    @abstractmethod
    def code(self) -> None:
        """What is done once with data that were read, if anything."""

    @abstractmethod
    def overview(self) -> Any:
        """The answer to :attr:`Task.OVERVIEW`."""

    @abstractmethod
    def classes(self) -> Any:
        """The answer to :attr:`Task.CLASSES`."""

    @abstractmethod
    def cells(self, task: Task, answer: Any) -> Cells:
        """An answer as cells; those without an event may be left out."""
