"""Stages *ages* and *baseline*: who the patients were, and their risk factors for thromboembolic events."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

import pandas as pd
from ortools.sat.python import cp_model

from proderm.datasets import RISK_FACTORS
from proderm.reconstruction.design import IVIG, PLACEBO
from proderm.reconstruction.published import Published
from proderm.reconstruction.table_5 import tee_patients
from safetybook.estimands import where
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows, records
from safetybook.reconstruct.stage import Stage

AGES = range(22, 80)


def build_ages(stage: Stage, subjects: pd.DataFrame, published: Published, seed: int) -> PossibleRows:
    """One age per patient, near a draw from a normal distribution around the published mean."""
    rng = random.Random(f"{seed}/ages")
    lines, costs = [], []
    for patient in subjects["USUBJID"]:
        printed = published.text(f"p{patient}.age", missing="")
        target = rng.gauss(52, 14)
        for age in [int(printed)] if printed else AGES:
            lines.append((patient, age))
            costs.append(round(abs(age - target)))
    frame = pd.DataFrame(lines, columns=["USUBJID", "AGE"]).merge(subjects, on="USUBJID")
    stage.know("adsl", subjects)
    rows = stage.choose("adsl", frame, one_per="USUBJID")
    published.impose(stage)
    stage.prefer(rows, costs)
    _balance(stage, rows, [int(age) for age in rows.frame["AGE"]])
    return rows


FREE_IMBALANCE = 0.04  # of a variable's spread: the difference of means that chance may well leave
IMBALANCE = 2  # cost per unit by which the arms differ beyond


def _balance(stage: Stage, rows: PossibleRows, amounts: Sequence[int]) -> None:
    """Plausibility: "Demographics and baseline characteristics were generally balanced between groups".

    The means of the two arms are kept near each other: n1 x (sum of arm 0) against n0 x (sum of arm 1).
    """
    arms = [rows.selected(where(TRT01P=arm)) for arm in (IVIG, PLACEBO)]
    sizes = [int(rows.frame.loc[own, "USUBJID"].nunique()) for own in arms]
    sums = [cp_model.LinearExpr.sum([amounts[i] * rows.counts[i] for i in own]) for own in arms]
    apart = sums[0] * sizes[1] - sums[1] * sizes[0]
    free = round(FREE_IMBALANCE * (max(amounts) - min(amounts)) * sizes[0] * sizes[1])
    # In units of what one patient adds: the difference of the products, divided by the size of an arm.
    units = stage.model.new_int_var(0, max(sizes) * max(amounts), "")
    stage.model.add(units * min(sizes) >= apart - free)
    stage.model.add(units * min(sizes) >= -apart - free)
    stage.penalise(units, IMBALANCE)


def build(
    stage: Stage, subjects: pd.DataFrame, published: Published, seed: int
) -> tuple[dict[str, PossibleRows], PossibleRows]:
    """Every other baseline variable, each a choice of one candidate value per patient, and the risk factors.

    `subjects` has AGE already. Returns the possible rows by variable, and those of ADMH.
    """
    rng = random.Random(f"{seed}/baseline")
    stage.know("adsl", subjects)
    variables = {
        name: _one_of(stage, subjects, name, candidates, rng)
        for name, candidates in _candidates(rng, published).items()
    }
    history = _risk_factors(stage, subjects, published, rng)
    _count_of_factors(stage, subjects, history)
    published.impose(stage)
    return variables, history


Candidates = Callable[[pd.Series], Iterable[object]]


def _candidates(rng: random.Random, published: Published) -> dict[str, Candidates]:
    races = ("WHITE", "BLACK OR AFRICAN AMERICAN", "ASIAN", "OTHER")
    activities = ("MODERATE", "MILD", "SEVERE")
    shortest = float(published.text("diagnosis.all.minimum"))
    longest = float(published.text("diagnosis.all.maximum"))

    tabulated = tee_patients(published)

    def durations(patient: pd.Series) -> list[float]:
        # Time since diagnosis: skewed, around the published median; nobody was diagnosed before 15 (the
        # trial's patients have adult disease, the published longest time allows a few early diagnoses).
        most = min(longest, patient["AGE"] - 15.0)
        drawn = {round(min(max(rng.lognormvariate(0.95, 1.15), shortest), most), 1) for _ in range(12)}
        return sorted(drawn | ({longest} if most == longest else set()) | {shortest})

    def strengths(patient: pd.Series) -> list[int]:
        return sorted({min(max(round(rng.gauss(121, 13)), 77), 141) for _ in range(6)})

    return {
        "SEX": lambda p: [tabulated[p["USUBJID"]].sex] if p["USUBJID"] in tabulated else ["F", "M"],
        "RACE": lambda p: ["WHITE"] if p["USUBJID"] in tabulated else races,
        "GDABL": lambda p: [tabulated[p["USUBJID"]].activity] if p["USUBJID"] in tabulated else activities,
        "DMDIAG": lambda p: ["DEFINITE", "PROBABLE"],
        "GCBLFL": lambda p: ["Y", "N"],
        "NGCBLFL": lambda p: ["Y", "N"],
        "DIAGDUR": durations,
        "MMT8BL": strengths,
    }


def _one_of(
    stage: Stage, subjects: pd.DataFrame, name: str, candidates: Candidates, rng: random.Random
) -> PossibleRows:
    lines = [
        {**patient.to_dict(), name: value}
        for _, patient in subjects.iterrows()
        for value in candidates(patient)
    ]
    rows = stage.choose("adsl", pd.DataFrame(lines), one_per="USUBJID")
    ends = {min(rows.frame[name]), max(rows.frame[name])} if name == "DIAGDUR" else set()
    stage.prefer(rows, [rng.randrange(20) + (40 if value in ends else 0) for value in rows.frame[name]])
    usual = {"SEX": "F", "RACE": "WHITE", "GDABL": "MODERATE", "DMDIAG": "DEFINITE"}.get(name, "Y")
    values = rows.frame[name]
    scaled = values if pd.api.types.is_numeric_dtype(values) else 10 * (values == usual)
    _balance(stage, rows, [round(value) for value in scaled])
    return rows


def _risk_factors(
    stage: Stage, subjects: pd.DataFrame, published: Published, rng: random.Random
) -> PossibleRows:
    """Table 6's categories; Table 5's patients have exactly the factors it lists."""
    lines, certain, costs = [], [], []
    ages = dict(zip(subjects["USUBJID"], subjects["AGE"], strict=True))
    for patient in subjects["USUBJID"]:
        listed = tee_patients(published).get(patient)
        for factor in listed.factors if listed else RISK_FACTORS:
            lines.append((patient, factor))
            certain.append(listed is not None)
            # Plausibility: the older, the likelier.
            costs.append(rng.randrange(60) + max(0, 80 - ages[patient]))
    frame = pd.DataFrame(lines, columns=["USUBJID", "MHGRPTRM"]).merge(subjects, on="USUBJID")
    rows = stage.choose("admh", frame)
    for count, known in zip(rows.counts, certain, strict=True):
        if known:
            stage.model.add(count == 1)
    stage.prefer(rows, costs)
    return rows


MOST_FACTORS = 4


def _count_of_factors(stage: Stage, subjects: pd.DataFrame, history: PossibleRows) -> None:
    """NTEERF, the number of Table 6's factors per patient, tied to the factors themselves."""
    lines = [
        {**patient.to_dict(), "NTEERF": number}
        for _, patient in subjects.iterrows()
        for number in range(MOST_FACTORS + 1)
    ]
    frame = pd.DataFrame(lines)
    rows = stage.choose("adsl", frame, one_per="USUBJID")
    for patient in subjects["USUBJID"]:
        own = history.selected(where(USUBJID=patient, MHGRPTRM=RISK_FACTORS))
        number = sum(
            int(frame["NTEERF"].iloc[i]) * rows.counts[i] for i in rows.selected(where(USUBJID=patient))
        )
        stage.require(NUMBER_OF_FACTORS, sum(history.counts[i] for i in own) == number)


NUMBER_OF_FACTORS = Constraint(
    "table_6.number_of_factors", "No. of TEE risk factors per patient (the factors listed above it, counted)"
)


def measures(subjects: pd.DataFrame, obese: set[str], published: Published, seed: int) -> pd.DataFrame:
    """Weight, height and body mass index at baseline (plausibility; Table 5's patients as printed).

    Body mass index stays below 40, an exclusion criterion; patients with obesity as a risk factor have at
    least 30 unless Table 5 prints otherwise, few others do.
    """
    rng = random.Random(f"{seed}/measures")
    tabulated = tee_patients(published)
    lines = []
    for patient in records(subjects):
        if patient.USUBJID in tabulated:
            weight, index = tabulated[patient.USUBJID].weight, tabulated[patient.USUBJID].index
            height = round(100 * (weight / index) ** 0.5, 1)
        else:
            height = round(rng.gauss(163 if patient.SEX == "F" else 177, 6.5), 1)
            drawn = (
                rng.uniform(30.5, 37)
                if patient.USUBJID in obese
                else min(max(rng.gauss(26, 3.4), 18.6), 32.4)
            )
            weight = WEIGHT_OF_PATIENT_1 if patient.USUBJID == "1" else round(drawn * (height / 100) ** 2)
            if patient.USUBJID == "1":
                height = 176.0
            index = round(weight / (height / 100) ** 2, 1)
        lines.append((weight, height, index))
    values = pd.DataFrame(lines, columns=["WEIGHTBL", "HEIGHTBL", "BMIBL"], index=subjects.index)
    return subjects.join(values)


# The lowest actual dose, 0.24 g/kg, fits one broken-off infusion: the first 20 g in patient 1, who left on
# a life-threatening event during the infusion (our choice).
WEIGHT_OF_PATIENT_1 = 83
