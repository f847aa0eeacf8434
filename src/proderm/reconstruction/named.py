"""The events that the article describes one by one, and in whom.

Tables 4, 5 and 7 and the lists of serious and of discontinuation events single out events. They are
rows that certainly occur; an attribute that the article leaves open is left to the solver as
alternatives. The same numbered patient is the same person in all three tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from proderm.reconstruction.design import IVIG, PLACEBO

TEE = "THROMBOEMBOLIC EVENT"
WITHDRAWN, UNCHANGED = "DRUG WITHDRAWN", "DOSE NOT CHANGED"
RESOLVED, SEQUELAE = "RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE"
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


# Table 7 (and Table 4 for seriousness criteria and durations).
TABLES_4_AND_7 = (
    NamedEvent(
        "1",
        "Muscle spasms",
        1,
        (SEVERE,),
        "PROBABLE",
        ("Y",),
        serious=("AESLIFE",),
        withdrawn=True,
        duration=1,
    ),
    NamedEvent(
        "1", "Dyspnoea", 1, (SEVERE,), "PROBABLE", ("Y",), serious=("AESLIFE",), withdrawn=True, duration=1
    ),
    NamedEvent("1", "Sinus tachycardia", 1, (MODERATE,), "PROBABLE", ("Y",), withdrawn=True),
    NamedEvent("1", "Chills", 1, (MILD,), "PROBABLE", ("Y",), withdrawn=True),
    NamedEvent("1", "Pyrexia", 1, (MILD,), "PROBABLE", ("Y",), withdrawn=True),
    NamedEvent("1", "Back pain", 1, (MODERATE,), "PROBABLE", ("Y",), withdrawn=True),
    NamedEvent(
        "2",
        "Deep vein thrombosis",
        2,
        (SEVERE,),
        "PROBABLE",
        ("Y",),
        serious=("AESHOSP", "AESLIFE"),
        withdrawn=True,
        tee=True,
        duration=73,
    ),
    NamedEvent(
        "2",
        "Pulmonary embolism",
        2,
        (SEVERE,),
        "PROBABLE",
        ("Y",),
        serious=("AESHOSP", "AESLIFE"),
        withdrawn=True,
        tee=True,
        duration=73,
    ),
    NamedEvent("3", "Vertigo", 2, (MODERATE,), "POSSIBLE", ("N",), withdrawn=True),
    NamedEvent("3", "Vision blurred", 2, (MILD,), "POSSIBLE", ("N",), withdrawn=True),
    NamedEvent(
        "3",
        "Cerebrovascular accident",
        2,
        (MODERATE,),
        "POSSIBLE",
        ("N",),
        serious=("AESHOSP", "AESMIE"),
        withdrawn=True,
        tee=True,
        duration=109,
        outcome=SEQUELAE,
    ),
    NamedEvent(
        "4",
        "Pulmonary embolism",
        2,
        (MODERATE,),
        "POSSIBLE",
        ("N",),
        serious=("AESHOSP", "AESMIE"),
        withdrawn=True,
        tee=True,
        duration=14,
        outcome=SEQUELAE,
    ),
    NamedEvent(
        "5", "Loss of consciousness", 2, (MODERATE,), "PROBABLE", ("Y",), serious=("AESHOSP",), duration=1
    ),
    NamedEvent(
        "6",
        "Cerebral infarction",
        2,
        (MODERATE,),
        "POSSIBLE",
        ("N",),
        serious=("AESHOSP", "AESMIE"),
        tee=True,
        duration=99,
        outcome=SEQUELAE,
    ),
    NamedEvent(
        "7", "Hypoaesthesia", 2, (MILD,), "POSSIBLE", ("N",), serious=("AESMIE",), tee=True, duration=1
    ),
    NamedEvent("8", "Musculoskeletal pain", 2, (MILD,), "POSSIBLE", withdrawn=True),
    NamedEvent("8", "Paraesthesia", 2, (MILD,), "POSSIBLE", withdrawn=True),
    NamedEvent("8", "Dizziness", 2, (MILD,), "POSSIBLE", withdrawn=True),
    NamedEvent("8", "Condition aggravated", 2, (MILD,), "NOT RELATED", ("N",), withdrawn=True),
    NamedEvent("9", "Headache", 2, (MODERATE,), "PROBABLE", ("Y",), withdrawn=True),
    NamedEvent("9", "Nausea", 2, (MODERATE,), "PROBABLE", ("Y",), withdrawn=True),
    NamedEvent("10", "Hypersensitivity", 2, (MILD,), "PROBABLE", ("Y",), withdrawn=True),
    NamedEvent("11", "Vomiting", 2, (MILD,), "PROBABLE", ("Y",), withdrawn=True),
)

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

NAMED_EVENTS = (*TABLES_4_AND_7, *SERIOUS_UNRELATED, *OTHERS, *STORIES)


def alternatives() -> pd.DataFrame:
    """The named events as possible rows: one line per combination of what is left open.

    Column EVENT numbers the event; exactly one of its lines occurs.
    """
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
            for number, event in enumerate(NAMED_EVENTS)
            for severity in event.severities
            for infusional in event.infusional
        ]
    )
