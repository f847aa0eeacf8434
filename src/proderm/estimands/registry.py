"""Counts that other public sources of the trial print, where they agree with the article.

The trial's registry record counts patients by preferred term, non-serious and of any causality; the
sponsor's prescribing pages count patients with infusional events by term, of any causality.
"""

from collections.abc import Iterator

from proderm.columns import IVIG_ALL, PLACEBO_P1
from proderm.estimands.families import TREATMENT_EMERGENT
from safetybook.estimands import Count, Estimand, Unit, Where, where

REGISTRY_TERMS = (
    "Headache", "Nausea", "Pyrexia", "Vomiting", "Condition aggravated", "Myalgia", "Chills", "Arthralgia",
)  # fmt: skip

INFUSIONAL_TERMS: dict[str, Where] = {
    "headache": where(AEGRPTRM="Headache"),
    "fever": where(AEGRPTRM="Fever"),
    "nausea": where(AEGRPTRM="Nausea"),
    "vomiting": where(AEGRPTRM="Vomiting"),
    "blood_pressure_increased": where(AEGRPTRM="Blood pressure increased"),
    "musculoskeletal_pain": where(AEGRPTRM="Musculoskeletal pain"),
    "heart_rate_increased": where(AEDECOD="Heart rate increased"),
    "dyspnoea": where(AEDECOD="Dyspnoea"),
    "infusion_site_reaction": where(
        AEDECOD=("Infusion site pain", "Infusion site erythema", "Infusion site reaction")
    ),
}


def registry() -> Iterator[Estimand]:
    """Patients by term: `registry.<term>.<column>.patients` and `infusional_any.<term>.ivig_all.patients`."""
    for term in REGISTRY_TERMS:
        for column in (IVIG_ALL, PLACEBO_P1):
            yield Count(
                f"registry.{term.lower().replace(' ', '_')}.{column.id}.patients",
                f"{term}, not serious, any causality, {column.label}: patients",
                "adae",
                TREATMENT_EMERGENT & where(AEDECOD=term, AESER="N") & column.where,
                Unit.PATIENTS,
            )
    for name, rows in INFUSIONAL_TERMS.items():
        yield Count(
            f"infusional_any.{name}.ivig_all.patients",
            f"{name.replace('_', ' ').capitalize()}, infusional, any causality, {IVIG_ALL.label}: patients",
            "adae",
            TREATMENT_EMERGENT & where(INFUSFL="Y") & rows & IVIG_ALL.where,
            Unit.PATIENTS,
        )
