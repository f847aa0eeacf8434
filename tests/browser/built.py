"""The pages of the built book, as the tests of all pages need them."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HTML = Path(os.environ.get("BOOK", ROOT / "_build" / "html"))
CONTENTS = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [f"{name}.html" for name in CONTENTS]
"""In the order of the book."""

WITH_SEARCH = [*PAGES, "search.html"]


def article(page: str) -> str:
    """The text of a page, without what surrounds it on every page."""
    found = re.search(r'<article class="bd-article">.*</article>', page, re.DOTALL)
    assert found, "the page has no article"
    return found[0]
