"""The frame of the trial: who was randomised to what, who switched, and the patients the article names.

These are structural facts that no estimand expresses. Each stands beside the sentence it encodes.
Where the article leaves a choice (which arm a named patient was in), one choice is made here and
said to be ours.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import pandas as pd

IVIG, PLACEBO = "IVIg", "Placebo"
LAST_FIRST_PERIOD_CYCLE = 4  # weeks 0, 4, 8, 12
CYCLES = 10  # then weeks 16 to 36
MONTH_DAYS = 30.4375
FOLLOW_UP_DAYS = 28  # "up to 4 weeks after the last administration"

# The switch. Cycles on placebo: 184 = 43 x 4 + 3 x 2 + 2 x 3, so three switched at week 8, two at week 12
# (the registry also dates the confirmed deteriorations to about week 8).
SWITCH_WEEKS = {"S": 8, "Q": 8, "C1": 8, "C2": 12, "C3": 12}

# "Of patients randomised to receive IVIg, 45 (95.7%) completed the first period, as did 46 (95.8%) in the
# placebo group"; 91 entered the extension, yet 95 received IVIg: so the two of the placebo arm who left
# early had switched. Value: the last cycle of each patient who left in the first period.
#   1: the patient of Tables 4 and 7 who left on muscle spasms and dyspnoea
#   S: "sepsis", T: "basilar artery stenosis" (first-period discontinuations), Q: the fourth who left
LEFT_FIRST_PERIOD = {"1": 2, "T": 3, "S": 3, "Q": 3}

# Randomised arms of the named patients. Our choice, but for: 4 and 6 were on IVIg in the first period
# (Table 5's footnote; 142 to 267 days to the event), the seventh dose-reduced patient began on placebo.
IVIG_ARM_NAMED = ("1", "T", "2", "3", "4", "6", "7", "11", "X", "W1", "DR1", "DR3", "DR5", "DR6", "DR8", "H1")
PLACEBO_ARM_NAMED = ("5", "8", "9", "10", "Y", "Z", "W2", "DR2", "DR4", "DR7", "SP1", "SP2", "N1")

# "a total of 17 TEAEs leading to discontinuation" in 10 patients of the extension: seven of Table 7, two
# more with condition aggravated (X, Y), one with Escherichia bacteraemia (Z).
LEFT_EXTENSION_NAMED = ("2", "3", "4", "8", "9", "10", "11", "X", "Y", "Z")

# Cycle of a named patient's decisive event; Table 5 tells how many infusion episodes it had, and where it
# does not, two numbers are ours.
# 142 = 5 x 28 + 2 (patient 2), 169 = 5 x 28 + 29 (3), 165 = 5 x 28 + 1 + 24 (4), 267 = 9 x 28 + 1 + 14 (6):
# their median with patient 2 counted twice is 167, the range 142 to 267 days.
# H1 stands for the severe headache of the first period (see `attribution`).
# Patient 5 received "a further five cycles" (event at cycle 5), patient 7 "one further cycle" (cycle 9).
EVENT_CYCLE = {"1": 2, "H1": 1, "2": 6, "3": 6, "4": 6, "5": 5, "6": 10, "7": 9}
BROKEN_OFF, SHORT = 1, 2
CHOSEN_DAYS = {"1": BROKEN_OFF, "H1": SHORT}
VISIT_DELAY = {"2": {6: 0}, "3": {6: 0}, "4": {6: 1}, "6": {10: 1}, "7": {9: 0}}

# "8 patients (8.8%) had their IVIg dose reduced ... at 28 weeks or thereafter, undergoing a total of 23
# infusion cycles": three cycles each from week 28, but one patient two from week 32.
REDUCED_FROM = {f"DR{i}": 9 if i == 1 else 8 for i in range(1, 9)}

TEE_PATIENTS = ("2", "3", "4", "6", "7", "T")
RELATED_TEE_PATIENTS = ("2", "3", "4", "6", "7")

RANDOMISED_IVIG, RANDOMISED_PLACEBO = 47, 48
COMPLETED_EXTENSION, ENTERED_EXTENSION = 69, 91


@dataclass(frozen=True)
class Patient:
    """One randomised patient.

    `key` is the article's own number where it has one, a role where only a story singles the
    patient out, else a running name.
    """

    key: str
    arm: str
    switch_week: int | None
    last_first_period_cycle: int
    enters_extension: bool
    completes_extension: bool

    @property
    def article_number(self) -> str:
        """The number that the article gives the patient, else empty."""
        return self.key if self.key.isdigit() else ""

    @property
    def first_ivig_cycle(self) -> int:
        """Cycle of the first IVIg infusion: the first, the one of the switch, or the extension's first."""
        if self.arm == IVIG:
            return 1
        return LAST_FIRST_PERIOD_CYCLE + 1 if self.switch_week is None else self.switch_week // 4 + 1

    @property
    def first_period_ivig(self) -> list[int]:
        """Cycles on IVIg in the first period."""
        return list(range(self.first_ivig_cycle, self.last_first_period_cycle + 1))

    @property
    def placebo_cycles(self) -> list[int]:
        """Cycles on placebo."""
        return list(range(1, min(self.first_ivig_cycle, self.last_first_period_cycle + 1)))


def cohort(seed: int) -> list[Patient]:
    """The 95 patients; which unnamed ones left the extension early is drawn, the numbers are not."""
    anonymous_ivig = [f"I{i:02d}" for i in range(1, RANDOMISED_IVIG - len(IVIG_ARM_NAMED) + 1)]
    named_placebo = len(PLACEBO_ARM_NAMED) + len(SWITCH_WEEKS)
    anonymous_placebo = [f"P{i:02d}" for i in range(1, RANDOMISED_PLACEBO - named_placebo + 1)]
    leavers = set(LEFT_EXTENSION_NAMED)
    eligible = [*anonymous_ivig, *anonymous_placebo, "C1", "C2", "C3", "W2", "N1"]
    random.Random(f"{seed}/leavers").shuffle(eligible)
    leavers |= set(eligible[: ENTERED_EXTENSION - COMPLETED_EXTENSION - len(leavers)])
    arms = [(k, IVIG) for k in (*IVIG_ARM_NAMED, *anonymous_ivig)]
    arms += [(k, PLACEBO) for k in (*PLACEBO_ARM_NAMED, *SWITCH_WEEKS, *anonymous_placebo)]
    return [
        Patient(
            key=key,
            arm=arm,
            switch_week=SWITCH_WEEKS.get(key),
            last_first_period_cycle=LEFT_FIRST_PERIOD.get(key, LAST_FIRST_PERIOD_CYCLE),
            enters_extension=key not in LEFT_FIRST_PERIOD,
            completes_extension=key not in LEFT_FIRST_PERIOD and key not in leavers,
        )
        for key, arm in arms
    ]


def with_subjects(frame: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """A frame joined with the variables of :func:`subjects` that it does not have itself."""
    new = [name for name in subjects.columns if name == "USUBJID" or name not in frame.columns]
    return frame.merge(subjects[new], on="USUBJID")


def without_subjects(frame: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """A frame without the variables of :func:`subjects`, but for the key."""
    return frame.drop(columns=[c for c in subjects.columns if c != "USUBJID" and c in frame.columns])


def subjects(patients: list[Patient]) -> pd.DataFrame:
    """The constant part of ADSL that filters look at, one row per patient."""
    return pd.DataFrame(
        {
            "USUBJID": [p.key for p in patients],
            "ARTNO": [p.article_number for p in patients],
            "TRT01P": [p.arm for p in patients],
            "SAFFL": "Y",
            "XOVERFL": ["Y" if p.switch_week else "N" for p in patients],
            "XOVERWK": [p.switch_week for p in patients],
            "P1COMPFL": ["Y" if p.enters_extension else "N" for p in patients],
            "EXTFL": ["Y" if p.enters_extension else "N" for p in patients],
            "EXTCOMFL": ["Y" if p.completes_extension else "N" for p in patients],
            "TEEFL": ["Y" if p.key in TEE_PATIENTS else "N" for p in patients],
            "RELTEEFL": ["Y" if p.key in RELATED_TEE_PATIENTS else "N" for p in patients],
        }
    )
