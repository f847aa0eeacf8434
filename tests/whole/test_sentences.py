"""The runner writes the numbers of results into the sentences, in texts, stored notebooks and other pages."""

import json
from pathlib import Path

import pytest
from small_notebooks import READS, Book, cell

GLUES = """from IPython.display import display
def glue(name, text):
    kind = "application/papermill.record/"
    metadata = {"scrapbook": {"mime_prefix": kind, "name": name}}
    display({kind + "text/plain": repr(text)}, metadata=metadata, raw=True)
glue("n", Path("../data/n.csv").read_text())
glue("wide", "12 (bounded: 5 to 12), <b> & *7°*")"""
FIGURE = (
    '---\nmystnb:\n  figure:\n    caption: Of <span data-n="n"></span> patients{}\n    name: fig-n\n---\nname'
)
SENTENCE = (
    'Of **<span data-n="n">41</span>%** of <span data-n="wide"></span>, `<span data-n="n">code</span>`.\n\n'
)
PAGE = '# A page\n\nAll <span data-n="01_one::n">1</span> of <span data-n="02_two::n">2</span>.\n'


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Two chapters with a number in a sentence, one also in a caption and one of the other's; and a page."""
    made = Book(tmp_path / "book")
    made.write("01_one", SENTENCE + cell(READS) + cell(GLUES) + cell(FIGURE.format(", and more of them" * 8)))
    made.write(
        "02_two",
        '<span data-n="01_one::n"></span> as there, <span data-n="n"></span>\n\n' + cell(READS) + cell(GLUES),
    )
    (made.root / "book").mkdir()
    (made.root / "book" / "page.md").write_text(PAGE)
    return made


def run(book: Book, *options: str) -> tuple[int, list[str], list[str]]:
    """The exit code, what was done and what was told."""
    arguments = ("execute", *options, *book.texts(), "--pages", "book/page.md")
    result = book.run("-m", "safetybook.notebooks", *arguments)
    return result.returncode, sorted(result.stdout.splitlines()), result.stderr.splitlines()


def page(book: Book) -> str:
    return (book.root / "book" / "page.md").read_text()


def files(book: Book) -> dict[str, tuple[bytes, int]]:
    """All files that are written, with their times."""
    paths = [*(book.root / "notebooks").iterdir(), *(book.root / "book").iterdir()]
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def markdown(book: Book, name: str) -> str:
    cells = json.loads(book.notebook(name).read_text())["cells"]
    captions = [one["metadata"].get("mystnb", {}).get("figure", {}).get("caption", "") for one in cells]
    return "\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "markdown") + "".join(
        captions
    )


def test_a_changed_result_changes_text_notebook_and_page_and_then_nothing(book: Book) -> None:
    for number in ("42", "43"):
        (book.root / "data" / "n.csv").write_text(number)
        code, did, told = run(book)
        assert (code, told) == (0, [])
        texts = [f"notebooks/{name}.md" for name in ("01_one", "02_two")]
        assert {f"{text}: executed" for text in texts} <= set(did)
        assert {f"{text}: numbers written" for text in (*texts, "book/page.md")} <= set(did)
        right = f'<span data-n="n">{number}</span>'
        wide = '<span data-n="wide">12 (bounded: 5 to 12), &lt;b&gt; &amp; &#42;7°&#42;</span>'
        sentence = f'Of **{right}%** of {wide}, `<span data-n="n">code</span>`.'
        assert sentence in book.text("01_one").read_text()
        assert sentence in markdown(book, "01_one")
        assert f"Of {right} patients" in markdown(book, "01_one")
        there = f'<span data-n="01_one::n">{number}</span> as there, {right}'
        assert there in book.text("02_two").read_text()
        assert page(book) == PAGE.replace(">1<", f">{number}<").replace(">2<", f">{number}<")
        assert run(book)[:2] in ((0, []), (0, ["notebooks/02_two.md: paired anew"]))
        before = files(book)
        assert run(book) == (0, [], [])
        assert files(book) == before
        assert run(book, "--check") == (0, [], [])


def test_a_number_that_is_edited_by_hand_is_told_and_put_right(book: Book) -> None:
    run(book), run(book)
    before = {name: content for name, (content, _) in files(book).items()}
    book.change("notebooks/01_one.md", '**<span data-n="n">42<', '**<span data-n="n">40<')
    book.change("book/page.md", ">42</span>.", ">39</span>.")
    edited = files(book)
    line = 1 + book.text("01_one").read_text().partition(">40<")[0].count("\n")
    code, _, told = run(book, "--check")
    assert code == 1
    assert f"notebooks/01_one.md:{line}: n is '42', and '40' stands there" in told
    assert "book/page.md:3: 02_two::n is '42', and '39' stands there" in told
    assert files(book) == edited, "a check writes nothing"
    done = [
        "  book/page.md:3: 02_two::n is '42', and '39' stands there",
        f"  notebooks/01_one.md:{line}: n is '42', and '40' stands there",
        "book/page.md: numbers written",
        "notebooks/01_one.md: numbers written",
    ]
    assert run(book) == (0, done, [])
    assert {name: content for name, (content, _) in files(book).items()} == before
    assert run(book, "--check") == (0, [], [])


def test_a_name_without_a_result_is_told_until_it_is_put_right(book: Book) -> None:
    run(book)
    book.change("notebooks/01_one.md", 'of <span data-n="wide">', 'of <span data-n="width">')
    book.change("book/page.md", "01_one::n", "03_three::n")
    for _ in range(2):
        code, did, told = run(book)
        assert (code, [line for line in did if "executed" in line]) == (1, [])
        assert [line.split(": ")[1] for line in told] == [
            "no result is called 'width', and '12 (bounded",
            "no result is called '03_three::n', and '42' stands there",
        ]
    book.change("notebooks/01_one.md", '"width"', '"wide"')
    book.change("book/page.md", "03_three::n", "01_one::n")
    assert run(book)[0::2] == (0, [])


WRITES = """
times = Path("../../times")
number = len(times.read_text()) if times.exists() else 0
times.write_text("x" * (number + 1))
text = Path("01_one.md")
if number == 0:
    text.write_text(text.read_text().replace("Of *" "*", "My own words: of *" "*"))"""


def test_what_is_saved_while_a_notebook_runs_is_not_lost(book: Book) -> None:
    book.write("01_one", SENTENCE + cell(READS) + cell(GLUES) + cell(WRITES))
    assert run(book)[0::2] == (0, [])
    assert 'My own words: of **<span data-n="n">42</span>%**' in book.text("01_one").read_text()
    assert 'My own words: of **<span data-n="n">42</span>%**' in markdown(book, "01_one")
