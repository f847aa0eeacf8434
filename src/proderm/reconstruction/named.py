"""The events that the article describes one by one, and in whom.

Tables 4, 5 and 7 and the lists of serious and of discontinuation events single out events. They are
rows that certainly occur; an attribute that the article leaves open is left to the solver as
alternatives. The same numbered patient is the same person in all three tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import pandas as pd

from proderm.estimands.adverse_events import preferred_term
from proderm.estimands.listings import CRITERIA, PERIODS_AS_PRINTED, SERIOUS_EVENTS, WITHDRAWALS
from proderm.reconstruction.design import IVIG, PLACEBO
from proderm.reconstruction.published import Published

TEE = "THROMBOEMBOLIC EVENT"
WITHDRAWN, UNCHANGED = "DRUG WITHDRAWN", "DOSE NOT CHANGED"
RESOLVED = "RECOVERED/RESOLVED"
MILD, MODERATE, SEVERE = "MILD", "MODERATE", "SEVERE"


@dataclass(frozen=True)
class NamedEvent:
    """One event of the article's tables and lists; tuples hold what the article leaves open."""

    patient: str
    term: str
    period: int
    severities: tuple[str, ...]
    causality: str
    infusional: tuple[str, ...] = ("Y", "N")
    treatment: str = IVIG
    serious: tuple[str, ...] = ()  # criteria: AESHOSP, AESLIFE, AESMIE
    withdrawn: bool = False
    tee: bool = False
    duration: int | None = None  # days; None: left open
    outcome: str = RESOLVED


# Tables 4 and 7: patient, preferred term, and whether the event was infusional (Y, N; YN leaves it open).
# The tables do not print the latter. Table 5's times tell it for the thromboembolic events, and the latency
# of the nine serious related events (median 1.95 days) for those of patients 1 and 5; the rest is our choice.
TABULATED = (
    ("1", "Muscle spasms", "Y"),
    ("1", "Dyspnoea", "Y"),
    ("1", "Sinus tachycardia", "Y"),
    ("1", "Chills", "Y"),
    ("1", "Pyrexia", "Y"),
    ("1", "Back pain", "Y"),
    ("2", "Deep vein thrombosis", "Y"),
    ("2", "Pulmonary embolism", "Y"),
    ("3", "Vertigo", "N"),
    ("3", "Vision blurred", "N"),
    ("3", "Cerebrovascular accident", "N"),
    ("4", "Pulmonary embolism", "N"),
    ("5", "Loss of consciousness", "Y"),
    ("6", "Cerebral infarction", "N"),
    ("7", "Hypoaesthesia", "N"),
    ("8", "Musculoskeletal pain", "YN"),
    ("8", "Paraesthesia", "YN"),
    ("8", "Dizziness", "YN"),
    ("8", "Condition aggravated", "N"),
    ("9", "Headache", "Y"),
    ("9", "Nausea", "Y"),
    ("10", "Hypersensitivity", "Y"),
    ("11", "Vomiting", "Y"),
)


def _tabulated(published: Published) -> Iterator[NamedEvent]:
    """The events of Tables 4 and 7 with what the tables print of them."""
    for patient, term, infusional in TABULATED:
        stem = f"p{patient}.{preferred_term(term).id}"
        listing = "serious" if (patient, term) in SERIOUS_EVENTS else "withdrawn"
        cell = partial(_cell, published, f"{stem}.{listing}")
        period = published.text(f"p{patient}.{listing}.treatment")
        yield NamedEvent(
            patient,
            term,
            1 if period == PERIODS_AS_PRINTED[1] else 2,
            (cell("intensity").upper(),),
            cell("causality").upper(),
            tuple(infusional),
            serious=_criteria(cell("criteria")) if listing == "serious" else (),
            withdrawn=(patient, term) in WITHDRAWALS,
            tee=cell("tee", missing="") != "",
            duration=int(cell("duration")) if listing == "serious" else None,
            outcome=cell("outcome").upper(),
        )


def _cell(published: Published, stem: str, name: str, missing: str | None = None) -> str:
    return published.text(f"{stem}.{name}", missing)


def _criteria(printed: str) -> tuple[str, ...]:
    """The flags of the criteria of seriousness that a cell of Table 4 joins by `and`."""
    words = printed.lower().split(" and ")
    return tuple(flag for flag, word in CRITERIA.items() if word in words)


# "Serious TEAEs assessed as unlikely related or not related ... in the first period and ... in the extension
# period". On IVIg in the first period: five serious events, two of patient 1, so three here; sepsis and PE
# are on IVIg (a withdrawal from IVIg; no TEE on placebo), sinus tachycardia (2 events) fits only placebo.
# Which of the other three was on IVIg is our choice. The grouping of the ten extension events into five
# further patients (14 with a serious event - 9 named ones) is our choice as well.
SERIOUS_UNRELATED = (
    NamedEvent(
        "S",
        "Sepsis",
        1,
        (SEVERE,),
        "NOT RELATED",
        ("N",),
        serious=("AESHOSP", "AESLIFE"),
        withdrawn=True,
        duration=16,
    ),
    NamedEvent(
        "T",
        "Pulmonary embolism",
        1,
        (SEVERE,),
        "UNLIKELY",
        ("N",),
        serious=("AESHOSP",),
        tee=True,
        duration=24,
    ),
    NamedEvent(
        "T",
        "Ventricular extrasystoles",
        1,
        (MODERATE,),
        "NOT RELATED",
        ("Y", "N"),
        serious=("AESHOSP",),
        duration=3,
    ),
    NamedEvent(
        "SP1",
        "Sinus tachycardia",
        1,
        (MODERATE,),
        "NOT RELATED",
        ("Y", "N"),
        PLACEBO,
        ("AESHOSP",),
        duration=2,
    ),
    NamedEvent(
        "SP1",
        "Sinus tachycardia",
        1,
        (MODERATE,),
        "NOT RELATED",
        ("Y", "N"),
        PLACEBO,
        ("AESHOSP",),
        duration=2,
    ),
    NamedEvent(
        "SP1", "Hypertension", 1, (MODERATE,), "UNLIKELY", ("Y", "N"), PLACEBO, ("AESHOSP",), duration=4
    ),
    NamedEvent(
        "SP2",
        "Tropical spastic paraparesis",
        1,
        (MODERATE,),
        "NOT RELATED",
        ("N",),
        PLACEBO,
        ("AESMIE",),
        duration=None,
    ),
    NamedEvent(
        "X",
        "Condition aggravated",
        2,
        (MODERATE,),
        "NOT RELATED",
        ("N",),
        serious=("AESHOSP",),
        withdrawn=True,
        duration=29,
    ),
    NamedEvent(
        "Y",
        "Condition aggravated",
        2,
        (SEVERE,),
        "UNLIKELY",
        ("N",),
        serious=("AESHOSP",),
        withdrawn=True,
        duration=41,
    ),
    NamedEvent(
        "Z",
        "Escherichia bacteraemia",
        2,
        (SEVERE,),
        "NOT RELATED",
        ("N",),
        serious=("AESHOSP", "AESLIFE"),
        withdrawn=True,
        duration=19,
    ),
    NamedEvent(
        "Z", "Sepsis", 2, (SEVERE,), "NOT RELATED", ("N",), serious=("AESHOSP", "AESLIFE"), duration=19
    ),
    NamedEvent(
        "Z",
        "Acute kidney injury",
        2,
        (MODERATE, SEVERE),
        "NOT RELATED",
        ("N",),
        serious=("AESHOSP",),
        duration=12,
    ),
    NamedEvent(
        "W1", "Atypical pneumonia", 2, (MODERATE,), "NOT RELATED", ("N",), serious=("AESHOSP",), duration=21
    ),
    NamedEvent(
        "W1", "Pneumonia", 2, (MODERATE, SEVERE), "UNLIKELY", ("N",), serious=("AESHOSP",), duration=17
    ),
    NamedEvent(
        "W1",
        "Acute respiratory failure",
        2,
        (SEVERE,),
        "NOT RELATED",
        ("N",),
        serious=("AESHOSP", "AESLIFE"),
        duration=9,
    ),
    NamedEvent(
        "W1",
        "Cardiac failure congestive",
        2,
        (MODERATE, SEVERE),
        "NOT RELATED",
        ("N",),
        serious=("AESHOSP",),
        duration=14,
    ),
    NamedEvent(
        "W2",
        "Squamous cell carcinoma",
        2,
        (MODERATE,),
        "NOT RELATED",
        ("N",),
        serious=("AESMIE",),
        duration=35,
    ),
)

# "sepsis and basilar artery stenosis": the second first-period TEE (Table 1: two in one patient) is not among
# the serious ones, and basilar artery stenosis is the only candidate the article names.
OTHERS = (
    NamedEvent(
        "T", "Basilar artery stenosis", 1, (MODERATE,), "NOT RELATED", ("N",), withdrawn=True, tee=True
    ),
)

# "severe headache occurring twice under 2 g/kg IVIg dosing, but only one possibly related TEAE (elevated
# blood pressure of moderate severity) when treated with 1 g/kg IVIg" (DR7); "only once a mild headache
# during the reduced IVIg period" (DR8). "four events of headache and one event each of nausea, ..." in
# "a total of five patients": besides patients 1 and 2 and DR7, H1 (headache in the first period, Table 3)
# and N1 (the other headache and the nausea); who had which is our choice.
STORIES = (
    NamedEvent("DR7", "Headache", 2, (SEVERE,), "PROBABLE", ("Y",)),
    NamedEvent("DR7", "Headache", 2, (SEVERE,), "PROBABLE", ("Y",)),
    NamedEvent("DR7", "Blood pressure increased", 2, (MODERATE,), "POSSIBLE", ("Y",)),
    NamedEvent("DR8", "Headache", 2, (MILD,), "POSSIBLE", ("Y",)),
    NamedEvent("H1", "Headache", 1, (SEVERE,), "PROBABLE", ("Y",), duration=3),
    NamedEvent("N1", "Headache", 2, (SEVERE,), "PROBABLE", ("Y",)),
    NamedEvent("N1", "Nausea", 2, (SEVERE,), "PROBABLE", ("Y",)),
)


@lru_cache(maxsize=1)
def named_events(published: Published) -> tuple[NamedEvent, ...]:
    """All events that the article singles out; an event is known by its place in this list."""
    return (*_tabulated(published), *SERIOUS_UNRELATED, *OTHERS, *STORIES)


def alternatives(published: Published, freely: bool = False) -> pd.DataFrame:
    """The named events as possible rows: one line per combination of what is left open.

    Column EVENT numbers the event; exactly one of its lines occurs. `freely` leaves open the intensities
    that no table prints, where else one that fits the event is chosen.
    """
    chosen = {*SERIOUS_UNRELATED, *OTHERS} if freely else ()
    return pd.DataFrame(
        [
            {
                "EVENT": number,
                "USUBJID": event.patient,
                "TRTA": event.treatment,
                "APERIOD": event.period,
                "TRTEMFL": "Y",
                "AEDECOD": event.term,
                "AESEV": severity,
                "AEREL": event.causality,
                "INFUSFL": infusional,
                "AESER": "Y" if event.serious else "N",
                "AESDTH": "N",
                "AEACN": WITHDRAWN if event.withdrawn else UNCHANGED,
                "CQ01NAM": TEE if event.tee else None,
                "CQ02NAM": None,
            }
            for number, event in enumerate(named_events(published))
            for severity in ((MILD, MODERATE, SEVERE) if event in chosen else event.severities)
            for infusional in event.infusional
        ]
    )
