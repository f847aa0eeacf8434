"""The pages as the step that gives numbers their provenance meets them: stored outputs, and glued texts."""

import importlib
import json
import sys
from functools import cache
from html import escape
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from safetybook import captions
from safetybook.notebooks.prose import spans
from safetybook.stored_html import for_page

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [f"notebooks/{path.stem}" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
PAGES = [f"book/{path.stem}" for path in sorted((ROOT / "book").glob("*.md"))]


@cache
def extension() -> ModuleType:
    """The extension of the book."""
    sys.path.insert(0, str(ROOT / "book" / "_ext"))
    try:
        return importlib.import_module("provenance")
    finally:
        sys.path.pop(0)


def path(document: str) -> Path:
    """The file of a page."""
    return ROOT / f"{document}.{'ipynb' if document.startswith('notebooks/') else 'md'}"


def application(*documents: str) -> Any:
    """As much of Sphinx as the step asks for."""
    env = SimpleNamespace(doc2path=lambda document: str(path(document)), found_docs=set(documents))
    builder = SimpleNamespace(get_relative_uri=lambda page, document: f"../{document}.html")
    return SimpleNamespace(env=env, builder=builder)


def body(document: str) -> str:
    """A page's tables in the cells that show them, and its glued texts in sentences."""
    if document.startswith("book/"):
        return _sentences(path(document).read_text(encoding="utf-8"), document)
    parts, place = [], 0
    cells = json.loads(path(document).read_text(encoding="utf-8"))["cells"]
    captions.put_back(cells)
    for cell in cells:
        if cell["cell_type"] != "code":
            parts.append(_sentences("".join(cell["source"]), document))
            continue
        place += 1
        parts.append(f'<div class="cell" id="code-{place}">')
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "scrapbook" not in output.get("metadata", {}):
                parts.append(for_page("".join(data.get("text/html", ""))))
        caption = cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", "")
        parts += [_sentences(caption, document), "</div>"]
    return "\n".join(parts)


def _sentences(text: str, document: str) -> str:
    shown = []
    for name, _ in spans(text):
        where, _, key = name.rpartition("::")
        of = f"notebooks/{where}" if where else document
        words = extension().stored(str(path(of))).glued[key]["text"]
        known = f'class="pasted-text" data-glue="{of}::{key}"'
        shown.append(f"<p>Of <span {known}>{escape(words, quote=False)}</span>.</p>")
    return "\n".join(shown)


@cache
def provided(document: str) -> tuple[str, dict[str, Any], list[str]]:
    """The HTML with its keys, what they stand for, and the names of which nothing is known."""
    found = extension().Provenance(application(), document)
    html = found.marked(body(document))
    return html, found.content(), found.unknown
