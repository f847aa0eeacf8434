"""Studies with next to nothing in them, through the engine: of nobody, without events, of one patient, and
with every value missing that may be.

Nothing fails, nothing is made up: counts are 0, a percentage of nobody and a median of nothing are absent.
"""

from fractions import Fraction

import pytest
from tiny import FILES, read_rows, write_rows, write_tiny_study

from proderm import claims, pages
from proderm.datasets import DATASETS
from proderm.estimands import CATALOGUE
from proderm.estimands.families import Category
from proderm.export import EVENT
from proderm.study import load
from safetybook.aligned_text import to_text
from safetybook.analysis_results import analysis_results
from safetybook.determinacy import PUBLISHED
from safetybook.estimands import Combination, Count, Function, Ratio, Share, Summary, where
from safetybook.html_tables import to_html
from safetybook.invariants import check
from safetybook.latex import to_latex
from safetybook.reported import Reported
from safetybook.results import ABSENT, compute

EVENTS = {"adae", "admh", "adcm", "adwells"}


def keep(folder, name, wanted):
    header, *rows = read_rows(folder, name)
    write_rows(folder, name, [header, *(row for row in rows if wanted(dict(zip(header, row, strict=True))))])


def nobody(folder):
    for name in FILES:
        keep(folder, name, lambda _: False)


def no_events(folder):
    for name in EVENTS:
        keep(folder, name, lambda _: False)


def one_patient(folder):
    for name in FILES:
        keep(folder, name, lambda row: row["USUBJID"] == "T-03")


def all_missing(folder):
    needed = {dataset.name: dataset.needs for dataset in DATASETS}
    for name in FILES:
        header, *rows = read_rows(folder, name)
        kept = [[v if needed[name](h) else "" for h, v in zip(header, row, strict=True)] for row in rows]
        write_rows(folder, name, [header, *kept])


EXTREMES = {"nobody": nobody, "no events": no_events, "one patient": one_patient, "all missing": all_missing}


@pytest.fixture(scope="module", params=EXTREMES)
def extreme(request, tmp_path_factory):
    """Each of the studies, loaded as any other."""
    return load(extreme_study(tmp_path_factory.mktemp("study"), request.param))


def extreme_study(folder, name):
    EXTREMES[name](write_tiny_study(folder))
    return folder


def test_every_estimand_has_a_result_and_all_results_are_consistent(extreme):
    results = check(extreme, CATALOGUE.values())
    assert len(results) == len(CATALOGUE)
    for result in results:
        assert result.value is None or isinstance(result.value, (Fraction, str, bool)), result
        assert result.formatted() and not {"nan", "none", "nat", "inf"} & set(
            result.formatted().lower().split()
        )
    reported = [
        Reported(estimand, result, PUBLISHED, "Table 1")
        for estimand, result in zip(CATALOGUE.values(), results, strict=True)
    ]
    records = analysis_results(reported, EVENT.groupings)
    assert [record["stat_fmt"] for record in records] == [result.formatted() for result in results]


def test_what_does_not_exist_is_absent_and_not_0(extreme):
    for estimand in CATALOGUE.values():
        result = compute(extreme, estimand)
        if isinstance(estimand, Share):
            assert (result.value is None) == (result.denominator == 0), result
        elif isinstance(estimand, Summary) and not result.denominator:
            assert result.value == (0 if estimand.function is Function.TOTAL else None), result


def test_of_nobody_there_is_nothing_to_count(tmp_path):
    study = load(extreme_study(tmp_path, "nobody"))
    found = {kind: set() for kind in (Count, Combination, Share, Ratio, Summary)}
    for estimand in CATALOGUE.values():
        if type(estimand) in found:
            found[type(estimand)].add(compute(study, estimand).value)
    assert found[Count] == {0}
    assert found[Combination] <= {0}
    assert found[Share] == {None}
    assert found[Ratio] <= {None}
    assert found[Summary] <= {None, Fraction(0)}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("nobody", [f"0 ({ABSENT}%)", "0"] * 3),
        ("no events", ["0 (0.0%)", "0"] * 3),
        ("one patient", ["1 (100.0%)", "1"] * 3),
    ],
)
def test_a_safety_table_prints_dashes_for_nobody(name, texts, tmp_path, monkeypatch):
    study = load(extreme_study(tmp_path, name))
    verdicts = claims.verdicts(study)
    monkeypatch.setattr(pages, "study", lambda: study)
    monkeypatch.setattr(pages, "verdicts", lambda: verdicts)
    rows = {"Any event": Category("any", "Any event", where())}
    table = pages.Page("Table 1").safety_table("Table 1", "Events", rows, [])
    assert [cell.text for cell in table.rows[0].cells] == texts
    for text in (to_html(table), to_text(table), to_latex(table.layout)):
        assert "nan" not in text.lower()
