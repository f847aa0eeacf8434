"""Questions on single terms, those of Table 3."""

from __future__ import annotations

from collections.abc import Mapping

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands.adverse_events import INFUSIONAL, RELATED, TEAE
from proderm.estimands.families import Category, patients
from proderm.questions.family import (
    CAUSALITY,
    YES_NO,
    Family,
    Question,
    by_exposure,
    combined,
    filters,
    has,
    kinds,
    plain_pools,
)


def term_family(printed: Mapping[str, int], term: Category) -> Family:
    """One term of Table 3."""
    related = RELATED & term
    asked = (
        Question(patients(related, IVIG_P1), IVIG_P1, f"Related {term.id}, IVIg, first period"),
        Question(patients(related, IVIG_EXT), IVIG_EXT, f"Related {term.id} in the extension"),
        Question(patients(related, PLACEBO_P1), PLACEBO_P1, f"Related {term.id}, placebo"),
        combined(
            f"both_periods.related_{term.id}",
            f"Related {term.id}, on IVIg in both periods",
            has(related, IVIG_P1) & has(related, IVIG_EXT),
            IVIG_ALL,
        ),
    )
    rows = kinds(AEREL=CAUSALITY, INFUSFL=YES_NO, AEGRPTRM=(term.label, "another"))
    categories = (TEAE, RELATED, INFUSIONAL, term, related, INFUSIONAL & term)
    return Family(term.id, by_exposure(rows), plain_pools(printed), filters(categories), asked)
