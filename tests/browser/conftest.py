"""A real browser for the tests of what the pages do; without one, these tests are skipped and say so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from built import HTML

from safetybook import browsers


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; the variable CHROMIUM names another one."""
    try:
        return browsers.path()
    except browsers.NoBrowserError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[object]:
    """A running Chromium, driven by Playwright, which is told to fetch none of its own."""
    with browsers.running() as running:
        yield running


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the built book."""
    if not (HTML / "book" / "index.html").is_file():
        pytest.skip(f"no built book in {HTML}: run make book first")
    return HTML
