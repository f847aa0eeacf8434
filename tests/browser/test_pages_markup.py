"""What the built pages say: links that lead somewhere, anchors that stay, figures and tables in words."""

from __future__ import annotations

import itertools
import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from anchors import LIST, found_anchors, read_list
from built import CONTENTS, PAGES, ROOT, WITH_SEARCH, article

HEADING = re.compile(r"<h([1-6])[ >]")


class Markup(HTMLParser):
    """The ids and the internal links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src") and not re.match(r"[a-z]+:", value or ""):
                self.links.append(value or "")


@pytest.fixture(scope="module")
def pages(book: Path) -> dict[str, str]:
    names = [*WITH_SEARCH, "index.html"]
    return {name: (book / name).read_text(encoding="utf-8") for name in names}


@pytest.fixture(scope="module")
def markup(pages: dict[str, str]) -> dict[str, Markup]:
    return {name: Markup(text) for name, text in pages.items()}


def test_every_link_within_the_book_leads_to_something(book: Path, markup: dict[str, Markup]) -> None:
    ids = {(book / name).resolve(): set(page.ids) for name, page in markup.items()}
    broken = []
    for name, page in markup.items():
        for link in page.links:
            path, _, anchor = link.partition("#")
            target = ((book / name).parent / unquote(path.partition("?")[0])).resolve() if path else None
            target = target or (book / name).resolve()
            anchor = unquote(anchor)
            # An address with a filter is read by the page's script.
            if not target.is_file() or (
                anchor and "=" not in anchor and anchor not in ids.get(target, anchor)
            ):
                broken.append((name, link))
    assert broken == []


def test_no_page_gives_an_id_twice(markup: dict[str, Markup]) -> None:
    for name, page in markup.items():
        assert [one for one in set(page.ids) if page.ids.count(one) > 1] == [], name


def test_previous_and_next_lead_through_the_whole_book(pages: dict[str, str]) -> None:
    for before, after in itertools.pairwise(PAGES):
        forward = re.search(r'<a class="right-next"\s+href="([^"]+)"', pages[before])
        back = re.search(r'<a class="left-prev"\s+href="([^"]+)"', pages[after])
        assert forward and (Path(before).parent / forward[1]) == _beside(before, after)
        assert back and (Path(after).parent / back[1]) == _beside(after, before)


def _beside(page: str, other: str) -> Path:
    """The path from the book's folder to another page, as a link on a page spells it."""
    same = Path(page).parent == Path(other).parent
    return Path(other) if same else Path(page).parent / ".." / other


def test_no_anchor_has_gone(book: Path) -> None:
    gone = sorted(set(read_list()) - set(found_anchors(book)))
    assert gone == [], "others may link to these: keep them, with (name)= before what stands there now"


def test_every_table_figure_claim_and_term_is_in_the_list_of_anchors(book: Path) -> None:
    missing = sorted(set(found_anchors(book)) - set(read_list()))
    assert missing == [], f"add them to {LIST.name}: python tests/browser/anchors.py"


@pytest.mark.parametrize("name", WITH_SEARCH)
def test_headings_are_in_order(pages: dict[str, str], name: str) -> None:
    levels = [int(level) for level in HEADING.findall(article(pages[name]))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    steps = [(one, two) for one, two in itertools.pairwise(levels) if two > one + 1]
    assert steps == []


@pytest.mark.parametrize("name", WITH_SEARCH)
def test_the_head_names_and_describes_the_page(pages: dict[str, str], name: str) -> None:
    head = pages[name].partition("</head>")[0]
    assert '<html lang="en"' in head
    title = re.search(r"<title>(.+?)</title>", head)
    description = re.search(r'<meta name="description" content="([^"]{20,180})"', head)
    assert title
    assert description
    # A published book would name its address; this one is nowhere in particular.
    assert "og:image" not in head
    assert len(re.findall(r"<link[^>]+stylesheet", head)) <= 3


def test_titles_and_descriptions_tell_the_pages_apart(pages: dict[str, str]) -> None:
    for pattern in (r"<title>(.+?)</title>", r'<meta name="description" content="([^"]+)"'):
        said = [re.search(pattern, pages[name])[1] for name in PAGES]  # type: ignore[index]
        assert len(set(said)) == len(said)


def test_a_chapter_is_described_by_its_question(pages: dict[str, str]) -> None:
    for name in CONTENTS:
        if name.startswith("notebooks/"):
            page = pages[f"{name}.html"]
            asked = re.search(r'<p class="sb-question"><strong>(.+?)</strong></p>', page, re.DOTALL)
            described = re.search(r'<meta name="description" content="([^"]+)"', page)
            assert asked and described
            assert " ".join(re.sub(r"<[^>]+>", "", asked[1]).split()) == described[1]


@pytest.mark.parametrize("name", PAGES)
def test_every_drawing_says_what_it_shows(pages: dict[str, str], name: str) -> None:
    text = article(pages[name])
    for svg in re.findall(r"<svg\b[^>]*>", text):
        label = re.search(r'aria-label="([^"]+)"', svg)
        if 'aria-hidden="true"' in svg:
            continue
        assert label, f"a drawing without a label: {svg[:100]}"
        said = unescape(label[1])
        assert not re.search(r"\.(svg|png|jpe?g|gif)\b", said), said
        assert len(said.split()) >= 8, said
        assert re.search(r"\d", said), f"no quantity is named: {said}"
    for image in re.findall(r"<img\b[^>]*>", text):
        assert re.search(r'alt="[^"]{20,}"', image), image


@pytest.mark.parametrize("name", PAGES)
def test_drawings_and_tables_are_those_of_a_page(pages: dict[str, str], name: str) -> None:
    """Not as notebooks store them, where neither the page's colours nor its style sheet is at hand."""
    assert "data:image/svg+xml" not in article(pages[name])
    assert "text-align: left" not in article(pages[name])
    notebook = ROOT / f"{name.removesuffix('.html')}.ipynb"
    if notebook.exists():
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        outputs = (output.get("data", {}) for cell in cells for output in cell.get("outputs", ()))
        images = sum("<img" in "".join(data.get("text/html", ())) for data in outputs)
        assert article(pages[name]).count('<svg xmlns="http://www.w3.org/2000/svg"') == images > 0


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_has_its_numbers_as_a_table(pages: dict[str, str], name: str) -> None:
    for figure, inner in re.findall(r'<figure[^>]* id="(fig-[^"]+)">(.*?)</figure>', pages[name], re.DOTALL):
        assert re.search(r'<details class="sb-data">.*<table', inner, re.DOTALL), figure


@pytest.mark.parametrize("name", PAGES)
def test_every_table_has_a_name_and_headings_with_a_scope(pages: dict[str, str], name: str) -> None:
    for table in re.findall(r"<table\b.*?</table>", article(pages[name]), re.DOTALL):
        assert "<th" in table
        if "dataframe sb" in table:
            assert "<caption>" in table
            assert re.findall(r"<th(?![^>]*\bscope=)[\s>]", table) == []


def test_nothing_is_shipped_that_no_page_names(book: Path, pages: dict[str, str]) -> None:
    text = "".join(pages.values()) + "".join(
        path.read_text(encoding="utf-8") for path in sorted(book.rglob("*.css"))
    )
    # What folders hold for a script is fetched when a reader asks for it.
    shipped = [path for path in (book / "_static").rglob("*.*") if "provenance" not in path.parts]
    assert {path.name for path in shipped if path.name not in text} == {"card.png"}
