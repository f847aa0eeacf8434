"""Questions on the randomised arms and on the patients who switched, whom the columns of the tables mix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from proderm.columns import IVIG_ALL, IVIG_ARM, IVIG_EXT, IVIG_P1, PLACEBO_ARM, PLACEBO_P1
from proderm.estimands.adverse_events import RELATED, TEAE
from proderm.estimands.families import events, patients
from proderm.questions.family import CAUSALITY, COLUMNS, Family, Question, combined, filters, has, kinds
from safetybook.estimands import Column, where
from safetybook.reconstruct.signatures import Pool

SWITCHED = Column("switched", "Patients who switched to IVIg in the first period", where(XOVERFL="Y"))


def pools_by_arm(printed: Mapping[str, int]) -> list[Pool]:
    """The patients by randomised arm; those who switched apart.

    Everybody received IVIg at some time. So whoever of the placebo arm left in the first period had
    switched before.
    """
    ivig, placebo = printed["randomised.ivig_arm"], printed["randomised.placebo_arm"]
    stayed = printed["completed_first_period.ivig_arm.patients"]
    left = placebo - printed["completed_first_period.placebo_arm.patients"]
    switched = printed["switched.placebo_arm.patients"]
    return [
        Pool("IVIg arm", stayed, ("IVIg, IVIg arm", "extension, IVIg arm")),
        Pool("IVIg arm, left", ivig - stayed, ("IVIg, IVIg arm",)),
        Pool("placebo arm", placebo - switched, ("placebo, stayed", "extension, stayed")),
        Pool(
            "switched",
            switched - left,
            ("placebo, switched", "IVIg, switched", "extension, switched"),
        ),
        Pool("switched, left", left, ("placebo, switched", "IVIg, switched")),
    ]


def arms(printed: Mapping[str, int]) -> Family:
    """TEAEs by randomised arm, and of those who switched."""
    columns = [
        *COLUMNS,
        *(_joined(group, column) for group in (SWITCHED, PLACEBO_ARM) for column in COLUMNS),
        *(_joined(IVIG_ARM, column) for column in (IVIG_ALL, IVIG_EXT)),
    ]
    asked = tuple(_questions())
    return Family("arms", _segments(), pools_by_arm(printed), filters((TEAE, RELATED), columns), asked)


def _segments() -> dict[str, pd.DataFrame]:
    """The kinds of rows by treatment period and group: `IVIg, switched` and so on."""
    rows = kinds(AEREL=CAUSALITY)
    exposures = {"placebo": ("Placebo", 1), "IVIg": ("IVIg", 1), "extension": ("IVIg", 2)}
    groups = {
        "IVIg arm": ("IVIg", "N", ("IVIg", "extension")),
        "stayed": ("Placebo", "N", ("placebo", "extension")),
        "switched": ("Placebo", "Y", ("placebo", "IVIg", "extension")),
    }
    return {
        f"{name}, {group}": rows.assign(
            TRTA=exposures[name][0], APERIOD=exposures[name][1], TRT01P=arm, XOVERFL=switched
        )
        for group, (arm, switched, names) in groups.items()
        for name in names
    }


def _questions() -> Iterator[Question]:
    places = (
        (SWITCHED, PLACEBO_P1, "on placebo, switched"),
        (SWITCHED, IVIG_P1, "on IVIg in the first period, switched"),
        (PLACEBO_ARM, IVIG_ALL, "on IVIg, placebo arm"),
        (IVIG_ARM, IVIG_ALL, "on IVIg, IVIg arm"),
    )
    for category, words in ((TEAE, "TEAEs"), (RELATED, "Related TEAEs")):
        for group, column, on in places:
            yield Question(patients(category, _joined(group, column)), group, f"{words} {on}")
        on_placebo, on_ivig = (has(category, _joined(PLACEBO_ARM, c)) for c in (PLACEBO_P1, IVIG_ALL))
        name = f"both_treatments.{category.id}"
        yield combined(
            name, f"{words} on placebo and on IVIg, placebo arm", on_placebo & on_ivig, PLACEBO_ARM
        )
    for group, column, on in places[:2]:
        yield Question(events(TEAE, _joined(group, column)), group, f"TEAEs {on}: events")


def _joined(group: Column, column: Column) -> Column:
    """A column among the patients of a group."""
    return Column(f"{column.id}_{group.id}", f"{group.label}, {column.label}", column.where & group.where)
