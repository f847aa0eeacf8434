"""Tables 1 and 2 once more, from the files alone: no pandas, nothing of the book's own code.

Treatment, period and the infusional window are taken from the infusion times, not from the flags.
"""

import csv
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1] / "data"

COLUMNS = {
    "ivig_p1": lambda treatment, period: treatment == "IVIg" and period == "1",
    "placebo_p1": lambda treatment, period: treatment == "Placebo",
    "ivig_all": lambda treatment, period: treatment == "IVIg",
}


def related(event):
    return event["AEREL"] in ("POSSIBLE", "PROBABLE")


def thromboembolic(event):
    return event["CQ01NAM"] == "THROMBOEMBOLIC EVENT"


TABLE_1 = {
    "teae": lambda event: True,
    "infusional": lambda event: event["infusional"],
    "serious": lambda event: event["AESER"] == "Y",
    "related": related,
    "discontinuation": lambda event: event["AEACN"] == "DRUG WITHDRAWN",
    "tee": thromboembolic,
    "related_tee": lambda event: related(event) and thromboembolic(event),
    "htr": lambda event: event["CQ02NAM"] == "HAEMOLYTIC TRANSFUSION REACTION",
    "death": lambda event: event["AESDTH"] == "Y",
}

LEVELS = {
    level: (lambda event, level=level: event["AESEV"] == level.upper())
    for level in ("mild", "moderate", "severe")
}
TABLE_2 = LEVELS | {
    f"related_{level}": (lambda event, holds=holds: related(event) and holds(event))
    for level, holds in LEVELS.items()
}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cycles():
    """Per patient, the cycles in order: start, end, treatment, period."""
    episodes = defaultdict(list)
    for row in rows(DATA / "adam" / "adex.csv"):
        start, end = datetime.fromisoformat(row["ASTDTM"]), datetime.fromisoformat(row["AENDTM"])
        episodes[row["USUBJID"], int(row["CYCLE"])].append((start, end, row["TRTA"], row["APERIOD"]))
    found = defaultdict(list)
    for (patient, _), parts in sorted(episodes.items()):
        found[patient].append((min(p[0] for p in parts), max(p[1] for p in parts), parts[0][2], parts[0][3]))
    return found


def events(infusions):
    """The treatment-emergent events, each with the most recent cycle's treatment and period."""
    for row in rows(DATA / "adam" / "adae.csv"):
        onset = datetime.fromisoformat(row["ASTDTM"])
        before = [cycle for cycle in infusions[row["USUBJID"]] if cycle[0] <= onset]
        if before:
            _, end, treatment, period = max(before)
            window = onset <= end + timedelta(hours=72)
            yield {**row, "treatment": treatment, "period": period, "infusional": window}


def rounded(part, whole, decimals):
    """100 x part / whole, half up, with whole numbers only."""
    scale = 10**decimals
    units = (200 * part * scale + whole) // (2 * whole)
    return f"{units // scale}.{units % scale:0{decimals}d}" if decimals else str(units)


@pytest.fixture(scope="module")
def counted():
    """Estimand id -> the number itself, or the two counts of a percentage."""
    infusions = cycles()
    happened = list(events(infusions))
    treatments = [{part[2] for part in parts if part[3] == "1"} for parts in infusions.values()]
    numbers = {"switched.placebo_arm.patients": treatments.count({"IVIg", "Placebo"})}
    for column, holds in COLUMNS.items():
        at_risk = {
            patient for patient, parts in infusions.items() if any(holds(part[2], part[3]) for part in parts)
        }
        numbers[f"at_risk.{column}"] = len(at_risk)
        inside = [event for event in happened if holds(event["treatment"], event["period"])]
        for category, applies in {**TABLE_1, **TABLE_2}.items():
            chosen = [event for event in inside if applies(event)]
            of = [event for event in inside if related(event)] if category.startswith("related_") else inside
            patients = {event["USUBJID"] for event in chosen}
            name = f"{category}.{column}"
            numbers[f"{name}.patients"] = len(patients)
            numbers[f"{name}.events"] = len(chosen)
            numbers[f"{name}.percent"] = len(patients), len(at_risk)
            numbers[f"{name}.event_percent"] = len(chosen), len(of)
    return numbers


@pytest.mark.parametrize(
    ("table", "categories", "claims"), [("Table 1", TABLE_1, 81), ("Table 2", TABLE_2, 72)]
)
def test_each_printed_number_of_the_table(counted, table, categories, claims):
    printed = [row for row in rows(DATA / "published" / "claims.csv") if row["location"] == table]
    cells = [row for row in printed if row["estimand"].split(".")[0] in categories]
    assert len(cells) == claims
    wrong = []
    for row in printed:
        if not row["estimand"]:
            continue
        number, decimals = counted[row["estimand"]], len(row["value"].partition(".")[2])
        text = rounded(*number, decimals) if isinstance(number, tuple) else str(number)
        if text != row["value"]:
            wrong.append(f"{row['claim_id']}: printed {row['value']}, counted {text}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("part", "whole", "decimals", "text"),
    [
        (42, 52, 1, "80.8"),
        (1, 16, 1, "6.3"),
        (260, 282, 2, "92.20"),
        (0, 52, 1, "0.0"),
        (1, 8, 0, "13"),
        (6, 6, 1, "100.0"),
    ],
)
def test_percentages_round_half_up(part, whole, decimals, text):
    assert rounded(part, whole, decimals) == text
