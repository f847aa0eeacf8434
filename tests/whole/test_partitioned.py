"""A study in parts gives what it gives in one frame: here, in processes, on a cluster that loses a worker."""

import os
import signal
import time
from contextlib import ExitStack
from fractions import Fraction
from itertools import product
from threading import Thread

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster

from proderm import study as proderm
from proderm.columns import IVIG_ALL, SAFETY_COLUMNS
from proderm.datasets import DATASETS
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import RELATED, SERIOUS
from proderm.estimands.families import TREATMENT_EMERGENT
from safetybook import datasets
from safetybook.distributions import quantile
from safetybook.estimands import (
    Column,
    Combination,
    Count,
    Function,
    Ratio,
    Share,
    Summary,
    Unit,
    Value,
    where,
)
from safetybook.incidence import incidence
from safetybook.invariants import InvariantError, check
from safetybook.partitioned import IN_PROCESSES, Partitioned, PartsError, divide
from safetybook.predicates import Has
from safetybook.results import compute, compute_all
from safetybook.study import Study

COUNTED = (Combination, Count, Ratio, Share, Summary, Value)
OF_THE_TRIAL = [one for one in CATALOGUE.values() if isinstance(one, COUNTED)]


@pytest.fixture(scope="module")
def trial() -> Study:
    return proderm.load()


@pytest.fixture(scope="module")
def folder(trial, tmp_path_factory):
    """The files of the trial in parts of 20 patients; the last has 15."""
    made = tmp_path_factory.mktemp("parts")
    files = {one.name: trial.frame(one.name)[[*one.names]] for one in DATASETS}
    divide(files, made, 20)
    return made


def opened(folder, **options) -> Partitioned:
    prepared = {"prepare": proderm.with_patient_variables, "views": {"maxrates": proderm.maxrates}}
    return Partitioned(folder, DATASETS, **prepared, **options)


def test_every_estimand_of_the_trial_comes_to_the_same(trial, folder):
    parts = opened(folder)
    assert len(parts.parts) == 5
    counts = [one for one in OF_THE_TRIAL if isinstance(one, Count | Share)]
    assert compute_all(parts, counts) == compute_all(trial, counts)
    for kind in (Combination, Ratio, Summary, Value):
        for estimand in [one for one in OF_THE_TRIAL if isinstance(one, kind)][::25]:
            assert compute(parts, estimand) == compute(trial, estimand), estimand.id


def test_the_table_by_class_and_term_comes_to_the_same(trial, folder):
    asked = (SAFETY_COLUMNS, TREATMENT_EMERGENT, IVIG_ALL)
    assert incidence(opened(folder), *asked) == incidence(trial, *asked)


def test_processes_count_the_same(trial, folder):
    asked = [category.where & TREATMENT_EMERGENT for category in (RELATED, SERIOUS)]
    found = opened(folder, scheduler=IN_PROCESSES).tally("adae", asked)
    assert [list(numbers) for numbers in found] == [list(numbers) for numbers in trial.tally("adae", asked)]


def test_a_bar_shows_how_much_is_counted(folder, capsys):
    compute(opened(folder, bar=True), IVIG_ALL.at_risk)
    assert "Completed" in capsys.readouterr().out


def test_a_patient_in_two_parts_is_refused(folder, tmp_path):
    copied(folder, tmp_path)
    first, second = (pd.read_parquet(tmp_path / "adsl" / f"000{part}.parquet") for part in (0, 1))
    both = pd.concat([second, first.iloc[:1]])
    both.to_parquet(tmp_path / "adsl" / "0001.parquet", index=False)
    with pytest.raises(PartsError, match=f"patient {first['USUBJID'].iloc[0]} is in 2 parts"):
        opened(tmp_path)


def test_parts_may_be_in_any_order_of_the_patients(trial, tmp_path):
    """By turns, say, or by a hash of the patient: then no part's patients lie between those of another."""
    for one in DATASETS:
        frame = trial.frame(one.name)[[*one.names]]
        (tmp_path / one.name).mkdir()
        turn = frame["USUBJID"].map({who: n % 3 for n, who in enumerate(trial.frame("adsl")["USUBJID"])})
        for part in range(3):
            frame[turn == part].to_parquet(tmp_path / one.name / f"{part}.parquet", index=False)
    assert compute(opened(tmp_path), IVIG_ALL.at_risk) == compute(trial, IVIG_ALL.at_risk)


def test_whoever_is_no_subject_of_the_part_is_named(folder, tmp_path):
    copied(folder, tmp_path)
    stranger = pd.read_parquet(folder / "adae" / "0001.parquet").iloc[:1]
    path = tmp_path / "adae" / "0000.parquet"
    pd.concat([pd.read_parquet(path), stranger]).to_parquet(path, index=False)
    who = stranger["USUBJID"].iloc[0]
    with pytest.raises(PartsError, match=rf"adae/0000.parquet: patient {who} is not in adsl/0000.parquet"):
        opened(tmp_path)


def test_nobody_is_left_out_when_data_are_divided(trial, tmp_path):
    files = {name: trial.frame(name) for name in ("adsl", "adae")}
    with pytest.raises(PartsError, match="adae has patients who are not in adsl"):
        someone = files["adae"]["USUBJID"].iloc[0]
        divide({**files, "adsl": files["adsl"][files["adsl"]["USUBJID"] != someone]}, tmp_path, 20)
    assert not list(tmp_path.rglob("*.parquet"))


def test_parts_are_not_written_beside_others(trial, folder):
    with pytest.raises(PartsError, match="parts already"):
        divide({"adsl": trial.frame("adsl").iloc[:1]}, folder, 20)


@pytest.mark.parametrize("name", ["SITE", "CYCDOSE"])
def test_what_an_event_has_from_its_cycle_it_has_in_parts(tmp_path, name):
    """A variable of both the subjects and the cycles: an event has that of its cycle."""
    start = pd.Timestamp("2018-03-05T09:00")
    frames = {
        "adsl": pd.DataFrame({"USUBJID": ["A", "B"], name: [1.0, 1.0]}),
        "adex": pd.DataFrame({"USUBJID": ["A", "B"], "TRTA": "X", "APERIOD": 1, "CYCLE": 1, "EPISODE": 1})
        .assign(ASTDTM=start, AENDTM=start + pd.Timedelta(hours=5))
        .assign(**{"DOSEGKG" if name == "CYCDOSE" else name: [2.0, 1.0]}),
        "adae": pd.DataFrame({"USUBJID": ["A", "B"], "AESEQ": 1, "CYCLE": 1, "TRTEMFL": "Y"}),
    }
    site = datasets.number("SITE", "Site", per_cycle=True)
    defined = (datasets.ADSL, datasets.ADEX.extended(site), datasets.ADAE)
    divide(frames, tmp_path, 1)
    asked = Count("x", "", "adae", where(**{name: 2.0}), Unit.PATIENTS)
    whole, parts = Study(frames, defined), Partitioned(tmp_path, defined)
    assert compute(whole, asked).value == compute(parts, asked).value == 1
    assert parts.impossible == whole.impossible == ()


def test_a_part_has_each_variable_from_where_the_whole_has_it(folder):
    part = Partitioned(folder, DATASETS).parts[0]
    whole = part.whole()
    for one in DATASETS:
        for name, values in whole.frame(one.name).items():
            found = part.study(**{one.name: frozenset({name})}).frame(one.name)[name]
            pd.testing.assert_series_equal(found, values, check_dtype=False, check_categorical=False)
    assert part.study(adae=frozenset({"AGE", "AESEV"})).names == ("adae", "adsl")


def test_patients_with_a_cycle_can_be_asked_about_their_events_in_it(trial, folder):
    """Cycles that are only asked for by their number are not built: nothing else of them was read."""
    old = where(CYCLE=1, AGE=[*range(60, 90)])
    asked = Combination("x", "", Has(old), where(CYCLE=1))
    assert compute(Partitioned(folder, DATASETS), asked) == compute(trial, asked)
    assert compute(trial, asked).number > 0


def test_what_prepares_a_part_is_not_passed_over(tmp_path):
    frames = {"adsl": pd.DataFrame({"USUBJID": ["A", "B"], "AGE": [50, 60]})}
    divide(frames, tmp_path, 1)
    asked = Count("x", "", "adsl", where(AGE=99), Unit.PATIENTS)
    assert compute(Partitioned(tmp_path, [datasets.ADSL]), asked).value == 0
    assert compute(Partitioned(tmp_path, [datasets.ADSL], prepare=older), asked).value == 2


def older(study: Study) -> Study:
    patients = study.frame("adsl")["USUBJID"]
    return study.with_subject_variables({"AGE": pd.Series(99, index=patients)})


def test_dates_are_dates_in_parts(tmp_path):
    day = pd.Timestamp("2018-03-05")
    (tmp_path / "adsl").mkdir()
    pd.DataFrame({"USUBJID": ["A"], "DAY": [day.date()]}).to_parquet(tmp_path / "adsl" / "0.parquet")
    parts = Partitioned(tmp_path, [datasets.ADSL])
    assert compute(parts, Count("x", "", "adsl", where(DAY=[day]), Unit.ROWS)).value == 1
    assert compute(parts, Value("y", "", "adsl", where(), "DAY")).value == "2018-03-05T00:00"


def test_a_missing_file_is_named(folder, tmp_path):
    copied(folder, tmp_path)
    (tmp_path / "adcm" / "0003.parquet").unlink()
    with pytest.raises(PartsError, match=r"adcm/0003\.parquet is missing"):
        opened(tmp_path)
    with pytest.raises(PartsError, match="no Parquet file"):
        opened(tmp_path / "nothing")


def test_data_that_cannot_be_are_refused_wherever_they_stand(folder, tmp_path):
    copied(folder, tmp_path)
    path = tmp_path / "adex" / "0004.parquet"
    pd.read_parquet(path).iloc[:0].to_parquet(path, index=False)
    with pytest.raises(InvariantError, match="without an infusion"):
        check(opened(tmp_path), [])


def copied(folder, target) -> None:
    for path in folder.rglob("*.parquet"):
        (target / path.parent.name).mkdir(exist_ok=True)
        (target / path.parent.name / path.name).write_bytes(path.read_bytes())


# A million events, and a worker that dies -------------------------------------------------------------

PATIENTS, EVENTS = 140_000, 1_000_000
DRUG, PLACEBO = (Column(name.lower(), name, where(TRTA=name)) for name in ("Drug", "Placebo"))


def a_million_events() -> dict[str, pd.DataFrame]:
    draw = np.random.default_rng(20240117)
    names = np.array([f"P{number:06d}" for number in range(PATIENTS)])
    of = np.sort(draw.integers(0, PATIENTS, EVENTS))
    treatment = np.where(np.arange(PATIENTS) % 3 == 0, "Placebo", "Drug")
    term = draw.zipf(1.3, EVENTS) % 300
    adsl = pd.DataFrame({"USUBJID": names, "AGE": draw.integers(18, 90, PATIENTS)})
    adex = pd.DataFrame({"USUBJID": names, "TRTA": treatment, "APERIOD": 1, "CYCLE": 1, "EPISODE": 1})
    start = pd.Timestamp("2018-03-05T09:00")
    adex = adex.assign(ASTDTM=start, AENDTM=start + pd.Timedelta(hours=5))
    adae = pd.DataFrame(
        {
            "USUBJID": names[of],
            "AESEQ": np.arange(EVENTS),
            "TRTEMFL": "Y",
            "TRTA": treatment[of],
            "APERIOD": 1,
            "AEBODSYS": [f"Class {number % 25}" for number in term.tolist()],
            "AEDECOD": [f"Term {number}" for number in term.tolist()],
            "AESER": np.where(draw.random(EVENTS) < 0.05, "Y", "N"),
            "ADURN": draw.geometric(0.2, EVENTS),
        }
    )
    return {"adsl": adsl, "adex": adex, "adae": adae}


OF_A_MILLION = [
    made
    for column, (name, rows) in product((DRUG, PLACEBO), (("all", where()), ("serious", where(AESER="Y"))))
    for patients in [Count(f"{name}.{column.id}.patients", "", "adae", rows & column.where, Unit.PATIENTS)]
    for made in (
        patients,
        Count(f"{name}.{column.id}.events", "", "adae", rows & column.where, Unit.ROWS),
        Share(f"{name}.{column.id}.percent", "", patients, column.at_risk),
        *(
            Summary(f"{name}.{column.id}.{function}", "", "adae", rows & column.where, "ADURN", function)
            for function in Function
        ),
        Count(f"{name}.{column.id}.old", "", "adae", rows & column.where & where(AGE=80), Unit.PATIENTS),
    )
]


def test_a_million_events_on_a_cluster_that_loses_a_worker(tmp_path):
    frames = a_million_events()
    divide(frames, tmp_path, PATIENTS // 14)
    whole = Study(frames, (datasets.ADSL, datasets.ADEX, datasets.ADAE))
    asked = ((DRUG, PLACEBO), where(TRTEMFL="Y"), DRUG)
    with ExitStack() as clusters:
        cluster = clusters.enter_context(
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
        )
        parts = clusters.enter_context(
            Partitioned(tmp_path, whole.datasets.values(), scheduler=cluster.scheduler_address)
        )
        first = next(iter(cluster.workers.values())).process.pid

        def kill() -> None:
            time.sleep(0.2)
            os.kill(first, signal.SIGKILL)

        killer = Thread(target=kill)
        killer.start()
        table = incidence(parts, *asked)
        killer.join()
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        assert table == incidence(whole, *asked)
        assert check(parts, OF_A_MILLION) == check(whole, OF_A_MILLION)
        days = parts.distribution("adae", DRUG.where, "ADURN")
    values = frames["adae"].loc[frames["adae"]["TRTA"] == "Drug", "ADURN"].to_numpy()
    exact = {Fraction(value): number for value, number in days.items()}
    for share in (Fraction(1, 4), Fraction(1, 2), Fraction(9, 10)):
        expected = np.quantile(values, float(share), method="averaged_inverted_cdf")
        assert quantile(exact, share) == Fraction(expected)
