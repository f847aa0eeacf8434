"""Every page of the built book in a real browser: light, quiet, accessible, usable by keyboard and phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from built import PAGES, WITH_SEARCH
from watched import watched

from safetybook.browsers import PATIENCE

BYTES = 900_000
REQUESTS = 25
"""What a page may weigh, uncompressed and with all that it loads, and how many files that may be."""

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
STATES = [
    (WIDE, "light", False),
    (WIDE, "dark", True),
    (NARROW, "light", True),
    (NARROW, "dark", False),
]
"""Width, theme, and whether all that folds is unfolded: code is seen in both themes."""

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALIKE = ["#ledger tbody:nth-of-type(n + 4)", ".sb-table tr:nth-of-type(n + 15)"]
"""What is built as the rows before it are: it would take most of the time."""

AUDIT = """async ([alike, values]) => (await axe.run(
  { include: [["html"]], exclude: alike.map((one) => [one]) },
  { runOnly: { type: "tag", values }, resultTypes: ["violations"], preload: false }
)).violations.flatMap(({ id, nodes }) => nodes.map((node) =>
  `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))"""


COLLISIONS = """(room) => [...document.querySelectorAll("figure svg, .sb-figure svg")].flatMap((drawing) => {
  const box = (one) => [one.textContent, one.getBoundingClientRect()];
  const texts = [...drawing.querySelectorAll("text")].map(box);
  const between = (from, to, otherFrom, otherTo) => Math.max(from, otherFrom) - Math.min(to, otherTo);
  return texts.flatMap(([text, box], place) => texts.slice(place + 1).filter(([, other]) =>
    between(box.left, box.right, other.left, other.right) < room &&
    between(box.top, box.bottom, other.top, other.bottom) < -0.3 * Math.min(box.height, other.height)
  ).map(([other]) => `${text} | ${other}`));
})"""
ROOM = 4
"""Pixels between two texts of a drawing that stand on one line: less than a blank, and they read as one."""


@dataclass
class Visit:
    """A page that is open, what it asked for and what it complained about."""

    page: Any
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    """A fresh page without a network."""
    with watched(browser, viewport=WIDE, offline=True, reduced_motion="reduce") as (page, wrong):
        opened = Visit(page, wrong=wrong)
        page.on("request", lambda request: opened.asked.append(request.url))
        page.on("requestfailed", lambda request: wrong.append(f"not loaded: {request.url}"))
        yield opened


def settle(page: Any, size: dict[str, int], theme: str, unfolded: bool) -> None:
    """Bring an open page into a state."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    page.evaluate(
        "(open) => document.querySelectorAll('details').forEach((one) => { one.open = open })", unfolded
    )
    # The theme waits a little before it looks at what has changed.
    page.wait_for_timeout(400)
    page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)


@pytest.mark.parametrize("name", WITH_SEARCH)
def test_a_page_is_light_and_asks_nobody_else(visit: Visit, book: Path, name: str) -> None:
    visit.page.goto((book / name).as_uri())
    visit.page.wait_for_load_state("networkidle")
    loaded = [url.partition("?")[0].partition("#")[0] for url in visit.asked if not url.startswith("data:")]
    assert [url for url in loaded if not url.startswith(book.as_uri())] == []
    assert visit.wrong == []
    assert len(loaded) <= REQUESTS
    paths = {book / url.removeprefix(f"{book.as_uri()}/") for url in loaded}
    assert sum(path.stat().st_size for path in paths) <= BYTES


@pytest.mark.parametrize("name", PAGES)
def test_no_two_texts_of_a_drawing_collide(visit: Visit, book: Path, name: str) -> None:
    visit.page.goto((book / name).as_uri())
    assert visit.page.evaluate(COLLISIONS, ROOM) == []


def test_texts_that_collide_are_found(visit: Visit) -> None:
    text = "<text x='{}' y='{}' font-size='10'>{}</text>".format
    texts = text(0, 20, "one") + text(12, 20, "two") + text(0, 40, "three") + text(200, 40, "four")
    visit.page.set_content(f"<figure><svg width='300' height='60'>{texts}</svg></figure>")
    assert visit.page.evaluate(COLLISIONS, ROOM) == ["one | two"]


@pytest.mark.parametrize("name", WITH_SEARCH)
def test_a_page_is_accessible_and_fits_in_both_themes_and_widths(visit: Visit, book: Path, name: str) -> None:
    page = visit.page
    page.goto((book / name).as_uri())
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = []
    for size, theme, unfolded in STATES:
        settle(page, size, theme, unfolded)
        state = f"{size['width']} {theme}{' unfolded' if unfolded else ''}"
        found += [f"{state}: {violation}" for violation in page.evaluate(AUDIT, [ALIKE, STANDARDS])]
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{state}: {beyond} pixels beyond the side"] if beyond > 0 else []
    assert found == []


def test_the_first_key_leads_past_the_navigation(visit: Visit, book: Path) -> None:
    page = visit.page
    page.goto((book / PAGES[0]).as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


def test_the_theme_changes_by_button_and_is_remembered(visit: Visit, book: Path) -> None:
    page = visit.page
    page.emulate_media(color_scheme="light")
    page.goto((book / PAGES[0]).as_uri())
    seen = []
    for _ in range(3):
        page.locator(".theme-switch-button").first.click()
        seen.append(page.evaluate("({ ...document.documentElement.dataset }).mode"))
    assert sorted(seen) == ["auto", "dark", "light"]
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        page.locator(".theme-switch-button").first.click()
    page.goto((book / PAGES[1]).as_uri())
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_dark_page_is_dark_before_any_script_is_loaded(visit: Visit, book: Path) -> None:
    page = visit.page
    page.emulate_media(color_scheme="dark")
    page.route("**/*.js*", lambda route: route.abort())
    page.goto((book / PAGES[0]).as_uri())
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_on_a_phone_both_lists_of_contents_open_and_close(visit: Visit, book: Path) -> None:
    page = visit.page
    page.set_viewport_size(NARROW)
    page.goto((book / "notebooks" / "02_ae_overview.html").as_uri())
    for side, button in (("primary", "Chapters"), ("secondary", "On this page")):
        dialog = page.locator(f"#pst-{side}-sidebar-modal")
        page.get_by_role("button", name=button).click()
        assert dialog.is_visible()
        assert dialog.get_by_role("link").count() > 5
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == button


def test_a_button_says_its_name_to_the_eye_too(visit: Visit, book: Path) -> None:
    page = visit.page
    page.goto((book / "notebooks" / "02_ae_overview.html").as_uri())
    names = page.locator(".bd-header-article .sb-tip:visible").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('aria-label'))"
    )
    assert names == ["Chapters", "Download the notebook", "Print this page", "Light, dark or as the system"]
    print_button = page.get_by_role("button", name="Print this page")
    shown = "(one) => getComputedStyle(one, '::after').content.includes(one.getAttribute('aria-label'))"
    assert not print_button.evaluate(shown)
    print_button.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert print_button.evaluate(shown)


def test_the_head_of_a_long_table_and_the_first_column_of_a_wide_one_stay_in_view(
    visit: Visit, book: Path
) -> None:
    page = visit.page
    page.goto((book / "book" / "claims.html").as_uri())
    frame = page.locator(".sb-ledger")
    head = frame.locator("thead th").first
    frame.evaluate("(one) => { one.scrollTop = 5000 }")
    assert abs(head.bounding_box()["y"] - frame.bounding_box()["y"]) < 2
    page.set_viewport_size(NARROW)
    page.goto((book / "notebooks" / "02_ae_overview.html").as_uri())
    frame = page.locator("#table-1 .sb-table")
    page.wait_for_function("document.querySelector('#table-1 .sb-table').classList.contains('sb-more-right')")
    frame.evaluate("(one) => { one.scrollLeft = 10000 }")
    row = frame.locator("tbody th[scope=row]").first
    assert abs(row.bounding_box()["x"] - frame.bounding_box()["x"]) < 2
    page.wait_for_function(
        "!document.querySelector('#table-1 .sb-table').classList.contains('sb-more-right')"
    )


def test_without_scripts_a_chapter_shows_its_text_its_tables_and_its_chapters(
    browser: Any, book: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=WIDE)
    page = context.new_page()
    page.goto((book / "notebooks" / "02_ae_overview.html").as_uri(), timeout=PATIENCE)
    assert page.locator("#table-1 tbody tr").first.is_visible()
    assert page.locator("nav.bd-links a").first.is_visible()
    assert not page.locator(".theme-switch-button").first.is_visible()
    context.close()
