"""What is read and written again when a page changes, so that the book is the one that a clean build gives.

- A page is read again if its text is not the one that was read: the time of a file says less.
- It is written again if it was read again, or takes glued texts from a page that was.
- All pages are written again if anything changed that one page can say of another: a title, a label, a
  number, a citation, what a chapter shows. The digest of all that is kept in Sphinx's environment.
- What the last build left and nothing belongs to any more is removed.
- A page must not include a file that is no input of the pages: that it changed would go unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from safetybook.html_book import CONTENTS, inputs_of

KEPT = "whole_book"
"""The attribute of the environment that holds a :class:`Kept`."""

SHARED = (
    "titles",
    "longtitles",
    "tocs",
    "toctree_includes",
    "toc_secnumbers",
    "toc_fignumbers",
    "toc_num_entries",
    "domaindata",
)
"""What Sphinx keeps of all pages, for any page to ask."""

DOWNLOAD = re.compile(r"[0-9a-f]{32}")
"""Sphinx's folder of one file for download; other extensions have folders with names."""

logger = logging.getLogger(__name__)


class Kept:
    """What the environment remembers of the last build.

    Attributes:
        texts: the digest of the text of each page as it was read.
        sources: the pages from which each page takes glued texts.
        facts: by extension, then by page: what it found there, for other pages to ask.
        shared: the digest of all that a page can say of others, when pages were last written.
        numbers: Sphinx's own numbers of tables and figures, by page, kind and label.
        read: the pages that this build has read.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.sources: dict[str, set[str]] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self.shared = ""
        self.numbers: dict[str, dict[str, dict[str, tuple[int, ...]]]] = {}
        self.read: set[str] = set()


def kept(env: BuildEnvironment) -> Kept:
    """What an environment remembers; it is empty in a new one."""
    if not hasattr(env, KEPT):
        setattr(env, KEPT, Kept())
    found: Kept = getattr(env, KEPT)
    return found


def facts(env: BuildEnvironment, extension: str) -> dict[str, Any]:
    """What an extension has found on each page, by page: it must fill this in when a page is read."""
    return kept(env).facts.setdefault(extension, {})


def digest(text: str) -> str:
    """The digest of a text."""
    return sha256(text.encode()).hexdigest()


def changed(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The pages whose text is not the one that was read; files of removed pages go."""
    for page in removed:
        Path(app.builder.get_outfilename(page)).unlink(missing_ok=True)
        for source in (Path(app.outdir) / "_sources" / page).parent.glob(f"{Path(page).name}.*"):
            source.unlink()
    texts = kept(env).texts
    return [page for page in env.found_docs if texts.get(page) != digest(_text(env.doc2path(page)))]


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8-sig")


def begin(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Note which pages are read."""
    kept(env).read = set(pages)


def goes_on(env: BuildEnvironment) -> bool:
    """Whether a build goes on from the last one, so that data and code are the same."""
    return kept(env).read != set(env.found_docs)


def note_text(app: Sphinx, page: str, source: list[str]) -> None:
    """Note the text that is read, not the one that stands in the file later."""
    kept(app.env).texts[page] = digest(source[0])


def note_sources(app: Sphinx, document: nodes.document) -> None:
    """Note the pages from which a page takes glued texts."""
    taken = {str(node.refdoc) for node in document.findall(PendingGlueReference)}
    kept(app.env).sources[app.env.docname] = taken


def purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget a page."""
    known = kept(env)
    noted: list[dict[str, Any]] = [known.texts, known.sources, *known.facts.values()]
    for told in noted:
        told.pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: Iterable[str], other: BuildEnvironment) -> None:
    """Take what another process has read."""
    mine, theirs = kept(env), kept(other)
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (mine.texts, theirs.texts),
        (mine.sources, theirs.sources),
        *((facts(env, extension), found) for extension, found in theirs.facts.items()),
    ]
    for known, found in pairs:
        known |= {page: found[page] for page in pages if page in found}


def put_in_order(app: Sphinx, env: BuildEnvironment) -> None:
    """Put the citations in the order of a clean build: those of a page that is read again come last."""
    env.domaindata.get("cite", {}).get("citation_refs", []).sort(key=lambda reference: reference.docname)


def affected(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages that are written again beside those that were read."""
    known = kept(env)
    before, known.shared = known.shared, shared(env)
    if known.shared != before:
        return sorted(env.found_docs)
    return sorted(page for page, taken in known.sources.items() if taken & known.read)


def shared(env: BuildEnvironment) -> str:
    """The digest of all that a page can say of others."""
    told = {name: getattr(env, name) for name in SHARED}
    return digest(said([told, _metadata(env), kept(env).facts]))


def _metadata(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """What pages say of themselves, without the count of their words and the lines of their headings."""
    return {
        page: {
            name: {slug: rest for slug, (_, *rest) in value.items()} if name == "myst_slugs" else value
            for name, value in told.items()
            if name != "wordcount"
        }
        for page, told in env.metadata.items()
    }


def said(value: object, within: tuple[int, ...] = ()) -> str:
    """A value as a text: equal values give equal texts, in whatever order sets and dictionaries are.

    An object is told by its attributes. What it shares with an object around it is told once.
    """
    if isinstance(value, nodes.Node):
        return str(value.pformat())
    if id(value) in within:
        return "…"
    within = (*within, id(value))
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{said(key)}: {said(one, within)}' for key, one in value.items()))}}}"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(said(one, within) for one in value))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(said(one, within) for one in value)}]"
    if hasattr(value, "__dict__") and not isinstance(value, type):
        return f"{type(value).__name__} {said(vars(value), within)}"
    return repr(value)


def check_inputs(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each file that a page includes, shows or offers, and whose changes nobody would notice."""
    top = Path(env.srcdir)
    if not (top / CONTENTS).is_file():
        return  # no Jupyter Book: nothing notes its inputs
    noticed = {path.resolve() for path in inputs_of(top)}
    for page in sorted(env.found_docs):
        for name in sorted(map(str, env.dependencies.get(page, ()))):
            if (top / name).resolve() not in noticed:
                logger.warning(
                    "%s is no input of the pages, which are in html_book.INPUTS", name, location=page
                )


def remove_leftovers(app: Sphinx, error: Exception | None) -> None:
    """Remove pictures and files for download that no page has any more."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pictures = {name for _, name in app.env.images.values()}
    files = {Path(address) for _, address in app.env.dlfiles.values()}
    for path in (out / "_images").glob("*"):
        if path.name not in pictures:
            path.unlink()
    for path in (out / "_downloads").glob("*/*"):
        if DOWNLOAD.fullmatch(path.parent.name) and path.relative_to(out / "_downloads") not in files:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the steps; what others say of all pages, the numbers of tables among it, comes before."""
    app.connect("env-get-outdated", changed)
    app.connect("env-before-read-docs", begin)
    app.connect("source-read", note_text, priority=1)
    app.connect("doctree-read", note_sources)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", put_in_order, priority=1)
    app.connect("env-get-updated", affected, priority=990)
    app.connect("env-check-consistency", check_inputs)
    app.connect("build-finished", remove_leftovers, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
