"""The links of the prose: ordinary Markdown, whose words every viewer shows, and for the pages roles.

What a link is follows from where it leads:

===================================================== ==========================================
``[Table 5](05_tees.ipynb#cell-id=table-5)``          ``{numref}``: the words are its number
``[Adverse events](02_ae_overview.ipynb#top)``        ``{doc}``: the words are the page's title
``[the overview](02_ae_overview.ipynb)``              ``{doc}`` with words of its own
``[below](#cell-id=over-time)``                       ``{ref}`` with words of its own
``[TEEs](../book/glossary.md#term-TEE)``              ``{term}`` with words of its own
``[[Garwood, 1936](../book/references.md#garwood)]``  ``{cite:p}``: the words are author and year
``[Garwood [1936]](../book/references.md#garwood)``   ``{cite:t}``
``[patients](../data/adam/adsl.csv)``                 ``{download}`` with words of its own
===================================================== ==========================================

Labels of numbered outputs begin with ``table-``, ``fig-`` or ``suppl-``. In a notebook a label is also the
id of its cell (:mod:`safetybook.notebooks.cell_ids`). Jupyter and nbconvert lead there by ``cell-id=``, which
the build writes where it belongs. Other marks that only MyST reads have a form of their own as well:
``<a id="over-time"></a>`` is a label, ``<sup>a</sup>`` a raised letter, ``<span class="…">`` words of a
class, and a quotation that begins with a line in bold an admonition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import Enum, auto
from pathlib import PurePosixPath
from typing import NamedTuple

CELL = "cell-id="
LINK = re.compile(
    r"(?<!!)\[(?P<words>(?:[^\[\]<>`\0]|\[[^\[\]]*\])+)\]"
    rf"\((?![a-z]+:)(?P<path>[^()\s#]*)(?:#(?P<cell>{CELL})?(?P<label>[^()\s]+))?\)"
)
CITED = re.compile(
    r"\[(?P<links>\[[^\[\]]+\]\([^()\s#]*references\.md#[^()\s]+\)"
    r"(?:,\s+\[[^\[\]]+\]\([^()\s#]*references\.md#[^()\s]+\))*)\]"
)
EITHER = re.compile(f"{CITED.pattern}|{LINK.pattern}")
GLOSSARY = re.compile(r"^(?P<marks>`{3,})\{glossary\}\n(?P<body>.*?)^(?P=marks)$", re.DOTALL | re.MULTILINE)
TOP = "top"
REFERENCES = "references.md"
TERM = "term-"
NUMBERED = ("table-", "fig-", "suppl-")
PAGES = {".md", ".ipynb"}

LABEL = re.compile(r'^<a id="([\w-]+)"></a>$', re.MULTILINE)
RAISED = re.compile(r"<sup>([^<`]+)</sup>")
CLASSED = re.compile(r'<span class="([\w-]+)">([^<]*)</span>')
NOTE = re.compile(r"^> \*\*(?P<title>[^*\n]+)\*\*\n(?P<body>(?:>.*(?:\n|\Z))+)", re.MULTILINE)
KINDS_OF_NOTES = {"Important": "important", "Warning": "warning"}
"""Titles that are those of a directive; any other stands over an ``admonition``."""


class Kind(Enum):
    """What a link leads to, and whether its words are computed."""

    NUMBER = auto()
    TITLE = auto()
    PAGE = auto()
    PLACE = auto()
    TERM = auto()
    CITATION = auto()
    FILE = auto()


class Link(NamedTuple):
    """A link within the book: its words, the path from the page, empty for the page itself, and the label.

    Whether it is `cited` in brackets tells one kind of citation from the other. It leads to a `cell` of a
    notebook, or to a place in a page.
    """

    words: str
    path: str
    label: str
    cited: bool = False
    cell: bool = False

    @classmethod
    def of(cls, hit: re.Match[str]) -> Link:
        """The link that :data:`LINK` has found; line breaks are spaces."""
        words = " ".join(hit["words"].split())
        return cls(words, hit["path"], hit["label"] or "", cell=hit["cell"] is not None)

    @property
    def kind(self) -> Kind:
        """What it leads to."""
        path = PurePosixPath(self.path)
        if not self.label:
            return Kind.PAGE if path.suffix in PAGES else Kind.FILE
        if path.name == REFERENCES:
            return Kind.CITATION
        if self.label.startswith(TERM):
            return Kind.TERM
        if self.label == TOP:
            return Kind.TITLE
        return Kind.NUMBER if self.label.startswith(NUMBERED) else Kind.PLACE

    @property
    def text(self) -> str:
        """The link as Markdown."""
        fragment = f"#{CELL * self.cell}{self.label}" if self.label else ""
        return f"[{self.words}]({self.path}{fragment})"

    def role(self, terms: Mapping[str, str]) -> str:
        """The role for the pages; `terms` are those of the glossary by their labels."""
        page = self.path.removesuffix(PurePosixPath(self.path).suffix)
        match self.kind:
            case Kind.NUMBER:
                return f"{{numref}}`{self.label}`"
            case Kind.TITLE:
                return f"{{doc}}`{page}`"
            case Kind.PAGE:
                return f"{{doc}}`{self.words} <{page}>`"
            case Kind.PLACE:
                return f"{{ref}}`{self.words} <{self.label}>`"
            case Kind.TERM:
                term = terms.get(self.label, self.label)
                return f"{{term}}`{term}`" if term == self.words else f"{{term}}`{self.words} <{term}>`"
            case Kind.CITATION:
                return f"{{cite:t}}`{self.label}`"
            case Kind.FILE:
                return f"{{download}}`{self.words} <{self.path}>`"


def with_links(prose: str, change: Callable[[Link], Link]) -> str:
    """Prose with each link that leads to somewhere in the book as `change` gives it."""

    def changed(hit: re.Match[str], cited: bool) -> str:
        link = Link.of(hit)._replace(cited=cited)
        now = change(link)
        return hit[0] if now == link else now.text

    def either(hit: re.Match[str]) -> str:
        if hit["links"] is None:
            return changed(hit, cited=False)
        return f"[{LINK.sub(lambda one: changed(one, cited=True), hit['links'])}]"

    return EITHER.sub(either, prose)


def terms(glossary: str) -> dict[str, str]:
    """The terms of the page that is the glossary, by their labels: what is not indented in its directive."""
    lines = (line for block in GLOSSARY.finditer(glossary) for line in block["body"].splitlines())
    return {term_label(line): line for line in lines if line and not line[0].isspace() and line[0] != ":"}


def term_label(term: str) -> str:
    """The label of a term, as Sphinx makes it."""
    ascii_only = unicodedata.normalize("NFKD", term).encode("ascii", "ignore").decode("ascii")
    return TERM + re.sub(r"[^a-zA-Z0-9._]+", "-", ascii_only).strip("-")


def as_roles(prose: str, glossary: Mapping[str, str]) -> str:
    """Prose with MyST's roles, labels and directives in place of what stands for them."""
    prose = CITED.sub(_citation, prose)
    prose = LINK.sub(lambda hit: Link.of(hit).role(glossary), prose)
    prose = LABEL.sub(r"(\1)=", prose)
    prose = RAISED.sub(r"{sup}`\1`", prose)
    prose = CLASSED.sub(r"[\2]{.\1}", prose)
    return NOTE.sub(_directive, prose)


def _citation(hit: re.Match[str]) -> str:
    return f"{{cite:p}}`{','.join(link['label'] for link in LINK.finditer(hit['links']))}`"


def _directive(hit: re.Match[str]) -> str:
    title, body = hit["title"], re.sub(r"^> ?", "", hit["body"], flags=re.MULTILINE).strip("\n")
    if title in KINDS_OF_NOTES:
        return f"```{{{KINDS_OF_NOTES[title]}}}\n{body}\n```\n"
    return f"```{{admonition}} {title}\n:class: note\n\n{body}\n```\n"
