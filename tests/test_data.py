"""The data of the repository, read with nothing but pandas: what would a clinician expect of such a trial?

Facts here are of design and plausibility; the published numbers are checked by the claims.
"""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

ADAM = Path(__file__).resolve().parents[1] / "data" / "adam"
NAMES = ("adsl", "adex", "adae", "admh", "adcm", "adwells")


def read(name: str) -> pd.DataFrame:
    frame = pd.read_csv(ADAM / f"{name}.csv", dtype={"ARTNO": "str", "SUBJID": "str"})
    for column in ("ASTDTM", "AENDTM", "ADT", "RANDDT"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    return frame


@pytest.fixture(scope="module")
def data() -> dict[str, pd.DataFrame]:
    return {name: read(name) for name in NAMES}


@pytest.fixture(scope="module")
def ivig(data) -> pd.DataFrame:
    return data["adae"][data["adae"]["TRTA"] == "IVIg"]


def starts(data: dict[str, pd.DataFrame]) -> pd.DataFrame:
    exposure = data["adex"]
    return exposure[exposure["EPISODE"] == 1].sort_values(["USUBJID", "CYCLE"])


def test_the_manifest_is_of_these_files():
    manifest = json.loads((ADAM / "MANIFEST.json").read_text())
    for name in NAMES:
        digest = hashlib.sha256((ADAM / f"{name}.csv").read_bytes()).hexdigest()
        assert manifest["files"][f"{name}.csv"] == f"sha256:{digest}", name
    for ledger, digest in manifest["ledgers"].items():
        path = ADAM.parent / "published" / ledger
        assert digest == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(), ledger


@pytest.mark.parametrize("name", NAMES)
def test_files_are_plain_text_sorted_by_key(name):
    text = (ADAM / f"{name}.csv").read_bytes()
    assert b"\r" not in text
    assert text.endswith(b"\n")
    assert not text.startswith(b"\xef\xbb\xbf")
    frame = read(name)
    keys = {
        "adsl": ["USUBJID"],
        "adex": ["USUBJID", "CYCLE", "EPISODE"],
        "adae": ["USUBJID", "AESEQ"],
        "admh": ["USUBJID", "MHSEQ"],
        "adcm": ["USUBJID", "CMSEQ"],
        "adwells": ["USUBJID", "PARAMCD", "AVISITN"],
    }[name]
    assert not frame.duplicated(keys).any()
    assert frame[keys].equals(frame[keys].sort_values(keys))


def test_events_per_patient_are_overdispersed_and_nobody_has_dozens(ivig):
    per_patient = ivig.groupby("USUBJID").size()
    assert per_patient.max() <= 24
    assert per_patient.var() > 2 * per_patient.mean()
    assert (per_patient <= 12).mean() > 0.8


def test_switched_patients_have_both_treatments_in_the_first_period(data):
    first = data["adex"][data["adex"]["APERIOD"] == 1].groupby("USUBJID")["TRTA"].agg(set)
    both = set(first.index[first == {"IVIg", "Placebo"}])
    switched = data["adsl"][data["adsl"]["XOVERFL"] == "Y"]
    assert both == set(switched["USUBJID"])
    assert set(switched["TRT01P"]) == {"Placebo"}
    exposure = starts(data)
    for patient, week in zip(switched["USUBJID"], switched["XOVERWK"], strict=True):
        own = exposure[(exposure["USUBJID"] == patient) & (exposure["TRTA"] == "IVIg")]
        assert 4 * (own["CYCLE"].min() - 1) == week


def test_treatment_follows_arm_and_period(data):
    exposure = data["adex"].merge(data["adsl"][["USUBJID", "TRT01P", "XOVERFL"]], on="USUBJID")
    assert (exposure.loc[exposure["APERIOD"] == 2, "TRTA"] == "IVIg").all()
    straight = exposure[(exposure["APERIOD"] == 1) & (exposure["XOVERFL"] == "N")]
    assert (straight["TRTA"] == straight["TRT01P"]).all()
    assert ((exposure["CYCLE"] > 4) == (exposure["APERIOD"] == 2)).all()


def test_who_left_has_no_later_infusion_and_a_reason(data):
    patients = data["adsl"]
    last = data["adex"].groupby("USUBJID")["CYCLE"].max()
    completed = patients.set_index("USUBJID")["EXTCOMFL"] == "Y"
    assert (last[completed[completed].index] == 10).all()
    assert (last[completed[~completed].index] < 10).all()
    assert (patients["DCSREAS"].isna() == (patients["EXTCOMFL"] == "Y")).all()
    withdrawn = set(data["adae"].loc[data["adae"]["AEACN"] == "DRUG WITHDRAWN", "USUBJID"])
    assert set(patients.loc[patients["DCSREAS"] == "ADVERSE EVENT", "USUBJID"]) == withdrawn


def test_an_event_that_ended_treatment_followed_the_last_infusion(data):
    last = data["adex"].groupby("USUBJID")["CYCLE"].max()
    ended = data["adae"][data["adae"]["AEACN"] == "DRUG WITHDRAWN"]
    assert (ended["CYCLE"].to_numpy() == last[ended["USUBJID"]].to_numpy()).all()


def test_events_lie_in_the_observation_window(data):
    after = data["adae"].merge(
        data["adex"].groupby("USUBJID")["AENDTM"].max().rename("LASTDTM"), left_on="USUBJID", right_index=True
    )
    assert ((after["ASTDTM"] - after["LASTDTM"]) <= pd.Timedelta(days=28)).all()


def test_nearly_all_onsets_are_noticed_by_day(data):
    hours = data["adae"]["ASTDTM"].dt.hour
    assert ((hours >= 6) & (hours <= 22)).mean() > 0.98


def test_seriousness_follows_its_criteria(data):
    events = data["adae"]
    criteria = events[["AESHOSP", "AESLIFE", "AESMIE", "AESDTH", "AESDISAB"]].eq("Y").any(axis=1)
    assert (criteria == (events["AESER"] == "Y")).all()


def test_outcome_follows_resolution(data):
    events = data["adae"]
    unresolved = events["AEOUT"] == "NOT RECOVERED/NOT RESOLVED"
    assert (unresolved == events["AENDTM"].isna()).all()
    assert (events["ADURN"].isna() == events["AENDTM"].isna()).all()


def test_doses_are_whole_vials_that_fit_the_weight(data):
    exposure = data["adex"][data["adex"]["TRTA"] == "IVIg"]
    cycles = exposure.groupby(["USUBJID", "CYCLE"]).agg(
        grams=("EXDOSE", "sum"), dose=("DOSEGKG", "first"), planned=("DOSEPGKG", "first")
    )
    weights = data["adsl"].set_index("USUBJID")["WEIGHTBL"]
    implied = cycles["grams"] / cycles["dose"]
    baseline = weights[cycles.index.get_level_values("USUBJID")].to_numpy()
    assert (cycles["grams"] % 5 == 0).all()
    assert ((implied / baseline - 1).abs() < 0.025).all()
    full = cycles[cycles["dose"] > 0.5]
    assert ((full["dose"] / full["planned"] - 1).abs() < 0.1).all()
    assert (cycles["dose"] <= 0.5).sum() == 1  # one broken-off infusion


def test_episodes_are_one_a_day_and_cycles_weeks_apart(data):
    exposure = data["adex"].sort_values(["USUBJID", "CYCLE", "EPISODE"])
    day = exposure["ASTDTM"].dt.normalize()
    within = exposure.groupby(["USUBJID", "CYCLE"])
    assert (within["EPISODE"].diff().dropna() == 1).all()
    assert (
        day.groupby([exposure["USUBJID"], exposure["CYCLE"]]).diff().dropna() == pd.Timedelta(days=1)
    ).all()
    gaps = starts(data).groupby("USUBJID")["ASTDTM"].diff().dropna().dt.days
    assert gaps.between(26, 42).all()
    assert (exposure["ASTDTM"].dt.hour.between(7, 20)).all()


def test_the_lower_rate_came_with_the_amendment(data):
    exposure = data["adex"]
    before, after = (exposure[exposure["PROTVER"] == version] for version in (1, 2))
    assert before["ASTDTM"].max() < after["ASTDTM"].min()
    assert before["EXRATMAX"].max() == 0.12
    assert after["EXRATMAX"].max() == 0.08


def test_premedication_came_before_the_infusion_it_was_given_for(data):
    first = starts(data).set_index(["USUBJID", "CYCLE"])["ASTDTM"]
    for row in data["adcm"].itertuples():
        wait = first[row.USUBJID, row.CYCLE] - row.ASTDTM
        assert pd.Timedelta(0) < wait <= pd.Timedelta(hours=1)


def test_patients_meet_the_entry_criteria(data):
    patients = data["adsl"]
    assert patients["AGE"].between(18, 79).all()
    assert (patients["BMIBL"] < 40).all()
    assert (patients["DIAGDUR"] <= patients["AGE"] - 15).all()
    index = patients["WEIGHTBL"] / (patients["HEIGHTBL"] / 100) ** 2
    assert ((index - patients["BMIBL"]).abs() <= 0.06).all()


def test_a_term_has_one_class_and_one_group(data):
    for variable in ("AEBODSYS", "AEGRPTRM"):
        assert (data["adae"].groupby("AEDECOD")[variable].nunique() == 1).all()


def test_a_patient_has_a_symptom_once_per_cycle(data):
    events = data["adae"]
    twice = events[events.duplicated(["USUBJID", "CYCLE", "AEGRPTRM"], keep=False)]
    assert twice.empty, twice[["USUBJID", "CYCLE", "AEGRPTRM"]]


def test_no_term_beyond_the_published_lists_is_frequent(data, ivig):
    listed = {
        "Headache", "Fever", "Nausea", "Vomiting", "Chills", "Musculoskeletal pain",
        "Blood pressure increased",
    }  # fmt: skip
    related = ivig[ivig["AEREL"].isin(["POSSIBLE", "PROBABLE"])]
    patients = related.groupby("AEGRPTRM")["USUBJID"].nunique()
    assert set(patients.index[patients > 0.05 * 95]) == listed
    registry = {
        "Headache",
        "Nausea",
        "Pyrexia",
        "Vomiting",
        "Condition aggravated",
        "Myalgia",
        "Chills",
        "Arthralgia",
    }
    for treatment, most in (("IVIg", 7), ("Placebo", 3)):
        own = data["adae"][data["adae"]["TRTA"] == treatment].groupby("AEDECOD")["USUBJID"].nunique()
        assert set(own.index[own > most]) <= registry
