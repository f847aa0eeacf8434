"""Tables 4, 5 and 7: the numbered patients, event by event."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from proderm.estimands.adverse_events import RELATED_VALUES, preferred_term
from proderm.estimands.families import TREATMENT_EMERGENT
from safetybook.estimands import Derived, Estimand, Statement, Value, Where, where
from safetybook.remembered import once_per_study
from safetybook.rounding import exact

if TYPE_CHECKING:
    from safetybook.rounding import Exact
    from safetybook.study import Study

ARTICLE_PATIENTS = tuple(str(number) for number in range(1, 12))

SERIOUS_EVENTS = (
    ("1", "Muscle spasms"),
    ("1", "Dyspnoea"),
    ("2", "Deep vein thrombosis"),
    ("2", "Pulmonary embolism"),
    ("3", "Cerebrovascular accident"),
    ("4", "Pulmonary embolism"),
    ("5", "Loss of consciousness"),
    ("6", "Cerebral infarction"),
    ("7", "Hypoaesthesia"),
)
"""Table 4: patient and MedDRA preferred term."""

RELATED_TEE_PATIENTS = ("2", "3", "4", "6", "7")

RELATED_TEES = tuple((patient, term) for patient, term in SERIOUS_EVENTS if patient in RELATED_TEE_PATIENTS)
"""Table 5. All serious related events of these five patients are thromboembolic."""

WITHDRAWALS = (
    ("1", "Muscle spasms"),
    ("1", "Sinus tachycardia"),
    ("1", "Chills"),
    ("1", "Pyrexia"),
    ("1", "Dyspnoea"),
    ("1", "Back pain"),
    ("2", "Deep vein thrombosis"),
    ("2", "Pulmonary embolism"),
    ("3", "Vertigo"),
    ("3", "Vision blurred"),
    ("3", "Cerebrovascular accident"),
    ("4", "Pulmonary embolism"),
    ("8", "Musculoskeletal pain"),
    ("8", "Paraesthesia"),
    ("8", "Dizziness"),
    ("8", "Condition aggravated"),
    ("9", "Headache"),
    ("9", "Nausea"),
    ("10", "Hypersensitivity"),
    ("11", "Vomiting"),
)
"""Table 7: patient and MedDRA preferred term (the article prints `Fever` for `Pyrexia`)."""

RISK_FACTORS = {
    "2": ("Hypertension", "Chronic heart failure", "Dyslipidaemia", "Ex-smoker"),
    "3": ("Hypertension", "Palpitations", "Myocardial ischaemia", "Dyslipidaemia"),
    "4": ("Hypertension", "Ventricular and left atrial dilation", "Obesity"),
    "6": ("Hypertension",),
    "7": ("Supraventricular arrhythmia", "Hypercholesterolaemia", "Osteoporotic fracture", "Obesity"),
}
"""Table 5: the categories (MHGRPTRM) whose verbatim conditions (MHDECOD) the table prints."""

EVENT_VARIABLES = {
    "intensity": "AESEV",
    "causality": "AEREL",
    "outcome": "AEOUT",
    "duration": "ADURN",
    "latency": "AELATENC",
}

TERMS_AS_PRINTED = {
    "serious": {"Hypoaesthesia": "Hypoesthesia"},
    "tee": {"Deep vein thrombosis": "DVT", "Pulmonary embolism": "PE"},
    "withdrawn": {"Pyrexia": "Fever"},
}
"""Where a table does not print the preferred term itself: by listing, preferred term and printed word."""

PERIODS_AS_PRINTED = {1: "First period IVIg", 2: "Extension period (all IVIg)"}

CRITERIA = {"AESHOSP": "hospitalisation", "AESLIFE": "life threatening", "AESMIE": "medically important",
            "AESDISAB": "disability", "AESDTH": "death"}  # fmt: skip
"""Seriousness criteria in the order in which the article joins them."""


def event_rows(selection: str, patient: str, term: str) -> Where:
    """The one event of a listing: `serious` (Table 4), `tee` (Table 5) or `withdrawn` (Table 7)."""
    kinds = {
        "serious": where(AESER="Y"),
        "tee": where(CQ01NAM="THROMBOEMBOLIC EVENT"),
        "withdrawn": where(AEACN="DRUG WITHDRAWN"),
    }
    return TREATMENT_EMERGENT & where(ARTNO=patient, AEDECOD=term) & kinds[selection]


def event_value(selection: str, patient: str, term: str, name: str) -> Value:
    """One cell of a listing: `p2.deep_vein_thrombosis.serious.duration`."""
    return Value(
        f"p{patient}.{preferred_term(term).id}.{selection}.{name}",
        f"Patient {patient}, {term}: {name.replace('_', ' ')}",
        "adae",
        event_rows(selection, patient, term),
        EVENT_VARIABLES[name],
    )


def patients() -> Iterator[Estimand]:
    """The numbered patients: the same number is the same person in all tables."""
    for patient in ARTICLE_PATIENTS:
        yield Value(f"p{patient}.number", f"Patient {patient}", "adsl", where(ARTNO=patient), "ARTNO")


def event_facts(selection: str, patient: str, term: str) -> Iterator[Estimand]:
    """That the event of a listing exists, under the name that the table prints."""
    rows, printed = event_rows(selection, patient, term), TERMS_AS_PRINTED[selection].get(term, term)

    def name(study: "Study") -> str | None:
        """The printed term if exactly one event answers to it."""
        return printed if study.tally("adae", [rows]).rows == 1 else None

    stem = f"p{patient}.{preferred_term(term).id}.{selection}"
    yield Derived(f"{stem}.term", f"Patient {patient}: {printed}", name)


def marked_thromboembolic(selection: str, patient: str, term: str) -> Statement:
    """That the event which the table marks `(TEE)` is a thromboembolic one."""
    rows = event_rows(selection, patient, term) & where(CQ01NAM="THROMBOEMBOLIC EVENT")

    def holds(study: "Study") -> bool:
        """Exactly one event of the listing has the term and CQ01NAM = THROMBOEMBOLIC EVENT."""
        return bool(study.tally("adae", [rows]).rows == 1)

    stem = f"p{patient}.{preferred_term(term).id}.{selection}"
    return Statement(f"{stem}.tee", f"Patient {patient}, {term}: thromboembolic", holds)


def treatment_at_event(selection: str, patient: str) -> Derived:
    """The first column of Tables 4 and 7: the treatment and period of all the patient's listed events."""
    kind = where(AESER="Y", AEREL=RELATED_VALUES) if selection == "serious" else where(AEACN="DRUG WITHDRAWN")
    rows = TREATMENT_EMERGENT & kind & where(ARTNO=patient)

    def period(study: "Study") -> str | None:
        """The printed period if all events share it and follow IVIg."""
        own = study.rows("adae", rows)
        if own["APERIOD"].nunique() != 1 or not (own["TRTA"] == "IVIg").all():
            return None
        return PERIODS_AS_PRINTED[int(own["APERIOD"].iloc[0])]

    return Derived(
        f"p{patient}.{selection}.treatment", f"Patient {patient}: treatment at the time of event", period
    )


def table_4() -> Iterator[Estimand]:
    """Serious events that were possibly or probably related, on IVIg."""
    for patient, term in SERIOUS_EVENTS:
        yield from event_facts("serious", patient, term)
        if patient in RELATED_TEE_PATIENTS:
            yield marked_thromboembolic("serious", patient, term)
        for name in ("intensity", "causality", "duration", "outcome"):
            yield event_value("serious", patient, term, name)
        stem = f"p{patient}.{preferred_term(term).id}.serious"
        label = f"Patient {patient}, {term}: criteria of seriousness"
        yield Derived(f"{stem}.criteria", label, _criteria(patient, term))
    for patient in dict(SERIOUS_EVENTS):
        yield treatment_at_event("serious", patient)
    for patient in ("1", "2", "3", "4", "5", "7"):
        yield Value(
            f"p{patient}.serious.action",
            f"Patient {patient}: subsequent study treatment",
            "adae",
            TREATMENT_EMERGENT & where(ARTNO=patient, AESER="Y", AEREL=RELATED_VALUES),
            "AEACN",
        )
    for patient in ("5", "7"):
        label = f"Patient {patient}: further IVIg cycles"
        yield Derived(f"p{patient}.further_cycles", label, _further_cycles(patient))
    label = "Patient 5 had no further serious TEAE"
    yield Statement("p5.no_further_serious", label, _no_further_serious("5"))
    label = "Patient 6: days from the end of the last infusion cycle to the event"
    yield Derived("p6.days_since_infusion", label, days_after_last_cycle)
    label = "Patients who resumed IVIg after a serious related TEAE"
    yield Derived("related_serious.resumed", label, resumed)
    yield Derived("related_serious.resumed_percent", f"{label} (%)", resumed_percent)
    for patient, term in (("5", "Loss of consciousness"), ("7", "Hypoaesthesia")):
        stem = f"p{patient}.{preferred_term(term).id}.serious"
        yield Statement(
            f"{stem}.resumed", f"Patient {patient} resumed IVIg after {term}", _did_resume(patient)
        )


def _did_resume(patient: str) -> "Callable[[Study], bool]":
    def holds(study: "Study") -> bool:
        """The patient began a further IVIg cycle after the last serious related event."""
        return (_further_cycles(patient)(study) or 0) > 0

    return holds


def _criteria(patient: str, term: str) -> "Callable[[Study], str | None]":
    def compute(study: "Study") -> str | None:
        """The criteria that are flagged Y, in the article's words and order, joined by `and`."""
        event = _event(study, event_rows("serious", patient, term))
        if event is None:
            return None
        text = " and ".join(word for flag, word in CRITERIA.items() if event[flag] == "Y")
        return text[:1].upper() + text[1:]

    return compute


@once_per_study
def _event(study: "Study", rows: Where) -> "pd.Series[Any] | None":
    """The row of `adae` that a filter picks out; None if it picks out none or several."""
    places = np.flatnonzero(study.coded("adae").mask(rows))
    return study.frame("adae").iloc[places[0]] if len(places) == 1 else None


@once_per_study
def _related_serious(study: "Study") -> pd.DataFrame:
    events = study.frame("adae")
    on_ivig = TREATMENT_EMERGENT & where(TRTA="IVIg", AESER="Y", AEREL=RELATED_VALUES)
    return events[on_ivig.mask(events)]


def _cycles_after(study: "Study", patient: object, onset: pd.Timestamp) -> int:
    """IVIg cycles of a patient that began after the onset of an event."""
    cycles = study.frame("cycles")
    later = (cycles["USUBJID"] == patient) & (cycles["TRTA"] == "IVIg") & (cycles["ASTDTM"] > onset)
    return int(later.sum())


def _further_cycles(patient: str) -> "Callable[[Study], int | None]":
    def compute(study: "Study") -> int | None:
        """IVIg cycles that began after the onset of the patient's last serious related event."""
        events = _related_serious(study)
        own = events[events["ARTNO"] == patient]
        if own.empty:
            return None
        return _cycles_after(study, own["USUBJID"].iloc[0], own["ASTDTM"].max())

    return compute


def _no_further_serious(patient: str) -> "Callable[[Study], bool]":
    def holds(study: "Study") -> bool:
        """The patient has one serious event, the one of Table 4."""
        events = study.frame("adae")
        return int(((events["ARTNO"] == patient) & (events["AESER"] == "Y")).sum()) == 1

    return holds


def days_after_last_cycle(study: "Study") -> int | None:
    """Patient 6: calendar days from the end of the cycle that the event is attributed to, to the onset."""
    event = _event(study, event_rows("serious", "6", "Cerebral infarction"))
    if event is None:
        return None
    cycles = study.frame("cycles")
    own = cycles[(cycles["USUBJID"] == event["USUBJID"]) & (cycles["CYCLE"] == event["CYCLE"])]
    return int((event["ASTDTM"].normalize() - own["AENDTM"].iloc[0].normalize()).days)


def resumed(study: "Study") -> int:
    """Patients with a serious related event on IVIg who began a further IVIg cycle after the last one."""
    last = _related_serious(study).groupby("USUBJID")["ASTDTM"].max()
    return sum(_cycles_after(study, patient, onset) > 0 for patient, onset in last.items())


def resumed_percent(study: "Study") -> "Exact | None":
    """:func:`resumed` as an exact percentage of the patients with a serious related event on IVIg."""
    total = _related_serious(study)["USUBJID"].nunique()
    return exact(100 * resumed(study)) / total if total else None


def table_5() -> Iterator[Estimand]:
    """The five patients with a related thromboembolic event, and the infusion cycle it is attributed to."""
    for patient, term in RELATED_TEES:
        yield from event_facts("tee", patient, term)
        yield event_value("tee", patient, term, "latency")
        if term != "Cerebrovascular accident":  # the one whose severity Table 5 does not print
            yield event_value("tee", patient, term, "intensity")
    yield marked_thromboembolic("tee", "3", "Cerebrovascular accident")
    for patient in RELATED_TEE_PATIENTS:
        for name, variable in (
            ("age", "AGE"), ("sex", "SEX"), ("race", "RACE"), ("bmi", "BMIBL"), ("disease_activity", "GDABL"),
        ):  # fmt: skip
            yield Value(
                f"p{patient}.{name}",
                f"Patient {patient}: {name.replace('_', ' ')}",
                "adsl",
                where(ARTNO=patient),
                variable,
            )
        for name, variable in (("episodes", "CYCDAYS"), ("dose_per_kg", "CYCDOSE")):
            yield Value(
                f"p{patient}.tee_cycle.{name}",
                f"Patient {patient}: {name.replace('_', ' ')} of the infusion cycle before the TEE",
                "adae",
                TREATMENT_EMERGENT & where(ARTNO=patient, CQ01NAM="THROMBOEMBOLIC EVENT"),
                variable,
            )
        for name, compute, unit in (
            ("dose", cycle_dose, "total dose (g)"),
            ("speed", cycle_speed, "maximum infusion speed (mL/kg/min)"),
            ("minutes", cycle_minutes, "active infusion time (min)"),
        ):
            yield Derived(
                f"p{patient}.tee_cycle.{name}",
                f"Patient {patient}: {unit} of the infusion cycle before the TEE",
                _of_patient(compute, patient),
            )
        for factor in RISK_FACTORS[patient]:
            yield Value(
                f"p{patient}.risk.{factor.lower().replace(' ', '_').replace('-', '_')}",
                f"Patient {patient}: risk factor {factor}",
                "admh",
                where(ARTNO=patient, MHGRPTRM=factor),
                "MHDECOD",
            )
    yield Statement(
        "p4.after_amendment", "Patient 4's PE occurred in the extension, at the lower rate", _patient_4_after
    )


@once_per_study
def tee_episodes(study: "Study", patient: str) -> pd.DataFrame:
    """The infusion episodes of the cycle that a numbered patient's thromboembolic event belongs to."""
    events, episodes = study.frame("adae"), study.frame("adex")
    own = events[(events["ARTNO"] == patient) & (events["CQ01NAM"] == "THROMBOEMBOLIC EVENT")]
    return episodes.merge(own[["USUBJID", "CYCLE"]].drop_duplicates(), on=["USUBJID", "CYCLE"])


def cycle_dose(episodes: pd.DataFrame) -> "Exact":
    """Grams of IVIg over all episodes of the cycle."""
    return sum((exact(dose) for dose in episodes["EXDOSE"]), exact(0))


def cycle_speed(episodes: pd.DataFrame) -> "Exact":
    """The highest maximum infusion rate of the cycle's episodes, mL/kg/min."""
    return max(exact(speed) for speed in episodes["EXRATMAX"])


def cycle_minutes(episodes: pd.DataFrame) -> "Exact":
    """Minutes from start to end, over all episodes of the cycle."""
    seconds = (episodes["AENDTM"] - episodes["ASTDTM"]).dt.total_seconds().sum()
    return exact(int(seconds)) / 60


def _of_patient(
    compute: "Callable[[pd.DataFrame], Exact]", patient: str
) -> "Callable[[Study], Exact | None]":
    def of_patient(study: "Study") -> "Exact | None":
        episodes = tee_episodes(study, patient)
        return None if episodes.empty else compute(episodes)

    of_patient.__doc__ = compute.__doc__
    return of_patient


def _patient_4_after(study: "Study") -> bool:
    """The pulmonary embolism began in the extension period, after a cycle at the lower maximum rate."""
    event = _event(study, event_rows("tee", "4", "Pulmonary embolism"))
    return event is not None and bool(event["APERIOD"] == 2 and event["PROTVER"] == 2)


def table_7() -> Iterator[Estimand]:
    """Events that led to discontinuation, with the unrelated one of patient 8."""
    for patient, term in WITHDRAWALS:
        yield from event_facts("withdrawn", patient, term)
        if term in {t for p, t in RELATED_TEES if p == patient}:
            yield marked_thromboembolic("withdrawn", patient, term)
        for name in ("intensity", "causality", "outcome"):
            yield event_value("withdrawn", patient, term, name)
        yield _seriousness(patient, term)
    for patient in dict(WITHDRAWALS):
        yield treatment_at_event("withdrawn", patient)


def _seriousness(patient: str, term: str) -> Derived:
    rows = event_rows("withdrawn", patient, term)

    def serious(study: "Study") -> str | None:
        """AESER of the event as the table prints it: `Yes` or `No`."""
        event = _event(study, rows)
        return None if event is None else "Yes" if event["AESER"] == "Y" else "No"

    stem = f"p{patient}.{preferred_term(term).id}.withdrawn"
    return Derived(f"{stem}.serious", f"Patient {patient}, {term}: serious", serious)
