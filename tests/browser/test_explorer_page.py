"""The page that explores the events, as a reader meets it: chosen by mouse, by keyboard and by address."""

from __future__ import annotations

import csv
import importlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from watched import watched

from proderm.columns import IVIG_ALL, IVIG_P1
from proderm.estimands.families import TREATMENT_EMERGENT
from proderm.explorer import estimands
from proderm.pages import study
from safetybook.estimands import where
from safetybook.results import compute

BOOK = Path(__file__).parents[2] / "book"
PLACE = '<div id="explorer" class="x-explorer" data-claims="claims.html" hidden></div>'


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page with nothing but the explorer, read from disk."""
    folder = tmp_path_factory.mktemp("explorer")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BOOK / "_ext"))
        program = importlib.import_module("explorer").program
    (folder / "explorer.js").write_text(program(), encoding="utf-8")
    styles = "".join(
        f'<link rel="stylesheet" href="{(BOOK / "_static" / name).as_uri()}">'
        for name in ("book.css", "pages.css", "explorer.css")
    )
    page = folder / "page.html"
    page.write_text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Explorer</title>{styles}'
        f'<script defer src="explorer.js"></script></head>'
        f'<body><main class="bd-article"><h1 id="top">Explorer</h1>{PLACE}</main></body></html>',
        encoding="utf-8",
    )
    return page.as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A fresh page on which an error or a request to elsewhere fails the test."""
    own = ("file:", "blob:")
    with watched(browser, viewport={"width": 1280, "height": 900}) as (opened, wrong):
        opened.on("request", lambda asked: None if asked.url.startswith(own) else wrong.append(asked.url))
        opened.goto(address)
        yield opened
    assert wrong == []


def hash_of(page: Any) -> str:
    return page.evaluate("decodeURIComponent(location.hash)")


def status(page: Any) -> str:
    return page.locator("#x-status").inner_text()


def tick(page: Any, name: str, label: str) -> None:
    page.locator(f'.x-choice:has(input[name="{name}"])', has_text=re.compile(f"^{label}$")).locator(
        "input"
    ).check()


def card(page: Any, heading: str) -> str:
    return " ".join(page.locator(".x-cards li", has_text=heading).inner_text().split())


def test_it_begins_with_all_events_and_what_table_1_prints(page: Any) -> None:
    counts = estimands(study(), {}, IVIG_ALL)
    patients, events = (int(compute(study(), counts[name]).number) for name in ("patients", "events"))
    assert status(page).startswith("All 680 treatment-emergent events, in 88 of 95 patients.")
    shown = card(page, "All IVIg")
    assert f"{patients} of 95 patients at risk" in shown
    assert f"{events} events in 664 cycles" in shown
    assert "Table 1 prints 84 patients, 88.4%, 545 events reproduced" in shown
    assert page.locator(".x-cards li").count() == 4


def test_choices_narrow_the_counts_and_stand_in_the_address(page: Any) -> None:
    tick(page, "relation", "probable")
    tick(page, "relation", "possible")
    tick(page, "intensity", "severe")
    assert hash_of(page) == "#intensity=severe&relation=probable,possible"
    chosen = {"relation": ["probable", "possible"], "intensity": ["severe"]}
    counts = estimands(study(), chosen, IVIG_ALL)
    numbers = {name: int(compute(study(), count).number) for name, count in counts.items()}
    assert f"{numbers['patients']} of {numbers['atRisk']} patients at risk" in card(page, "All IVIg")
    assert f"{numbers['events']} events in {numbers['cycles']} cycles" in card(page, "All IVIg")


def test_the_back_button_undoes_one_choice_at_a_time(page: Any) -> None:
    before = status(page)
    tick(page, "serious", "yes")
    serious = status(page)
    tick(page, "period", "extension period")
    assert status(page) != serious
    page.go_back()
    assert status(page) == serious
    assert not page.locator('input[name="period"]').nth(1).is_checked()
    page.go_back()
    assert status(page) == before


def test_a_link_shows_what_was_shared(page: Any, address: str) -> None:
    tick(page, "infusional", "yes")
    tick(page, "treatment", "IVIg")
    page.locator("#x-by").select_option("cycle")
    shared, told = page.url, page.locator("#explorer").inner_text()
    page.goto("about:blank")
    page.goto(shared)
    assert page.locator("#explorer").inner_text() == told
    assert "by=cycle" in shared


def test_an_address_that_means_nothing_is_left_out_and_said_so(page: Any, address: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}#intensity=severe&relation=cosmic&colour=blue&patient=SYN-999")
    told = page.get_by_role("alert").inner_text()
    assert all(name in told for name in ("relation=cosmic", "colour=blue", "patient=SYN-999"))
    assert "severe" in status(page)
    assert not page.locator("dialog").evaluate("dialog => dialog.open")


def test_a_place_on_the_page_leaves_the_choice_as_it_is(page: Any) -> None:
    tick(page, "serious", "yes")
    told = status(page)
    page.evaluate("location.hash = 'top'")
    page.wait_for_timeout(100)
    assert status(page) == told
    assert page.get_by_role("alert").count() == 0


def test_no_event_fits(page: Any) -> None:
    tick(page, "thromboembolic", "yes")
    tick(page, "intensity", "mild")
    tick(page, "serious", "yes")
    tick(page, "action", "drug withdrawn")
    assert status(page).startswith("No event fits")
    assert not page.locator(".x-listing").is_visible()
    # Without events a percentage is 0.0, because people were at risk.
    assert "0.0%" in card(page, "All IVIg")
    page.get_by_role("button", name="Remove all").click()
    assert hash_of(page) == ""
    assert page.evaluate("document.activeElement.id") == "x-status"


def test_nobody_at_risk(page: Any, address: str) -> None:
    page.goto(f"{address}#treatment=placebo&period=extension")
    assert status(page).startswith("Nobody was at risk")
    assert page.locator(".x-cards li").count() == 0


def test_the_plot_says_what_the_table_says(page: Any) -> None:
    told = page.locator(".x-split")
    plot = page.get_by_role("img", name=re.compile("^Plot of the percentage"))
    name = plot.get_attribute("aria-label") or ""
    rows = told.locator("tbody").nth(1).locator("tr")
    headings = ["IVIg, first period", "Placebo, first period", None, "IVIg, overall period"]
    for line in range(5):
        row = rows.nth(line)
        term = row.locator("th").inner_text()
        percents = re.findall(r"\(([\d.]+)%\)", row.inner_text())
        said = ", ".join(f"{h} {p}%" for h, p in zip(headings, percents, strict=True) if h)
        assert f"{term}: {said}" in name


def test_a_patient_opens_and_closes_by_keyboard_and_the_focus_returns(page: Any) -> None:
    button = page.locator(".x-open").nth(3)
    name = button.inner_text()
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Synthetic patient {name}")
    assert dialog.is_visible()
    assert hash_of(page) == f"#patient={name}"
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    cycles = study().frame("cycles")
    own = cycles[cycles["USUBJID"] == name]
    assert dialog.locator("table").first.locator("tbody tr").count() == len(own)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert hash_of(page) == ""
    assert page.evaluate("document.activeElement.dataset.patient") == name


def test_the_back_button_closes_a_patient(page: Any) -> None:
    page.locator(".x-open").first.click()
    assert page.locator("dialog").is_visible()
    page.go_back()
    assert not page.locator("dialog").is_visible()


def test_the_listing_sorts_by_a_heading(page: Any) -> None:
    head = page.locator(".x-listing th", has_text="Day of onset")
    for direction in ("ascending", "descending"):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == direction
        days = [float(text) for text in page.locator(".x-listing td:nth-child(5)").all_inner_texts()]
        assert days == sorted(days, reverse=direction == "descending")
    assert page.locator(".x-listing th[aria-sort]").count() == 1


def test_more_rows_come_and_take_the_focus(page: Any) -> None:
    rows = page.locator(".x-listing tbody tr")
    first = rows.count()
    page.get_by_role("button", name=re.compile(r"^Show \d+ more$")).click()
    assert rows.count() > first
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") == first + 1


def test_the_file_holds_the_rows_of_the_data(page: Any, address: str) -> None:
    page.goto(f"{address}#treatment=ivig&period=first&serious=yes")
    text = page.evaluate("explorer.file()")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as CSV").click()
    assert saved.value.suggested_filename == "synthetic-events.csv"
    assert Path(saved.value.path()).read_bytes().decode() == text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    frame = study().frame("adae")
    asked = TREATMENT_EMERGENT & IVIG_P1.where & where(AESER="Y")
    expected = frame[asked.mask(frame)].sort_values(["USUBJID", "AESEQ"])
    same = [name for name in rows[0] if name in frame and name not in ("AEOUT", "AELATENC", "ADURN")]
    assert {"USUBJID", "AEDECOD", "TRTA", "APERIOD", "CYCLE", "AESEV", "AEREL", "CQ01NAM"} <= set(same)
    shown = expected[same].astype(object).where(expected[same].notna(), "").astype(str)
    assert [{name: row[name] for name in same} for row in rows] == shown.to_dict("records")
    assert {row["STUDYID"] for row in rows} == {"PRODERM-SYNTHETIC"}


def test_a_term_is_found_by_its_letters(page: Any) -> None:
    page.locator(".x-term summary").click()
    page.get_by_role("searchbox").fill("thromb")
    assert page.locator(".x-terms label:visible").all_inner_texts() == ["Deep vein thrombosis"]
    page.locator(".x-terms label:visible input").check()
    assert hash_of(page) == "#term=deep-vein-thrombosis"


def test_a_narrow_screen_has_no_sideways_scroll(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{address}#relation=probable,possible")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    plot = page.get_by_role("img", name=re.compile("^Plot"))
    assert plot.bounding_box()["width"] <= 375
