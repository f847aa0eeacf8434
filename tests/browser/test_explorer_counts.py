"""What the browser counts is what the engine counts, over a grid of filters, in a real browser."""

from __future__ import annotations

import json
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from explorer_grid import grid

from proderm.explorer import COLUMNS, estimands, facets, script
from proderm.known_counts import address, known_counts
from proderm.pages import study, verdicts
from safetybook.browsers import FLAGS
from safetybook.estimands import Column, Share
from safetybook.results import compute
from safetybook.rounding import percent
from safetybook.spreadsheets import harmless

STRANGE = "relation=possible,nonsense&by=moon&patient=SYN-999&x=%E0%A4%A&intensity="
TEXTS = [
    "=1+1",
    "+1",
    "-1.5",
    "−2",
    "@x",
    "\t=1",
    " =1",
    "＝1",
    "Headache",
    "",
    'say "no", twice',
    "a\nb",
    "-",
    "Grüße",
]
WHOLES = range(1, 101)

SOURCES = Path(__file__).parents[2] / "book" / "_explorer"
ASK = Path(__file__).with_name("explorer_counts.js")


@pytest.fixture(scope="module")
def selections() -> list[dict[str, list[str]]]:
    return grid(facets(study()))


@pytest.fixture(scope="module")
def answer(
    chromium: str,
    selections: list[dict[str, list[str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What the scripts answer in a page that has nothing but them."""
    folder = tmp_path_factory.mktemp("counts")
    asked = {
        "selections": selections,
        "ratios": [[part, whole] for whole in WHOLES for part in range(whole + 1)],
        "texts": TEXTS,
        "strange": STRANGE,
    }
    (folder / "data.js").write_text(script(study(), known_counts(study(), verdicts())), encoding="utf-8")
    (folder / "asked.js").write_text(f"const asked = {json.dumps(asked)};", encoding="utf-8")
    sources = ["data.js", *((SOURCES / name).as_uri() for name in ("count.js", "state.js"))]
    tags = "".join(f'<script src="{source}"></script>' for source in [*sources, "asked.js", ASK.as_uri()])
    page = folder / "page.html"
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><pre id="answer"></pre>{tags}', encoding="utf-8")
    done = subprocess.run(
        [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True,
        check=True,
        timeout=600,
    )
    text = done.stdout.decode().partition('<pre id="answer">')[2].partition("</pre>")[0]
    assert text, "the page answered nothing: a script failed"
    found: dict[str, Any] = json.loads(unescape(text))
    return found


def test_the_grid_is_large_and_each_kind_of_filter_is_in_it(selections: list[dict[str, list[str]]]) -> None:
    assert len({json.dumps(one, sort_keys=True) for one in selections}) >= 300
    assert {key for one in selections for key in one} == {facet.key for facet in facets(study())}


def test_the_browser_counts_as_the_engine_does(
    answer: dict[str, Any], selections: list[dict[str, list[str]]]
) -> None:
    data = study()
    differing, none = [], 0
    for selection, found in zip(selections, answer["counts"], strict=True):
        for column, counts in zip(COLUMNS, found, strict=True):
            asked = estimands(data, selection, column)
            numbers = {name: int(compute(data, asked[name]).number) for name in asked}
            share = compute(data, Share("explored.percent", "", asked["patients"], asked["atRisk"]))
            events, cycles = numbers["events"], numbers["cycles"]
            rate = percent(events, cycles) if cycles else "–"
            expected = [numbers["atRisk"], cycles, numbers["patients"], events, share.formatted(1), rate]
            none += numbers["events"] == 0
            if counts != expected:
                differing.append((selection, column.id, counts, expected))
    assert differing == []
    # Neither an empty grid nor one of empty answers could tell anything.
    assert 0 < none < len(selections) * len(COLUMNS) / 2


def test_percentages_are_rounded_half_up_from_exact_fractions(answer: dict[str, Any]) -> None:
    pairs = [(part, whole) for whole in WHOLES for part in range(whole + 1)]
    assert answer["ratios"] == [percent(*pair) for pair in pairs]
    assert answer["whole"] == [percent(*pair, decimals=0) for pair in pairs]


def test_the_browser_finds_what_the_book_knows_of_a_count(
    answer: dict[str, Any], selections: list[dict[str, list[str]]]
) -> None:
    data, known = study(), known_counts(study(), verdicts())
    found = none = 0
    for selection, columns in zip(selections, answer["known"], strict=True):
        # These leave a column as it is or take it away.
        if "treatment" in selection or "period" in selection:
            continue
        for column, told in zip(COLUMNS, columns, strict=True):
            counts = estimands(data, selection, column)
            key = address(data, counts["events"].where)
            direct = known.get(key, {}) if key and "cycle" not in selection else {}
            assert direct.items() <= told.items(), (selection, column.id)
            found += bool(direct)
            for what in told.keys() - direct.keys():
                none += 1
                assert told[what] == {"kind": "determined", "low": 0, "high": 0}
                assert compute(data, counts[what]).number == 0
                assert any(is_wider(wider, column, selection) for wider in known if is_empty(known[wider]))
    assert found > 20
    assert none > 20


def is_empty(told: dict[str, Any]) -> bool:
    """Whether the article leaves no event."""
    return any(
        one.get("printed") == "0" or one.get("high") == 0 for what, one in told.items() if what != "percent"
    )


def is_wider(key: str, column: Column, selection: dict[str, list[str]]) -> bool:
    """Whether a known filter in a column admits all that a selection admits."""
    name, *parts = key.split("/")
    by_key = {facet.key: facet for facet in facets(study())}
    for part in parts:
        facet, _, places = part.partition("=")
        keys = {by_key[facet].options[int(place)].key for place in places.split(",")}
        if not set(selection.get(facet, ["all of them"])) <= keys:
            return False
    return name == column.id


def test_no_text_of_a_file_is_a_formula(answer: dict[str, Any]) -> None:
    assert answer["harmless"] == [harmless(text) for text in TEXTS]
    assert answer["csv"] == '\ufeffa,b\r\n\'=1+1,"say ""no"", twice"\r\n,1.5\r\n'


def test_an_address_gives_back_what_was_chosen(answer: dict[str, Any]) -> None:
    assert answer["addresses"] == [True] * len(answer["addresses"])


def test_what_an_address_should_not_hold_is_named_and_left_out(answer: dict[str, Any]) -> None:
    state, ignored = answer["strange"]["state"], answer["strange"]["ignored"]
    assert state == {"selection": {"relation": [1]}, "by": "term", "patient": None}
    assert ignored[:3] == ["relation=nonsense", "by=moon", "patient=SYN-999"]
    assert [one.partition("=")[0] for one in ignored[3:]] == ["x", "intensity"]
