"""The data sets of ProDERM: the general definitions with this trial's variables, codes and bounds."""

from __future__ import annotations

from safetybook import datasets as general
from safetybook.datasets import Dataset, Kind, Variable, flag, moment, number, text

INTENSITIES = ("MILD", "MODERATE", "SEVERE")
TREATMENTS = ("IVIg", "Placebo")
RISK_FACTORS = (
    "Hypertension",
    "Chronic heart failure",
    "Myocardial ischaemia",
    "Dyslipidaemia",
    "Ventricular and left atrial dilation",
    "Obesity",
    "Supraventricular arrhythmia",
    "Hypercholesterolaemia",
    "Osteoporotic fracture",
)
"""The categories of Table 6, in its order. Other factors that Table 5 lists carry names of their own."""

TEE = "THROMBOEMBOLIC EVENT"
HTR = "HAEMOLYTIC TRANSFUSION REACTION"
RELATED = ("POSSIBLE", "PROBABLE")
"""The causality assessments that the article calls related."""


def _coded(name: str, label: str, *codes: float, required: bool = True, per_cycle: bool = False) -> Variable:
    """A number that takes one of a few values: whole if all of them are."""
    kind = Kind.INTEGER if all(isinstance(code, int) for code in codes) else Kind.DECIMAL
    return Variable(name, label, kind, frozenset(codes), required=required, per_cycle=per_cycle)


ADSL = general.ADSL.extended(
    text("TRT01P", "Planned Treatment for Period 01", *TREATMENTS, required=True),
    number("AGE", "Age (years)", 18, 79, kind=Kind.INTEGER, required=True),
    text("SEX", "Sex", "F", "M", required=True),
    text("RACE", "Race", "ASIAN", "BLACK OR AFRICAN AMERICAN", "WHITE", "OTHER", required=True),
    text("ARTNO", "Number of the Patient in the Article", *map(str, range(1, 12))),
    moment("RANDDT", "Date of Randomization", kind=Kind.DATE),
    number("WEIGHTBL", "Weight at Baseline (kg)", 25, 250),
    number("HEIGHTBL", "Height at Baseline (cm)", 120, 220),
    number("BMIBL", "Body Mass Index at Baseline (kg/m2)", 10, 60),
    number("DIAGDUR", "Time since Diagnosis at Baseline (years)", 0, 80),
    number("MMT8BL", "Manual Muscle Testing of 8 Muscles at Baseline", 0, 150),
    text("DMDIAG", "Certainty of the Diagnosis of Dermatomyositis", "DEFINITE", "PROBABLE", required=True),
    text("GDABL", "Physician Global Disease Activity at Baseline", *INTENSITIES, required=True),
    flag("GCBLFL", "Concomitant Glucocorticoid Flag"),
    flag("NGCBLFL", "Concomitant Other Immunosuppressive Medication Flag"),
    flag("XOVERFL", "Switched Treatment in the First Period Flag"),
    _coded("XOVERWK", "Week of the Switch", 8, 12, required=False),
    flag("P1COMPFL", "Completed the First Period Flag"),
    flag("EXTFL", "Entered the Extension Period Flag"),
    flag("EXTCOMFL", "Completed the Extension Period Flag"),
)

ADEX = general.ADEX.extended(
    text("TRTA", "Actual Treatment", *TREATMENTS, required=True, per_cycle=True),
    _coded("APERIOD", "Period", 1, 2, per_cycle=True),
    text("APERIODC", "Period (C)", "First period", "Extension period", required=True, per_cycle=True),
    number("CYCLE", "Infusion Cycle, numbered over the study", 1, 10, kind=Kind.INTEGER),
    number("EPISODE", "Infusion Episode, numbered within the cycle", 1, 5, kind=Kind.INTEGER),
    number("DOSEGKG", "Dose of the Whole Cycle (g/kg)", 0, 3, per_cycle=True),
    number("EXRATMAX", "Maximum Infusion Rate of the Episode (mL/kg/min)", 0, 1),
    _coded("DOSEPGKG", "Planned Dose of the Cycle (g/kg)", 1.0, 2.0, required=False, per_cycle=True),
    _coded("PROTVER", "Protocol Version in Force: 2 since the Infusion Rate Amendment", 1, 2, per_cycle=True),
)

ADAE = general.ADAE.extended(
    text("TRTA", "Actual Treatment: of the most recent infusion at onset", *TREATMENTS, required=True),
    _coded("APERIOD", "Period of the most recent infusion at onset", 1, 2),
    number("CYCLE", "Cycle of the most recent infusion at onset", 1, 10, kind=Kind.INTEGER, required=True),
    text("AEREL", "Causality", "NOT RELATED", "UNLIKELY", *RELATED, required=True),
    number(
        "AELATENC", "Latency (days): 0 during the cycle, else since the start of the cycle", 0, required=True
    ),
    text("AEGRPTRM", "Term as the Article Counts It", required=True),
    text("CQ01NAM", "Customized Query 01 Name: thromboembolic events", TEE),
    text("CQ02NAM", "Customized Query 02 Name: haemolytic transfusion reactions", HTR),
)

ADMH = general.ADMH.extended(
    text("MHCAT", "Category for Medical History", "TEE RISK FACTOR", required=True),
    text("MHGRPTRM", "Term as Table 6 Groups It", required=True),
    text("MHDECOD", "Condition", required=True),
    label="one row per risk factor for thromboembolic events",
)

ADCM = general.ADCM.extended(
    text("CMCAT", "Category for Medication", "PREMEDICATION", required=True),
    text("TRTA", "Actual Treatment: of the infusion it was given for", *TREATMENTS, required=True),
    _coded("APERIOD", "Period of the infusion it was given for", 1, 2),
    label="one row per premedication",
)

DATASETS: tuple[Dataset, ...] = (ADSL, ADEX, ADAE, ADMH, ADCM, general.ADWELLS)
