"""What the last build made of a text is not made again: it is kept beside the pages as Sphinx has read them.

It stands under a place, such as a page or a table, with the digest of the text that it was made of. So what
a place has is what its last text gave. A build that begins from nothing, as after a change of code, has none.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from whole_book import digest, goes_on

NAME = "made.pickle"

Value = TypeVar("Value")


class Made:
    """What was made, by place: the digest of the text, and the value."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, Any]] = {}

    def of(self, place: str, text: str, make: Callable[[], Value]) -> Value:
        """What `make` gives, which must follow from the text; called if the place had another text."""
        found = digest(text)
        if place not in self.known or self.known[place][0] != found:
            self.known[place] = found, make()
        value: Value = self.known[place][1]
        return value

    def forget(self, place: str) -> None:
        """Let what is asked for next in a place be made again."""
        self.known.pop(place, None)


def made(app: Sphinx) -> Made:
    """What was made so far."""
    found: Made = app.__dict__.setdefault("made_before", Made())
    return found


def _file(app: Sphinx) -> Path:
    return Path(app.doctreedir) / NAME


def take(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Take what the last build made, if this one goes on from it."""
    if goes_on(env) and _file(app).is_file():
        made(app).known = pickle.loads(_file(app).read_bytes())


def keep(app: Sphinx, error: Exception | None) -> None:
    """Keep what was made for the next build."""
    if error is None:
        _file(app).write_bytes(pickle.dumps(made(app).known))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect both steps: the first when it is known which pages are read, the other last."""
    app.setup_extension("whole_book")
    app.connect("env-before-read-docs", take)
    app.connect("build-finished", keep, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
