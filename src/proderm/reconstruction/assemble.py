"""From the settled stages to the ADaM data sets that are written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random

import pandas as pd

from proderm.reconstruction import named, timing
from proderm.reconstruction.named import TEE, named_events
from proderm.reconstruction.published import Published
from proderm.reconstruction.table_5 import tee_patients
from safetybook.reconstruct.possible import records

STUDY = "PRODERM-SYNTHETIC"
PERIODS = {1: "First period", 2: "Extension period"}

# Reasons of those who left without an adverse event (plausibility; one confirmed deterioration on IVIg is
# in the registry).
REASONS = (
    "WITHDRAWAL BY SUBJECT",
    "LACK OF EFFICACY",
    "PHYSICIAN DECISION",
    "LOST TO FOLLOW-UP",
    "PROTOCOL DEVIATION",
)
REASON_WEIGHTS = (8, 5, 2, 1, 1)


def identifiers(cycles: pd.DataFrame) -> dict[str, str]:
    """Subject numbers in the order of randomisation, so that a number tells nothing of the role."""
    first = cycles[cycles["CYCLE"] == 1].sort_values(["STARTDAY", "USUBJID"])
    return {patient: f"SYN-{number:03d}" for number, patient in enumerate(first["USUBJID"], start=1)}


def adsl(subjects: pd.DataFrame, cycles: pd.DataFrame, events: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row per patient."""
    rng = random.Random(f"{seed}/reasons")
    randomised = cycles[cycles["CYCLE"] == 1].set_index("USUBJID")["STARTDAY"]
    withdrawn = set(events.loc[events["AEACN"] == named.WITHDRAWN, "USUBJID"])
    completed = subjects["EXTCOMFL"] == "Y"
    reasons = [
        None if done else "ADVERSE EVENT" if who in withdrawn else rng.choices(REASONS, REASON_WEIGHTS)[0]
        for who, done in zip(subjects["USUBJID"], completed, strict=True)
    ]
    return subjects.assign(
        STUDYID=STUDY,
        RANDDT=[randomised[who].isoformat() for who in subjects["USUBJID"]],
        EOSSTT=["COMPLETED" if done else "DISCONTINUED" for done in completed],
        DCSREAS=pd.Series(reasons, index=subjects.index),
    )


def adae(events: pd.DataFrame, published: Published, seed: int) -> pd.DataFrame:
    """One row per event, with its dates, flags and codes."""
    rng = random.Random(f"{seed}/events")
    lines = []
    named_ones = named_events(published)
    for event in records(events):
        known = named_ones[event.EVENT] if event.EVENT >= 0 else None
        days = None if pd.isna(event.ADURN) else int(event.ADURN)
        end = timing.resolution(event.ASTDTM.to_pydatetime(), days, rng) if days is not None else None
        criteria = set(known.serious) if known else set()
        lines.append(
            {
                "USUBJID": event.USUBJID,
                "AEDECOD": event.AEDECOD,
                "AEBODSYS": event.AEBODSYS,
                "AEGRPTRM": event.AEGRPTRM,
                "ASTDTM": event.ASTDTM,
                "AENDTM": end,
                "TRTEMFL": "Y",
                "TRTA": event.TRTA,
                "APERIOD": event.APERIOD,
                "CYCLE": event.CYCLE,
                "AESEV": event.AESEV,
                "AESER": event.AESER,
                **{flag: "Y" if flag in criteria else "N" for flag in SERIOUSNESS},
                "AEREL": known.causality if known else _causality(event.AEREL, rng),
                "AEACN": event.AEACN,
                "AEOUT": event.AEOUT,
                "INFUSFL": event.INFUSFL,
                "AELATENC": event.AELATENC,
                "ADURN": days,
                "CQ01NAM": TEE if known and known.tee else None,
                "CQ02NAM": None,
            }
        )
    return pd.DataFrame(lines)


SERIOUSNESS = ("AESHOSP", "AESLIFE", "AESMIE", "AESDTH", "AESDISAB")


def _causality(group: str, rng: random.Random) -> str:
    """The four-point assessment within the published two groups (illustrative)."""
    if group == "PROBABLE":
        return rng.choices(("POSSIBLE", "PROBABLE"), (2, 3))[0]
    return rng.choices(("NOT RELATED", "UNLIKELY"), (3, 1))[0]


def admh(history: pd.DataFrame, published: Published) -> pd.DataFrame:
    """One row per risk factor; Table 5's further factors beside Table 6's categories."""
    printed = {patient: facts.factors for patient, facts in tee_patients(published).items()}
    lines = [
        (row.USUBJID, row.MHGRPTRM, printed.get(row.USUBJID, {}).get(row.MHGRPTRM, row.MHGRPTRM))
        for row in records(history)
    ]
    frame = pd.DataFrame(lines, columns=["USUBJID", "MHGRPTRM", "MHDECOD"])
    return frame.assign(MHCAT="TEE RISK FACTOR")


def in_order(frame: pd.DataFrame, ids: dict[str, str], by: list[str], sequence: str | None) -> pd.DataFrame:
    """Rows under their final subject numbers, sorted, numbered within the patient."""
    frame = frame.assign(USUBJID=[ids[patient] for patient in frame["USUBJID"]])
    frame = frame.sort_values(["USUBJID", *by], kind="stable").reset_index(drop=True)
    if sequence is not None:
        frame[sequence] = frame.groupby("USUBJID").cumcount() + 1
    return frame


def as_text(value: object) -> str:
    """A cell of the CSV files: ISO 8601 date-times without seconds, decimals without trailing zeros."""
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp | dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


COLUMNS = {
    "adsl": """
        STUDYID USUBJID SUBJID ARTNO TRT01P SAFFL RANDDT AGE SEX RACE WEIGHTBL HEIGHTBL BMIBL
        DIAGDUR MMT8BL DMDIAG GDABL GCBLFL NGCBLFL XOVERFL XOVERWK P1COMPFL EXTFL EXTCOMFL EOSSTT
        DCSREAS
    """.split(),
    "adex": """
        STUDYID USUBJID TRTA APERIOD APERIODC CYCLE EPISODE ASTDTM AENDTM EXDOSE DOSEGKG DOSEPGKG
        EXRATMAX PROTVER
    """.split(),
    "adae": """
        STUDYID USUBJID AESEQ AEDECOD AEBODSYS AEGRPTRM ASTDTM AENDTM TRTEMFL TRTA APERIOD CYCLE
        AESEV AESER AESHOSP AESLIFE AESMIE AESDTH AESDISAB AEREL AEACN AEOUT INFUSFL AELATENC ADURN
        CQ01NAM CQ02NAM
    """.split(),
    "admh": """
        STUDYID USUBJID MHSEQ MHCAT MHGRPTRM MHDECOD
    """.split(),
    "adcm": """
        STUDYID USUBJID CMSEQ CMCAT CMCLAS CMDECOD ASTDTM TRTA APERIOD CYCLE
    """.split(),
    "adwells": """
        STUDYID USUBJID PARAMCD AVISITN AVAL ADT
    """.split(),
}


def csv_text(name: str, frame: pd.DataFrame) -> str:
    """A data set as CSV text: a header, Unix line ends, the contract's columns in order."""
    columns = list(COLUMNS[name])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for record in frame.assign(STUDYID=STUDY)[columns].itertuples(index=False):
        writer.writerow([as_text(value) for value in record])
    return text.getvalue()


def study_frames(
    subjects: pd.DataFrame,
    cycles: pd.DataFrame,
    episodes: pd.DataFrame,
    events: pd.DataFrame,
    history: pd.DataFrame,
    drugs: pd.DataFrame,
    scores: pd.DataFrame,
    published: Published,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """The six data sets under their final subject numbers."""
    ids = identifiers(cycles)
    patients = in_order(adsl(subjects, cycles, events, seed), ids, [], None)
    patients["SUBJID"] = patients["USUBJID"].str.removeprefix("SYN-")
    exposure = episodes.assign(APERIODC=[PERIODS[p] for p in episodes["APERIOD"]])
    return {
        "adsl": patients,
        "adex": in_order(exposure, ids, ["CYCLE", "EPISODE"], None),
        "adae": in_order(adae(events, published, seed), ids, ["ASTDTM", "AEDECOD"], "AESEQ"),
        "admh": in_order(admh(history, published), ids, ["MHGRPTRM"], "MHSEQ"),
        "adcm": in_order(drugs, ids, ["ASTDTM", "CMDECOD"], "CMSEQ"),
        "adwells": in_order(scores, ids, ["PARAMCD", "AVISITN"], None),
    }
