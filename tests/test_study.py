"""The study: what its frames hold, and what is said about files that do not make one."""

import gc
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tiny
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import FILES, change, read_rows, write_rows, write_tiny_study

import proderm.datasets
import proderm.study
from proderm.study import load
from safetybook import reading
from safetybook import study as general
from safetybook.datasets import (
    ADAE,
    ADCM,
    ADEX,
    ADMH,
    ADSL,
    ADWELLS,
    Dataset,
    Kind,
    Variable,
    dictionary,
    number,
    text,
)  # fmt: skip
from safetybook.estimands import where
from safetybook.problems import BadStudyError, Problem
from safetybook.study import Study

tiny_study = tiny.tiny_study

DATA_DICTIONARY = Path(__file__).resolve().parents[1] / "data" / "README.md"


@pytest.fixture(scope="module", autouse=True)
def files_are_read_once() -> Iterator[None]:
    """A file with the same bytes is not read again: most tests change one of six."""
    read = cache(reading.parse_table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "parse_table", read)
        yield


def problems(folder: Path) -> list[Problem]:
    """What is wrong with the files of a folder."""
    with pytest.raises(BadStudyError) as caught:
        load(folder)
    return list(caught.value.problems)


def told(folder: Path) -> list[tuple[str, int, str, str, str]]:
    return [(p.file, p.row, p.variable, p.value, p.expected) for p in problems(folder)]


# What the frames hold


def test_every_frame_carries_its_patients_variables(tiny_study):
    study = load(tiny_study)
    assert set(study.names) == {*FILES, "cycles", "maxrates"}
    for name in study.names:
        assert {"TRT01P", "AGE", "TEEFL", "NTEERF"} <= set(study.frame(name).columns), name
    adae = study.frame("adae")
    assert list(adae.loc[adae["USUBJID"] == "T-03", "TRT01P"]) == ["Placebo", "Placebo"]
    assert list(adae.loc[adae["USUBJID"] == "T-03", "TRTA"]) == ["Placebo", "IVIg"]


def test_patient_variables_of_the_trial(tiny_study):
    adsl = load(tiny_study).frame("adsl").set_index("USUBJID")
    assert adsl["TEEFL"].to_dict() == {"T-01": "Y", "T-02": "N", "T-03": "N"}
    assert adsl["RELTEEFL"].to_dict() == {"T-01": "Y", "T-02": "N", "T-03": "N"}
    # An ex-smoker is not of Table 6; two kinds of obesity are one category.
    assert adsl["NTEERF"].to_dict() == {"T-01": 2, "T-02": 0, "T-03": 1}
    assert adsl["IVIGSDTM"].to_dict() == {
        "T-01": pd.Timestamp("2018-03-05T09:30"),
        "T-02": pd.Timestamp("2018-08-27T09:00"),
        "T-03": pd.Timestamp("2018-07-09T10:00"),
    }


def test_an_unrelated_thromboembolic_event_is_one_all_the_same(tiny_study):
    change(tiny_study, "adae", 4, "AEREL", "UNLIKELY")
    adsl = load(tiny_study).frame("adsl").set_index("USUBJID")
    assert (adsl.at["T-01", "TEEFL"], adsl.at["T-01", "RELTEEFL"]) == ("Y", "N")


def test_cycles_sum_up_their_episodes(tiny_study):
    cycles = load(tiny_study).frame("cycles").set_index(["USUBJID", "CYCLE"])
    assert len(cycles) == 11
    first, third, reduced = (cycles.loc[("T-01", number)] for number in (1, 5, 8))
    assert first["ASTDTM"] == pd.Timestamp("2018-03-05T09:30")
    assert first["AENDTM"] == pd.Timestamp("2018-03-06T12:40")
    assert (first["CYCDAYS"], first["EXDOSE"], first["EXRATMAX"]) == (2, 140.3, 0.12)
    assert (first["TRTA"], first["APERIOD"], first["PROTVER"]) == ("IVIg", 1, 1)
    assert (third["CYCDAYS"], third["EXDOSE"], third["APERIODC"]) == (3, 140.0, "Extension period")
    assert (reduced["CYCDOSE"], reduced["DOSEPGKG"], reduced["PROTVER"]) == (1.0, 1.0, 2)
    assert np.isnan(cycles.loc[("T-02", 1), "EXDOSE"])  # not recorded is not zero


def test_maximum_rates_by_protocol_version_on_ivig(tiny_study):
    rates = load(tiny_study).frame("maxrates")
    assert rates[["USUBJID", "PROTVER", "EXRATMAX"]].values.tolist() == [
        ["T-01", 1, 0.12],
        ["T-01", 2, 0.04],
        ["T-02", 2, 0.04],
        ["T-03", 1, 0.12],
        ["T-03", 2, 0.04],
    ]


def test_events_carry_the_cycle_they_belong_to(tiny_study):
    event = load(tiny_study).frame("adae").set_index(["USUBJID", "AESEQ"]).loc[("T-01", 3)]
    assert (event["CYCDAYS"], event["CYCDOSE"], event["DOSEPGKG"], event["PROTVER"]) == (3, 2.0, 2.0, 1)
    assert event["CYCSTDTM"] == pd.Timestamp("2018-06-25T09:00")
    assert event["CYCENDTM"] == pd.Timestamp("2018-06-27T12:00")


def test_types(tiny_study):
    adae = load(tiny_study).frame("adae")
    whole = ["AESEQ", "APERIOD", "CYCLE", "CYCDAYS", "PROTVER", "AGE", "NTEERF"]
    assert set(adae[whole].dtypes.astype("str")) == {"int64"}
    assert set(adae[["ADURN", "XOVERWK"]].dtypes.astype("str")) == {"Int64"}
    assert set(adae[["ASTDTM", "AENDTM", "CYCSTDTM", "RANDDT"]].dtypes.astype("str")) == {"datetime64[us]"}
    assert adae["CQ01NAM"].isin(["THROMBOEMBOLIC EVENT"]).sum() == 1
    assert adae["CQ01NAM"].isna().sum() == 7
    assert adae["APERIOD"].isin({1}).sum() == 6


def test_a_frame_may_be_changed_without_changing_the_study(tiny_study):
    study = load(tiny_study)
    for name in study.names:
        frame = study.frame(name)
        frame["USUBJID"] = "someone else"
        frame.loc[0, "AGE"] = 0
        frame["NEW"] = 1
        assert "NEW" not in study.frame(name)
        assert study.frame(name)["USUBJID"].str.startswith("T-0").all()
        assert study.frame(name)["AGE"].min() > 0


def test_an_unknown_frame_is_told_with_the_known_ones(tiny_study):
    with pytest.raises(KeyError, match="no frame 'advs'; it has adsl, adex"):
        load(tiny_study).frame("advs")


def test_patient_variables_can_be_added_and_reach_every_frame(tiny_study):
    study = load(tiny_study)
    more = study.with_subject_variables({"GROUP": pd.Series({"T-01": "a", "T-03": "b"})})
    assert more.frame("adsl")["GROUP"].fillna("").tolist() == ["a", "", "b"]
    assert more.frame("maxrates")["GROUP"].notna().sum() == 4
    assert "GROUP" not in study.frame("adsl")


def test_a_variable_of_the_data_set_stays_its_own(tiny_study):
    for name in ("adae", "adsl"):
        rows = read_rows(tiny_study, name)
        write_rows(tiny_study, name, [[*row, "SITE" if i == 0 else name] for i, row in enumerate(rows)])
    study = load(tiny_study)
    assert set(study.frame("adae")["SITE"]) == {"adae"}
    assert set(study.frame("adex")["SITE"]) == {"adsl"}


def test_the_order_of_rows_and_columns_does_not_matter(tiny_study, tmp_path):
    turned = write_tiny_study(tmp_path / "turned")
    for name in FILES:
        header, *rows = read_rows(turned, name)
        write_rows(turned, name, [row[::-1] for row in (header, *rows[::-1])])
    one, other = load(tiny_study), load(turned)
    for name in one.names:
        pd.testing.assert_frame_equal(one.frame(name), other.frame(name))


def test_line_ends_blank_lines_quotes_and_a_byte_order_mark_are_fine(tiny_study, tmp_path):
    other = write_tiny_study(tmp_path / "other")
    for name in FILES:
        lines = (other / f"{name}.csv").read_text(encoding="utf-8").replace(",IVIg,", ',"IVIg",').splitlines()
        (other / f"{name}.csv").write_bytes("\r\n".join([*lines, "", ""]).encode("utf-8-sig"))
    one, two = load(tiny_study), load(other)
    for name in one.names:
        pd.testing.assert_frame_equal(one.frame(name), two.frame(name))


def test_a_study_without_rows_is_a_study(tiny_study):
    for name in FILES:
        write_rows(tiny_study, name, read_rows(tiny_study, name)[:1])
    study = load(tiny_study)
    for name in study.names:
        assert study.frame(name).empty, name
        assert "NTEERF" in study.frame(name)
    assert str(study.frame("adae")["CYCDAYS"].dtype) == "int64"


def test_a_study_without_events_is_a_study(tiny_study):
    for name in ("adae", "admh", "adcm", "adwells"):
        write_rows(tiny_study, name, read_rows(tiny_study, name)[:1])
    study = load(tiny_study)
    assert study.frame("adae").empty
    assert set(study.frame("adsl")["TEEFL"]) == {"N"}


def test_a_study_knows_its_source_and_definitions(tiny_study):
    study = load(tiny_study)
    assert study.source == tiny_study
    assert study.datasets["adae"]["AESEV"].codes == {"MILD", "MODERATE", "SEVERE"}


def test_the_default_folder_is_the_repositorys_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    default = proderm.study.FOLDER
    assert default == DATA_DICTIONARY.parent / "adam"


def test_frames_in_memory_make_a_study_too():
    adsl = pd.DataFrame({"USUBJID": ["1", "2"], "ARM": ["A", "B"]})
    adae = pd.DataFrame({"USUBJID": ["2", "2"], "AEDECOD": ["Headache", "Nausea"]})
    study = Study({"adsl": adsl, "adae": adae}, ())
    assert study.names == ("adsl", "adae")
    assert study.frame("adae")["ARM"].tolist() == ["B", "B"]


# What is wrong with bad files


@pytest.mark.parametrize(
    ("name", "row", "variable", "value", "expected"),
    [
        ("adsl", 2, "RACE", "Martian", "one of ASIAN, BLACK OR AFRICAN AMERICAN, OTHER, WHITE"),
        ("adsl", 2, "SEX", "", "one of F, M: it may not be empty"),
        ("adsl", 3, "AGE", "45.5", "a whole number"),
        ("adsl", 3, "AGE", "145", "18 to 79"),
        ("adsl", 4, "WEIGHTBL", "81,0", "a decimal number"),
        ("adsl", 4, "WEIGHTBL", "inf", "a decimal number"),
        ("adsl", 4, "WEIGHTBL", "1e2", "a decimal number"),
        ("adsl", 4, "RANDDT", "10MAY2018", "a date such as 2018-03-05"),
        ("adsl", 4, "RANDDT", "2018-02-30", "a date such as 2018-03-05"),
        ("adsl", 4, "XOVERWK", "9", "one of 8, 12"),
        ("adsl", 4, "GCBLFL", "Yes", "one of N, Y"),
        ("adsl", 4, "GCBLFL", "y", "one of N, Y"),
        ("adsl", 4, "SAFFL", "N", "Y, as an infusion is in adex.csv"),
        ("adsl", 2, "ARTNO", "12", "one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"),
        ("adex", 5, "ASTDTM", "2018-04-03 09:00", "a date-time such as 2018-03-05T09:30"),
        ("adex", 5, "ASTDTM", "2018-04-03", "a date-time such as 2018-03-05T09:30"),
        ("adex", 5, "ASTDTM", "2018-04-03T24:30", "a date-time such as 2018-03-05T09:30"),
        ("adex", 5, "ASTDTM", "", "a value: it may not be empty"),
        ("adex", 5, "CYCLE", "", "a value: it may not be empty"),
        ("adex", 5, "EPISODE", "6", "1 to 5"),
        ("adex", 5, "EXDOSE", "-1", "0 or more"),
        ("adex", 5, "DOSEPGKG", "1.5", "one of 1.0, 2.0"),
        ("adex", 5, "PROTVER", "2", "1, as on an earlier row of this cycle"),
        ("adex", 5, "TRTA", "Placebo", "IVIg, as on an earlier row of this cycle"),
        ("adex", 5, "TRTA", "IVIG", "one of IVIg, Placebo"),
        ("adex", 2, "TRTA", "IVIG", "one of IVIg, Placebo"),
        ("adex", 5, "AENDTM", "2018-04-03T09:00", "an end after the start, 2018-04-03T09:00"),
        (
            "adex", 5, "ASTDTM", "2018-04-02T12:29",
            "a start at or after the end of the episode before, 2018-04-02T12:30",
        ),
        (
            "adex", 4, "ASTDTM", "2018-03-06T12:39",
            "a start at or after the end of the episode before, 2018-03-06T12:40",
        ),
        ("adae", 2, "AESEV", "MILDD", "one of MILD, MODERATE, SEVERE"),
        ("adae", 2, "AEDECOD", "Headache ", "no blanks before or after the value"),
        ("adae", 2, "AEREL", "", "one of NOT RELATED, POSSIBLE, PROBABLE, UNLIKELY: it may not be empty"),
        ("adae", 2, "CQ01NAM", "TEE", "one of THROMBOEMBOLIC EVENT"),
        ("adae", 2, "AENDTM", "2018-03-05T20:14", "a resolution at or after the onset, 2018-03-05T20:15"),
        ("adae", 2, "USUBJID", "T-09", "a patient of adsl.csv"),
        (
            "adae", 2, "ASTDTM", "2018-03-05T09:29",
            "an onset at or after the patient's first infusion, 2018-03-05T09:30",
        ),
        ("adae", 2, "TRTEMFL", "N", "Y, which follows from the dates"),
        ("adae", 2, "TRTA", "Placebo", "IVIg, which follows from the dates"),
        ("adae", 2, "APERIOD", "2", "1, which follows from the dates"),
        ("adae", 2, "CYCLE", "2", "1, which follows from the dates"),
        ("adae", 2, "CYCLE", "", "a value: it may not be empty"),
        ("adae", 2, "INFUSFL", "N", "Y, which follows from the dates"),
        ("adae", 9, "INFUSFL", "Y", "N, which follows from the dates"),
        ("adae", 2, "AELATENC", "0.4479", "0, which follows from the dates"),
        ("adae", 3, "AELATENC", "4.132", "4.1319, which follows from the dates"),
        ("adae", 3, "AELATENC", "4.1", "4.1319, which follows from the dates"),
        ("adae", 3, "AELATENC", "-1", "0 or more"),
        ("adae", 2, "ADURN", "1", "2, which follows from the dates"),
        ("adae", 2, "ADURN", "", "2, which follows from the dates"),
        ("adae", 2, "ADURN", "0", "1 or more"),
        ("adae", 5, "ADURN", "2", "nothing, which follows from the dates"),
        ("admh", 3, "USUBJID", "T-00", "a patient of adsl.csv"),
        ("adcm", 2, "CYCLE", "7", "a cycle of the patient's infusions"),
        ("adcm", 2, "TRTA", "Placebo", "IVIg, as in the infusion cycle it names"),
        ("adcm", 2, "APERIOD", "1", "2, as in the infusion cycle it names"),
        ("adwells", 2, "AVAL", "13", "-2 to 12.5"),
        ("adwells", 2, "ADT", "2018-06-25T10:00", "a date such as 2018-03-05"),
        ("adwells", 2, "PARAMCD", "WELLS", "one of WELLSDVT, WELLSPE"),
    ],
)  # fmt: skip
def test_one_wrong_cell_is_one_problem(tiny_study, name, row, variable, value, expected):
    change(tiny_study, name, row, variable, value)
    assert told(tiny_study) == [(f"{name}.csv", row, variable, value, expected)]


def test_a_latency_that_differs_beyond_the_fourth_decimal_is_the_same(tiny_study):
    change(tiny_study, "adae", 3, "AELATENC", "4.13194")
    load(tiny_study)


def test_an_event_of_a_patient_without_infusions(tiny_study):
    write_rows(tiny_study, "adex", [row for row in read_rows(tiny_study, "adex") if row[0] != "T-02"])
    change(tiny_study, "adsl", 3, "SAFFL", "N")
    nobody = "an infusion of the patient before the onset: there is none at all"
    assert [(p.file, p.row, p.variable, p.expected) for p in problems(tiny_study)] == [
        ("adae.csv", 6, "ASTDTM", nobody),
        ("adae.csv", 7, "ASTDTM", nobody),
    ]


def test_an_event_before_treatment_is_legal_where_the_infusion_may_be_empty(tiny_study):
    optional = [text("TRTA", ""), *(number(name, "", kind=Kind.INTEGER) for name in ("APERIOD", "CYCLE"))]
    events = proderm.datasets.ADAE.extended(*optional, number("AELATENC", ""))
    relaxed = [events if dataset.name == "adae" else dataset for dataset in proderm.datasets.DATASETS]
    for variable, value in {
        "ASTDTM": "2018-03-05T09:00", "TRTEMFL": "N", "TRTA": "", "APERIOD": "", "CYCLE": "",
        "INFUSFL": "N", "AELATENC": "",
    }.items():  # fmt: skip
        change(tiny_study, "adae", 2, variable, value)
    event = general.load(tiny_study, relaxed).frame("adae").iloc[0]
    assert event[["TRTA", "APERIOD", "CYCLE", "CYCDAYS", "PROTVER"]].isna().all()
    change(tiny_study, "adae", 2, "TRTEMFL", "Y")
    with pytest.raises(BadStudyError, match="expected an onset at or after the patient's first infusion"):
        general.load(tiny_study, relaxed)


def test_a_duplicate_key_names_the_first_row_that_has_it(tiny_study):
    change(tiny_study, "adae", 4, "AESEQ", "1")
    assert told(tiny_study) == [
        ("adae.csv", 4, "USUBJID, AESEQ", "T-01, 1", "a key of its own: row 2 has the same"),
    ]


def test_a_repeated_episode_is_one_problem(tiny_study):
    rows = read_rows(tiny_study, "adex")
    write_rows(tiny_study, "adex", [*rows, rows[3]])
    assert told(tiny_study) == [
        ("adex.csv", 25, "USUBJID, CYCLE, EPISODE", "T-01, 2, 1", "a key of its own: row 4 has the same"),
    ]


def test_missing_file_column_and_folder(tiny_study, tmp_path):
    (tiny_study / "admh.csv").unlink()
    rows = read_rows(tiny_study, "adae")
    place = rows[0].index("AESEV")
    write_rows(tiny_study, "adae", [row[:place] + row[place + 1 :] for row in rows])
    assert told(tiny_study) == [
        ("adae.csv", 1, "AESEV", "", "a column AESEV: it is missing"),
        ("admh.csv", 0, "", "", "this file: it is missing"),
    ]
    (tiny_study / "adcm.csv").unlink()
    (tiny_study / "adcm.csv").mkdir()
    assert ("adcm.csv", 0, "", "", "a file that can be read (Is a directory)") in told(tiny_study)
    (nowhere,) = problems(tmp_path / "nowhere")
    assert nowhere.expected == "a folder with adsl.csv, adex.csv, adae.csv, admh.csv, adcm.csv, adwells.csv"


@pytest.mark.parametrize("name", FILES)
def test_each_missing_file_and_each_missing_column_is_one_problem(tiny_study, name):
    (tiny_study / f"{name}.csv").rename(tiny_study / "kept")
    assert len(problems(tiny_study)) == 1
    (tiny_study / "kept").rename(tiny_study / f"{name}.csv")
    header, *_ = rows = read_rows(tiny_study, name)
    for place, variable in enumerate(header):
        write_rows(tiny_study, name, [row[:place] + row[place + 1 :] for row in rows])
        assert [p.variable for p in problems(tiny_study)] == [variable]


@pytest.mark.parametrize(
    ("content", "row", "value", "expected"),
    [
        (b"", 0, "", "a header row: the file is empty"),
        (b"\xef\xbb\xbf", 0, "", "a header row: the file is empty"),
        (b"\n\n", 0, "", "a header row: the file is empty"),
        (b"USUBJID,MHSEQ\nT-01,1\nT\xe9,2\n", 3, r"\xe9", "text in UTF-8"),
        (b"USUBJID,MHSEQ,MHSEQ\n", 1, "MHSEQ", "each column once"),
        ("U\0S\0U".encode("utf-16"), 1, r"\xff", "text in UTF-8"),
    ],
)
def test_files_that_are_no_table(tiny_study, content, row, value, expected):
    (tiny_study / "admh.csv").write_bytes(content)
    (problem,) = problems(tiny_study)
    assert (problem.file, problem.row, problem.value, problem.expected) == ("admh.csv", row, value, expected)


def test_records_of_the_wrong_length_and_open_quotes(tiny_study):
    path = tiny_study / "admh.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, "T-03,3,TEE RISK FACTOR", 'T-03,4,"TEE']), encoding="utf-8")
    length, quote = problems(tiny_study)
    assert (length.row, length.value, length.expected) == (7, "3 cells", "5 cells, as in the header")
    assert (quote.row, quote.expected) == (8, "CSV that can be read (unexpected end of data)")


def test_rows_are_lines_of_the_file_even_after_a_cell_of_two_lines(tiny_study):
    change(tiny_study, "admh", 2, "MHDECOD", "Hypertension,\nessential")
    rows = read_rows(tiny_study, "admh")
    rows[2][3] = ""
    write_rows(tiny_study, "admh", rows)
    assert [(p.row, p.variable) for p in problems(tiny_study)] == [(4, "MHGRPTRM")]


def test_all_problems_are_told_at_once(tiny_study):
    change(tiny_study, "adsl", 2, "RACE", "MARTIAN")
    change(tiny_study, "adex", 6, "AENDTM", "later")
    change(tiny_study, "adae", 2, "ADURN", "7")
    change(tiny_study, "adae", 7, "INFUSFL", "Y")
    change(tiny_study, "adae", 8, "AENDTM", "2018-07-01T00:00")
    change(tiny_study, "adcm", 2, "CMCLAS", "")
    (tiny_study / "adwells.csv").unlink()
    with pytest.raises(BadStudyError) as caught:
        load(tiny_study)
    assert str(caught.value).splitlines() == [
        f"7 problems in {tiny_study}:",
        "  adae.csv, row 2, ADURN: found '7', expected 2, which follows from the dates",
        "  adae.csv, row 7, INFUSFL: found 'Y', expected N, which follows from the dates",
        "  adae.csv, row 8, AENDTM: found '2018-07-01T00:00', "
        "expected a resolution at or after the onset, 2018-07-09T09:00",
        "  adcm.csv, row 2, CMCLAS: found nothing, expected a value: it may not be empty",
        "  adex.csv, row 6, AENDTM: found 'later', expected a date-time such as 2018-03-05T09:30",
        "  adsl.csv, row 2, RACE: found 'MARTIAN', "
        "expected one of ASIAN, BLACK OR AFRICAN AMERICAN, OTHER, WHITE",
        "  adwells.csv: expected this file: it is missing",
    ]


CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "0", "1", "-1", "2", "99", "1.0", "NaN", "Y", "N", "T-01", "T-02", "T-9", "IVIg", "Placebo",
         "2018-03-05T09:30", "2018-06-25T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "2018-03-05", "\n"]
    ),
)  # fmt: skip
PLACES = st.tuples(st.sampled_from(sorted(FILES)), st.integers(0, 30), st.integers(0, 40), CELLS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PLACES, min_size=1, max_size=6))
def test_whatever_stands_in_the_files_they_load_or_are_told_to_be_bad(places):
    folder = Path(tempfile.mkdtemp())
    try:
        write_tiny_study(folder)
        for name, row, column, value in places:
            rows = read_rows(folder, name)
            cells = rows[row % len(rows)]
            cells[column % len(cells)] = value
            write_rows(folder, name, rows)
        try:
            study = load(folder)
        except BadStudyError as error:
            assert error.problems
        else:
            assert all(study.frame(name) is not None for name in study.names)
    finally:
        shutil.rmtree(folder)


# Definitions


def test_a_trial_extends_a_definition_in_place():
    extended = ADSL.extended(text("SEX", "Sex", "F"), number("HEIGHTBL", "Height"))
    assert extended["SEX"].codes == {"F"}
    assert extended.names == (*ADSL.names, "HEIGHTBL")
    assert ADSL["SEX"].codes == {"F", "M"}


@pytest.mark.parametrize(
    ("key", "names", "message"),
    [(("B",), ("A",), "the key names no variable: B"), (("A",), ("A", "A"), "a variable is defined twice")],
)
def test_a_definition_that_contradicts_itself(key, names, message):
    with pytest.raises(ValueError, match=message):
        Dataset("adxx", "", key, tuple(Variable(name, "") for name in names))


def test_the_general_definitions_name_no_treatment_or_query_of_the_trial():
    general_ones = [ADSL, ADEX, ADAE, ADMH, ADCM, ADWELLS]
    codes = {
        code for dataset in general_ones for variable in dataset.variables for code in variable.codes or ()
    }
    assert codes.isdisjoint({"IVIg", "Placebo", "TEE RISK FACTOR", "THROMBOEMBOLIC EVENT"})


def test_the_data_dictionary_of_the_repository_is_that_of_the_definitions():
    assert dictionary(proderm.datasets.DATASETS) in DATA_DICTIONARY.read_text(encoding="utf-8")


def test_a_study_that_nobody_has_any_more_takes_no_memory(tiny_study):
    """Without waiting for the garbage collector: parts of a study are read one after the other."""
    held = load(tiny_study)
    gone = weakref.ref(held)
    gc.disable()
    try:
        held.coded("adae").mask(where(AGE=1))
        held.frame("cycles")
        assert held.impossible is not None
        codes = held.coded("adae")
        del held
        assert gone() is None
    finally:
        gc.enable()
    with pytest.raises(ReferenceError, match="the study whose adae was coded is gone"):
        codes["SEX"]
