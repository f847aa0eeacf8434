"""What is true of a patient, by definition: one filter and one patient at a time."""

import pandas as pd

from safetybook.predicates import Predicate


def satisfied(predicate: Predicate, rows: pd.DataFrame, patients: pd.Series) -> pd.Series:
    """For each of the `patients`, whether the predicate is true given the `rows` (column USUBJID)."""
    having = {asked: set(rows.loc[asked.mask(rows), "USUBJID"]) for asked in predicate.filters()}

    def holds(patient: str) -> bool:
        return predicate.holds(lambda asked: patient in having[asked])

    return pd.Series([holds(who) for who in patients], index=patients.index, dtype=bool)
