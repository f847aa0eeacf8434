"""Questions on serious events, thromboembolic events and those that ended treatment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1
from proderm.estimands.adverse_events import DISCONTINUATION, RELATED, SERIOUS, TEAE, TEE, UNRELATED
from proderm.estimands.families import patients
from proderm.estimands.listings import PERIODS_AS_PRINTED
from proderm.questions.family import (
    CAUSALITY,
    YES_NO,
    Family,
    Listed,
    Question,
    by_exposure,
    combined,
    filters,
    has,
    kinds,
    plain_pools,
    recurrence,
)
from safetybook.claims import Claim
from safetybook.estimands import Column, Combination
from safetybook.reconstruct.constraints import Constraint

RELATED_SERIOUS, UNRELATED_SERIOUS = RELATED & SERIOUS, UNRELATED & SERIOUS
RELATED_DISCONTINUATION = RELATED & DISCONTINUATION


def seriousness(printed: Mapping[str, int], ledger: Iterable[Claim]) -> Family:
    """Serious events and those that ended treatment."""
    categories = (
        TEAE,
        RELATED,
        SERIOUS,
        RELATED_SERIOUS,
        UNRELATED_SERIOUS,
        DISCONTINUATION,
        RELATED_DISCONTINUATION,
        UNRELATED & DISCONTINUATION,
        TEE,
        RELATED & TEE,
    )
    ext, overall = IVIG_EXT, IVIG_ALL
    asked = (
        Question(patients(SERIOUS, ext), ext, "Serious TEAEs in the extension"),
        Question(patients(RELATED_SERIOUS, IVIG_P1), IVIG_P1, "Related serious TEAEs, IVIg, first period"),
        Question(patients(TEE, ext), ext, "Thromboembolic events in the extension"),
        Question(patients(RELATED & TEE, ext), ext, "Related thromboembolic events in the extension"),
        Question(patients(RELATED_SERIOUS, ext), ext, "Related serious TEAEs in the extension"),
        Question(patients(UNRELATED_SERIOUS, overall), overall, "Unrelated serious TEAEs, IVIg, overall"),
        Question(
            patients(UNRELATED_SERIOUS, IVIG_P1), IVIG_P1, "Unrelated serious TEAEs, IVIg, first period"
        ),
        Question(patients(UNRELATED_SERIOUS, ext), ext, "Unrelated serious TEAEs in the extension"),
        *recurrence((SERIOUS,)),
        combined(
            "serious_and_related",
            "A serious TEAE and a related one, IVIg, overall",
            has(SERIOUS, overall) & has(RELATED, overall),
            overall,
        ),
        combined(
            "serious_and_stopped",
            "Serious and treatment-ending TEAEs, IVIg, overall",
            has(SERIOUS, overall) & has(DISCONTINUATION, overall),
            overall,
        ),
        combined(
            "stopped_not_serious",
            "TEAE ending treatment, none serious, IVIg, overall",
            has(DISCONTINUATION, overall) & ~has(SERIOUS, overall),
            overall,
        ),
        Question(
            patients(UNRELATED & DISCONTINUATION, ext),
            ext,
            "Unrelated TEAEs ending treatment, extension",
        ),
    )
    rows = kinds(
        AEREL=CAUSALITY,
        AESER=YES_NO,
        AEACN=("DRUG WITHDRAWN", "DOSE NOT CHANGED"),
        CQ01NAM=("THROMBOEMBOLIC EVENT", "another"),
    )
    return Family(
        "seriousness", by_exposure(rows), plain_pools(printed), filters(categories), asked, listed(ledger)
    )


def listed(ledger: Iterable[Claim]) -> tuple[Listed, ...]:
    """What Tables 4 and 7 tell by listing all patients with related events of their kind.

    Those of each period, and those whom both tables list.
    """
    treatment = re.compile(r"(p\d+)\.(serious|withdrawn)\.treatment")
    columns = {PERIODS_AS_PRINTED[1]: IVIG_P1, PERIODS_AS_PRINTED[2]: IVIG_EXT}
    tables = {"serious": ("Table 4", RELATED_SERIOUS), "withdrawn": ("Table 7", RELATED_DISCONTINUATION)}
    found: dict[str, dict[str, Column]] = {name: {} for name in tables}
    for claim in ledger:
        if named := treatment.fullmatch(claim.estimand):
            found[named[2]][named[1]] = columns[claim.value]
    counts = [
        Listed(
            Constraint(f"{name}.listed.{column.id}", f"[{tables[name][0]}: all patients, {column.label}]"),
            patients(tables[name][1], column),
            sum(own == column for own in periods.values()),
        )
        for name, periods in found.items()
        for column in columns.values()
    ]
    both = Combination(
        "related_serious_and_stopped.ivig_all.patients",
        "Related serious TEAEs and related TEAEs that ended treatment: patients",
        has(RELATED_SERIOUS, IVIG_ALL) & has(RELATED_DISCONTINUATION, IVIG_ALL),
        IVIG_ALL.where,
    )
    shared = Constraint("both.listed", "[Tables 4 and 7: patients in both]")
    return (*counts, Listed(shared, both, len(set.intersection(*map(set, found.values())))))
