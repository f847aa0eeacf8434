"""The book on one page, as it is printed: what is on it, where its links lead, and how a PDF is proofread."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from small_book import LOOK, build

from proderm import paper
from safetybook import browsers
from safetybook.browsers import NoBrowserError
from safetybook.one_page import Float, OnePage, UnboundError, one_page
from safetybook.proofreading import blank
from safetybook.typesetting import TypesettingError, dated, numbered, sheet


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> OnePage:
    return one_page(build(tmp_path_factory.mktemp("book")), LOOK)


@pytest.fixture(scope="module")
def soup(page: OnePage) -> BeautifulSoup:
    return BeautifulSoup(page.html, "html.parser")


def leads_to(soup: BeautifulSoup, chapter: str) -> dict[str, str]:
    links = soup.select(f'[id="{chapter}"] a[href]')
    return {link.get_text(): str(link["href"]) for link in links}


def test_chapters_stand_in_the_order_of_the_contents(soup: BeautifulSoup, page: OnePage) -> None:
    assert [article["id"] for article in soup.select("article")] == ["first", "more-middle", "more-last"]
    assert page.titles == {"first": "Introduction", "more-middle": "Middle", "more-last": "Last"}
    parts = [part.get_text() for part in soup.select(".sb-part")]
    assert parts == ["In the middle", "At the end"]


def test_the_contents_list_chapters_and_what_is_numbered(soup: BeautifulSoup, page: OnePage) -> None:
    entries = [entry.get_text("|") for entry in soup.select(".sb-contents li a")]
    assert entries == [
        *("Introduction|0", "Middle|0", "Last|0"),
        *("Table 1| Few rows, of a kind|0", "Table 2| Many rows|0", "Fig. 1| A bar|0"),
    ]
    bare = "Few rows, of a kind. They are seven."
    assert page.floats["first--table-1"] == Float("Table 1", bare, bare.replace("kind", "kinda"), True)
    assert [one.is_table for one in page.floats.values()] == [True, False, True]
    assert page.headings == [
        *("Contents", "Tables", "Figures"),
        *("Introduction", "Middle", "A section with a long table", "The claims", "Last"),
    ]


def test_each_id_is_there_once_and_each_link_leads_to_one(soup: BeautifulSoup) -> None:
    ids = Counter(str(tag["id"]) for tag in soup.select("[id]"))
    assert set(ids.values()) == {1}
    inner = [str(link["href"])[1:] for link in soup.select('a[href^="#"]')]
    assert inner
    assert set(inner) <= set(ids)
    # The two chapters both have a section "how".
    assert {"more-middle--how", "more-last--how"} <= set(ids)


def test_links_lead_to_the_chapters_on_the_same_page(soup: BeautifulSoup) -> None:
    assert leads_to(soup, "first") == {
        "how it is counted": "#more-middle--how",
        # Code is not printed; its chapter is.
        "code": "#more-middle",
        "site": "https://example.org/",
    }
    assert leads_to(soup, "more-middle")["the first chapter"] == "#first"
    assert leads_to(soup, "more-last") == {"Table 2": "#more-middle--table-2", "here": "#more-last--how"}


def test_a_figure_keeps_what_it_refers_to(soup: BeautifulSoup) -> None:
    clip = soup.select_one("clippath")
    bar = soup.select_one("svg > rect")
    assert clip and bar
    assert bar["clip-path"] == f"url(#{clip['id']})" == "url(#more-middle--clip)"


def test_what_only_a_screen_can_use_is_gone(soup: BeautifulSoup) -> None:
    said = soup.get_text()
    for gone in (
        "secret = 1",
        "Show the code",
        "CSV",
        "rows.csv",
        "behind the figure",
        "It needs a script",
        "#",
    ):
        assert gone not in said
    assert "A cited work" not in said
    assert "and the\nrows." in said


def test_what_folds_is_open_and_a_list_that_stands_elsewhere_is_named(soup: BeautifulSoup) -> None:
    assert "unfolded on paper" in soup.get_text()
    assert all("open" in folded.attrs for folded in soup.select("details"))
    note = soup.select_one("#more-middle .sb-note")
    assert note and note.get_text() == "The 2 claims of this chapter. They stand in Last, page 0."
    assert len(soup.select('[id$="claim-1"]')) == 1
    assert "A machine that paper has not." in soup.get_text()


def test_styles_are_those_of_the_book(soup: BeautifulSoup) -> None:
    names = [Path(str(link["href"])).name for link in soup.select("link[rel=stylesheet]")]
    assert names == ["book.css", "pages.css", "print.css"]
    assert all(str(link["href"]).startswith("file:///") for link in soup.select("link[rel=stylesheet]"))


def test_a_running_head_may_hold_any_title(tmp_path: Path) -> None:
    body = '<section><h1>What "left" and 1 \\ 2 mean</h1></section>'
    found = one_page(build(tmp_path, last=body), LOOK)
    assert '@top-right { content: "What \\"left\\" and 1 \\\\ 2 mean"; }' in found.html


def test_what_is_no_built_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnboundError, match=r"index\.html is missing: expected the pages of a built book"):
        one_page(tmp_path, LOOK)
    build(tmp_path, middle="<p>No heading</p>")
    with pytest.raises(UnboundError, match=r"middle\.html: expected an article with a heading"):
        one_page(tmp_path, LOOK)


def test_numbers_of_sheets_stand_in_their_places() -> None:
    page = f"<p>See {sheet('one')}, {sheet('two')} and {sheet('one')}.</p>"
    text = BeautifulSoup(numbered(page, {"one": 7, "two": 31, "three": 5}), "html.parser").get_text()
    assert text == "See 7, 31 and 7."


def test_a_date_is_all_that_changes_in_a_pdf() -> None:
    pdf = b"<</CreationDate (D:20261123123140+00'00')\n/ModDate (D:20261123123140+00'00')>>"
    # 17 January 2024, midnight in Greenwich.
    changed = dated(pdf, 1_705_449_600)
    assert changed == pdf.replace(b"20261123123140", b"20240117000000")
    with pytest.raises(TypesettingError, match="0 dates in the PDF: expected when it was created"):
        dated(changed.replace(b"Date", b"Dote"), 0)


def test_a_sheet_with_nothing_but_head_foot_and_number_is_blank() -> None:
    sheets = [f"A book\nSynthetic data\n{n}\nwords of sheet {'abcdef'[n]}" for n in range(6)]
    assert blank(sheets) == []
    assert blank([*sheets, "A book\n7Synthetic data\n"]) == [7]


def test_without_a_browser_the_error_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(browsers.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoBrowserError, match=r"none of chromium, .* apt install chromium.*CHROMIUM=/path"):
        browsers.path()
    monkeypatch.setenv(browsers.VARIABLE, "/no/such/chrome")
    with pytest.raises(
        NoBrowserError, match="'/no/such/chrome', which CHROMIUM names, is not on this machine"
    ):
        browsers.path()


def test_nothing_is_written_without_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(browsers.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(paper, "BUILT", build(tmp_path / "book"))
    assert paper.main([str(tmp_path / "book.pdf")]) == 1
    assert "Install Chromium" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
