"""Who the patients were: disposition, demography, disease at baseline, and all of Table 6."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from proderm.columns import ALL, IVIG_ARM, NO_TEE, PLACEBO_ARM, TEE, randomised
from proderm.estimands.families import order_statistics, share
from safetybook.estimands import (
    Column,
    Count,
    Derived,
    Estimand,
    Function,
    Ratio,
    Statement,
    Summary,
    Unit,
    Where,
    where,
)
from safetybook.remembered import once_per_study

if TYPE_CHECKING:
    from safetybook.study import Study

TEE_COLUMNS = (NO_TEE, TEE)
"""The two columns of Table 6, in the article's order."""

RISK_FACTORS = {
    "hypertension": "Hypertension",
    "chronic_heart_failure": "Chronic heart failure",
    "myocardial_ischaemia": "Myocardial ischaemia",
    "dyslipidaemia": "Dyslipidaemia",
    "dilation": "Ventricular and left atrial dilation",
    "obesity": "Obesity",
    "supraventricular_arrhythmia": "Supraventricular arrhythmia",
    "hypercholesterolaemia": "Hypercholesterolaemia",
    "osteoporotic_fracture": "Osteoporotic fracture",
}
"""The nine risk factors of Table 6: id and value of MHGRPTRM."""

OTHER_RISK_FACTORS = {"ex_smoker": "Ex-smoker", "palpitations": "Palpitations"}
"""Factors that Table 5 lists and Table 6 does not."""


def disposition() -> Iterator[Estimand]:
    """Randomised, completed, switched, entered and completed the extension."""
    for column in (ALL, IVIG_ARM, PLACEBO_ARM, *TEE_COLUMNS):
        yield randomised(column)
    yield Statement("all_treated", "Every randomised patient received an infusion", _all_treated)
    for column in (IVIG_ARM, PLACEBO_ARM):
        yield from _group("completed_first_period", where(P1COMPFL="Y"), column, "completed the first period")
        yield from _group("switched", where(XOVERFL="Y"), column, "switched treatment in the first period")
    yield from _group("entered_extension", where(EXTFL="Y"), ALL, "entered the extension")
    yield from _group("completed_extension", where(EXTCOMFL="Y"), ALL, "completed the extension")


def characteristics() -> Iterator[Estimand]:
    """Demography and disease at baseline, all patients."""
    yield from order_statistics("age.all", "Age (years)", "adsl", where(), "AGE")
    yield from order_statistics("diagnosis.all", "Time since diagnosis (years)", "adsl", where(), "DIAGDUR")
    yield Summary("mmt8.all.mean", "MMT-8: mean", "adsl", where(), "MMT8BL", Function.MEAN)
    yield from _group("female", where(SEX="F"), ALL, "female")
    yield from _group("definite", where(DMDIAG="DEFINITE"), ALL, "definite dermatomyositis")
    yield from _group("glucocorticoids", where(GCBLFL="Y"), ALL, "glucocorticoids at baseline")
    yield from _group(
        "other_immunosuppressants", where(NGCBLFL="Y"), ALL, "other immunosuppressive medication at baseline"
    )


def table_6() -> Iterator[Estimand]:
    """Patients with and without a TEE, except infusion rates and doses (see `exposure`)."""
    for column in TEE_COLUMNS:
        for function in (Function.MEAN, Function.MEDIAN, Function.MINIMUM, Function.MAXIMUM):
            yield Summary(
                f"age.{column.id}.{function}",
                f"Age, {column.label}: {function}",
                "adsl",
                column.where,
                "AGE",
                function,
            )
        yield from _group("female", where(SEX="F"), column, "female")
        for race in ("ASIAN", "BLACK OR AFRICAN AMERICAN", "WHITE", "OTHER"):
            yield from _group(
                f"race_{race.split()[0].lower()}",
                where(RACE=race),
                column,
                f"race {race.title().replace(' Or ', ' or ')}",
            )
        for name in RISK_FACTORS:
            yield risk_factor(name, column)
            yield share(risk_factor(name, column), randomised(column), f"risk_{name}.{column.id}.percent")
        for number in range(4):
            yield from _group(f"factors_{number}", where(NTEERF=number), column, f"{number} TEE risk factors")
        for activity in ("MILD", "MODERATE", "SEVERE"):
            yield from _group(
                f"gda_{activity.lower()}",
                where(GDABL=activity),
                column,
                f"disease activity {activity.lower()}",
            )


def risk_burden() -> Iterator[Estimand]:
    """The text's comparison of the numbers of risk factors."""
    per_patient = {}
    for column in TEE_COLUMNS:
        factors = Count(
            f"factors.{column.id}.total",
            f"Risk factors of Table 6, {column.label}",
            "admh",
            where(MHGRPTRM=RISK_FACTORS.values()) & column.where,
            Unit.ROWS,
        )
        yield factors
        per_patient[column] = Ratio(
            f"factors.{column.id}.per_patient", f"{factors.label}, per patient", factors, randomised(column)
        )
        yield per_patient[column]
    yield Ratio(
        "factors.fold",
        "Risk factors per patient: with a TEE, divided by without",
        per_patient[TEE],
        per_patient[NO_TEE],
        "from the unrounded means",
    )
    yield Derived("risk.fold.minimum", "Smallest ratio of a risk factor's percentages", smallest_fold)
    yield Derived("risk.fold.maximum", "Largest finite ratio of a risk factor's percentages", largest_fold)
    yield Statement(
        "risk.each_higher", "Every risk factor is more frequent in patients with a TEE", _each_higher
    )
    for name, term in (RISK_FACTORS | OTHER_RISK_FACTORS).items():
        yield Count(
            f"risk_{name}.related_tee.patients",
            f"{term}, patients with a related TEE",
            "admh",
            where(MHGRPTRM=term, RELTEEFL="Y"),
            Unit.PATIENTS,
        )
    yield Statement("age.older_with_tee", "Patients with a TEE were older at the median", _older)


def risk_factor(name: str, column: Column) -> Count:
    """Patients of a column with one of Table 6's risk factors."""
    term = RISK_FACTORS[name]
    return Count(
        f"risk_{name}.{column.id}.patients",
        f"{term}, {column.label}",
        "admh",
        where(MHGRPTRM=term) & column.where,
        Unit.PATIENTS,
    )


def _group(name: str, rows: Where, column: Column, label: str) -> Iterator[Estimand]:
    """Patients of `adsl` with a property, and their percentage of the column's patients."""
    count = Count(
        f"{name}.{column.id}.patients", f"{column.label}: {label}", "adsl", rows & column.where, Unit.PATIENTS
    )
    yield count
    yield share(count, randomised(column), f"{name}.{column.id}.percent")


def _all_treated(study: "Study") -> bool:
    """Every patient of `adsl` has SAFFL = Y and an infusion episode in `adex`."""
    patients = study.frame("adsl")
    infused = patients["USUBJID"].isin(study.frame("adex")["USUBJID"])
    return bool(((patients["SAFFL"] == "Y") & infused).all())


@once_per_study
def _folds(study: "Study") -> dict[str, tuple[Fraction, Fraction]]:
    """For each risk factor of Table 6, the exact shares of patients (with a TEE, without).

    Empty if either group has no patient.
    """
    history, patients = study.frame("admh"), study.frame("adsl")
    if patients["TEEFL"].nunique() < 2:
        return {}
    shares = {}
    for name, term in RISK_FACTORS.items():
        with_factor = patients["USUBJID"].isin(history.loc[history["MHGRPTRM"] == term, "USUBJID"])
        with_tee = patients["TEEFL"] == "Y"
        shares[name] = (
            Fraction(int((with_factor & with_tee).sum()), int(with_tee.sum())),
            Fraction(int((with_factor & ~with_tee).sum()), int((~with_tee).sum())),
        )
    return shares


def smallest_fold(study: "Study") -> Fraction | None:
    """The smallest ratio, over the risk factors of Table 6, of the percentage of patients with a TEE who
    have the factor to that of the patients without, from the counts; None if no such ratio is finite.
    """
    return min(_finite_folds(study), default=None)


def largest_fold(study: "Study") -> Fraction | None:
    """As :func:`smallest_fold`, the largest one. A factor that nobody without a TEE has, has no ratio."""
    return max(_finite_folds(study), default=None)


def _finite_folds(study: "Study") -> list[Fraction]:
    return [with_tee / without for with_tee, without in _folds(study).values() if without]


def _each_higher(study: "Study") -> bool:
    """Each of the nine percentages is higher in the patients with a TEE."""
    folds = _folds(study)
    return bool(folds) and all(with_tee > without for with_tee, without in folds.values())


def _older(study: "Study") -> bool:
    """The median age of the patients with a TEE exceeds that of the patients without."""
    patients = study.frame("adsl")
    with_tee = patients["TEEFL"] == "Y"
    return bool(patients.loc[with_tee, "AGE"].median() > patients.loc[~with_tee, "AGE"].median())
