"""Which browser there is: the tests look at pages with it, and it sets the book for print."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What a Chromium is called, in the order in which one is looked for."""

VARIABLE = "CHROMIUM"
"""The environment variable that names another one."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Without a window, and without anything that a browser fetches for itself."""

PATIENCE = 300_000
"""Milliseconds: a machine that builds something else as well may need minutes to start a browser."""


class NoBrowserError(RuntimeError):
    """No browser was found; says what was looked for, and how to get one."""


def path() -> str:
    """The path of a Chromium.

    Raises:
        NoBrowserError: There is none.
    """
    named = os.environ.get(VARIABLE)
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    looked_for = f"{named!r}, which {VARIABLE} names," if named else f"none of {', '.join(NAMES)}"
    raise NoBrowserError(
        f"no browser: {looked_for} is not on this machine. "
        "Install Chromium (on Debian: apt install chromium) or Chrome, or name one: "
        f"{VARIABLE}=/path/to/chrome"
    )


@contextmanager
def running() -> Iterator[Browser]:
    """A browser, driven by Playwright, which is told to fetch none of its own.

    Raises:
        NoBrowserError: There is none.
    """
    found = path()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS[1:]), timeout=PATIENCE)
        yield started
        started.close()
