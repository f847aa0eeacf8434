"""The statements of the article that cannot all hold, with proofs from its printed values."""

from collections.abc import Iterator
from fractions import Fraction
from statistics import median

from safetybook.contradictions import Contradiction, Kind, Printed
from safetybook.rounding import half_up, interval, places, prints_as

RISK_FACTORS = (
    "hypertension",
    "chronic_heart_failure",
    "myocardial_ischaemia",
    "dyslipidaemia",
    "dilation",
    "obesity",
    "supraventricular_arrhythmia",
    "hypercholesterolaemia",
    "osteoporotic_fracture",
)
"""The risk factors of Table 6, as the ledger names them."""

LISTED = {
    "2": ("hypertension", "chronic_heart_failure", "dyslipidaemia"),
    "3": ("hypertension", "myocardial_ischaemia", "dyslipidaemia"),
    "4": ("hypertension", "ventricular_and_left_atrial_dilation", "obesity"),
    "6": ("hypertension",),
    "7": ("supraventricular_arrhythmia", "hypercholesterolaemia", "osteoporotic_fracture", "obesity"),
}
"""The risk factors in Table 5's lists that Table 6 counts (not ex-smoker, not palpitations)."""

SERIOUS_FIRST_PERIOD = (
    "t4.p1.muscle_spasms.term",
    "t4.p1.dyspnoea.term",
    "int.unrelated_serious_sepsis.any_p1.patients",
    "int.unrelated_serious_pulmonary_embolism.any_p1.patients",
    "int.unrelated_serious_ventricular_extrasystoles.any_p1.patients",
    "int.unrelated_serious_tropical_spastic_paraparesis.any_p1.patients",
    "int.unrelated_serious_sinus_tachycardia.any_p1.events",
    "int.unrelated_serious_hypertension.any_p1.patients",
)
"""Everything that the article lists as serious in the first period; a term of Table 4 is one event."""


def _factor_claims(column: str) -> tuple[str, ...]:
    return tuple(f"t6.risk_{name}.{column}.patients" for name in RISK_FACTORS)


def _listed_claims() -> tuple[str, ...]:
    return tuple(f"t5.p{patient}.risk.{name}" for patient, names in LISTED.items() for name in names)


def _sixth_patients_factors(printed: Printed) -> int:
    """Risk factors left for the sixth patient with a TEE: Table 6's sum less Table 5's five lists."""
    return sum(int(printed[claim]) for claim in _factor_claims("tee")) - len(_listed_claims())


def _numbers_of_factors(printed: Printed) -> list[int]:
    """Risk factors of each of the six patients."""
    return [*map(len, LISTED.values()), _sixth_patients_factors(printed)]


def _factor_distribution_fails(printed: Printed) -> bool:
    """Both printed counts differ from the counts of patients with two and with three risk factors, and so do
    both percentages.
    """
    numbers, size = _numbers_of_factors(printed), int(printed["t6.at_risk.tee"])
    return len(numbers) == size and all(
        numbers.count(k) != int(printed[f"t6.factors_{k}.tee.patients"])
        and not prints_as(Fraction(100 * numbers.count(k), size), printed[f"t6.factors_{k}.tee.percent"])
        for k in (2, 3)
    )


def _denominators(count: int, percentage: str, largest: int) -> Iterator[int]:
    """Numbers of patients, up to the largest possible, of whom `count` are `percentage`."""
    return (n for n in range(max(count, 1), largest + 1) if prints_as(Fraction(100 * count, n), percentage))


def _no_denominator(printed: Printed) -> bool:
    """No number of patients up to all on IVIg makes the count the printed percentage."""
    count = int(printed["ov.related_cycle_days_up_to_2.patients"])
    percentage = printed["ov.related_cycle_days_up_to_2.percent"]
    largest = int(printed["t1.at_risk.ivig_all"])
    return next(_denominators(count, percentage, largest), None) is None


def _not_half_days(printed: Printed) -> bool:
    """No multiple of half a day prints as the median duration."""
    value = printed["dem.cycle_days.median"]
    return not any(prints_as(Fraction(k, 2), value) for k in range(2, 11))


def _tee_median_fails(printed: Printed) -> bool:
    """No age of the sixth patient (in tenths of a year) gives Table 6's mean and the text's median."""
    ages = [Fraction(printed[f"t5.p{patient}.age"]) for patient in LISTED]
    mean, claimed = printed["t6.age.tee.mean"], printed["tee.age.tee.median"]
    size = int(printed["t6.at_risk.tee"])
    sixths = [Fraction(tenths, 10) for tenths in range(180, 800)]
    fitting = [age for age in sixths if prints_as((sum(ages) + age) / size, mean)]
    return bool(fitting) and not any(prints_as(median([*ages, age]), claimed) for age in fitting)


def _no_tee_median_fails(printed: Printed) -> bool:
    """The number of patients is odd, ages are printed in whole years, and the claimed median is not whole."""
    whole_years = not any(places(printed[f"t6.age.no_tee.{end}"]) for end in ("minimum", "maximum"))
    low, high = interval(printed["tee.age.no_tee.median"])
    whole_number_inside = -(-low // 1) < high
    return whole_years and int(printed["t6.at_risk.no_tee"]) % 2 == 1 and not whole_number_inside


def _severe_activity_fails(printed: Printed) -> bool:
    """A patient with a TEE is severe in Table 5, and Table 6 has none."""
    return printed["t5.p7.disease_activity"] == "Severe" and int(printed["t6.gda_severe.tee.patients"]) == 0


def _mean_ratio_fails(printed: Printed) -> bool:
    """The exact ratio of risk factors per patient prints otherwise."""
    ratio = Fraction(
        int(printed["tee.factors.tee.total"]) * int(printed["tee.factors.no_tee.patients"]),
        int(printed["tee.factors.tee.patients"]) * int(printed["tee.factors.no_tee.total"]),
    )
    return not prints_as(ratio, printed["tee.factors.fold"])


def _largest_fold_fails(printed: Printed) -> bool:
    """From the counts, the largest finite ratio prints otherwise, and no ratio prints so; from the rounded
    percentages, the largest ratio does.
    """
    tee, no_tee = int(printed["t6.at_risk.tee"]), int(printed["t6.at_risk.no_tee"])
    counts, rounded = [], []
    for name in RISK_FACTORS:
        with_tee, without = (int(printed[f"t6.risk_{name}.{c}.patients"]) for c in ("tee", "no_tee"))
        if without:
            counts.append(Fraction(with_tee * no_tee, without * tee))
            above, below = (Fraction(printed[f"t6.risk_{name}.{c}.percent"]) for c in ("tee", "no_tee"))
            rounded.append(above / below)
    claimed = printed["tee.fold.maximum"]
    explained = prints_as(max(rounded), claimed)
    return explained and printed["abs.fold.maximum"] == claimed and half_up(max(counts), 1) != claimed


def _serious_list_lacks_tee(printed: Printed) -> bool:
    """The list of serious events in the first period is complete, and has fewer TEEs than Table 1 counts."""
    events = {claim: 1 if claim.startswith("t4.") else int(printed[claim]) for claim in SERIOUS_FIRST_PERIOD}
    total = sum(int(printed[f"t1.serious.{column}.events"]) for column in ("ivig_p1", "placebo_p1"))
    listed = events["int.unrelated_serious_pulmonary_embolism.any_p1.patients"]
    return sum(events.values()) == total and listed < int(printed["t1.tee.ivig_p1.events"])


CONTRADICTIONS = (
    Contradiction(
        id="tees_serious",
        claims=("m.tees_serious",),
        beside=(
            *SERIOUS_FIRST_PERIOD,
            "t1.serious.ivig_p1.events",
            "t1.serious.placebo_p1.events",
            "t1.tee.ivig_p1.events",
        ),
        kind=Kind.CONTRADICTION,
        proof=(
            "Methods: serious means, among others, an important medical event, including "
            "TEEs. Table 1 counts 2 TEEs "
            "on IVIg in the first period.\n"
            "Table 1 also counts 5 + 4 serious TEAEs in that period; Table 4 and the text "
            "name all 9 of them, and "
            "only one, a PE, is a TEE."
        ),
        reading=(
            "Seriousness follows the lists of events. The second TEE of the first period is "
            "then not serious: "
            "basilar artery stenosis is the only event named in the article that it can be."
        ),
        holds=_serious_list_lacks_tee,
    ),
    Contradiction(
        id="median_cycle_duration",
        claims=("dem.cycle_days.median",),
        beside=(),
        kind=Kind.AMBIGUITY,
        proof=(
            "The median duration of infusion cycles was 2.4 days; the durations are whole "
            "days (2, 3, 4 or 5).\n"
            "The median of whole numbers is a whole number or lies halfway between two: 2.0 "
            "or 2.5, never 2.4."
        ),
        reading="The mean number of days per IVIg cycle is 2.4; the median follows from the data.",
        holds=_not_half_days,
    ),
    Contradiction(
        id="percent_up_to_2_days",
        claims=("ov.related_cycle_days_up_to_2.percent",),
        beside=("ov.related_cycle_days_up_to_2.patients", "t1.at_risk.ivig_all"),
        kind=Kind.CONTRADICTION,
        proof=(
            "Of the patients who received infusions over at most 2 days, 42 (54.6%) "
            "experienced a related TEAE.\n"
            "42 of 76 is 55.3%, 42 of 77 is 54.5%: no whole number of patients makes 42 of them 54.6%."
        ),
        reading="42 patients, of the 76 whom the article counts with infusions over at most 2 days (55.3%).",
        holds=_no_denominator,
    ),
    Contradiction(
        id="risk_factors_per_patient",
        claims=(
            "t6.factors_2.tee.patients",
            "t6.factors_2.tee.percent",
            "t6.factors_3.tee.patients",
            "t6.factors_3.tee.percent",
        ),
        beside=(*_factor_claims("tee"), *_listed_claims(), "t6.at_risk.tee"),
        kind=Kind.CONTRADICTION,
        proof=(
            "Of the factors that Table 6 counts, Table 5 lists 3, 3, 3, 1 and 4 for patients "
            "2, 3, 4, 6 and 7; "
            "Table 6 has 16 in six patients, so the sixth has 2.\n"
            "One patient with two factors and three with three cannot be “2 risk factors 0 (0)” and "
            "“3 risk factors 5 (83.3)”."
        ),
        reading=(
            "The lists of Table 5 and the rows of single factors in Table 6 hold: one "
            "patient has one factor, one "
            "has two, three have three and patient 7 has four."
        ),
        holds=_factor_distribution_fails,
    ),
    Contradiction(
        id="fold_of_means",
        claims=("tee.factors.fold",),
        beside=(
            "tee.factors.tee.total",
            "tee.factors.tee.patients",
            "tee.factors.no_tee.total",
            "tee.factors.no_tee.patients",
        ),
        kind=Kind.ROUNDING,
        proof=(
            "16 risk factors among 6 patients versus 51 among 89, equating to a 4.6-fold difference.\n"
            "(16 / 6) / (51 / 89) = 4.654, which rounds to 4.7; 4.6 is the same number cut off."
        ),
        reading="The counts hold; the ratio follows from them.",
        holds=_mean_ratio_fails,
    ),
    Contradiction(
        id="median_age_tee",
        claims=("tee.age.tee.median",),
        beside=(*(f"t5.p{patient}.age" for patient in LISTED), "t6.age.tee.mean", "t6.at_risk.tee"),
        kind=Kind.CONTRADICTION,
        proof=(
            "Table 5 gives five ages: 62, 67, 67, 70, 79. With a mean of 69.0 (Table 6) the "
            "sixth patient is 69.\n"
            "The median of 62, 67, 67, 69, 70, 79 is (67 + 69) / 2 = 68, not 69.0, which is their mean."
        ),
        reading="Table 6 calls 69.0 and 51.6 means; the text’s “median” is read as a slip.",
        holds=_tee_median_fails,
    ),
    Contradiction(
        id="median_age_no_tee",
        claims=("tee.age.no_tee.median",),
        beside=("t6.age.no_tee.minimum", "t6.age.no_tee.maximum", "t6.at_risk.no_tee"),
        kind=Kind.CONTRADICTION,
        proof=(
            "The median age of the 89 patients without TEEs was 51.6 years; ages are whole "
            "years (22-77 in Table 6).\n"
            "The median of an odd number of whole numbers is one of them, so it cannot be 51.6."
        ),
        reading="Table 6 calls 69.0 and 51.6 means; the text’s “median” is read as a slip.",
        holds=_no_tee_median_fails,
    ),
    Contradiction(
        id="largest_fold",
        claims=("abs.fold.maximum", "tee.fold.maximum"),
        beside=(
            "t6.at_risk.tee",
            "t6.at_risk.no_tee",
            *_factor_claims("tee"),
            *_factor_claims("no_tee"),
        ),
        kind=Kind.ROUNDING,
        proof=(
            "The percentage of each risk factor was 2.4- to 15.2-fold higher. The largest "
            "ratio is that of 1 of 6 to "
            "1 of 89 patients.\n"
            "(1 / 6) / (1 / 89) = 14.8; dividing the rounded percentages, 16.7 / 1.1, gives 15.2."
        ),
        reading="The counts hold; the ratio follows from them without rounding in between.",
        holds=_largest_fold_fails,
    ),
    Contradiction(
        id="disease_activity_patient_7",
        claims=("t5.p7.disease_activity",),
        beside=(
            "t6.at_risk.tee",
            *(
                f"t6.gda_{activity}.tee.{statistic}"
                for activity in ("mild", "moderate", "severe")
                for statistic in ("patients", "percent")
            ),
        ),
        kind=Kind.CONTRADICTION,
        proof=(
            "Table 5: the global disease activity of patient 7, who had a TEE, was severe.\n"
            "Table 6: of the 6 patients with TEEs 2 were mild, 4 moderate and 0 severe."
        ),
        reading=(
            "Table 6 holds, so that patient 7 is moderate: its three counts add up to the "
            "six patients, and over both "
            "columns to 95."
        ),
        holds=_severe_activity_fails,
    ),
)
