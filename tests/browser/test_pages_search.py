"""The search of the built book: claims by their name, number and words, from disk and from a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from built import HTML, PAGES
from watched import watched

CLAIM = "ov.teae.ivig_p1.percent"


class Silent(SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module", params=["disk", "server"])
def base(request: pytest.FixtureRequest, book: Path) -> Iterator[str]:
    """The address of the book, once as files and once as a site."""
    if request.param == "disk":
        yield book.as_uri()
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Any, base: str) -> Iterator[Any]:
    """A fresh page on which an error fails the test."""
    with watched(browser, viewport={"width": 1280, "height": 900}) as (opened, wrong):
        yield opened
    assert wrong == []


def found(page: Any, base: str, words: str) -> list[str]:
    """The addresses of the first results for some words, within the book."""
    page.goto(f"{base}/search.html")
    page.locator(".bd-article input[name=q]").fill(words)
    page.wait_for_function("new URLSearchParams(location.search).get('q') !== null")
    links = page.locator(".sb-results a").evaluate_all("(all) => all.map((one) => one.href)")
    return [link.removeprefix(f"{base}/") for link in links]


def test_a_claim_is_found_by_its_name(page: Any, base: str) -> None:
    assert found(page, base, CLAIM) == [f"book/claims.html#{CLAIM}"]


def test_a_claim_is_found_by_its_number_and_by_its_words(page: Any, base: str) -> None:
    by_number = found(page, base, "80.8")
    assert f"book/claims.html#{CLAIM}" in by_number
    assert "notebooks/02_ae_overview.html#table-1" in by_number
    by_words = found(page, base, "42 patients 80.8 who received IVIg experienced")
    assert f"book/claims.html#{CLAIM}" in by_words


def test_a_number_is_no_part_of_another(page: Any, base: str) -> None:
    found(page, base, "80.8")
    marks = set(page.locator(".sb-results mark").all_inner_texts())
    assert marks == {"80.8"}
    assert found(page, base, "0.8123456") == []
    assert "Nothing holds" in page.locator("#search-status").inner_text()


def test_a_term_a_table_and_a_chapter_are_found(page: Any, base: str) -> None:
    assert found(page, base, "bounded")[0] == "book/glossary.html#term-bounded"
    assert found(page, base, '"supplementary table 1"')[0] == "notebooks/02_ae_overview.html#suppl-table-1"
    assert found(page, base, "premedication")[0] == "notebooks/07_premedication.html"


def test_accents_and_dashes_do_not_matter(page: Any, base: str) -> None:
    assert found(page, base, "0-16") == found(page, base, "0–16") != []


def test_a_result_leads_to_its_place_and_back_to_the_same_results(page: Any, base: str) -> None:
    found(page, base, CLAIM)
    page.locator(".sb-results a").first.click()
    page.wait_for_url(f"{base}/book/claims.html#{CLAIM}")
    assert page.locator(f'[id="{CLAIM}"]').is_visible()
    page.go_back()
    page.wait_for_selector(".sb-results a")
    assert page.locator(".sb-results a").count() == 1


def test_the_search_opens_from_any_chapter_by_button_and_by_key(page: Any, base: str) -> None:
    for start in ("button", "Control+k"):
        page.goto(f"{base}/{PAGES[3]}")
        if start == "button":
            page.get_by_role("button", name="Search").first.click()
        else:
            page.keyboard.press(start)
        page.keyboard.type("nausea")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=nausea")
        page.wait_for_selector(".sb-results a")
        assert page.locator(".bd-article input[name=q]").input_value() == "nausea"


def test_many_results_unfold_and_keep_the_focus(page: Any, base: str) -> None:
    found(page, base, "headache")
    shown = page.locator(".sb-results a").count()
    page.locator(".sb-more").last.click()
    assert page.locator(".sb-results a").count() > shown
    assert page.evaluate("document.activeElement.closest('.sb-results') !== null")


def test_an_empty_search_shows_examples_that_find_something(page: Any, base: str) -> None:
    page.goto(f"{base}/search.html")
    examples = page.locator("#search-examples")
    assert examples.is_visible()
    links = examples.locator("a")
    for number in range(links.count()):
        page.goto(f"{base}/search.html")
        links.nth(number).click()
        page.wait_for_url("**/search.html?q=*")
        assert page.locator(".sb-results li").count() > 0
        assert examples.is_hidden()
