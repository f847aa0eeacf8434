"""The course of single patients: what was infused, and when events began, in weeks."""

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from safetybook.study import Study

WEEK = pd.Timedelta(weeks=1)


def weeks(study: "Study", frame: pd.DataFrame) -> "pd.Series[float]":
    """Weeks from the start of the patient's first infusion, of either treatment, to each row's ASTDTM."""
    first = study.frame("cycles").groupby("USUBJID")["ASTDTM"].min()
    since: pd.Series[pd.Timedelta] = frame["ASTDTM"] - frame["USUBJID"].map(first)
    return since.dt.total_seconds() / WEEK.total_seconds()
