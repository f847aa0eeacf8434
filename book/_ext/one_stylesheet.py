"""One style sheet for all pages: those that every page loads, joined, without the rules that none can use.

The theme and its extensions load eight, of which nine rules in ten match nothing in this book. What only some
pages load, or only paper, stays a file of its own. The joined file is named by what it holds, so that no
reader keeps an old one.
"""

from __future__ import annotations

import re
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath

from css_rules import Used, licences, parse, prune
from made_before import Made, made
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

LINK = re.compile(r'[ \t]*<link\b(?=[^>]*\brel="stylesheet")(?![^>]*\bmedia=)[^>]*\bhref="([^"]+)"[^>]*>\n?')
NAME = "_static/style.css"
SEARCH_INDEX = "_static/search-index.js"
"""Made of the pages, so that its words are no classes."""

MADE = "_static"
"""What lies here is no page."""


def join(app: Sphinx, error: Exception | None) -> None:
    """Write the style sheet, and link it in place of what it holds."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in html_pages(out)}
    found = [linked(page, path.parent, out) for path, page in pages.items()]
    # Pages of the last build that were not written again link what was joined then.
    written = [sheets for sheets in found if sheets and NAME not in sheets]
    if not written and any(found):
        return
    sheets = shared(written)
    if not sheets:
        raise ExtensionError("the pages have no style sheet in common")
    scripts = {
        path: path.read_text(encoding="utf-8") for path in out.rglob("*.js") if path != out / SEARCH_INDEX
    }
    used = names(pages, scripts, made(app))
    rules = "\n".join([str(used), *((out / sheet).read_text(encoding="utf-8") for sheet in sheets)])
    text = made(app).of(NAME, rules, lambda: joined([out / sheet for sheet in sheets], used, out / NAME))
    (out / NAME).write_text(text, encoding="utf-8", newline="\n")
    version = sha256(text.encode()).hexdigest()[:8]
    for path, page in pages.items():
        above = "../" * (len(path.relative_to(out).parts) - 1)
        link = f'    <link rel="stylesheet" href="{above}{NAME}?v={version}" />\n'
        now = relinked(page, path.parent, out, [*sheets, NAME], link)
        if now != page:
            path.write_text(now, encoding="utf-8", newline="\n")
    for sheet in sheets:
        (out / sheet).unlink()


def names(pages: dict[Path, str], scripts: dict[Path, str], before: Made) -> Used:
    """What the pages and scripts hold that a style sheet can name, whatever style sheets they load."""
    used = Used()
    for path, page in pages.items():
        bare = LINK.sub("", page)
        used |= before.of(f"names in {path}", bare, partial(Used.by_page, bare))
    for path, script in scripts.items():
        used |= before.of(f"names in {path}", script, partial(Used.by_script, script))
    return used


def html_pages(out: Path) -> list[Path]:
    """The pages of a built book."""
    return [path for path in sorted(out.rglob("*.html")) if MADE not in path.relative_to(out).parts]


def linked(page: str, folder: Path, out: Path) -> list[str]:
    """The style sheets that a page in a folder loads, in its order, by their place in the book."""
    return [_place(address, folder, out) for address in LINK.findall(page)]


def _place(address: str, folder: Path, out: Path) -> str:
    path = (folder / PurePosixPath(address.partition("?")[0])).resolve()
    return path.relative_to(out.resolve()).as_posix()


def shared(pages: list[list[str]]) -> list[str]:
    """The style sheets that all pages with any have in common, in their order."""
    styled = [sheets for sheets in pages if sheets]
    return [sheet for sheet in styled[0] if all(sheet in sheets for sheets in styled)] if styled else []


def joined(sheets: list[Path], used: Used, target: Path) -> str:
    """The rules of several style sheets that a page can use, with the licences that they name."""
    texts = [sheet.read_text(encoding="utf-8") for sheet in sheets]
    found = dict.fromkeys(licence for text in texts for licence in licences(text))
    # One per file: where rules of different files meet, the later one must still win.
    parts = [_moved(text, sheet, target) for text, sheet in zip(texts, sheets, strict=True)]
    rules = tuple(rule for part in parts for rule in parse(part) if not rule.head.startswith("@charset"))
    kept = prune(rules, used, lambda address: (target.parent / address.partition("?")[0]).is_file())
    return "\n".join([*found, *(str(rule) for rule in kept), ""])


def _moved(text: str, sheet: Path, target: Path) -> str:
    """A style sheet whose relative addresses hold from another folder."""
    if sheet.parent == target.parent:
        return text
    between = sheet.parent.relative_to(target.parent).as_posix()
    return re.sub(r"""(url\(\s*+["']?+)(?!data:|#|/|https?:)""", rf"\g<1>{between}/", text)


def relinked(page: str, folder: Path, out: Path, sheets: list[str], link: str) -> str:
    """A page that loads one style sheet in place of several."""
    first = True

    def replaced(found: re.Match[str]) -> str:
        nonlocal first
        if _place(found[1], folder, out) not in sheets:
            return found[0]
        text = link if first else ""
        first = False
        return text

    return LINK.sub(replaced, page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the step that comes when all pages and all scripts are written."""
    app.setup_extension("made_before")
    app.connect("build-finished", join, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
