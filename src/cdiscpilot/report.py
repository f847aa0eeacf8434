"""Table 14-5.01 of the pilot's clinical study report, counted anew and printed by the report's rules.

The report itself is not in the repository. Of its table there are fingerprints: equal texts have the same
one, so the fingerprint of the table counted here shows whether every cell agrees.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path

from cdiscpilot.study import ARMS, TREATMENT_EMERGENT, load
from safetybook.incidence import Level, Line, Tally, incidence, p_value
from safetybook.rounding import exact, half_up

PLACEBO, *ACTIVE = ARMS

STORE = Path(__file__).parents[2] / "data/pilot/report.json"
"""The fingerprints of the report's table, and how many cells each covers."""

WIDTH, INDENT = 40, 2
"""Where the report cuts a row's name, and by how much it indents a term."""

ALL_BUT_ONE, STARRED = 0.99, 0.15
"""The p-value above which the report prints only that, and the one below which it adds an asterisk."""


class What(StrEnum):
    """A kind of cell."""

    PATIENTS = "patients"
    PERCENT = "percent"
    EVENTS = "events"
    P_VALUE = "p-value"


@cache
def lines() -> tuple[Line, ...]:
    """The rows of the table in the report's order: terms by patients on the high dose."""
    return incidence(load(), ARMS, TREATMENT_EMERGENT, ARMS[-1])


def name(line: Line) -> str:
    """The name of a row as the report prints it, cut where the report cuts it."""
    if line.level is Level.ANY:
        return "ANY BODY SYSTEM"
    return line.label[: WIDTH - (INDENT if line.level is Level.TERM else 0)].rstrip()


def counts(tally: Tally) -> str:
    """Patients, percentage and events as the report prints them: ``65 (75.6%) [281]``, or ``0``."""
    patients, percent, events = (
        result.formatted() for result in (tally.patients, tally.percent, tally.events)
    )
    return f"{patients} ({percent}%) [{events}]" if tally.patients.value else patients


def p_values(line: Line) -> tuple[float | None, ...]:
    """Fisher's exact p-values of a row: each dose against placebo."""
    placebo, *active = line.tallies
    return tuple(p_value(tally, placebo) for tally in active)


def p_text(p: float | None, *, twice: bool = True) -> str:
    """A p-value as the report prints it; empty where it prints none.

    Three decimals, of which a last zero is left out unless all are zeros; ``>0.99`` beyond that; an
    asterisk below 0.15, as the table's notes say. The decimals are rounded `twice`: they come from a
    printout with four decimals (0.2085 of 0.208498), or four digits below 0.001 (4.807e-04). No note says
    so. It follows from the numbers printed, of which some would differ if all were rounded once.
    """
    if p is None:
        return ""
    if p > ALL_BUT_ONE:
        return f">{ALL_BUT_ONE}"
    printout = half_up(exact(p), 4) if p >= 0.001 else f"{p:.3e}"
    text = half_up(Fraction(printout) if twice else exact(p), 3)
    shown = text if text == "0.000" else text.rstrip("0")
    return shown + ("*" if p < STARRED else "")


# The comparison -----------------------------------------------------------------------------------------


def cells(table: Iterable[Line]) -> dict[tuple[Level, What], list[str]]:
    """The cells of the table by level and kind, each as a text that names row and group."""
    found: dict[tuple[Level, What], list[str]] = {(level, what): [] for level in Level for what in What}
    for line in table:
        for what, group, text in _cells(line):
            found[line.level, what].append(f"{name(line)}|{group}|{text}")
    return found


def _cells(line: Line) -> Iterator[tuple[What, str, str]]:
    for arm, tally in zip(ARMS, line.tallies, strict=True):
        yield What.PATIENTS, arm.name, tally.patients.formatted()
        yield What.PERCENT, arm.name, tally.percent.formatted()
        yield What.EVENTS, arm.name, tally.events.formatted()
    for arm, p in zip(ACTIVE, p_values(line), strict=True):
        if p is not None:
            yield What.P_VALUE, arm.name, p_text(p)


def fingerprint(texts: Iterable[str]) -> str:
    """Changes with any cell, and with the order of the rows."""
    return "sha256:" + hashlib.sha256("\n".join(texts).encode()).hexdigest()


def stored(path: Path = STORE) -> dict[tuple[Level, What], tuple[int, str]]:
    """How many cells the report's table has, and their fingerprint, by level and kind."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {
        (Level(one["level"]), What(one["what"])): (int(one["number"]), str(one["fingerprint"]))
        for one in found
    }


def agreeing(table: Iterable[Line], path: Path = STORE) -> dict[tuple[Level, What], int]:
    """How many cells of a table agree with the report's, by level and kind: all that there are.

    Raises:
        ValueError: naming the level and kind, if a cell differs, is missing or too many.
    """
    ours, theirs = cells(table), stored(path)
    for (level, what), (number, expected) in theirs.items():
        found = ours[level, what]
        if (len(found), fingerprint(found)) != (number, expected):
            raise ValueError(f"{level}, {what}: {len(found)} cells differ from the report's {number}")
    return {key: number for key, (number, _) in theirs.items()}
