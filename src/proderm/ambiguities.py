"""Claims that hold on one reading, and not on another that is as near. The data follow the one that holds."""

from fractions import Fraction

from safetybook.contradictions import Contradiction, Kind, Printed
from safetybook.rounding import prints_as


def _first_period_tees_left_out(printed: Printed) -> bool:
    """The shortest time to a TEE is longer than the first period with its follow-up."""
    longest = 7 * (int(printed["m.first_period.end"]) + int(printed["m.follow_up"]))
    return int(printed["t1.tee.ivig_p1.events"]) > 0 and int(printed["tee.time.first.minimum"]) > longest


def _divided_by_all_on_ivig(printed: Printed) -> bool:
    """The percentage prints of the patients on IVIg, and not of those who entered the extension."""
    count, percentage = (printed[f"out.discontinuation.ivig_ext.{name}"] for name in ("patients", "percent"))
    entered, everyone = printed["red.entered"], printed["t1.at_risk.ivig_all"]
    of_entered, of_everyone = (
        prints_as(Fraction(100 * int(count), int(base)), percentage) for base in (entered, everyone)
    )
    return of_everyone and not of_entered


def _days_from_end_of_cycle(printed: Printed) -> bool:
    """Two distances of one event from one infusion cycle differ by the length of the cycle."""
    since_start, since = (
        int(printed[name]) for name in ("t5.p6.cerebral_infarction.days", "t4.p6.days_since_infusion")
    )
    return since != since_start and since_start - since == int(printed["t5.p6.episodes"]) - 1


def _more_than_the_worst_level(printed: Printed) -> bool:
    """Patients by intensity add up to more than the patients with any event."""
    levels = (int(printed[f"t2.{level}.ivig_all.patients"]) for level in ("mild", "moderate", "severe"))
    return sum(levels) > int(printed["t1.teae.ivig_all.patients"])


AMBIGUITIES = (
    Contradiction(
        id="patients_at_every_level",
        claims=tuple(f"t2.{level}.ivig_all.patients" for level in ("mild", "moderate", "severe")),
        beside=("t1.teae.ivig_all.patients",),
        kind=Kind.AMBIGUITY,
        proof=(
            "Table 2 has 79 patients with mild, 39 with moderate and 10 with severe TEAEs in the overall "
            "period.\n"
            "They add up to 128, but 84 patients had any TEAE: some count at more than one intensity."
        ),
        reading="A patient counts once at each intensity, not only at the worst one.",
        holds=_more_than_the_worst_level,
    ),
    Contradiction(
        id="time_to_tee",
        claims=("tee.time.first.minimum",),
        beside=("t1.tee.ivig_p1.events", "m.first_period.end", "m.follow_up"),
        kind=Kind.AMBIGUITY,
        proof=(
            "The time to TEE occurrence from the first IVIg infusion ranged from 142 to 267 days; Table 1 "
            "has 2 TEEs on IVIg in the first period.\n"
            "That period ends at week 16, and events are followed for 4 weeks: a TEE in it comes before day "
            "141, so the range leaves out those 2."
        ),
        reading="The range is over the six TEEs that were related, all of them in the extension.",
        holds=_first_period_tees_left_out,
    ),
    Contradiction(
        id="days_to_cerebral_infarction",
        claims=("t4.p6.days_since_infusion",),
        beside=("t5.p6.cerebral_infarction.days", "t5.p6.episodes"),
        kind=Kind.AMBIGUITY,
        proof=(
            "Table 4: the cerebral infarction of patient 6 occurred 12 days after the last infusion cycle. "
            "Table 5: 14 days.\n"
            "Table 5 counts from the start of the cycle, which had three episodes: from its last day on, 14 "
            "days are 12."
        ),
        reading="Table 4 counts from the end of the cycle, Table 5 from its start.",
        holds=_days_from_end_of_cycle,
    ),
    Contradiction(
        id="percentages_in_the_extension",
        claims=("out.discontinuation.ivig_ext.percent",),
        beside=("out.discontinuation.ivig_ext.patients", "red.entered", "t1.at_risk.ivig_all"),
        kind=Kind.AMBIGUITY,
        proof=(
            "In the extension period, 10 patients (10.5%) had TEAEs that led to discontinuation; 91 patients "
            "entered it.\n"
            "10 of 91 is 11.0%; 10 of the 95 patients who ever received IVIg is 10.5%."
        ),
        reading="These percentages divide by all patients on IVIg.",
        holds=_divided_by_all_on_ivig,
    ),
)
"""The claims that depend on how they are read, in the order of the article."""
