"""Variables that follow from exposure and date-times alone, by the rules of the analysis.

An event belongs to the most recent infusion: the last cycle whose first episode started at or
before the onset. Everything else about its timing follows from that cycle. Times are compared
and subtracted as whole microseconds, so no rule depends on floating-point arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

INFUSIONAL_WINDOW = pd.Timedelta(hours=72)
"""How long after the end of a cycle's last episode an onset still counts as infusional."""

LATENCY_DECIMALS = 4

EVENT_VARIABLES = ("TRTEMFL", "TRTA", "APERIOD", "CYCLE", "INFUSFL", "AELATENC", "ADURN")
"""The variables of an adverse event that :func:`event_variables` derives."""

_MOMENT = "datetime64[us]"
_LATENCY_STEP = 86_400_000_000 // 10**LATENCY_DECIMALS  # microseconds in 0.0001 days, a whole number


def infusion_cycles(adex: pd.DataFrame, per_cycle: Iterable[str] = ("TRTA", "APERIOD")) -> pd.DataFrame:
    """One row per patient and cycle, sorted: its variables, first start, last end, number of episodes.

    Columns: USUBJID, CYCLE, the `per_cycle` variables, ASTDTM (start of the first episode),
    AENDTM (end of the last one) and CYCDAYS (episodes, of which there is one a day).
    """
    groups = adex.groupby(["USUBJID", "CYCLE"], sort=True)
    cycles = groups[list(per_cycle)].first()
    cycles["ASTDTM"] = groups["ASTDTM"].min()
    cycles["AENDTM"] = groups["AENDTM"].max()
    cycles["CYCDAYS"] = groups.size().astype("int64")
    return cycles.reset_index()


def most_recent_cycle(events: pd.DataFrame, cycles: pd.DataFrame) -> pd.DataFrame:
    """The cycle each event belongs to, on the index of `events`; all missing before the first infusion.

    `events` has USUBJID and ASTDTM (onset). Columns: CYCLE, TRTA, APERIOD, CYCSTDTM (start of the
    cycle's first episode), CYCENDTM (end of its last one).
    """
    starts = cycles[["USUBJID", "CYCLE", "TRTA", "APERIOD", "ASTDTM", "AENDTM"]].rename(
        columns={"ASTDTM": "CYCSTDTM", "AENDTM": "CYCENDTM"}
    )
    starts = starts.astype({"CYCLE": "Int64", "APERIOD": "Int64", "USUBJID": "str", "CYCSTDTM": _MOMENT})
    onsets = events[["USUBJID", "ASTDTM"]].astype({"USUBJID": "str", "ASTDTM": _MOMENT})
    rows = pd.RangeIndex(len(events))
    found = pd.merge_asof(
        onsets.set_axis(rows).rename_axis("_row").reset_index().dropna().sort_values("ASTDTM"),
        starts.sort_values(["CYCSTDTM", "CYCLE"]),
        left_on="ASTDTM",
        right_on="CYCSTDTM",
        by="USUBJID",
    )
    found = found.set_index("_row").drop(columns=["USUBJID", "ASTDTM"])
    return found.reindex(rows).set_axis(events.index)


def latency(
    onset: pd.Series[pd.Timestamp], start: pd.Series[pd.Timestamp], end: pd.Series[pd.Timestamp]
) -> pd.Series[float]:
    """Days from the cycle's start to the onset, 4 decimals, half up; 0 up to the end of the last episode.

    Missing where the event belongs to no cycle.
    """
    elapsed = onset - start
    ticks = elapsed.fillna(pd.Timedelta(0)).dt.as_unit("us").astype("int64")
    steps = (2 * ticks + _LATENCY_STEP) // (2 * _LATENCY_STEP)
    days: pd.Series[float] = steps / 10**LATENCY_DECIMALS
    return days.mask(onset <= end, 0.0).mask(elapsed.isna(), np.nan)


def duration(onset: pd.Series[pd.Timestamp], resolution: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Days: resolution date minus onset date, plus 1; missing where unresolved."""
    return ((resolution.dt.normalize() - onset.dt.normalize()).dt.days + 1).astype("Int64")


def event_variables(adae: pd.DataFrame, adex: pd.DataFrame) -> pd.DataFrame:
    """The derived variables of each adverse event (:data:`EVENT_VARIABLES`), on the index of `adae`.

    Uses only USUBJID, ASTDTM and AENDTM of `adae`, and USUBJID, CYCLE, ASTDTM, AENDTM, TRTA and
    APERIOD of `adex`. Rules:

    - TRTEMFL: ``Y`` from the start of the patient's first infusion on. That events are documented
      up to a number of weeks after the last infusion is a matter of plausibility, not of this flag.
    - TRTA, APERIOD, CYCLE: of the last cycle that had started at onset; missing before the first.
    - INFUSFL: ``Y`` from the start of that cycle to 72 hours after its end, both included.
    - AELATENC: 0 from the start to the end of that cycle (between its episodes too), else days
      since its start; see :func:`latency`.
    - ADURN: calendar days touched; see :func:`duration`.
    """
    recent = most_recent_cycle(adae, infusion_cycles(adex))
    started = recent["CYCSTDTM"].notna()
    within = started & (adae["ASTDTM"] <= recent["CYCENDTM"] + INFUSIONAL_WINDOW)
    return pd.DataFrame(
        {
            "TRTEMFL": _flag(started),
            "TRTA": recent["TRTA"],
            "APERIOD": recent["APERIOD"],
            "CYCLE": recent["CYCLE"],
            "INFUSFL": _flag(within),
            "AELATENC": latency(adae["ASTDTM"], recent["CYCSTDTM"], recent["CYCENDTM"]),
            "ADURN": duration(adae["ASTDTM"], adae["AENDTM"]),
        },
        index=adae.index,
    )


def _flag(condition: pd.Series[bool]) -> pd.Series[str]:
    return pd.Series(np.where(condition, "Y", "N"), index=condition.index, dtype="str")
