"""What the page that explores the events needs: facets, columns, synthetic rows, and what the article prints.

The page counts in the reader's browser. :func:`payload` gives it the rows in the places of their options, and
the rules of counting stay those of the estimands: treatment-emergent events only, a patient once, everyone
who was infused in a column at risk in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.datasets import TEE
from proderm.estimands.families import TREATMENT_EMERGENT
from safetybook.estimands import Column, Count, Unit
from safetybook.facets import Facet, Option, Selection, Side, filters, options
from safetybook.remembered import once_per_study
from safetybook.study import Study

COLUMNS = (IVIG_P1, PLACEBO_P1, IVIG_EXT, IVIG_ALL)
"""The columns of the page: those of Table 1, and the extension."""

HEADINGS = {
    IVIG_P1: ("IVIg", "First period"),
    PLACEBO_P1: ("Placebo", "First period"),
    IVIG_EXT: ("IVIg", "Extension period"),
    IVIG_ALL: ("All IVIg", "Overall period"),
}
"""Treatment and period in the heading of each column."""

CYCLES = 10


@once_per_study
def facets(study: Study) -> tuple[Facet, ...]:
    """The facets of the page, in its order; the terms are those that occur in the data."""
    terms = sorted(study.frame("adae")["AEGRPTRM"].unique())
    yes_no = (Option("yes", "yes", "Y"), Option("no", "no", "N"))
    words = (Option("mild", "mild", "MILD"), Option("moderate", "moderate", "MODERATE"))
    return (
        Facet("treatment", "Treatment", "TRTA", Side.EXPOSURE, options(["IVIg", "Placebo"])),
        Facet(
            "period", "Period", "APERIOD", Side.EXPOSURE,
            (Option("first", "first period", 1), Option("extension", "extension period", 2)),
        ),
        Facet("cycle", "Infusion cycle", "CYCLE", Side.EXPOSURE, options(range(1, CYCLES + 1))),
        Facet("term", "Preferred term", "AEGRPTRM", Side.EVENT, options(terms)),
        Facet(
            "intensity", "Intensity", "AESEV", Side.EVENT, (*words, Option("severe", "severe", "SEVERE"))
        ),
        Facet(
            "relation", "Relation to the study drug", "AEREL", Side.EVENT,
            (
                Option("probable", "probable", "PROBABLE"), Option("possible", "possible", "POSSIBLE"),
                Option("unlikely", "unlikely", "UNLIKELY"), Option("none", "not related", "NOT RELATED"),
            ),
        ),
        Facet("serious", "Serious", "AESER", Side.EVENT, yes_no),
        Facet("infusional", "Infusional", "INFUSFL", Side.EVENT, yes_no),
        Facet(
            "thromboembolic", "Thromboembolic", "CQ01NAM", Side.EVENT,
            (Option("yes", "yes", TEE), Option("no", "no", None)),
        ),
        Facet(
            "action", "Action taken with the study drug", "AEACN", Side.EVENT,
            (
                Option("unchanged", "dose not changed", "DOSE NOT CHANGED"),
                Option("withdrawn", "drug withdrawn", "DRUG WITHDRAWN"),
            ),
        ),
    )  # fmt: skip


def estimands(study: Study, selection: Selection, column: Column) -> dict[str, Count]:
    """What the page shows of a selection in a column, as the engine counts it.

    Patients and cycles at risk are those of the column which the selection admits.
    """
    both = filters(facets(study), selection)
    exposed = column.where & both[Side.EXPOSURE]
    asked = TREATMENT_EMERGENT & exposed & both[Side.EVENT]
    return {
        "atRisk": Count("explored.at_risk", "At risk", "adex", exposed, Unit.PATIENTS),
        "cycles": Count("explored.cycles", "Cycles", "cycles", exposed, Unit.ROWS),
        "patients": Count("explored.patients", "Patients", "adae", asked, Unit.PATIENTS),
        "events": Count("explored.events", "Events", "adae", asked, Unit.ROWS),
    }


def script(study: Study, known: Mapping[str, Any]) -> str:
    """The payload as a script, which a page can load from disk: ``explorer.data = {...};``."""
    content = json.dumps(payload(study, known), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"(globalThis.explorer ??= {{}}).data = {content};\n"


def payload(study: Study, known: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page needs, ready for JSON; `known` is from :mod:`proderm.known_counts`.

    Rows are columns of equal length; a facet's column has the places of its options, `patient` the place in
    `patients`, and times are days since the start of the patient's first infusion.
    """
    asked = facets(study)
    adsl = study.frame("adsl")
    place = {name: i for i, name in enumerate(adsl["USUBJID"])}
    first = study.frame("cycles").groupby("USUBJID")["ASTDTM"].min()
    return {
        "facets": [
            {
                "key": facet.key,
                "label": facet.label,
                "side": facet.side,
                "variable": facet.variable,
                "options": [{"key": o.key, "label": o.label, "value": o.value} for o in facet.options],
            }
            for facet in asked
        ],
        "columns": [_column(column, asked) for column in COLUMNS],
        "patients": _patients(adsl),
        "cycles": _cycles(study, asked, place, first),
        "events": _events(study, asked, place, first),
        "premedication": _premedication(study, place, first),
        "known": known,
    }


def _column(column: Column, known: Iterable[Facet]) -> dict[str, Any]:
    """A column with its filter as a selection of places."""
    wanted = dict(column.where.allowed)
    treatment, period = HEADINGS[column]
    return {
        "id": column.id,
        "label": column.label,
        "treatment": treatment,
        "period": period,
        "where": {
            facet.key: [i for i, o in enumerate(facet.options) if o.value in wanted[facet.variable]]
            for facet in known
            if facet.variable in wanted
        },
    }


def _patients(adsl: pd.DataFrame) -> list[dict[str, Any]]:
    """What the page tells of each patient, by the page's own names."""
    variables = {
        "id": "USUBJID", "age": "AGE", "sex": "SEX", "arm": "TRT01P", "switched": "XOVERFL",
        "status": "EOSSTT", "reason": "DCSREAS", "article": "ARTNO",
    }  # fmt: skip
    rows = adsl[list(variables.values())].astype(object).where(adsl.notna(), None)
    return [dict(zip(variables, row, strict=True)) for row in rows.itertuples(index=False)]


def _cycles(
    study: Study, known: Iterable[Facet], place: Mapping[str, int], first: pd.Series[pd.Timestamp]
) -> dict[str, list[Any]]:
    frame = study.frame("cycles")
    return {
        "patient": [place[name] for name in frame["USUBJID"]],
        **{f.key: f.places(frame[f.variable]) for f in known if f.side is Side.EXPOSURE},
        "start": _days(frame, "ASTDTM", first),
        "end": _days(frame, "AENDTM", first),
        "days": [int(days) for days in frame["CYCDAYS"]],
        "dose": [_plain(dose) for dose in frame["CYCDOSE"]],
        "rate": [_plain(rate) for rate in frame["EXRATMAX"]],
    }


def _events(
    study: Study, known: Iterable[Facet], place: Mapping[str, int], first: pd.Series[pd.Timestamp]
) -> dict[str, Any]:
    frame = study.frame("adae")
    words = {
        "decod": frame["AEDECOD"],
        "bodsys": frame["AEBODSYS"],
        "outcome": frame["AEOUT"].str.lower(),
    }
    coded = {name: sorted(column.unique()) for name, column in words.items()}
    return {
        "patient": [place[name] for name in frame["USUBJID"]],
        "number": [int(number) for number in frame["AESEQ"]],
        "emergent": [int(flag == "Y") for flag in frame["TRTEMFL"]],
        **{facet.key: facet.places(frame[facet.variable]) for facet in known},
        **{name: [coded[name].index(text) for text in column] for name, column in words.items()},
        "start": _days(frame, "ASTDTM", first),
        "end": _days(frame, "AENDTM", first),
        "latency": [_plain(days) for days in frame["AELATENC"]],
        "duration": [None if pd.isna(days) else int(days) for days in frame["ADURN"]],
        "words": coded,
    }


def _premedication(
    study: Study, place: Mapping[str, int], first: pd.Series[pd.Timestamp]
) -> dict[str, list[Any]]:
    frame = study.frame("adcm")
    return {
        "patient": [place[name] for name in frame["USUBJID"]],
        "cycle": [int(cycle) for cycle in frame["CYCLE"]],
        "drug": list(frame["CMDECOD"]),
        "start": _days(frame, "ASTDTM", first),
    }


def _days(frame: pd.DataFrame, moment: str, first: pd.Series[pd.Timestamp]) -> list[float | None]:
    """Days from the patient's first infusion, two decimals (a quarter of an hour)."""
    elapsed = frame[moment] - frame["USUBJID"].map(first)
    return [None if pd.isna(gap) else round(gap / pd.Timedelta(days=1), 2) for gap in elapsed]


def _plain(number: float) -> float | int | None:
    """A number in its shortest form; None where it is missing."""
    if number != number:
        return None
    return int(number) if number.is_integer() else number
