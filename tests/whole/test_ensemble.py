"""The ensemble: what is stored agrees with the article, and a run goes on where the last one ended."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config

from proderm import bounds, claims, reconstruct_many, spread
from proderm.contradictions import CONTRADICTIONS
from proderm.ensemble import FOLDER, MANIFEST, Ensemble, members
from proderm.reconstruct_many import Made, made_with, run
from proderm.verification import NotAReconstructionError, verified
from safetybook import archives
from safetybook.claims import Outcome
from safetybook.reconstruct.solve import solve
from safetybook.remembered import once_per_study
from safetybook.study import Study

STORED = Ensemble.stored()


@pytest.fixture(scope="module", autouse=True)
def judged_once() -> Iterator[None]:
    """The verdicts by which a member is verified are those that the tests look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "verdicts", once_per_study(claims.verdicts))
        yield


@pytest.fixture(scope="module")
def drawn(judged_once) -> dict[int, Study]:
    """Ten members, each verified in full: the files, every claim, the other sources, the invariants.

    Which ten depends on the manifest: others when the ensemble is made anew.
    """
    draw = random.Random(hashlib.sha256((FOLDER / MANIFEST).read_bytes()).digest())
    seeds = draw.sample(sorted(STORED.digests), 10)
    print("members drawn:", seeds)
    return {seed: verified(STORED.files(seed), STORED.path(seed).name) for seed in seeds}


# What is stored ---------------------------------------------------------------------------------------


def test_there_are_a_hundred_members_in_ten_megabytes():
    assert len(STORED.digests) >= 100
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 10_000_000


def test_the_folder_holds_what_the_manifest_lists_and_no_more():
    expected = {MANIFEST, spread.SUMMARY, *(STORED.path(seed).name for seed in STORED.digests)}
    assert {path.name for path in FOLDER.iterdir()} == expected
    assert [seed for seed in STORED.digests if not STORED.intact(seed)] == []


def test_the_members_follow_the_ledgers_of_today():
    assert STORED.made_with == made_with()


def test_no_two_members_have_the_same_patients_infusions_or_events():
    for name in ("adsl.csv", "adex.csv", "adae.csv"):
        texts = {STORED.files(seed)[name] for seed in STORED.digests}
        assert len(texts) == len(STORED.digests), name


def test_ten_members_agree_with_every_claim_but_the_contradictions(drawn):
    given_up = {claim for contradiction in CONTRADICTIONS for claim in contradiction.claims}
    for seed, study in drawn.items():
        found = claims.verdicts(study)
        assert not found.with_outcome(Outcome.UNRESOLVED), seed
        contradicted = {verdict.claim.claim_id for verdict in found.with_outcome(Outcome.CONTRADICTED)}
        assert contradicted == given_up, seed


def test_ten_members_have_what_the_summary_says_of_them(drawn):
    table = spread.stored()
    for seed, study in drawn.items():
        column = table[str(seed)]
        assert spread.counts(study) == dict(zip(column.index, map(int, column), strict=True)), seed


def test_every_member_lies_within_the_proved_bounds(drawn):
    table = spread.stored()
    for bound in bounds.answers(drawn[min(drawn)]):
        row = table.loc[f"bounded: {bound.label}", ""]
        assert bound.low <= row.min(), bound.label
        assert row.max() <= bound.high, bound.label


def test_the_members_differ_in_what_the_article_leaves_open(drawn):
    table = spread.stored()
    for bound in bounds.answers(drawn[min(drawn)]):
        values = table.loc[f"bounded: {bound.label}", ""]
        if bound.high - bound.low >= 20:
            assert values.nunique() >= 6, bound.label


def test_patients_and_events_of_the_summary_add_up():
    table = spread.stored()
    patients = table.loc["teaes_per_patient"]
    assert (patients.sum() == 95).all()
    assert (patients.loc["0"] == 11).all()
    events = patients.mul(patients.index.astype(int), axis=0).sum()
    assert (events == 545).all()  # nobody has more than the last number
    assert (table.loc["infused: Placebo"].sum() == 184).all()


def test_members_are_read_one_by_one():
    reading = members()
    assert len(next(reading).frame("adsl")) == 95


# How it is made ---------------------------------------------------------------------------------------


def tiny(seed: int) -> Made:
    """A small reconstruction that depends on its seed: which three of twelve patients have an event."""

    def build(stage):
        rows = stage.choose("adae", pd.DataFrame({"USUBJID": [f"P{i:02}" for i in range(12)]}))
        stage.model.add(sum(rows.counts) == 3)
        draw = random.Random(seed)
        stage.prefer(rows, [draw.randrange(100) for _ in rows.counts])
        return rows

    rows, solver, _, _ = solve("tiny", build, seed, 1.0)
    files = {"adae.csv": "".join(f"{patient}\n" for patient in rows.chosen(solver)["USUBJID"])}
    return Made(seed, archives.digest(files), archives.pack(files))


class Recorder:
    """Makes tiny members, remembers for which seeds, and fails or gives none where it is told to."""

    def __init__(self, fails: int | None = None, skips: tuple[int, ...] = ()) -> None:
        self.seeds: list[int] = []
        self.fails = fails
        self.skips = skips

    def __call__(self, seed: int) -> Made:
        self.seeds.append(seed)
        if seed == self.fails:
            raise NotAReconstructionError("no")
        return Made(seed, reason="undecided") if seed in self.skips else tiny(seed)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def quiet(line: str) -> None:
    """Say nothing."""


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    stopped = Recorder(fails=4)
    with pytest.raises(NotAReconstructionError):
        run(tmp_path / "a", 5, make=stopped, say=quiet)
    assert stopped.seeds == [2, 3, 4]
    resumed = Recorder()
    run(tmp_path / "a", 5, make=resumed, say=quiet)
    assert resumed.seeds == [4, 5, 6]
    run(tmp_path / "b", 5, make=tiny, say=quiet)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_a_damaged_or_missing_member_is_made_again_and_no_other(tmp_path):
    ensemble = run(tmp_path, 5, make=tiny, say=quiet)
    before = bytes_of(tmp_path)
    damaged = ensemble.path(3)
    damaged.write_bytes(damaged.read_bytes()[:-20])
    archives.write(ensemble.path(4), {"adae.csv": "P99\n"})
    ensemble.path(5).unlink()
    again = Recorder()
    run(tmp_path, 5, make=again, say=quiet)
    assert again.seeds == [3, 4, 5]
    assert bytes_of(tmp_path) == before


def test_a_seed_without_a_member_is_passed_over_for_good(tmp_path):
    first = Recorder(skips=(3, 5))
    ensemble = run(tmp_path, 3, make=first, say=quiet)
    assert first.seeds == [2, 3, 4, 5, 6]
    assert sorted(ensemble.digests) == [2, 4, 6]
    more = Recorder()
    assert sorted(run(tmp_path, 4, make=more, say=quiet).digests) == [2, 4, 6, 7]
    assert more.seeds == [7]
    assert Ensemble.stored(tmp_path).skipped == {3: "undecided", 5: "undecided"}


def test_members_of_another_ledger_are_made_again(tmp_path, monkeypatch):
    run(tmp_path, 2, make=tiny, say=quiet)
    monkeypatch.setattr(reconstruct_many, "made_with", lambda: {"ledgers": "changed"})
    again = Recorder()
    run(tmp_path, 2, make=again, say=quiet)
    assert again.seeds == [2, 3]


def test_a_smaller_ensemble_leaves_no_file_behind_that_is_not_listed(tmp_path):
    run(tmp_path, 2, make=tiny, say=quiet)
    archives.write(tmp_path / f"0099{archives.SUFFIX}", {"adae.csv": ""})
    ensemble = run(tmp_path, 2, make=tiny, say=quiet)
    assert set(bytes_of(tmp_path)) == {MANIFEST, *(ensemble.path(seed).name for seed in ensemble.digests)}


def test_a_dask_cluster_gives_the_same_bytes(tmp_path):
    run(tmp_path / "here", 3, make=tiny, say=quiet)
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster),
        parallel_config(backend="dask"),
    ):
        run(tmp_path / "cluster", 3, jobs=-1, make=tiny, say=quiet)
    assert bytes_of(tmp_path / "here") == bytes_of(tmp_path / "cluster")


def test_progress_tells_of_every_seed(tmp_path):
    said: list[str] = []
    run(tmp_path, 2, make=Recorder(skips=(3,)), say=said.append)
    assert said[0] == "0 of 2 members are there"
    assert ["stored" in said[1], "skipped: undecided" in said[2], "2 of 2" in said[3]] == [True] * 3


def test_the_first_member_comes_out_with_the_same_bytes():
    seed = min(STORED.digests)
    assert reconstruct_many.make(seed).digest == STORED.digests[seed]


def test_data_that_break_a_claim_are_no_reconstruction():
    seed = min(STORED.digests)
    files = STORED.files(seed)
    line = next(row for row in files["adae.csv"].splitlines() if ",MODERATE,N," in row)
    broken = files | {"adae.csv": files["adae.csv"].replace(line, line.replace(",MODERATE,", ",MILD,"))}
    with pytest.raises(NotAReconstructionError, match=r"a member does not hold[^$]*printed"):
        verified(broken, "a member")


def test_a_summary_of_other_members_is_refused(tmp_path):
    ensemble = run(tmp_path, 2, make=tiny, say=quiet)
    summary = spread.text({seed: {("teaes", "0"): 1} for seed in ensemble.digests})
    (tmp_path / spread.SUMMARY).write_text(summary)
    assert list(spread.stored(tmp_path).loc["teaes", "0"]) == [1, 1]
    spread.stored.cache_clear()
    run(tmp_path, 3, make=tiny, say=quiet)
    with pytest.raises(ValueError, match="run make ensemble"):
        spread.stored(tmp_path)
