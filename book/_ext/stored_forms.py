"""The forms in which notebooks store things, put back into those that the rest of the book reads.

A notebook is read in many places, and stores what reads well in all of them. Here is the one door through
which it comes to the pages: captions are no longer part of the text, and HTML that needs neither trust nor a
style sheet is that of a page again.
"""

from __future__ import annotations

import json
from typing import Any

from sphinx.application import Sphinx

from safetybook import captions
from safetybook.stored_html import for_page


def put_back(app: Sphinx, page: str, source: list[str]) -> None:
    """Put back what a notebook stores; its text is the JSON of the file."""
    if app.env.doc2path(page).endswith(".ipynb"):
        notebook = json.loads(source[0])
        captions.put_back(notebook["cells"])
        put_back_html(notebook)
        source[0] = json.dumps(notebook, ensure_ascii=False)


def put_back_html(notebook: dict[str, Any]) -> None:
    """Put back all HTML that a notebook's cells show, or glue for other pages."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for kind in data:
                if kind.endswith("text/html"):
                    data[kind] = for_page("".join(data[kind]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the step, after the text that stands in the file was noted."""
    app.setup_extension("whole_book")
    app.connect("source-read", put_back)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
