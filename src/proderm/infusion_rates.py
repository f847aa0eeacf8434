"""Maximum infusion rates of the IVIg cycles, before and after the amendment, and the cycles before a TEE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proderm.estimands.thromboembolic import AFTER, BEFORE

if TYPE_CHECKING:
    import pandas as pd

    from safetybook.study import Study

RATES = (0.02, 0.03, 0.04, 0.06, 0.08, 0.12)
"""In mL/kg/min, those that the data have."""

VERSIONS = {BEFORE: "before", AFTER: "after"}
"""The protocol versions by what they are called."""


def at_each_rate(study: Study, version: int) -> dict[float, int]:
    """How many IVIg cycles under a protocol version had each maximum rate.

    Raises:
        ValueError: if a cycle has another rate.
    """
    rates = _on_ivig(study).query("PROTVER == @version")["EXRATMAX"]
    if unknown := set(rates) - set(RATES):
        raise ValueError(f"maximum rates other than {RATES}: {sorted(unknown)}")
    return {rate: int((rates == rate).sum()) for rate in RATES}


def before_a_tee(study: Study) -> pd.DataFrame:
    """The cycles that TEEs are attributed to, one row each, with ARTNO, PROTVER, EXRATMAX and RELTEEFL."""
    events = study.frame("adae")
    tees = events.loc[events["CQ01NAM"] == "THROMBOEMBOLIC EVENT", ["USUBJID", "CYCLE"]].drop_duplicates()
    return _on_ivig(study).merge(tees, on=["USUBJID", "CYCLE"]).sort_values("ARTNO", na_position="last")


def _on_ivig(study: Study) -> pd.DataFrame:
    cycles = study.frame("cycles")
    return cycles[cycles["TRTA"] == "IVIg"]
