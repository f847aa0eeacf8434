"""A real browser for the tests of what the pages do; without one, these tests are skipped and say so."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import HTML
from headless import FLAGS, NAMES, PATIENCE


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; the variable CHROMIUM names another one."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip(f"no browser on this machine: none of {', '.join(NAMES)} is installed")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[object]:
    """A running Chromium, driven by Playwright, which is told to fetch none of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS[1:]), timeout=PATIENCE)
        yield running
        running.close()


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the built book."""
    if not (HTML / "book" / "index.html").is_file():
        pytest.skip(f"no built book in {HTML}: run make book first")
    return HTML
