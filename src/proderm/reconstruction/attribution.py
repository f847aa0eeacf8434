"""Which infusion cycles an event may have followed, as far as the article's sentences tell.

Two stages need this: *counts* leaves each patient enough events for cycles of either duration, *cycles*
attributes the events.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from proderm.reconstruction import design
from proderm.reconstruction.named import NamedEvent, named_events
from proderm.reconstruction.published import Published
from safetybook.estimands import where
from safetybook.reconstruct.possible import records

RELATED_VALUES = ("POSSIBLE", "PROBABLE")
RELATED = where(AEREL=RELATED_VALUES)
# Our choices, each within what the article says.
# H1: the severe headache of the first period began 2.1 days after the start of its cycle (Table 3), which
#   therefore was a two-day one.
# DR7, DR8: "only one possibly related TEAE (elevated blood pressure of moderate severity) when treated with
#   1 g/kg IVIg", "only once a mild headache during the reduced IVIg period": the second reduced cycle.
CHOSEN_CYCLE = {("H1", "Headache"): 1, ("DR7", "Blood pressure increased"): 9, ("DR8", "Headache"): 9}


def fixed_cycle(event: NamedEvent, last: int) -> int | None:
    """The cycle that a named event followed, None where the article leaves it open.

    An event that ended treatment followed the patient's last cycle `last`; the events of Tables 4 and
    5 followed the cycle that gives their printed times.
    """
    if event.withdrawn or (event.patient == "T" and event.tee):
        return last
    if event.serious and event.causality in RELATED_VALUES:
        return design.EVENT_CYCLE[event.patient]
    return CHOSEN_CYCLE.get((event.patient, event.term))


def open_to_related(patient: str, cycle: int) -> bool:
    """Whether a related event that is not fixed may have followed a cycle.

    "none when treated with reduced dose", "only one", "only once": not a reduced one.
    """
    return cycle < design.REDUCED_FROM.get(patient, design.CYCLES + 1)


def last_cycles(cycles: pd.DataFrame) -> Mapping[str, int]:
    """Number of each patient's last cycle."""
    return {row.USUBJID: row.CYCLE for row in records(cycles.sort_values("CYCLE"))}


def named_in(published: Published, patient: str, treatment: str, period: int) -> list[NamedEvent]:
    """The named events of a patient under a treatment in a period."""
    return [
        event
        for event in named_events(published)
        if (event.patient, event.treatment, event.period) == (patient, treatment, period)
    ]
