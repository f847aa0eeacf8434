"""What the text says about single patients' courses and about all adverse events: dose reduction,
premedication, and the sentences that hold or do not hold.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pandas as pd

from proderm.columns import IVIG_ALL, IVIG_ARM, IVIG_EXT, IVIG_P1, PLACEBO_ARM, PLACEBO_P1, TEE
from proderm.estimands.adverse_events import DISCONTINUATION, RELATED, RELATED_VALUES, TERMS, TIMED_TERMS
from proderm.estimands.families import TREATMENT_EMERGENT, events, share
from safetybook.estimands import Column, Count, Derived, Estimand, Ratio, Statement, Unit, Where, where
from safetybook.remembered import once_per_study
from safetybook.rounding import exact

if TYPE_CHECKING:
    from fractions import Fraction

    from safetybook.study import Study

FULL, REDUCED = 2.0, 1.0
"""DOSEPGKG: the planned dose of a cycle, g/kg."""

FIRST_CYCLE_AT_WEEK_28 = 8
"""Cycles are four weeks apart, the first at week 0."""


def premedication() -> Iterator[Estimand]:
    """Premedication by randomised arm in the first period, and for IVIg infusions overall."""
    for arm, column in ((IVIG_ARM, IVIG_P1), (PLACEBO_ARM, PLACEBO_P1)):
        yield from _premedicated(f"premedication.{arm.id}", arm.where & column.where, arm)
    yield from _premedicated("premedication.ivig_all", IVIG_ALL.where, IVIG_ALL)
    for drug_class in ("ANALGESICS", "SYSTEMIC ANTIHISTAMINES"):
        name = drug_class.split()[-1].lower()
        yield from _premedicated(
            f"premedication_{name}.ivig_all",
            IVIG_ALL.where & where(CMCLAS=drug_class),
            IVIG_ALL,
            f"premedication by {name}",
        )
    yield Statement(
        "premedication.most_common", "Analgesics and antihistamines were most common", _most_common
    )
    yield Statement(
        "premedication.no_glucocorticoids", "No glucocorticoid as premedication", _no_glucocorticoids
    )
    yield Statement(
        "premedication.after_two_visits", "Premedication only after two consecutive visits", _after_two_visits
    )


def _premedicated(name: str, rows: Where, of: Column, what: str = "premedication") -> Iterator[Estimand]:
    count = Count(
        f"{name}.patients",
        f"Patients with {what}, {of.label}",
        "adcm",
        where(CMCAT="PREMEDICATION") & rows,
        Unit.PATIENTS,
    )
    yield count
    yield share(count, of.at_risk, f"{name}.percent")


def _most_common(study: "Study") -> bool:
    """For IVIg infusions, no other class of premedication was given to as many patients as analgesics or as
    systemic antihistamines.
    """
    drugs = study.frame("adcm")
    given = drugs[(drugs["CMCAT"] == "PREMEDICATION") & (drugs["TRTA"] == "IVIg")]
    counts = given.groupby("CMCLAS")["USUBJID"].nunique()
    named = [int(counts.get(drug_class, 0)) for drug_class in ("ANALGESICS", "SYSTEMIC ANTIHISTAMINES")]
    others = counts.drop(["ANALGESICS", "SYSTEMIC ANTIHISTAMINES"], errors="ignore")
    return min(named) > max(others, default=0)


def _no_glucocorticoids(study: "Study") -> bool:
    """No premedication belongs to a class of glucocorticoids or corticosteroids."""
    drugs = study.frame("adcm")
    classes = drugs.loc[drugs["CMCAT"] == "PREMEDICATION", "CMCLAS"].str.upper()
    return not bool(classes.str.contains("CORTICO").any())


def _after_two_visits(study: "Study") -> bool:
    """Every patient had infusional TEAEs in two consecutive infusion cycles before the first cycle for which
    premedication was given.
    """
    drugs, adverse = study.frame("adcm"), study.frame("adae")
    first = drugs[drugs["CMCAT"] == "PREMEDICATION"].groupby("USUBJID")["CYCLE"].min()
    infusional = adverse[(adverse["INFUSFL"] == "Y") & (adverse["TRTEMFL"] == "Y")]
    return all(
        _two_in_a_row(infusional.loc[infusional["USUBJID"] == patient, "CYCLE"], before=int(cycle))
        for patient, cycle in first.items()
    )


def _two_in_a_row(cycles: "pd.Series[int]", before: int) -> bool:
    affected = {int(cycle) for cycle in cycles if cycle < before}
    return any(cycle + 1 in affected for cycle in affected)


def dose_reduction() -> Iterator[Estimand]:
    """The eight patients whose dose was reduced, by their related TEAEs at either dose."""
    for name, label, tells in (
        ("never", "no related TEAE under IVIg", _never),
        ("mild_then_none", "only mild related TEAEs at 2 g/kg, none at 1 g/kg", _mild_then_none),
        (
            "severe_headache",
            "severe headache twice at 2 g/kg, raised blood pressure at 1 g/kg",
            _severe_headache,
        ),
        ("one_mild_headache", "several TEAEs at 2 g/kg, once a mild headache at 1 g/kg", _one_mild_headache),
    ):
        yield Derived(f"reduced.{name}", f"Dose-reduced patients with {label}", _reduced_patients(tells))
    yield Derived(
        "reduced.severe_headache.headaches",
        "Severe related headaches at 2 g/kg of the patient with severe headache",
        _events_of(_severe_headache, _severe_headaches),
    )
    yield Derived(
        "reduced.severe_headache.at_reduced",
        "Related TEAEs at 1 g/kg of the patient with severe headache",
        _events_of(_severe_headache, _at_reduced),
    )
    yield Derived(
        "reduced.one_mild_headache.at_reduced",
        "Related TEAEs at 1 g/kg of the patient with one mild headache",
        _events_of(_one_mild_headache, _at_reduced),
    )
    yield Statement("reduced.from_week_28", "Doses were reduced at week 28 or later", _from_week_28)


@once_per_study
def _related_of_reduced(study: "Study") -> "dict[object, pd.DataFrame]":
    """Per dose-reduced patient, the related TEAEs under either treatment."""
    cycles, adverse = study.frame("cycles"), study.frame("adae")
    reduced = cycles[(cycles["TRTA"] == "IVIg") & (cycles["DOSEPGKG"] == REDUCED)]["USUBJID"].unique()
    looked_at = ["USUBJID", "TRTA", "DOSEPGKG", "AEGRPTRM", "AESEV", "AEREL"]
    chosen = (adverse["TRTEMFL"] == "Y") & adverse["AEREL"].isin(RELATED_VALUES)
    related = adverse.loc[chosen, looked_at]
    return {patient: related[related["USUBJID"] == patient] for patient in reduced}


def _at_full(related: pd.DataFrame) -> pd.DataFrame:
    return related[(related["TRTA"] == "IVIg") & (related["DOSEPGKG"] == FULL)]


def _at_reduced(related: pd.DataFrame) -> pd.DataFrame:
    return related[(related["TRTA"] == "IVIg") & (related["DOSEPGKG"] == REDUCED)]


def _severe_headaches(related: pd.DataFrame) -> pd.DataFrame:
    full = _at_full(related)
    return full[(full["AEGRPTRM"] == "Headache") & (full["AESEV"] == "SEVERE")]


def _never(related: pd.DataFrame) -> bool:
    """No related TEAE under IVIg at any dose."""
    return bool((related["TRTA"] != "IVIg").all())


def _mild_then_none(related: pd.DataFrame) -> bool:
    """Related TEAEs at 2 g/kg, all mild, and none at 1 g/kg. Which TEAEs were `expected` is not published,
    so this is not checked.
    """
    full = _at_full(related)
    return not full.empty and bool((full["AESEV"] == "MILD").all()) and _at_reduced(related).empty


def _severe_headache(related: pd.DataFrame) -> bool:
    """Several related TEAEs of different severity under placebo, severe related headache twice at 2 g/kg, and
    at 1 g/kg a single related TEAE: blood pressure increased, moderate, possibly related.
    """
    placebo, reduced = related[related["TRTA"] == "Placebo"], _at_reduced(related)
    return (
        placebo["AESEV"].nunique() > 1
        and len(_severe_headaches(related)) == 2
        and len(reduced) == 1
        and tuple(reduced.iloc[0][["AEGRPTRM", "AESEV", "AEREL"]])
        == ("Blood pressure increased", "MODERATE", "POSSIBLE")
    )


def _one_mild_headache(related: pd.DataFrame) -> bool:
    """Several related TEAEs at 2 g/kg, mild and moderate, and at 1 g/kg a single one: a mild headache."""
    full, reduced = _at_full(related), _at_reduced(related)
    return (
        len(full) > 2
        and set(full["AESEV"]) == {"MILD", "MODERATE"}
        and len(reduced) == 1
        and tuple(reduced.iloc[0][["AEGRPTRM", "AESEV"]]) == ("Headache", "MILD")
    )


def _reduced_patients(tells: Callable[[pd.DataFrame], bool]) -> "Callable[[Study], int]":
    def compute(study: "Study") -> int:
        return sum(tells(related) for related in _related_of_reduced(study).values())

    compute.__doc__ = f"Dose-reduced patients of whom this is true: {tells.__doc__}"
    return compute


def _events_of(
    tells: Callable[[pd.DataFrame], bool], select: Callable[[pd.DataFrame], pd.DataFrame]
) -> "Callable[[Study], int | None]":
    def compute(study: "Study") -> int | None:
        found = [related for related in _related_of_reduced(study).values() if tells(related)]
        return len(select(found[0])) if len(found) == 1 else None

    compute.__doc__ = f"Events of the one dose-reduced patient of whom this is true: {tells.__doc__}"
    return compute


def _from_week_28(study: "Study") -> bool:
    """Every cycle at the reduced dose is the eighth (week 28) or a later one."""
    cycles = study.frame("cycles")
    reduced = cycles[(cycles["TRTA"] == "IVIg") & (cycles["DOSEPGKG"] == REDUCED)]
    return bool((reduced["CYCLE"] >= FIRST_CYCLE_AT_WEEK_28).all())


def means() -> Iterator[Estimand]:
    """Related TEAEs per patient: the patients with a TEE, and all patients on IVIg."""
    with_tee = Count(
        "related.tee.events",
        "TEAEs related to IVIg of the patients with a TEE",
        "adae",
        TREATMENT_EMERGENT & RELATED.where & IVIG_ALL.where & TEE.where,
        Unit.ROWS,
    )
    yield with_tee
    yield Ratio("related.tee.per_patient", "Related TEAEs per patient with a TEE", with_tee, TEE.at_risk)
    yield Ratio(
        "related.ivig_all.per_patient",
        "Related TEAEs per patient on IVIg",
        events(RELATED, IVIG_ALL),
        IVIG_ALL.at_risk,
    )


def medians() -> Iterator[Estimand]:
    """The range of Table 3's medians on IVIg."""
    for name, function in (("minimum", min), ("maximum", max)):
        yield Derived(
            f"table_3_medians.ivig_p1.{name}",
            f"Medians of Table 3 on IVIg: {name}",
            _range_of_medians(function),
        )


def _range_of_medians(function: "Callable[..., Fraction]") -> "Callable[[Study], Fraction | None]":
    def compute(study: "Study") -> "Fraction | None":
        """An end of the range of the median latencies and durations of related headache, nausea, vomiting and
        fever on IVIg in the first period, by severity and pooled.
        """
        found = _table_3_medians(study)
        return function(found) if found else None

    return compute


@once_per_study
def _table_3_medians(study: "Study") -> "tuple[Fraction, ...]":
    related = study.rows("adae", TREATMENT_EMERGENT & RELATED.where & IVIG_P1.where)
    found: list[Fraction] = []
    for term in TIMED_TERMS:
        of_term = related.loc[term.where.mask(related), ["AESEV", "AELATENC", "ADURN"]]
        for rows in (of_term, *(level for _, level in of_term.groupby("AESEV"))):
            medians = (rows[name].median() for name in ("AELATENC", "ADURN"))
            found.extend(exact(value) for value in medians if not pd.isna(value))
    return tuple(found)


def statements() -> Iterator[Estimand]:
    """Sentences about all adverse events."""
    for name, label, holds in (
        ("all_treatment_emergent", "All adverse events were treatment-emergent", _all_emergent),
        ("most_related", "Most TEAEs on IVIg were related to it", _most(where(AEREL=RELATED_VALUES))),
        ("most_mild", "Most TEAEs on IVIg were mild", _most(where(AESEV="MILD"))),
        ("most_infusional", "Most TEAEs on IVIg were infusional", _most(where(INFUSFL="Y"))),
        ("tees_serious", "Every thromboembolic event was serious", _tees_serious),
        ("named_terms_above_5", "The named related terms are those above 5 % on IVIg", _named_terms_above_5),
        ("three_most_common", "Headache, fever and nausea were the most common", _three_most_common),
        ("discontinuation_most_common", "Most common events that led to discontinuation", _aggravated_and_pe),
        ("most_combined", "Most patients had immunosuppressive drugs beside IVIg", _most_combined),
    ):
        yield Statement(name, label, holds)


def _all_emergent(study: "Study") -> bool:
    """Every adverse event has TRTEMFL = Y."""
    return bool((study.frame("adae")["TRTEMFL"] == "Y").all())


def _most(rows: Where) -> "Callable[[Study], bool]":
    def holds(study: "Study") -> bool:
        """More than half of the TEAEs on IVIg, overall period, satisfy the filter."""
        on_ivig = study.rows("adae", TREATMENT_EMERGENT & IVIG_ALL.where)
        return 2 * int(rows.mask(on_ivig).sum()) > len(on_ivig)

    return holds


def _tees_serious(study: "Study") -> bool:
    """Every event with CQ01NAM = THROMBOEMBOLIC EVENT has AESER = Y."""
    adverse = study.frame("adae")
    return bool((adverse.loc[adverse["CQ01NAM"] == "THROMBOEMBOLIC EVENT", "AESER"] == "Y").all())


def _related_patients_by_term(study: "Study") -> "pd.Series[int]":
    """Patients with a related TEAE on IVIg by the term as the article counts it, the most frequent first."""
    related = study.rows("adae", TREATMENT_EMERGENT & RELATED.where & IVIG_ALL.where)
    return related.groupby("AEGRPTRM")["USUBJID"].nunique().sort_values(ascending=False)


def _named_terms_above_5(study: "Study") -> bool:
    """The terms with a related TEAE in more than 5 % of the patients on IVIg are exactly the seven named."""
    at_risk = study.frame("adex").query("TRTA == 'IVIg'")["USUBJID"].nunique()
    counts = _related_patients_by_term(study)
    return set(counts[100 * counts > 5 * at_risk].index) == {term.label for term in TERMS}


def _three_most_common(study: "Study") -> bool:
    """Related headache, fever and nausea on IVIg each occurred in more patients than any other term."""
    counts = _related_patients_by_term(study)
    named = ["Headache", "Fever", "Nausea"]
    others = counts.drop(named, errors="ignore")
    return set(named) <= set(counts.index) and bool((others < counts[named].min()).all())


def _aggravated_and_pe(study: "Study") -> bool:
    """In the extension, condition aggravated and pulmonary embolism each led to withdrawal of more patients
    than any other preferred term.
    """
    withdrawn = study.rows("adae", TREATMENT_EMERGENT & DISCONTINUATION.where & IVIG_EXT.where)
    counts = withdrawn.groupby("AEDECOD")["USUBJID"].nunique()
    named = ["Condition aggravated", "Pulmonary embolism"]
    others = counts.drop(named, errors="ignore")
    return set(named) <= set(counts.index) and bool((others < counts[named].min()).all())


def _most_combined(study: "Study") -> bool:
    """More than half of the patients have a concomitant glucocorticoid or other immunosuppressive drug."""
    patients = study.frame("adsl")
    combined = (patients["GCBLFL"] == "Y") | (patients["NGCBLFL"] == "Y")
    return 2 * int(combined.sum()) > len(patients)
