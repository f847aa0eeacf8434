"""A fresh page that remembers what went wrong on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from safetybook.browsers import PATIENCE


@contextmanager
def watched(browser: Any, patience: float = PATIENCE, **options: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page in a context with these options, and the list of its errors, which grows."""
    context = browser.new_context(**options)
    context.set_default_timeout(patience)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield page, wrong
    context.close()
