"""The data of ProDERM, with the patient variables that its analyses need."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from proderm.datasets import DATASETS, RELATED, RISK_FACTORS, TEE
from safetybook import study as general
from safetybook.study import Study

FOLDER = Path(__file__).resolve().parents[2] / "data" / "adam"
"""The data of the repository, wherever the notebook or script runs."""


def load(folder: Path = FOLDER) -> Study:
    """The validated study, with derived patient variables and the frame ``maxrates``.

    Added to ADSL, and so to every frame:

    - TEEFL: ``Y`` if the patient had a thromboembolic event after IVIg (most recent infusion).
    - RELTEEFL: the same, for events possibly or probably related to it.
    - NTEERF: how many of Table 6's risk factor categories the patient has.
    - IVIGSDTM: start of the patient's first IVIg infusion; missing if there was none.

    Raises:
        BadStudyError: listing every problem of every file, if there is any.
    """
    return with_patient_variables(general.load(folder, DATASETS, {"maxrates": maxrates}))


def parse(files: Mapping[str, str], source: str = "the files") -> Study:
    """The same for the texts of the files by name (``adsl.csv``); `source` names them in the error."""
    return with_patient_variables(general.parse(files, DATASETS, {"maxrates": maxrates}, source))


def with_patient_variables(study: Study) -> Study:
    """The study with TEEFL, RELTEEFL, NTEERF and IVIGSDTM; see :func:`load`."""
    patients = study.frame("adsl")["USUBJID"]  # sorted, each once
    adae, admh, cycles = (study.frame(name) for name in ("adae", "admh", "cycles"))
    tees = adae[(adae["CQ01NAM"] == TEE) & (adae["TRTA"] == "IVIg") & (adae["TRTEMFL"] == "Y")]
    factors = admh[admh["MHGRPTRM"].isin(RISK_FACTORS)].groupby("USUBJID")["MHGRPTRM"].nunique()
    return study.with_subject_variables(
        {
            "TEEFL": _flag(patients, tees["USUBJID"]),
            "RELTEEFL": _flag(patients, tees.loc[tees["AEREL"].isin(RELATED), "USUBJID"]),
            "NTEERF": factors.reindex(patients, fill_value=0).astype("int64"),
            "IVIGSDTM": cycles[cycles["TRTA"] == "IVIg"].groupby("USUBJID")["ASTDTM"].min(),
        }
    )


def maxrates(study: Study) -> pd.DataFrame:
    """One row per patient and protocol version with IVIg infusions: EXRATMAX, the patient's highest rate."""
    cycles = study.frame("cycles")
    ivig = cycles[cycles["TRTA"] == "IVIg"]
    return ivig.groupby(["USUBJID", "TRTA", "PROTVER"])["EXRATMAX"].max().reset_index()


def _flag(patients: pd.Series[str], having: pd.Series[str]) -> pd.Series[str]:
    return patients.isin(having).map({True: "Y", False: "N"}).set_axis(patients)
