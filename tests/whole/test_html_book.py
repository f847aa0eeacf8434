"""Pages that are built again are those of a clean build, whatever changed or stopped the last one."""

import contextlib
import json
import os
import random
import shutil
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docutils.nodes import document
from myst_nb.ext.glue.crossref import read_glue_cache
from sphinx.builders.html import StandaloneHTMLBuilder

from safetybook import html_book
from safetybook.html_book import BuildError, bring_up_to_date

ROOT = Path(__file__).parents[2]
HTML = Path("_build/html")

CONFIG = f"""
title: A small book
author: ""
logo: ""
only_build_toc_files: true
exclude_patterns: [_build, "notebooks/*.md"]
execute: {{execute_notebooks: "off"}}
bibtex_bibfiles: [book/references.bib]
html: {{use_multitoc_numbering: false}}
latex: {{use_jupyterbook_latex: false}}
sphinx:
  recursive_update: true
  local_extensions: {{whole_book: {ROOT / "book" / "_ext"}}}
  config:
    extensions: [myst_nb, jupyter_book, sphinx_comments, sphinx_external_toc, sphinx_book_theme,
      sphinxcontrib.bibtex, whole_book, stored_forms, computed_words, numbered_tables, light_pages, openings,
      page_head, one_stylesheet, search_index, addresses, displays, downloads, printed]
    downloads_source: "From {{chapter}}."
    html_math_renderer: no_formulas
    myst_enable_extensions: [colon_fence]
    myst_heading_anchors: 3
    numfig: true
    numfig_secnum_depth: 0
    numfig_format: {{figure: "Fig. %s", table: "Table %s", supplement: "Supplementary Table %s"}}
    bibtex_reference_style: author_year
    html_use_index: false
    html_theme_options: {{navbar_end: [], use_fullscreen_button: false, analytics: null}}
    templates_path: [{ROOT / "book" / "_templates"}]
    html_context: {{default_mode: auto}}
"""
CONTENTS = """
format: jb-book
root: book/index
chapters:
  - file: book/data
  - file: notebooks/01_first
  - file: notebooks/02_second
  - file: book/displays
  - file: book/references
"""
BIBLIOGRAPHY = "".join(
    f"@book{{{name}, author={{{name.title()}, A.}}, title={{On {name}}}, publisher={{P}}, year={{2001}}}}\n"
    for name in ("one", "two")
)
PAGES = {
    "index": "# Book\n\nSee {ref}`the part <part>`, {numref}`table-1` and {doc}`/notebooks/02_second`.\n"
    "There are {glue:text}`../notebooks/01_first.ipynb::events:s` events, as {cite:t}`one` found.\n",
    "data": "# Data\n\nSynthetic, as {cite:t}`two` says.\n\n(part)=\n## A part\n\nWords.\n",
    "displays": "# Displays\n\n```{displays} tables\n```\n",
    "references": "# References\n\n```{bibliography}\n:style: plain\n```\n",
}
"""By name: the pages that are text."""


def cell(label: str, caption: str, number: int) -> dict[str, object]:
    """A cell of code that shows a captioned table, in which a number has an estimand."""
    table = (
        f'<div class="sb-block"><div class="sb-table"><table class="sb"><caption>{caption}</caption>'
        "<thead><tr><th>Row</th><th>n</th></tr></thead><tbody><tr><th>Events</th>"
        f'<td data-estimand="events.{label}">{number}</td></tr></tbody></table></div></div>'
    )
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": table}}
    figure = {"figure": {"caption": f"{caption}. All of them.", "name": label, "classes": "table"}}
    return code([output], {"mystnb": figure, "tags": ["remove-input"]})


def glued(name: str, text: str) -> dict[str, object]:
    """A cell of code that glues a text."""
    kind = "application/papermill.record/text/plain"
    metadata = {"scrapbook": {"mime_prefix": "application/papermill.record/", "name": name}}
    return code([{"output_type": "display_data", "metadata": metadata, "data": {kind: f"'{text}'"}}], {})


def code(outputs: list[dict[str, object]], metadata: dict[str, object]) -> dict[str, object]:
    """A cell of code with its outputs."""
    return {
        "cell_type": "code",
        "source": "show()",
        "outputs": outputs,
        "metadata": metadata,
        "execution_count": 1,
    }


def notebook(title: str, *cells: dict[str, object], text: str = "Words.") -> str:
    """A notebook that begins with text."""
    words = {"cell_type": "markdown", "metadata": {}, "source": f"# {title}\n\n**Why?**\n\n{text}"}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": [words, *cells], "metadata": kernel, "nbformat": 4, "nbformat_minor": 4})


FIRST = glued("events", "12"), cell("table-1", "Events", 12), cell("table-ours", "Ours", 3)
SECOND = (cell("table-late", "Late", 4),)


def write(root: Path) -> Path:
    """Write the book; return its folder."""
    files = {
        "_config.yml": CONFIG,
        "_toc.yml": CONTENTS,
        "requirements.txt": "",
        "book/references.bib": BIBLIOGRAPHY,
        "notebooks/01_first.ipynb": notebook("First", *FIRST),
        "notebooks/02_second.ipynb": notebook("Second", *SECOND),
        "data/events.csv": "n\n12\n",
        **{f"book/{name}.md": text for name, text in PAGES.items()},
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return root


def built(root: Path) -> dict[str, bytes]:
    """The built files by name, after a build."""
    # MyST-NB keeps what pages glue as long as the process lives, which is one build otherwise.
    read_glue_cache.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bring_up_to_date(root)
    return content(root / HTML)


def content(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book, built once."""
    root = write(tmp_path_factory.mktemp("whole") / "book")
    built(root)
    return root


@pytest.fixture
def book(whole: Path) -> Iterator[Path]:
    """The built book, as it is before a change; it stays in one folder, because Sphinx notes the place."""
    copy = whole.with_name("copy")
    shutil.copytree(whole, copy)
    yield whole
    shutil.rmtree(whole)
    copy.rename(whole)


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text that a file has."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def text_edited(root: Path) -> None:
    replace(root / "notebooks/02_second.ipynb", "Words.", "Other words.\\n\\nMore of them.")


def work_cited(root: Path) -> None:
    replace(root / "notebooks/02_second.ipynb", "Words.", "Words, as {cite:t}`two` says.")


def number_changed(root: Path) -> None:
    (root / "notebooks/01_first.ipynb").write_text(
        notebook("First", glued("events", "13"), cell("table-1", "Events", 13), FIRST[2])
    )


def heading_changed(root: Path) -> None:
    replace(root / "book/data.md", "(part)=\n## A part", "More lines.\n\n(part)=\n## Another part")


def output_changed(root: Path) -> None:
    (root / "notebooks/01_first.ipynb").write_text(
        notebook("First", glued("events", "13"), cell("table-1", "Events", 13), cell("table-new", "New", 5))
    )


def label_moved(root: Path) -> None:
    (root / "notebooks/01_first.ipynb").write_text(notebook("First", *FIRST[:2]))
    (root / "notebooks/02_second.ipynb").write_text(notebook("Second", *SECOND, FIRST[2]))


def page_removed(root: Path) -> None:
    replace(root / "_toc.yml", "  - file: book/displays\n", "")


def page_added(root: Path) -> None:
    replace(root / "_toc.yml", "  - file: book/displays\n", "  - file: book/displays\n  - file: book/more\n")
    (root / "book/more.md").write_text("# More\n\n|a|b|\n|-|-|\n|c|d|\n")


def style_changed(root: Path) -> None:
    replace(root / "_config.yml", "From {chapter}.", "Taken from {chapter}.")


def data_changed(root: Path) -> None:
    (root / "data/events.csv").write_text("n\n13\n")


ALL = {
    "book/index",
    "book/data",
    "notebooks/01_first",
    "notebooks/02_second",
    "book/displays",
    "book/references",
}
CHANGES = [
    # The first page lists the others.
    (text_edited, {"book/index", "notebooks/02_second"}),
    # The first page glues the number.
    (number_changed, {"book/index", "notebooks/01_first"}),
    (work_cited, ALL),
    (heading_changed, ALL),
    (output_changed, ALL),
    (label_moved, ALL),
    (page_removed, ALL - {"book/displays"}),
    (page_added, ALL | {"book/more"}),
    (style_changed, ALL),
    (data_changed, ALL),
]
"""The changes, with the pages that follow from them."""


@pytest.mark.parametrize(("change", "pages"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_what_changed_is_built_as_if_all_were(
    change: Callable[[Path], None], pages: set[str], book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def noted(builder: StandaloneHTMLBuilder, page: str, tree: document) -> None:
        written.append(page)
        write_doc(builder, page, tree)

    write_doc = StandaloneHTMLBuilder.write_doc
    monkeypatch.setattr(StandaloneHTMLBuilder, "write_doc", noted)
    before = content(book / HTML)
    change(book)
    found = built(book)
    assert set(written) == pages
    shutil.rmtree(book / "_build")
    assert built(book) == found
    assert (found != before) == (change is not data_changed)


def test_a_page_is_read_again_if_its_bytes_changed_whatever_its_time_is(book: Path) -> None:
    page = book / "book/data.md"
    times = page.stat()
    replace(page, "Words.", "Verbs.")
    os.utime(page, ns=(times.st_atime_ns, 1))
    assert b"Verbs." in built(book)["book/data.html"]


def test_what_is_changed_back_is_built_as_it_was(book: Path) -> None:
    before, notebook = content(book / HTML), book / "notebooks/01_first.ipynb"
    text = notebook.read_text(encoding="utf-8")
    number_changed(book)
    assert b"13" in built(book)["_downloads/tables/table-1.csv"]
    notebook.write_text(text, encoding="utf-8")
    assert built(book) == before


def test_nothing_changed_starts_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_book, "build_pages", lambda root, folder: pytest.fail("it was started"))
    before = content(book / "_build")
    bring_up_to_date(book)
    assert content(book / "_build") == before


def test_a_damaged_page_or_note_is_built_again(book: Path) -> None:
    before = content(book / HTML)
    (book / HTML / "search.html").write_text("")
    assert built(book) == before
    (book / "_build/pages/note.json").write_text("{")
    assert built(book) == before


DAMAGED = [
    "",
    "[]",
    "[" * 100_000,
    "1" * 10_000,
    '"\\ud800"',
    "null",
    '{"inputs": {}}',
    '{"inputs": {}, "html": 1, "kept": 1, "more": 1}',
]


@pytest.mark.parametrize("damage", [*map(str.encode, DAMAGED), b"\xff"], ids=range(len(DAMAGED) + 1))
def test_a_damaged_note_is_no_note(damage: bytes, tmp_path: Path) -> None:
    note = tmp_path / "pages" / "note.json"
    note.parent.mkdir()
    note.write_bytes(damage)
    assert html_book.noted(tmp_path) is None


@pytest.mark.parametrize("inputs", [[], None, 1, "a"])
def test_a_note_with_right_digests_and_no_inputs_is_no_note(inputs: object, book: Path) -> None:
    path = book / "_build/pages/note.json"
    note = path.read_text()
    path.write_text(json.dumps({**json.loads(note), "inputs": inputs}))
    assert html_book.noted(book / "_build") is None
    path.write_text(note)
    assert html_book.noted(book / "_build") is not None


def test_a_warning_leaves_the_pages_and_comes_again_until_its_page_is_mended(
    book: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = content(book / "_build")
    replace(book / "book/data.md", "Words.", "{ref}`nowhere`")
    for _ in range(2):
        with pytest.raises(BuildError):
            built(book)
        assert "nowhere" in capfd.readouterr().err
        kept = {
            name: found for name, found in content(book / "_build").items() if not name.startswith("next/")
        }
        assert kept == before
    replace(book / "book/data.md", "{ref}`nowhere`", "Words.")
    assert built(book) == content(book / HTML)


def test_a_file_that_changes_while_the_pages_are_built_is_an_error(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_pages = html_book.build_pages

    def change_too(root: Path, folder: Path) -> None:
        build_pages(root, folder)
        replace(root / "book/data.md", "Verbs.", "Nouns.")

    before = content(book / HTML)
    replace(book / "book/data.md", "Words.", "Verbs.")
    monkeypatch.setattr(html_book, "build_pages", change_too)
    with pytest.raises(BuildError, match="changed while"):
        built(book)
    assert content(book / HTML) == before
    monkeypatch.undo()
    assert b"Nouns." in built(book)["book/data.html"]


TAKEN_IN = [
    ("CHANGELOG.md", "```{include} ../CHANGELOG.md\n```"),
    ("tests/lines.py", "```{literalinclude} ../tests/lines.py\n```"),
    ("plot.png", "![A plot](../plot.png)"),
    ("notes.txt", "{download}`../notes.txt`"),
    ("book/.hidden.md", "```{include} .hidden.md\n```"),
]
"""Files that are no inputs, and how a page takes them in."""


@pytest.mark.parametrize(("name", "words"), TAKEN_IN, ids=[name for name, _ in TAKEN_IN])
def test_a_page_takes_in_no_file_whose_changes_nobody_would_notice(
    name: str, words: str, book: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = content(book / HTML)
    (book / name).parent.mkdir(exist_ok=True)
    (book / name).write_text("one\n")
    replace(book / "book/data.md", "Words.", words)
    with pytest.raises(BuildError):
        built(book)
    assert f"{name} is no input of the pages" in capfd.readouterr().err
    assert content(book / HTML) == before


def test_a_file_that_a_page_includes_is_read_again_when_it_changes(book: Path) -> None:
    part = book / "book/part.txt"
    part.write_text("one\n")
    replace(book / "book/data.md", "Words.", "```{include} part.txt\n```")
    assert b"<p>one</p>" in built(book)["book/data.html"]
    part.write_text("two\n")
    assert b"<p>two</p>" in built(book)["book/data.html"]


def test_a_missing_table_of_contents_is_named_and_the_pages_stay(book: Path) -> None:
    before = content(book / "_build")
    text = (book / "_toc.yml").read_text()
    (book / "_toc.yml").unlink()
    with pytest.raises(BuildError, match=r"_toc\.yml is missing"):
        built(book)
    assert content(book / "_build") == before
    (book / "_toc.yml").write_text(text)
    assert built(book) == content(book / HTML)


@pytest.mark.parametrize("name", ["html", "pages", "next"])
def test_a_link_in_the_place_of_a_folder_is_named_before_anything_is_built(
    name: str, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, elsewhere = book / "_build" / name, tmp_path / name
    place.mkdir(exist_ok=True)
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    before = content(elsewhere)
    replace(book / "book/data.md", "Words.", "Verbs.")
    with monkeypatch.context() as patch:
        patch.setattr(html_book, "build_pages", lambda root, folder: pytest.fail("it was started"))
        for _ in range(2):
            with pytest.raises(BuildError, match=f"{name} is no folder"):
                built(book)
    assert content(elsewhere) == before
    place.unlink()
    assert b"Verbs." in built(book)["book/data.html"]


PAGES_KILLED = 10
"""The pages of the book whose builds are killed."""

# Kills --------------------------------------------------------------------------------------------------


def pages_of(root: Path) -> dict[str, bytes]:
    """The pages that :func:`copied` makes."""
    return {f"{path.stem}.html": path.read_bytes() for path in (root / "book").glob("*.md")}


def copied(root: Path, folder: Path) -> None:
    """A build that takes no time: each page is its text, written again if the last build had another."""
    html, kept = folder / "_build" / "html", folder / "_build" / ".doctrees"
    for place in (html, kept):
        place.mkdir(parents=True, exist_ok=True)
    for name, text in pages_of(root).items():
        if not (kept / name).exists() or (kept / name).read_bytes() != text:
            (kept / name).write_bytes(text)
            (html / name).write_bytes(text)


def small(root: Path) -> None:
    """Write a book of pages that :func:`copied` makes."""
    for name in ("_toc.yml", *(f"book/page{number}.md" for number in range(PAGES_KILLED))):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("".join(f"  - file: book/page{number}\n" for number in range(PAGES_KILLED)))


def killed(root: Path, after: float) -> None:
    """Build in a process that is killed after some seconds, unless it has ended."""
    child = os.fork()
    if not child:
        bring_up_to_date(root)
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_killed_at_any_moment_the_pages_are_the_old_or_the_new_and_the_next_build_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_book, "build_pages", copied)
    small(tmp_path)
    begun = time.monotonic()
    bring_up_to_date(tmp_path)
    lasts = time.monotonic() - begun
    moments = random.Random(1)
    html, aside = tmp_path / HTML, tmp_path / "_build" / ".html.old"
    for number in range(50):
        old = pages_of(tmp_path)
        for name in moments.sample(range(PAGES_KILLED), 6):
            (tmp_path / "book" / f"page{name}.md").write_text(f"{number} {name}" * 100)
        killed(tmp_path, moments.uniform(0, 1.5 * lasts))
        new = pages_of(tmp_path)
        assert content(html if html.exists() else aside) in (old, new)
        bring_up_to_date(tmp_path)
        assert content(html) == new
        assert sorted(path.name for path in (tmp_path / "_build").iterdir()) == ["html", "pages"]


def test_a_build_waits_for_another_and_has_nothing_left_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(tmp_path)
    begun = tmp_path / "begun"

    def slow(root: Path, folder: Path) -> None:
        with begun.open("a") as builds:
            builds.write("x")
        time.sleep(0.5)
        copied(root, folder)

    monkeypatch.setattr(html_book, "build_pages", slow)
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            bring_up_to_date(tmp_path)
            os._exit(0)
        os._exit(1)
    while not begun.exists():
        time.sleep(0.01)
    bring_up_to_date(tmp_path)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert begun.read_text() == "x"
    assert content(tmp_path / HTML) == pages_of(tmp_path)


def test_sets_whose_writers_were_stopped_are_completed_before_pages_are_made_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_book, "build_pages", copied)
    small(tmp_path)
    bring_up_to_date(tmp_path)
    for folder, name in (("book", "page0.md"), ("data/adam", "adsl.csv"), ("notebooks", "a.ipynb")):
        pending = tmp_path / folder / ".written"
        pending.mkdir(parents=True)
        (pending / name).write_text("new")
    bring_up_to_date(tmp_path)
    assert content(tmp_path / HTML)["page0.html"] == b"new"
    assert {"data/adam/adsl.csv", "notebooks/a.ipynb"} <= html_book.digests(tmp_path).keys()
    assert not list(tmp_path.rglob(".written"))


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_killed_build_of_sphinx_leaves_the_pages_and_the_next_is_whole(share: float, book: Path) -> None:
    before = content(book / HTML)
    replace(book / "book/data.md", "## A part", "## Another part")
    begun = time.monotonic()
    after = built(book)
    lasts = time.monotonic() - begun
    replace(book / "book/data.md", "## Another part", "## A part")
    killed(book, share * lasts)
    assert content(book / HTML) in (before, after)
    assert built(book) == before


WORDS = (
    "# Book\n\nSee [the part](data.md#part), [Table 1](../notebooks/01_first.ipynb#cell-id=table-1) and"
    " [Second](../notebooks/02_second.ipynb#top).\n"
    'There are <span data-n="01_first::events">12</span> events, as [One [2001]](references.md#one) found.\n'
)
"""The first page in the form in which it reads as words everywhere."""


def shown(files: dict[str, bytes]) -> dict[str, bytes]:
    """What readers see: the pages without the files that they are made of."""
    return {name: found for name, found in files.items() if not name.startswith("_sources/")}


def test_words_that_read_everywhere_make_the_pages_that_roles_make(book: Path) -> None:
    before = content(book / HTML)
    (book / "book/index.md").write_text(WORDS)
    table, events = "[Table 1](#cell-id=table-1)", "[Events](../data/events.csv)"
    words = f"As [[Two, 2001](../book/references.md#two)], {table} and {events}."
    roles = "As {cite:p}`two`, {numref}`table-1` and {download}`Events <../data/events.csv>`."
    assert shown(built(book)) == shown(before)
    replace(book / "notebooks/01_first.ipynb", "Words.", roles)
    before = built(book)
    replace(book / "notebooks/01_first.ipynb", roles, words)
    assert shown(built(book)) == shown(before)


def test_a_number_that_is_not_the_computed_one_is_told_with_its_place(
    book: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = content(book / HTML)
    for name, old, new, told in (
        ("index", ">12<", ">13<", "book/index.md:4: 01_first::events is '12', and '13' stands there"),
        ("index", "::events", "::cases", "book/index.md:4: no result is called '01_first::cases', and '12'"),
    ):
        (book / f"book/{name}.md").write_text(WORDS.replace(old, new))
        with pytest.raises(BuildError):
            built(book)
        assert told in capfd.readouterr().err
        assert content(book / HTML) == before


def test_a_number_that_is_typed_is_told_with_its_place(book: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, old, new, told in (
        ("book/index.md", " events", " events, 42 of them late", "4: a number is typed in"),
        ("notebooks/01_first.ipynb", "Words.", "Of all, 42 had.", '1: a number is typed in "# First'),
        ("notebooks/02_second.ipynb", "show()", "show('42 women')", '1: a number is typed in "42 women"'),
    ):
        replace(book / name, old, new)
        with pytest.raises(BuildError):
            built(book)
        assert f"{name}:{told}" in capfd.readouterr().err
        replace(book / name, new, old)
    built(book)


def test_a_number_that_changed_is_told_on_the_pages_that_show_it(
    book: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (book / "book/index.md").write_text(WORDS)
    built(book)
    number_changed(book)
    with pytest.raises(BuildError):
        built(book)
    assert "book/index.md:4: 01_first::events is '13', and '12' stands there" in capfd.readouterr().err


def test_links_with_other_words_than_the_computed_are_put_right(
    book: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (book / "book/index.md").write_text(WORDS)
    before = built(book)
    others = {
        "[Table 1](../notebooks/01_first.ipynb#cell-id=": "[Table 7](../notebooks/02_second.ipynb#",
        "[Second]": "[The second]",
        "[One [2001]]": "[Two [2001]]",
        "(data.md#part)": "(displays.md#part)",
    }
    wrong = WORDS
    for right, other in others.items():
        assert right in wrong
        wrong = wrong.replace(right, other)
    (book / "book/index.md").write_text(wrong)
    with pytest.raises(BuildError):
        built(book)
    told = capfd.readouterr().err
    assert (
        "book/index.md:3: [The second](../notebooks/02_second.ipynb#top) stands there, and [Second]" in told
    )
    assert "book/index.md: these links are put right; build again" in told
    assert (book / "book/index.md").read_text() == WORDS
    assert built(book) == before
