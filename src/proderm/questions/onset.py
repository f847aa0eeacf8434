"""Questions on infusional events."""

from __future__ import annotations

from collections.abc import Mapping

from proderm.columns import IVIG_EXT, IVIG_P1
from proderm.estimands.adverse_events import INFUSIONAL, RELATED, TEAE
from proderm.estimands.families import events, patients
from proderm.questions.family import (
    CAUSALITY,
    COLUMNS,
    YES_NO,
    Family,
    Question,
    by_exposure,
    combined,
    filters,
    has,
    kinds,
    place,
    plain_pools,
)

RELATED_INFUSIONAL = RELATED & INFUSIONAL


def onset(printed: Mapping[str, int]) -> Family:
    """Which events were infusional, by causality."""
    categories = (TEAE, INFUSIONAL, RELATED, RELATED_INFUSIONAL)
    asked = [
        question
        for column in COLUMNS
        for question in (
            Question(
                patients(RELATED_INFUSIONAL, column), column, f"Related infusional TEAEs, {place(column)}"
            ),
            combined(
                "only_later",
                f"TEAEs, none infusional, {place(column)}",
                has(TEAE, column) & ~has(INFUSIONAL, column),
                column,
            ),
        )
    ]
    asked += [
        Question(
            events(RELATED_INFUSIONAL, column), column, f"Related infusional TEAEs, {place(column)}: events"
        )
        for column in (IVIG_P1, IVIG_EXT)
    ]
    rows = kinds(AEREL=CAUSALITY, INFUSFL=YES_NO)
    return Family("onset", by_exposure(rows), plain_pools(printed), filters(categories), tuple(asked))
