"""make live: an edit is seen on the page, an error in its place, and the page again when it is mended."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checkout import changes, clone
from laboratory import LAB, PATIENCE, free_port, served

CHAPTER = "notebooks/06_dose_reduction"
SENTENCE = "Did patients have fewer adverse events"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, book: Path) -> Path:
    """A clone of this checkout with what is built here, so that only edits have to be."""
    if not (LAB / "bin" / "sphinx-autobuild").exists():
        pytest.skip(f"no sphinx-autobuild in {LAB}: make live installs it")
    folder = clone(tmp_path_factory.mktemp("clone"))
    for built in ("html", "pages"):
        shutil.copytree(book.with_name(built), folder / "_build" / built)
    shutil.copy(book.with_name("notebooks.json"), folder / "_build")
    return folder


@pytest.fixture(scope="module")
def live(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of what make live serves."""
    port = free_port()
    with served(["make", "live", f"PORT={port}"], copy, tmp_path_factory.mktemp("home"), port, {}) as address:
        yield address


def test_an_edit_is_seen_and_an_error_until_it_is_mended(live: str, copy: Path, browser: Any) -> None:
    text = copy / f"{CHAPTER}.md"
    before = text.read_text(encoding="utf-8")
    assert SENTENCE in before
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{live}/{CHAPTER}.html")

    text.write_text(before.replace(SENTENCE, f"Once more: {SENTENCE}"), encoding="utf-8")
    page.wait_for_selector(f'p:has-text("Once more: {SENTENCE}")')
    text.write_text(before.replace("page = Page(", "1 / 0\npage = Page(", 1), encoding="utf-8")
    page.wait_for_selector('pre:has-text("ZeroDivisionError")')
    assert f"{CHAPTER}.md:" in page.inner_text("pre")
    text.write_text(before, encoding="utf-8")
    page.wait_for_selector(f'p:has-text("{SENTENCE}"):not(:has-text("Once more"))')
    assert changes(copy) == ""
