"""What the page that explores the events is given: facets, rows, and what the book knows of a count."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.datasets import TEE
from proderm.explorer import COLUMNS, estimands, facets, payload, script
from proderm.known_counts import address, known_counts
from proderm.pages import study, verdicts
from safetybook.estimands import Where, except_where, where
from safetybook.facets import Facet, Option, Side, filters, options, slug
from safetybook.results import compute

SOURCES = Path(__file__).parents[1] / "book" / "_explorer"
COLOURS = Facet(
    "colour", "Colour", "COLOUR", Side.EVENT, (Option("red", "red", "R"), Option("other", "other", None))
)
KNOWN = known_counts(study(), verdicts())
DATA = payload(study(), KNOWN)


def test_a_choice_is_a_filter_and_all_choices_are_none():
    facet = Facet("size", "Size", "SIZE", Side.EVENT, options(["S", "M", "L"]))
    assert facet.where(["s", "l"]) == where(SIZE=["S", "L"])
    assert facet.where(["s", "m", "l"]) == Where()
    assert COLOURS.where(["red"]) == where(COLOUR="R")
    assert COLOURS.where(["other"]) == except_where(COLOUR="R")


def test_a_missing_value_has_the_option_for_all_others():
    assert COLOURS.places(pd.Series(["R", None, "B"])) == [0, 1, 1]


def test_a_value_without_an_option_is_named():
    facet = Facet("size", "Size", "SIZE", Side.EVENT, options(["S"]))
    with pytest.raises(ValueError, match="facet size has no option for XL, XS"):
        facet.places(pd.Series(["XS", "S", "XL"]))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ((Option("a", "a", 1), Option("a", "b", 2)), "share a key"),
        ((Option("a", "a", None), Option("b", "b", None)), "only one option"),
    ],
)
def test_options_that_cannot_be_told_apart_are_refused(choices, message):
    with pytest.raises(ValueError, match=message):
        Facet("x", "X", "X", Side.EVENT, choices)


def test_an_unknown_choice_is_an_error():
    with pytest.raises(KeyError):
        filters([COLOURS], {"colour": ["blue"]})


def test_exposure_restricts_who_is_at_risk_and_events_do_not():
    asked = filters(facets(study()), {"cycle": ["1"], "serious": ["yes"], "thromboembolic": ["no"]})
    assert asked[Side.EXPOSURE] == where(CYCLE=1)
    assert asked[Side.EVENT] == where(AESER="Y") & except_where(CQ01NAM=TEE)


def test_a_key_is_plain():
    assert slug("Neoplasms benign (incl cysts)") == "neoplasms-benign-incl-cysts"


def test_no_two_options_have_the_same_address():
    for facet in facets(study()):
        assert all(re.fullmatch(r"[a-z0-9-]+", option.key) for option in facet.options)


def test_every_row_of_the_data_is_there_once():
    for name, frame in (("events", "adae"), ("cycles", "cycles"), ("premedication", "adcm")):
        lengths = {len(column) for key, column in DATA[name].items() if key != "words"}
        assert lengths == {len(study().frame(frame))}
    assert len(DATA["patients"]) == 95


def test_the_rows_say_what_the_data_say():
    frame, rows = study().frame("adae"), DATA["events"]
    by_key = {facet["key"]: facet for facet in DATA["facets"]}
    for key, facet in by_key.items():
        values = [facet["options"][place]["value"] for place in rows[key]]
        column = frame[facet["variable"]].astype(object).where(frame[facet["variable"]].notna(), None)
        assert values == list(column)
    assert [DATA["patients"][place]["id"] for place in rows["patient"]] == list(frame["USUBJID"])


def test_the_script_can_be_loaded_from_disk():
    text = script(study(), KNOWN)
    found = re.fullmatch(r"\(globalThis\.explorer \?\?= \{\}\)\.data = (.*);\n", text)
    assert found
    assert json.loads(found[1]) == json.loads(json.dumps(DATA))
    assert len(text.encode()) < 150_000


def test_the_page_loads_nothing_and_writes_no_markup():
    paths = sorted(SOURCES.glob("*.js"))
    assert len(paths) == 5
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"//cdn|\bimport\b|\bexport\b|fetch\(|XMLHttpRequest|eval\(|innerHTML|insertAdjacentHTML", text
        )
        assert re.findall(r"https?://[^\"]+", text) in ([], ["http://www.w3.org/2000/svg"])


def selected(key: str) -> tuple[str, dict[str, list[str]]]:
    """The column and the selection that a key stands for."""
    column, *parts = key.split("/")
    by_key = {facet.key: facet for facet in facets(study())}
    chosen = {}
    for part in parts:
        name, _, places = part.partition("=")
        chosen[name] = [by_key[name].options[int(place)].key for place in places.split(",")]
    return column, chosen


def test_what_is_known_of_a_count_is_true_of_the_data():
    columns = {column.id: column for column in COLUMNS}
    wrong = []
    for key, told in KNOWN.items():
        name, chosen = selected(key)
        counts = estimands(study(), chosen, columns[name])
        for what in set(told) - {"percent"}:
            number = int(compute(study(), counts[what]).number)
            known = told[what]
            if "printed" in known:
                holds = (number == int(known["printed"])) == (known["verdict"] == "reproduced")
            else:
                holds = known["low"] <= number <= known["high"]
            if not holds:
                wrong.append((key, what, number, known))
    assert wrong == []


def test_tables_1_and_2_are_known_in_full():
    for column in ("ivig_p1", "placebo_p1", "ivig_all"):
        for key in ("", "/serious=0", "/infusional=0", "/relation=0,1", "/action=1", "/intensity=2"):
            told = KNOWN[column + key]
            assert all("printed" in told[what] for what in ("patients", "events"))


def test_of_the_cycles_only_those_of_all_ivig_are_known():
    fixed = {column.id: KNOWN[column.id].keys() & {"atRisk", "cycles"} for column in COLUMNS}
    assert fixed.pop("ivig_all") == {"atRisk", "cycles"}
    assert all(found == {"atRisk"} for found in fixed.values())


def test_a_solved_bound_goes_before_a_wider_one():
    assert KNOWN["ivig_ext"]["patients"] == {"kind": "bounded", "low": 42, "high": 81}


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (where(TRTEMFL="Y", TRTA="IVIg") & where(AEREL=("POSSIBLE", "PROBABLE")), "ivig_all/relation=0,1"),
        (where(TRTEMFL="Y") & PLACEBO_P1.where & where(CQ01NAM=TEE), "placebo_p1/thromboembolic=0"),
        # All levels together are no condition; a term of its own is its group.
        (where(TRTEMFL="Y") & IVIG_P1.where & where(AESEV=("MILD", "MODERATE", "SEVERE")), "ivig_p1"),
        (where(TRTEMFL="Y") & IVIG_EXT.where & where(AEDECOD="Dyspnoea"), "ivig_ext/term={Dyspnoea}"),
        # Not of the page: any event at all, a part of a group, a variable without a facet, no such column.
        (IVIG_ALL.where, None),
        (where(TRTEMFL="Y") & IVIG_ALL.where & where(AEDECOD="Pyrexia"), None),
        (where(TRTEMFL="Y") & IVIG_ALL.where & where(AESDTH="Y"), None),
        (where(TRTEMFL="Y") & where(APERIOD=1), None),
    ],
)
def test_the_address_of_a_filter(asked, key):
    terms = next(facet for facet in facets(study()) if facet.key == "term").options
    places = {option.label: place for place, option in enumerate(terms)}
    expected = key and re.sub(r"\{(\w+)\}", lambda term: str(places[term[1]]), key)
    assert address(study(), asked) == expected
