"""The page of all claims: complete without a script, light, and every link leads to the number itself."""

import re
import shutil
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from proderm.chapters import CHAPTERS, FLOATS, responsible
from proderm.contradictions import CONTRADICTIONS
from proderm.estimands import CATALOGUE
from proderm.pages import verdicts
from safetybook.claims import Outcome
from safetybook.ledger import Links, anchor, described, full_table, parts, proof_anchor, proofs, summary

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "book" / "_static" / "ledger.js"
CONTENTS = re.findall(r"- file: (notebooks/\w+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
NONE = Links({}, {})
ROW = re.compile(r'<tr id="([^"]+)"><th scope="row">(.*?)</th>(.*?)</tr>')


def texts(html: str) -> list[str]:
    return [unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)]


def test_every_claim_has_a_row_with_its_quote_values_verdict_and_determinacy() -> None:
    rows = {
        name: (unescape(heading), texts(rest))
        for name, heading, rest in ROW.findall(full_table(verdicts(), CATALOGUE, NONE))
    }
    expected = {
        verdict.claim.claim_id: (
            described(verdict.claim, CATALOGUE),
            [
                verdict.claim.quote,
                verdict.claim.value,
                verdict.computed,
                str(verdict.outcome),
                verdict.fixed,
            ],
        )
        for verdict in verdicts()
    }
    assert rows == expected


def test_the_rows_stand_under_the_part_of_the_article_that_makes_them() -> None:
    bodies = re.findall(
        r'<tbody data-part="([^"]+)">(.*?)</tbody>', full_table(verdicts(), CATALOGUE, NONE), re.S
    )
    found = {unescape(part): [name for name, _, _ in ROW.findall(body)] for part, body in bodies}
    assert found == {part: [v.claim.claim_id for v in verdicts().at(part)] for part in parts(verdicts())}


def test_the_counts_on_top_add_up() -> None:
    html = summary(verdicts(), NONE)
    rows = [
        re.findall(r'<td class="num"[^>]*>([^<]*)</td>', row) for row in re.findall(r"<tr><th.*?</tr>", html)
    ]
    numbers = [[0 if cell == "–" else int(cell) for cell in row] for row in rows]
    *by_part, total = [row for row in numbers if row]
    assert [sum(column) for column in zip(*by_part, strict=True)] == total
    shown = [outcome for outcome in Outcome if verdicts().with_outcome(outcome)]
    assert total == [len(verdicts()), *(len(verdicts().with_outcome(outcome)) for outcome in shown)]


def test_every_contradiction_is_proved_on_the_page() -> None:
    html = proofs(verdicts(), CATALOGUE)
    told = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))
    for contradiction in CONTRADICTIONS:
        assert f'id="{proof_anchor(contradiction)}"' in html
        assert all(f'href="#{name}"' in html for name in (*contradiction.claims, *contradiction.beside))
        for line in (*contradiction.proof.splitlines(), contradiction.reading):
            assert line in told


def test_a_contradicted_row_leads_to_its_proof() -> None:
    html = full_table(verdicts(), CATALOGUE, NONE)
    rows = {name: rest for name, _, rest in ROW.findall(html)}
    for verdict in verdicts().with_outcome(Outcome.CONTRADICTED):
        assert verdict.contradiction
        assert f'href="#{proof_anchor(verdict.contradiction)}"' in rows[verdict.claim.claim_id]


def test_the_form_is_hidden_until_its_script_is_there() -> None:
    html = full_table(verdicts(), CATALOGUE, NONE)
    form = re.search(r"<form\b[^>]*>.*?</form>", html, re.S)
    assert form
    assert re.search(r"<form\b[^>]* hidden>", form[0])
    assert len(re.findall(r"<label\b", form[0])) == len(re.findall(r"<(?:input|select)\b", form[0])) == 3
    assert 'role="status" aria-live="polite"' in form[0]
    # Every part of the article can be chosen, and every verdict that was given.
    values = {unescape(value) for value in re.findall(r'<option value="([^"]+)"', form[0])}
    assert values == {*parts(verdicts()), *(str(v.outcome) for v in verdicts())}


def test_the_script_knows_the_names_of_the_page_and_loads_nothing() -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    html = full_table(verdicts(), CATALOGUE, NONE)
    for name in re.findall(r'getElementById\("([\w-]+)"\)', script):
        assert f'id="{name}"' in html
    for name in re.findall(r"elements\.(\w+)", script):
        assert f'name="{name}"' in html
    assert not re.search(r"https?:|//cdn|import\b|fetch\(|XMLHttpRequest|eval\(|innerHTML", script)


def test_texts_are_escaped() -> None:
    html = full_table(
        verdicts(), CATALOGUE, Links({"t1.teae.ivig_p1.patients": 'x"y&z'}, {"Table 1": ("a&b", "<T>")})
    )
    assert 'href="x&quot;y&amp;z"' in html
    assert '<a href="a&amp;b">&lt;T&gt;</a>' in html


def test_the_address_of_a_part_is_a_plain_word() -> None:
    assert anchor("Results: Overview of adverse events") == "part-results-overview-of-adverse-events"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chapters that the book has, and the pages that need them all."""
    folder = tmp_path_factory.mktemp("book")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    pages = "claims", "first"
    toctree = "\n".join(f"   {name}" for name in [*CONTENTS, *pages])
    (folder / "index.rst").write_text(f"Book\n====\n\n.. toctree::\n\n{toctree}\n", encoding="utf-8")
    kinds = "".join(f".. claims:: {kind}\n\n" for kind in ("summary", "table", "proofs"))
    (folder / "claims.rst").write_text(f"Claims\n======\n\n{kinds}", encoding="utf-8")
    (folder / "first.rst").write_text("First\n=====\n\n.. article-floats::\n", encoding="utf-8")
    formats = {"figure": "Fig. %s", "table": "Table %s", "supplement": "Supplementary Table %s"}
    with pytest.MonkeyPatch.context() as patch, docutils_namespace():
        patch.syspath_prepend(str(ROOT / "book" / "_ext"))
        Sphinx(
            folder,
            None,
            folder / "html",
            folder / "doctrees",
            "html",
            {
                "extensions": ["myst_nb", "stored_forms", "numbered_tables", "addresses", "claims_page"],
                "exclude_patterns": ["notebooks/*.md"],
                "html_theme": "basic",
                "myst_enable_extensions": ["attrs_inline"],
                "nb_execution_mode": "off",
                "numfig": True,
                "numfig_format": formats,
                "suppress_warnings": ["*"],
            },
            status=None,
            # The chapters point to pages that are not here.
            warning=StringIO(),
        ).build(force_all=True)
    return folder / "html"


def linked(book: Path, page: str) -> list[tuple[str, str]]:
    """The chapter and the id of each link that leads into a chapter."""
    html = (book / f"{page}.html").read_text(encoding="utf-8")
    return re.findall(r'href="(notebooks/\w+)\.html(?:#([^"]*))?"', html)


def test_every_link_leads_to_an_id_that_stands_once_on_its_page(book: Path) -> None:
    ids = {
        name: re.findall(r' id="([^"]+)"', (book / f"{name}.html").read_text(encoding="utf-8"))
        for name in CONTENTS
    }
    links = {
        (page, unescape(name)) for page, name in [*linked(book, "claims"), *linked(book, "first")] if name
    }
    assert [(page, name) for page, name in sorted(links) if ids[page].count(name) != 1] == []


def test_every_computed_claim_of_a_chapter_leads_to_it(book: Path) -> None:
    html = (book / "claims.html").read_text(encoding="utf-8")
    rows = {name: rest for name, _, rest in ROW.findall(html)}
    present = {name.removeprefix("notebooks/") for name in CONTENTS}
    astray = []
    for verdict in verdicts():
        chapter = responsible(verdict.claim.location)
        if chapter and chapter.name in present and verdict.result is not None:
            link = re.search(r'href="notebooks/(\w+)\.html#', rows[verdict.claim.claim_id])
            if not link or link[1] != chapter.name:
                astray.append(verdict.claim.claim_id)
    assert astray == []


def test_the_list_of_tables_and_figures_has_those_of_the_chapters_that_exist(book: Path) -> None:
    present = {name.removeprefix("notebooks/") for name in CONTENTS}
    expected = [
        (f"notebooks/{chapter.name}", label)
        for location, label in FLOATS.items()
        for chapter in CHAPTERS
        if location in chapter.locations and chapter.name in present
    ]
    assert linked(book, "first")[-len(expected) :] == expected


def test_no_link_is_empty(book: Path) -> None:
    html = (book / "claims.html").read_text(encoding="utf-8")
    assert re.findall(r"<a [^>]*></a>", html) == []


def test_the_page_is_light(book: Path) -> None:
    own = len((book / "claims.html").read_bytes()) + len(SCRIPT.read_bytes())
    # The theme adds about 20 kB.
    assert own < 850_000
