"""HTML as a notebook stores it: it reads well without trust and without the book's style sheet.

A page has the HTML as it is made, and its style sheet. Elsewhere Jupyter's own style applies, or none. So
words in a table are told to stand on the left, and a heading over several columns in their middle, where
Jupyter sets all flush right; a note stands apart from its mark; what is a title looks like one; and drawings
are images (:mod:`safetybook.stored_figures`).
"""

from __future__ import annotations

import re

from safetybook.stored_figures import inline_drawings, stored_drawings

LEFT, CENTRE = (f' style="text-align: {side}"' for side in ("left", "center"))
"""Nothing that is made has these attributes."""

ACROSS = re.compile(r'<th(?=[^>]* scope="colgroup")')
"""The beginning of a heading over several columns."""

WORDS = re.compile(
    r"(?<=<thead>\n<tr>)<th"  # what heads the headings of the rows
    r'|<th(?=[^>]* scope="row(?:group)?")'
    r'|<th(?=[^>]* class="text")'
    r'|<td(?! class="num[ "])'
)
"""The beginning of a cell that holds words."""

TITLE = re.compile(r'(<p class="admonition-title">)(.*?)(</p>)')
STRONG = re.compile(r'(<p class="admonition-title">)<strong>(.*?)</strong>(</p>)')


def stored(html: str) -> str:
    """HTML for a notebook, from HTML for a page."""
    html = ACROSS.sub(rf"\g<0>{CENTRE}", WORDS.sub(rf"\g<0>{LEFT}", html))
    html = TITLE.sub(r"\1<strong>\2</strong>\3", html)
    return stored_drawings(re.sub("^(<p><sup>[^<]*</sup>)", r"\1 ", html, flags=re.MULTILINE))


def for_page(html: str) -> str:
    """HTML for a page, as it was before :func:`stored`.

    Raises:
        ValueError: at an image of another drawing.
    """
    html = STRONG.sub(r"\1\2\3", html.replace(LEFT, "").replace(CENTRE, ""))
    return inline_drawings(re.sub("^(<p><sup>[^<]*</sup>) ", r"\1", html, flags=re.MULTILINE))
