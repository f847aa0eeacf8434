"""Each computed word that stands in a file is the one that the book computes.

When every page is known, the numbers of all sentences are compared with what the notebooks glue, and the
words of links with the numbers of tables and figures, the titles and the citations that the pages show. A
link that is otherwise is put right in the text, and the build fails even so: the next one reads what was
written. A number that is typed, and not one of those that the design fixes, is a result without a name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from stored_forms import path_between

from proderm.fixed_numbers import FIXED, LABELS
from safetybook import links, whole_files
from safetybook.links import Kind, Link
from safetybook.notebooks import prose
from safetybook.notebooks.inputs import NOTEBOOKS, paired
from safetybook.typed_results import rule, texts

logger = logging.getLogger(__name__)

RECORDED = {"book/performance"}
"""Pages that are made from what was recorded, and have its numbers."""


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each computed word of any page that is not the computed one, and put links right."""
    results = prose.Results(Path(app.srcdir, NOTEBOOKS))
    for page in sorted(env.found_docs):
        path = Path(env.doc2path(page))
        is_notebook = path.suffix == ".ipynb"
        text = path.with_suffix(".md")
        named = (text if text.is_file() else path).relative_to(app.srcdir).as_posix()
        content = (text if text.is_file() else path).read_text(encoding="utf-8")
        wrong = Words(app, page)
        lookup = results.lookup(path.stem if is_notebook else "")
        for passage in _passages(path):
            for number in prose.wrong(passage, lookup):
                logger.warning("%s", number.told(named, content))
            prose.outside_code(passage, wrong.links)
        for stands, expected in dict.fromkeys(wrong.found):
            place = f"{named}:{prose.line_of(content, stands)}"
            logger.warning("%s: %s stands there, and %s is expected", place, stands, expected)
        if page not in RECORDED:
            for typed in _typed(path, content):
                logger.warning("%s:%s", named, typed)
        if wrong.found and text.is_file():
            whole_files.write(text, _rewritten(text, content, wrong.links))
            logger.warning("%s: these links are put right; build again", named)


def _typed(path: Path, content: str) -> Iterator[str]:
    """The passages of a page that state a typed number, each with its line where that is found."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.suffix == ".ipynb" else []
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    find = rule(FIXED, LABELS)
    for text in texts(_passages(path), code):
        for passage in find(text):
            words = passage.split()  # some that stand before the number may stand for others
            ends = (" ".join(words[start:]) for start in range(max(1, len(words) - 2)))
            line = next(filter(None, (prose.line_of(content, end) for end in ends)), 0)
            yield f'{line}: a number is typed in "{passage}"'


def _passages(path: Path) -> list[str]:
    content = path.read_text(encoding="utf-8")
    return prose.pieces(content) if path.suffix == ".ipynb" else [content]


def _rewritten(text: Path, content: str, change: Callable[[str], str]) -> str:
    """The content of a text with its prose changed; it may be that of a notebook."""
    if not paired(text).is_file():
        return prose.outside_code(content, change)
    from safetybook.notebooks import pairs  # slow to load, and seldom needed

    notebook = pairs.serialise(pairs.parse(content))
    return pairs.text_of(pairs.with_prose(notebook, lambda piece: prose.outside_code(piece, change)))


class Words:
    """The links of one page, with the words and paths that the book gives them.

    `found` has those that are otherwise: what stands there, and what is expected.
    """

    def __init__(self, app: Sphinx, page: str) -> None:
        self.app, self.env, self.page = app, app.env, page
        self.found: list[tuple[str, str]] = []

    def links(self, text: str) -> str:
        """A piece of prose with its links put right."""
        return links.with_links(text, self._right)

    def _right(self, link: Link) -> Link:
        expected = self._expected(link)
        if expected != link:
            self.found.append((link.text, expected.text))
        return expected

    def _expected(self, link: Link) -> Link:
        match link.kind:
            case Kind.NUMBER:
                return self._number(link)
            case Kind.PLACE:
                document, *_ = self.env.get_domain("std").anonlabels.get(link.label, ("",))
                return self._leading_to(document, link) if document else link
            case Kind.TITLE:
                return link._replace(words=self._title(link))
            case Kind.CITATION:
                return link._replace(words=self._citation(link))
        return link

    def _number(self, link: Link) -> Link:
        """The link to a numbered output; one that does not exist is an error of its role."""
        for document, kinds in self.env.toc_fignumbers.items():
            for kind, numbers in kinds.items():
                if link.label in numbers:
                    words = self.app.config.numfig_format[kind] % ".".join(map(str, numbers[link.label]))
                    return self._leading_to(document, link._replace(words=words))
        return link

    def _leading_to(self, document: str, link: Link) -> Link:
        path = "" if document == self.page else path_between(self.env, self.page, document)
        return link._replace(path=path, cell=self.env.doc2path(document).endswith(".ipynb"))

    def _title(self, link: Link) -> str:
        path = Path(self.env.doc2path(self.page)).parent / link.path
        title = self.env.titles.get(self.env.path2doc(os.path.normpath(path)))
        return title.astext() if title is not None else link.words

    def _citation(self, link: Link) -> str:
        """The words of a citation, in brackets or as part of a sentence."""
        if all(citation.key != link.label for citation in self.env.get_domain("cite").citations):
            return link.words
        form = "p" if link.cited else "t"
        cited = self.env.get_domain("cite").resolve_xref(
            self.env, self.page, self.app.builder, form, link.label, pending_xref(), nodes.inline()
        )
        words: str = cited.astext()
        return words.removeprefix("[").removesuffix("]") if link.cited else words


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the check."""
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
