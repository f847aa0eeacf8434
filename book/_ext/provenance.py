"""Give every number of every page its provenance, for the script that shows it: what it is, of whom, and why.

A number in a sentence is known by the name under which a notebook glued it, one in a table by what its cell
says of itself. Each gets a key (``data-from``), and each page a file ``_static/provenance/<page>.js`` with
what its keys stand for; the page loads it when a reader first asks. ``records.js`` holds the patients and
events that the numbers count, once for all pages.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from re import Match
from typing import Any

from addresses import within
from docutils import nodes
from made_before import made
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from whole_book import goes_on

from proderm.estimands import CATALOGUE
from proderm.explored import explored
from proderm.explorer import facets
from proderm.origins import ACCOUNTS, defined, records
from proderm.pages import CLAIM, study, verdicts
from safetybook.html_book import SUFFIXES, digests
from safetybook.provenance import Account, account, of_claim, of_result, prints
from safetybook.results import Result, computed, remember

FOLDER = "_static/provenance"
RECORDS = "records.js"
SCRIPT, STYLE = "provenance.js", "provenance.css"
CLAIMS_PAGE, EXPLORER_PAGE = "book/claims", "book/explorer"

CELL = re.compile(r"<(?P<tag>t[dh])\b(?P<attributes>[^>]*)>(?P<inner>.*?)</(?P=tag)>", re.DOTALL)
GLUED = re.compile(r' data-glue="(?P<glued>[^"]+)"(?P<rest>[^>]*>)(?P<text>[^<]*(?:<span[^>]*>[^<]*)?)')
PLACE = re.compile(r'id="(?P<code>code-\d+)"|<!-- glued (?P<glued>\S+) -->')
ATTRIBUTE = re.compile(r' ([\w-]+)="([^"]*)"')
PRIVATE = re.compile(r' data-(?:of|estimand|ends|why|meaning)="[^"]*"')
"""What cells say of themselves only for this step."""

LEDGER = 'id="ledger"'
"""The table of all claims: each of its rows says by itself what is printed, where, and what the data give."""

logger = logging.getLogger(__name__)

BUTTON = (
    '<p class="sb-where" data-page="{page}" hidden><button type="button" aria-pressed="false">'
    "Where do the numbers come from?</button></p>\n"
)


class Number(nodes.inline):  # type: ignore[misc]  # docutils has no types
    """A text of a sentence that a notebook has glued."""


class MarkNumbers(SphinxPostTransform):  # type: ignore[misc]
    """Remember what the sentences and tables of a page take from which notebook."""

    # Before MyST-NB replaces what stands for texts of other pages.
    default_priority = 4

    def run(self, **kwargs: Any) -> None:
        """Replace the texts of this page, and put a mark around or before those of others."""
        for node in list(self.document.findall(nodes.inline)):
            if "glue" in node and not _elsewhere_too(node):
                number = Number(node.rawsource, "", *node.children, **node.attributes)
                number["glued"] = f"{self.env.docname}::{node['glue']}"
                node.replace_self(number)
        for node in list(self.document.findall(PendingGlueReference)):
            name = f"{node.refdoc}::{node.key}"
            if node.gtype != "text":
                node.parent.insert(
                    node.parent.index(node), nodes.raw("", f"<!-- glued {name} -->", format="html")
                )
            elif not _elsewhere_too(node):
                number = Number("", "", glued=name)
                node.replace_self(number)
                number += node


def _elsewhere_too(node: nodes.Node) -> bool:
    """Whether a text is repeated in the contents, or is a link by itself."""
    return any(within(node, kind) for kind in (nodes.title, nodes.reference, pending_xref))


def open_number(page: HTML5Translator, node: Number) -> None:
    """Begin the number with the name that its key is made from."""
    page.body.append(page.starttag(node, "span", "", **{"data-glue": node["glued"]}))


def close_number(page: HTML5Translator, node: Number) -> None:
    """End the number."""
    page.body.append("</span>")


def name_code(app: Sphinx, document: nodes.document) -> None:
    """Give each cell of code an id, by its place among them."""
    places = stored(app.env.doc2path(app.env.docname)).places
    for cell in document.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            cell["ids"].append(f"code-{places[cell['cell_index']]}")


@dataclass
class Stored:
    """What a notebook stores of its numbers.

    Attributes:
        places: of each code cell by its index among all cells, its place among those of code, from 1.
        glued: by name what is known of a glued text, with its `text` and the `place` of its cell.
        shown: the places of the cells whose code a reader can see.
        accounts: of the estimands that the chapter defines itself.
    """

    places: dict[int, int] = field(default_factory=dict)
    glued: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: list[int] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)

    def code(self, place: int | None) -> int | None:
        """The cell that a reader is led to: the one asked for, or the first if that one is out of sight."""
        return place if place in self.shown else next(iter(self.shown), None)


def recall(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Take the numbers of the claims from the last build, if its data and code are those of this one."""
    inputs = digests(Path(app.srcdir))
    fixed = {name: found for name, found in inputs.items() if not name.endswith(SUFFIXES)}
    found = made(app).of("numbers of the claims", str(fixed), results)
    remember(study(), {CATALOGUE[name]: result for name, result in found.items()})


def results() -> dict[str, Result]:
    """The result of each estimand that was computed for a verdict, by its id."""
    verdicts()
    return {name: result for name, (_, result) in computed(study()).items() if name in CATALOGUE}


@cache
def stored(path: str) -> Stored:
    """What a notebook stores; nothing for any other page."""
    found = Stored()
    if not path.endswith(".ipynb"):
        return found
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    for index, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        place = found.places[index] = len(found.places) + 1
        if "remove-input" not in cell["metadata"].get("tags", []):
            found.shown.append(place)
        for output in cell["outputs"]:
            metadata = output.get("metadata", {})
            found.accounts |= metadata.get(ACCOUNTS, {})
            if "scrapbook" in metadata:
                text = "".join(output["data"].get("application/papermill.record/text/plain", ""))
                known = {**metadata, "text": text.strip("'\""), "place": place}
                found.glued[metadata["scrapbook"]["name"]] = known
    return found


@cache
def of_other_trials() -> dict[str, Account]:
    """The accounts of the trial whose records are public: everything that its report's table shows."""
    # Slow to load, and seldom asked for when one page changed.
    from cdiscpilot import report

    tallies = [tally for line in report.lines() for tally in line.tallies]
    shown = [result for tally in tallies for result in (tally.patients, tally.percent, tally.events)]
    return {result.estimand: of_result(result) for result in shown}


@cache
def of_trial(name: str) -> Account | None:
    """The account of an estimand that the trial defines for all chapters."""
    return account(study(), verdicts(), defined()[name]) if name in defined() else None


class Provenance:
    """What one page shows, collected while its HTML is gone through."""

    def __init__(self, app: Sphinx, page: str) -> None:
        self.app, self.page = app, page
        self.items: dict[str, str] = {}
        self.accounts: dict[str, Account] = {}
        self.claims: dict[str, dict[str, str]] = {}
        self.unknown: list[str] = []
        self.facets = facets(study())
        self._by_claim = {verdict.claim.claim_id: verdict for verdict in verdicts()}

    def marked(self, body: str) -> str:
        """The HTML with keys in place of what cells and numbers say of themselves."""
        places = list(PLACE.finditer(body))

        def cell(hit: re.Match[str]) -> str:
            number = bisect_left(places, hit.start(), key=Match.start)
            return self._cell(hit, places[number - 1] if number else None)

        body = CELL.sub(cell, body)
        return GLUED.sub(self._glued, body)

    def _cell(self, hit: re.Match[str], place: re.Match[str] | None) -> str:
        known = {name: unescape(text) for name, text in ATTRIBUTE.findall(hit["attributes"])}
        text = unescape(re.sub(r"<sup>.*?</sup>|<[^>]*>", " ", hit["inner"]))
        attributes = PRIVATE.sub("", hit["attributes"])
        if not re.search(r"\d", text) or "data-standing" not in known:
            return f"<{hit['tag']}{attributes}>{hit['inner']}</{hit['tag']}>"
        document, code = self._code(place)
        told = [known.get(f"data-{key}", "") for key in ("standing", "ends", "why", "meaning")]
        item: dict[str, Any] = {"s": told, "code": code}
        for name in _names(known):
            self._tell(item, name, text, document)
        return f'<{hit["tag"]}{attributes} data-from="{self._key(item)}">{hit["inner"]}</{hit["tag"]}>'

    def _glued(self, hit: re.Match[str]) -> str:
        document, name = unescape(hit["glued"]).split("::")
        notebook = self._stored(document)
        if name not in notebook.glued:
            raise ExtensionError(f"{self.page} shows {name!r}, which {document} does not store")
        known = notebook.glued[name]
        item = {
            "s": [known.get(key, "") for key in ("standing", "ends", "why")],
            "code": self._address(document, notebook.code(known["place"])),
        }
        self._tell(item, known.get("of", ""), known["text"], document)
        if "of" not in item and "claim" not in item:
            item |= {"label": known["label"]} if "label" in known else {"name": name}
        return f' data-from="{self._key(item)}"{hit["rest"]}{hit["text"]}'

    def _tell(self, item: dict[str, Any], name: str, text: str, document: str) -> None:
        """Add to an item what it shows under a name, or what it is made from."""
        if name.startswith(CLAIM):
            claim = name.removeprefix(CLAIM)
            item["claim"] = claim
            self._claim(claim)
            name = self._by_claim[claim].claim.estimand
            if name and self._account(name, document):
                item["of"] = [name]
        elif name and name in self._stored(document).glued and name not in defined():
            item["label"] = self._stored(document).glued[name].get("label", name)
        elif name:
            known = self._account(name, document)
            if known is not None:
                item.setdefault("of" if prints(text, known) else "made", []).append(name)

    def _account(self, name: str, document: str) -> Account | None:
        if name in self.accounts:
            return self.accounts[name]
        own = self._stored(document).accounts
        known = own.get(name) or of_trial(name) or of_other_trials().get(name)
        if known is None:
            self.unknown.append(name)
            return None
        self.accounts[name] = known
        for part in known.get("parts", ()):
            self._account(part, document)
        for claim in known.get("claims", ()):
            self._claim(claim)
        return known

    def _claim(self, name: str) -> None:
        self.claims.setdefault(name, of_claim(self._by_claim[name]))

    def _stored(self, document: str) -> Stored:
        return stored(self.app.env.doc2path(document))

    def _code(self, place: re.Match[str] | None) -> tuple[str, str]:
        """The page whose notebook computes what stands after a place, and the address of the cell."""
        if place is None:
            return self.page, ""
        if place["glued"]:
            document, name = place["glued"].split("::")
            notebook = self._stored(document)
            return document, self._address(document, notebook.code(notebook.glued[name]["place"]))
        number = int(place["code"].removeprefix("code-"))
        return self.page, self._address(self.page, self._stored(self.page).code(number))

    def _address(self, document: str, place: int | None) -> str:
        if place is None:
            return ""
        file = "" if document == self.page else self.app.builder.get_relative_uri(self.page, document)
        return f"{file}#code-{place}"

    def _key(self, item: dict[str, Any]) -> str:
        """The key of an item; equal items share one."""
        found = json.dumps({key: value for key, value in item.items() if value}, ensure_ascii=False)
        return self.items.setdefault(found, _short(len(self.items)))

    def content(self) -> dict[str, Any]:
        """Everything that the keys of the page stand for."""
        links = {"claims": self.app.builder.get_relative_uri(self.page, CLAIMS_PAGE)}
        if self.facets:
            links["explorer"] = self.app.builder.get_relative_uri(self.page, EXPLORER_PAGE)
        accounts = {}
        for name, known in self.accounts.items():
            told = {key: value for key, value in known.items() if key != "exact"}
            explore = explored(defined()[name], self.facets) if name in defined() else ""
            accounts[name] = told | ({"explore": explore} if explore else {})
        return {
            "links": links,
            "items": {key: json.loads(item) for item, key in self.items.items()},
            "accounts": accounts,
            "claims": self.claims,
        }


def _names(known: dict[str, str]) -> Iterable[str]:
    return [*known.get("data-estimand", "").split(), *filter(None, [known.get("data-of", "")])]


def _short(number: int) -> str:
    """A number in as few characters as an address allows."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return digits[number] if number < len(digits) else _short(number // len(digits)) + digits[number % 36]


def write(path: Path, name: str, content: object) -> None:
    """Write a value as a script that a page on disk can load."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    path.write_text(f"(globalThis.provenance ??= {{}}).{name} = {text};\n", encoding="utf-8", newline="\n")


def provide(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the keys into one page, write what they stand for, and offer the button that marks the numbers."""
    body, name = context.get("body", ""), script_name(page)
    script = Path(app.outdir) / FOLDER / name
    script.unlink(missing_ok=True)
    if doctree is None or not ("data-glue=" in body or "data-standing=" in body):
        return
    found = Provenance(app, page)
    body = found.marked(body)
    for unknown in found.unknown:
        logger.warning("%s shows %r, of which nothing is known", page, unknown)
    if found.items:
        body = body.replace("</h1>", "</h1>\n" + BUTTON.format(page=name.removesuffix(".js")), 1)
        write(script, "page", found.content())
        app.add_css_file(STYLE)
        app.add_js_file(SCRIPT, loading_method="defer")
    context["body"] = body


def script_name(page: str) -> str:
    """The file of what the keys of a page stand for."""
    return f"{page.replace('/', '-')}.js"


def write_records(app: Sphinx, error: Exception | None) -> None:
    """Write the patients and events that the numbers count; the files of pages that are gone go."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    if not (goes_on(app.env) and (folder / RECORDS).is_file()):
        write(folder / RECORDS, "records", records(study()))
    wanted = {RECORDS, *map(script_name, app.env.found_docs)}
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the node and the steps; the keys come after the files of the tables are made."""
    app.setup_extension("made_before")
    app.add_node(Number, html=(open_number, close_number))
    app.add_post_transform(MarkNumbers)
    app.connect("env-before-read-docs", recall)
    app.connect("doctree-read", name_code)
    app.connect("html-page-context", provide, priority=950)
    app.connect("build-finished", write_records)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
