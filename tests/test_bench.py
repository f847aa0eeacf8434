"""The benchmark: the same trial each time, peers that agree, a disagreement that is noticed, and its page."""

import pyarrow as pa
import pytest

from bench.engine import Counts, Parts, Results
from bench.measure import answered, measured
from bench.packed import Packed, PackedByParts
from bench.page import DRAFT, PAGE, beside, current, growth, page, ratios
from bench.plain_pandas import CategoricalPandas, Pandas
from bench.run import DisagreementError, agree
from bench.tasks import COLUMNS, ROWS, Task
from bench.trials import LEVELS, PART, parts, write

SIZES = (7, 680, 5_000)


@pytest.fixture(scope="module", params=SIZES)
def trial(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial")
    write(folder, request.param)
    return folder


def answer(peer, task, folder):
    peer.read(folder)
    peer.code()
    return peer.cells(task, answered(peer, task))


def with_events(cells):
    return {cell: counts for cell, counts in cells.items() if counts[1]}


# Trials


def test_a_trial_is_the_same_each_time_and_another_with_another_seed():
    first, again, other = (next(parts(680, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first["adae"] != other["adae"]


def test_a_trial_has_the_events_that_were_asked_for_in_parts_with_patients_of_their_own():
    known = set()
    sizes = []
    for frames in parts(PART + 680):
        own = set(frames["adsl"]["USUBJID"].to_pylist())
        assert set(frames["adae"]["USUBJID"].to_pylist()) <= own
        assert not own & known
        known |= own
        sizes.append(frames["adae"].num_rows)
    assert sizes == [PART, 680]


def test_an_event_is_in_a_segment_in_which_its_patient_was_exposed():
    frames = next(parts(5_000))
    exposed = {tuple(row.values()) for row in frames["adex"].to_pylist()}
    events = frames["adae"].select(["USUBJID", "TRTA", "APERIOD"]).to_pylist()
    assert {tuple(row.values()) for row in events} <= exposed


def test_every_level_occurs_and_a_term_has_one_class():
    adae = next(parts(100_000))["adae"]
    for variable, levels in LEVELS.items():
        assert set(adae[variable].to_pylist()) == {value for value, _ in levels}, variable
    pairs = set(zip(adae["AEDECOD"].to_pylist(), adae["AEBODSYS"].to_pylist(), strict=True))
    assert len(pairs) == len({term for term, _ in pairs}) == 300
    assert len({name for _, name in pairs}) == 30


# Peers


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("peer", [CategoricalPandas, Packed, PackedByParts, Counts, Results, Parts])
def test_peers_give_the_cells_of_plain_pandas(trial, task, peer):
    assert with_events(answer(peer(), task, trial)) == with_events(answer(Pandas(), task, trial))


def test_plain_pandas_gives_what_a_loop_over_the_events_counts(tmp_path):
    write(tmp_path, 680)
    counted = {(row, "", column): [] for row in ROWS for column in COLUMNS}
    by_class = {}
    for event in next(parts(680))["adae"].to_pylist():
        for column, within in COLUMNS.items():
            if event["TRTEMFL"] != "Y" or any(event[name] not in values for name, values in within.items()):
                continue
            for row, condition in ROWS.items():
                if all(event[name] in values for name, values in condition.items()):
                    counted[row, "", column].append(event["USUBJID"])
            for row in (("", ""), (event["AEBODSYS"], ""), (event["AEBODSYS"], event["AEDECOD"])):
                by_class.setdefault((*row, column), []).append(event["USUBJID"])
    for task, expected in ((Task.OVERVIEW, counted), (Task.CLASSES, by_class)):
        numbers = {cell: (len(set(who)), len(who)) for cell, who in expected.items()}
        assert with_events(answer(Pandas(), task, tmp_path)) == with_events(numbers)


def test_events_in_any_order_give_the_same_cells(tmp_path):
    write(tmp_path / "sorted", 680)
    write(tmp_path / "mixed", 680)
    path = tmp_path / "mixed" / "adae" / "00000.parquet"
    table = pa.parquet.read_table(path)
    pa.parquet.write_table(table.take(list(range(1, 680, 2)) + list(range(0, 680, 2))), path)
    for task in Task:
        assert answer(Packed(), task, tmp_path / "mixed") == answer(Packed(), task, tmp_path / "sorted")


def test_a_cell_that_differs_stops_the_run_and_is_named():
    cells = [["TEAEs", "", "placebo", 5, 9], ["Deaths", "", "placebo", 0, 0]]
    agree("one", cells, "other", cells[:1])
    with pytest.raises(DisagreementError, match=r"one v other.*TEAEs.*\(5, 9\) v \(5, 8\)"):
        agree("one", cells, "other", [["TEAEs", "", "placebo", 5, 8]])
    with pytest.raises(DisagreementError, match=r"\(0, 0\) v \(1, 1\)"):
        agree("one", cells, "other", [*cells, ["TEEs", "", "placebo", 1, 1]])


def test_a_measurement_has_seconds_memory_and_the_cells(tmp_path):
    write(tmp_path, 100)
    found = measured("packed:Packed", Task.OVERVIEW, tmp_path, tmp_path)
    assert 0 < found["answering"] < 1
    assert found["peak"] >= found["answering_peak"] > 10
    cells = {tuple(cell[:3]): tuple(cell[3:]) for cell in found["cells"]}
    assert cells == answer(Packed(), Task.OVERVIEW, tmp_path)


# The page

SECONDS = {"pandas": 0.01, "polars": 0.005, "this engine": 0.001}
MEASURED = [
    {"peer": peer, "task": task, "events": events, "answering": seconds * events / 100, "reading": 0.2}
    | {"coding": 0.0, "answering_peak": 90.6, "peak": 150.4}
    for task in Task
    for events in (100, 1000)
    for peer, seconds in SECONDS.items()
    if (peer, events) != ("polars", 1000)
]


def test_ratios_are_to_the_first_peer_and_what_was_left_out_is_a_dash():
    assert ratios(MEASURED, Task.OVERVIEW).splitlines() == [
        "| Way to count | 100 events | 1,000 events |",
        "| :-- | --: | --: |",
        "| pandas | 10 ms (1) | 0.1 s (1) |",
        "| polars | 5 ms (0.5) | – |",
        "| this engine | 1 ms (0.1) | 10 ms (0.1) |",
    ]


def test_memory_is_that_of_each_peers_largest_size():
    assert "| polars | 100 | 0.2 s | 0 ms | 91 | 150 |" in beside(MEASURED).splitlines()
    assert "| pandas | 1,000 | 0.2 s | 0 ms | 91 | 150 |" in beside(MEASURED).splitlines()


def test_the_figure_tells_its_numbers_and_is_the_same_each_time():
    figure = growth(MEASURED)
    assert "by class and term (331 rows), pandas: 100 events 0.01 s, 1,000 events 0.1 s" in figure.alt.lower()
    assert growth(MEASURED).svg == figure.svg


def test_the_page_shows_what_was_recorded_and_no_section_on_what_was_not():
    part = {
        "machine": {"processor": "A processor", "cores": 2, "memory_gb": 8, "system": "Linux x86_64"},
        "versions": {"python": "3.11.7", "pandas": "3.1.1"},
        "runs": 5,
        "measured": MEASURED,
    }
    built = [
        {"what": what, "wall": wall, "cpu": 2 * wall}
        for what, wall in (("ours", 10.0), ("plain", 40.0), ("two", 5.0), ("one", 10.0))
    ]
    parts = {"counts": part, "build": {**part, "runs": 3, "measured": built}}
    text = page(parts, DRAFT.read_text(encoding="utf-8"))
    assert "{{" not in text
    assert "A processor, 2 cores, 8 GB, Linux x86_64; Python 3.11.7, pandas 3.1.1." in text
    assert "the median of 5 is shown" in text
    assert "the median of 3 is shown" in text
    assert "| ours | 10 | 20 | 0.25 |" in text
    assert "| one | 10 | 20 | 1 |" in text
    assert "## The build" in text
    assert "## More than fits into memory" not in text


def test_the_books_page_is_the_one_of_what_is_recorded():
    assert PAGE.read_text(encoding="utf-8") == current()
