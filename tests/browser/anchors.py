"""The anchors of the book that others may link to, and the list that keeps them.

Run as a script, it adds what the built book has and the list has not. Nothing is ever taken out.
"""

from __future__ import annotations

import re
from pathlib import Path

from built import HTML, PAGES, article

LIST = Path(__file__).with_name("anchors.txt")
KINDS = (
    re.compile(r'<section id="([^"]+)"'),
    re.compile(r'<figure[^>]* id="([^"]+)"'),
    re.compile(r'<dt id="([^"]+)"'),
    # The claims on their page, and the parts of the article; a chapter's list only leads there.
    re.compile(r'<tr id="(?!claim-)([^"]+)"'),
    re.compile(r'<tr class="group" id="([^"]+)"'),
    # Labels that a text gives to a place; code moves.
    re.compile(r'<span (?:class="target" )?id="(?!code-)([^"]+)"></span>'),
)


def found_anchors(book: Path) -> list[str]:
    """Every anchor of a section, table, figure, term and claim, with its page, in the book's order."""
    return [
        f"{name}#{anchor}"
        for name in PAGES
        for text in [article((book / name).read_text(encoding="utf-8"))]
        for kind in KINDS
        for anchor in kind.findall(text)
    ]


def read_list() -> list[str]:
    """The anchors that must stay."""
    return LIST.read_text(encoding="utf-8").splitlines() if LIST.is_file() else []


if __name__ == "__main__":
    LIST.write_text(
        "".join(f"{anchor}\n" for anchor in sorted({*read_list(), *found_anchors(HTML)})), encoding="utf-8"
    )
