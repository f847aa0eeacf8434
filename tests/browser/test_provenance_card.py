"""Hover, keyboard and touch lead to where a number comes from, and away again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from provenance_pages import extension, provided
from watched import watched

from proderm.origins import records
from proderm.pages import study

STATIC = Path(__file__).parents[2] / "book" / "_static"
DOCUMENT = "notebooks/02_ae_overview"
RELATED = "30 (57.7%)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page on disk with the tables and the glued texts of a chapter."""
    folder = tmp_path_factory.mktemp("provenance")
    html, content, _ = provided(DOCUMENT)
    for name in ("provenance.js", "provenance.css", "book.css"):
        (folder / name).write_text((STATIC / name).read_text(encoding="utf-8"), encoding="utf-8")
    extension().write(folder / "provenance" / "chapter.js", "page", content)
    extension().write(folder / "provenance" / "records.js", "records", records(study()))
    page = folder / "page.html"
    page.write_text(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Chapter</title>'
        '<meta name="viewport" content="width=device-width">'
        '<link rel="stylesheet" href="book.css"><link rel="stylesheet" href="provenance.css">'
        '<script defer src="provenance.js"></script></head><body><main class="bd-article"><h1>Chapter</h1>'
        f"{extension().BUTTON.format(page='chapter')}{html}</main></body></html>",
        encoding="utf-8",
    )
    return page.as_uri()


@pytest.fixture(params=["desk"])
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A fresh page on which an error or a request to elsewhere fails the test."""
    sizes = {"desk": (1280, 900), "phone": (375, 800)}
    width, height = sizes[request.param]
    touch = request.param == "phone"
    screen = {"viewport": {"width": width, "height": height}, "has_touch": touch, "is_mobile": touch}
    with watched(browser, 30_000, **screen) as (opened, wrong):
        opened.on("request", lambda asked: None if asked.url.startswith("file:") else wrong.append(asked.url))
        opened.goto(address)
        yield opened
    assert wrong == []


on_a_phone = pytest.mark.parametrize("page", ["phone"], indirect=True)


def card(page: Any) -> Any:
    return page.locator("#sb-origin")


def cell(page: Any, text: str = RELATED) -> Any:
    return page.locator("td[data-from]", has_text=text).first


def sentence(page: Any) -> Any:
    return page.locator("p span[data-from]").first


def expect_open(page: Any) -> None:
    card(page).wait_for(state="visible")


def expect_closed(page: Any) -> None:
    card(page).wait_for(state="hidden")


def test_hover_shows_what_a_cell_counts_and_the_card_can_be_hovered(page: Any) -> None:
    cell(page).hover()
    expect_open(page)
    told = " ".join(card(page).inner_text().split())
    assert told.startswith("30 (57.7%) TEAEs related to study drug, IVIg, first period: patients")
    assert "30 of 52 (Patients at risk, IVIg, first period)" in told
    assert "Published: printed in the article." in told
    assert "Table 1: “30 (57.7%)” Prints 30, 57.7: reproduced." in told
    card(page).hover()
    page.wait_for_timeout(500)
    assert card(page).is_visible()
    page.mouse.move(2, 2)
    expect_closed(page)


def test_escape_dismisses_a_hovered_card_without_moving_the_pointer(page: Any) -> None:
    sentence(page).hover()
    expect_open(page)
    page.keyboard.press("Escape")
    expect_closed(page)


def test_nothing_is_loaded_before_a_reader_asks(page: Any) -> None:
    assert page.locator('script[src*="chapter.js"]').count() == 0
    cell(page).hover()
    expect_open(page)
    assert page.locator('script[src*="chapter.js"]').count() == 1
    assert page.locator('script[src*="records.js"]').count() == 0


def test_a_table_is_one_stop_and_arrows_move_between_its_numbers(page: Any) -> None:
    table = page.locator("table", has=page.locator("td[data-from]")).first
    assert table.locator('.sb-number[tabindex="0"]').count() == 1
    assert table.evaluate("table => table.closest('[role=region]').tabIndex") == -1
    table.locator('.sb-number[tabindex="0"]').focus()
    for key, text in (
        ("ArrowRight", "196"), ("ArrowDown", "139"), ("ArrowLeft", "34 (65.4%)"), ("End", "351"),
        ("ArrowUp", "545"), ("ArrowUp", "All IVIg (n = 95)"), ("ArrowUp", "All IVIg (n = 95)"),
        ("ArrowLeft", "Placebo (n = 48)"), ("End", "All IVIg (n = 95)"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.innerText").replace("\xa0", " ") == text
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.innerText") == "42 (80.8%)"
    assert table.locator('.sb-number[tabindex="0"]').count() == 1


def test_focus_shows_the_card_and_says_it_in_short(page: Any) -> None:
    page.locator('table .sb-number[tabindex="0"]').first.focus()
    page.keyboard.press("ArrowRight")
    expect_open(page)
    said = page.locator('[role="status"].sb-origin-brief').inner_text()
    assert said.startswith("TEAEs, IVIg, first period: events. Published.")
    assert page.evaluate("document.activeElement.innerText") == "196"
    page.keyboard.press("Escape")
    expect_closed(page)
    assert page.evaluate("document.activeElement.innerText") == "196"


def test_enter_goes_into_the_card_and_tab_or_escape_come_back(page: Any) -> None:
    page.locator('table .sb-number[tabindex="0"]').first.focus()
    for leave in ("Escape", "Shift+Tab"):
        page.keyboard.press("Enter")
        expect_open(page)
        page.wait_for_function("document.activeElement.id === 'sb-origin'")
        page.keyboard.press(leave)
        expect_closed(page)
        assert page.evaluate("document.activeElement.innerText") == "42 (80.8%)"


def test_the_button_makes_the_numbers_of_sentences_reachable(page: Any) -> None:
    button = page.get_by_role("button", name="Where do the numbers come from?")
    assert button.get_attribute("aria-pressed") == "false"
    assert page.locator("p span[data-from][tabindex]").count() == 0
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Tab")
    expect_open(page)
    assert page.evaluate("document.activeElement.matches('span[data-from][role=button]')")
    page.reload()
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert page.locator("p span[data-from][tabindex]").count() == 0


def test_the_patients_and_events_behind_a_number(page: Any) -> None:
    cell(page).click()
    expect_open(page)
    card(page).locator("summary", has_text="30 patients with 113 events").click()
    rows = card(page).locator(".sb-origin-rows tbody tr")
    rows.first.wait_for()
    assert rows.count() == 113
    listed = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")
    adae = study().frame("adae")
    related = adae[
        (adae["TRTEMFL"] == "Y") & adae["AEREL"].isin(["POSSIBLE", "PROBABLE"])
        & (adae["TRTA"] == "IVIg") & (adae["APERIOD"] == 1)
    ]  # fmt: skip
    assert [row[0] for row in listed] == list(related["USUBJID"])
    assert [row[1].lower() for row in listed] == [term.lower() for term in related["AEDECOD"]]
    assert "artefact of the reconstruction" in card(page).inner_text()


def test_every_card_of_the_page_can_be_shown(page: Any) -> None:
    """No number of the page ends in an error, and each card names its number and its standing."""
    empty = page.evaluate(
        """async () => {
            const wrong = [];
            document.querySelectorAll("details").forEach((one) => { one.open = true; });
            for (const number of document.querySelectorAll("[data-from]")) {
                number.click();
                for (let turn = 0; turn < 50 && document.getElementById("sb-origin").hidden; turn += 1)
                    await new Promise((done) => setTimeout(done, 2));
                const card = document.getElementById("sb-origin");
                const title = card.querySelector("h2").textContent;
                if (card.hidden || !title || /undefined|null|NaN/.test(card.textContent)
                    || !/Published|Determined|Bounded|Illustrative/.test(card.textContent))
                    wrong.push(`${number.textContent}: ${card.textContent.slice(0, 200)}`);
                document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
            }
            return wrong;
        }"""
    )
    assert empty == []


@on_a_phone
def test_a_tap_opens_and_a_tap_elsewhere_closes(page: Any) -> None:
    sentence(page).tap()
    expect_open(page)
    box, number = card(page).bounding_box(), sentence(page).bounding_box()
    assert box["width"] == 375
    assert number["y"] + number["height"] <= box["y"]
    page.get_by_role("heading", name="Chapter").tap()
    expect_closed(page)


@on_a_phone
def test_the_button_to_close_is_large_enough_for_a_finger(page: Any) -> None:
    sentence(page).tap()
    expect_open(page)
    close = card(page).get_by_role("button", name="Close")
    assert min(close.bounding_box()[side] for side in ("width", "height")) >= 24
    close.tap()
    expect_closed(page)


def test_print_shows_none_of_it(page: Any) -> None:
    cell(page).click()
    expect_open(page)
    page.emulate_media(media="print")
    assert not card(page).is_visible()
    assert not page.locator(".sb-where").is_visible()


def test_the_content_is_ready_for_json() -> None:
    assert json.loads(json.dumps(provided(DOCUMENT)[1])) == provided(DOCUMENT)[1]


def test_a_heading_tells_how_many_are_at_risk(page: Any) -> None:
    page.locator("th[data-from]", has_text="n\u00a0=\u00a048").first.hover()
    expect_open(page)
    told = " ".join(card(page).inner_text().split())
    assert told.startswith("Placebo (n = 48) Patients at risk, Placebo, first period")
    assert "Published: printed in the article." in told
