"""Where a chapter's numbers come from, as far as the chapter must store it, and the rows behind them.

The estimands of the catalogue are known to whoever loads the trial. Others are defined in a chapter; what
they count can be told only while the chapter runs, and is kept beside its last output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from proderm.bounds import questions
from proderm.estimands import CATALOGUE
from safetybook.claims import Verdicts
from safetybook.estimands import Estimand
from safetybook.provenance import EVENTS, Account, account, parts, places_of
from safetybook.remembered import once_per_study
from safetybook.results import computed
from safetybook.study import Study
from safetybook.tables import Folded

ACCOUNTS = "accounts"
"""The name of the metadata that keep the accounts beside an output."""

VARIABLES = {
    "AEDECOD": "Event",
    "AESEV": "Intensity",
    "AEREL": "Relation",
    "AESER": "Serious",
    "TRTA": "Treatment",
    "CYCLE": "Cycle",
    "DAY": "Day",
    "AELATENC": "Latency",
    "ADURN": "Duration",
}
"""The variables of an event that a list shows, with the headings; DAY is the day of the patient's trial."""


@dataclass(frozen=True)
class Accounted(Folded):
    """A table behind a line, beside which the notebook stores the accounts of the chapter's own estimands."""

    accounts: Mapping[str, Account]

    def _repr_mimebundle_(  # type: ignore[override]  # IPython takes data alone, or data and metadata
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, object]]:
        return super()._repr_mimebundle_(include, exclude), {ACCOUNTS: dict(self.accounts)}


@cache
def defined() -> dict[str, Estimand]:
    """By id what the trial defines for all chapters: the catalogue, the bounded questions, their parts."""
    named = {**{question.estimand.id: question.estimand for question in questions()}, **CATALOGUE}
    return {part.id: part for estimand in named.values() for part in parts(estimand)} | named


def own_accounts(study: Study, verdicts: Verdicts) -> dict[str, Account]:
    """The accounts of what a chapter has computed of a study and nobody else knows."""
    return {
        name: account(study, verdicts, estimand)
        for name, (estimand, _) in sorted(computed(study).items())
        if name not in defined()
    }


@once_per_study
def _first_infusion(study: Study) -> pd.Series[pd.Timestamp]:
    return study.frame("cycles").groupby("USUBJID")["ASTDTM"].min()


def records(study: Study) -> dict[str, object]:
    """All patients and events as :func:`safetybook.provenance.behind` refers to them, ready for JSON.

    `words` holds the texts of the events, each once; in `events` a text stands as its place there.
    """
    adsl, adae = study.frame("adsl"), study.frame(EVENTS)
    began = adae["USUBJID"].map(_first_infusion(study))
    adae["DAY"] = (adae["ASTDTM"].dt.normalize() - began.dt.normalize()).dt.days + 1
    texts = [name for name in VARIABLES if not pd.api.types.is_numeric_dtype(adae[name])]
    words = sorted({word for name in texts for word in adae[name].dropna()})
    place = {word: at for at, word in enumerate(words)}
    known = places_of(study)
    columns = {
        name: [
            None if pd.isna(value) else place[value] if name in texts else round(float(value), 1)
            for value in adae[name]
        ]
        for name in VARIABLES
    }
    return {
        "patients": list(adsl["USUBJID"]),
        "of": [known[name] for name in adae["USUBJID"]],
        "number": [int(number) for number in adae["AESEQ"]],
        "headings": list(VARIABLES.values()),
        "texts": [list(VARIABLES).index(name) for name in texts],
        "words": words,
        "events": [[_short(value) for value in row] for row in zip(*columns.values(), strict=True)],
    }


def _short(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value
