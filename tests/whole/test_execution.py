"""The execution of notebooks: stale ones only, the same bytes each time, nothing lost when a cell fails."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from small_notebooks import HEADER, READS, Book, cell

from safetybook.notebooks.imports import Sources, UnknownImportsError, imported
from safetybook.notebooks.note import FILE, Note, Noted
from safetybook.notebooks.pairs import code_cells, parse, text_of


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Two notebooks, of which one reads the data."""
    frame = "print('out')\nimport pandas as pd\npd.DataFrame({'a': [name]})"
    return Book(tmp_path / "book", {"01_one": [READS, frame], "02_two": ["'name' in globals()"]})


def test_only_what_changed_is_executed_again(book: Book) -> None:
    assert book.did() == {"executed": ["01", "02"]}
    assert book.values("01_one")[0] == "'42'"
    assert book.values("02_two") == ["False"], "notebooks share no variables"
    first = book.notebook("01_one").read_bytes()

    assert book.did() == {}
    book.change("notebooks/02_two.md", "globals()", "globals(), 1")
    assert book.did() == {"executed": ["02"]}

    book.change("data/n.csv", "42", "43")
    assert book.did() == {"executed": ["01"]}
    assert book.values("01_one")[0] == "'43'"

    book.change("data/n.csv", "43", "42")
    assert book.did() == {"executed": ["01"]}
    assert book.notebook("01_one").read_bytes() == first


def test_exactly_what_depends_on_a_change_is_executed(tmp_path: Path) -> None:
    book = Book(
        tmp_path / "book",
        {
            "01": [READS],
            "02": ["import direct\ndirect.one()", "# a comment"],
            "03": ["from package import inner\ninner.two()"],
            "04": ["from pathlib import Path\nlen(list(Path('../data/set').glob('*.csv')))"],
            "05": ["1 + 1\n# no = 'magic'"],
            "06": ["# Reads its own text\nlen(open('06.md').read())"],
        },
    )
    (book.root / "data" / "set").mkdir()
    (book.root / "data" / "set" / "a.csv").write_text("")
    source = book.root / "src"
    (source / "package").mkdir()
    (source / "direct.py").write_text("def one():\n    from package import inner, lazy\n    return 1\n")
    for name, text in {
        "__init__": "",
        "inner": "import typing\nif typing.TYPE_CHECKING:\n    import unread\ndef two(): return 2\n",
        "lazy": "def three(): return 3\n",
    }.items():
        (source / "package" / f"{name}.py").write_text(text)
    (source / "unread.py").write_text("nothing = 0\n")
    (book.root / "requirements.txt").write_text("a==1\n")

    assert book.did() == {"executed": ["01", "02", "03", "04", "05", "06"]}
    # Each step changes one thing that is executed for, and things that nothing is executed for.
    book.change("data/n.csv", "42", "43")
    book.change("src/unread.py", "0", "1")
    book.change("notebooks/05.md", "# A chapter", "# The chapter")
    assert book.did() == {"executed": ["01"], "paired anew": ["05"]}

    book.change("src/package/lazy.py", "return 3", "return 4")
    book.change("notebooks/03.md", "{code-cell} ipython3\n", "{code-cell} ipython3\n:tags: [hide-input]\n\n")
    assert book.did() == {"executed": ["02"], "paired anew": ["03"]}
    book.change("src/package/inner.py", "return 2", "return 5")
    assert book.did() == {"executed": ["02", "03"]}
    assert book.values("03") == ["5"]

    (source / "new.py").write_text("")
    assert book.did() == {}
    # A new name in the data may be what any notebook asked for.
    (book.root / "data" / "set" / "b.csv").write_text("")
    assert book.did() == {"executed": ["01", "02", "03", "04", "05", "06"]}
    assert book.values("04") == ["2"]
    assert book.did() == {}

    # A new file is now what an import finds: the package's module goes before the name in the package.
    (source / "package.py").write_text("")
    (source / "direct").mkdir()
    (source / "direct" / "__init__.py").write_text("def one(): return 11\n")
    book.change("notebooks/06.md", "# A chapter", "# Chapter")
    assert book.did() == {"executed": ["02", "06"]}
    assert book.values("02") == ["11"]

    # The words and what they stand around, as an execution gives them.
    stored = [book.notebook(name).read_bytes() for name in ("03", "05")]
    book.change("requirements.txt", "a==1", "a==2")
    assert book.did() == {"executed": ["01", "02", "03", "04", "05", "06"]}
    assert [book.notebook(name).read_bytes() for name in ("03", "05")] == stored
    assert b"# The chapter" in stored[1]


def test_when_nothing_changed_nothing_heavy_is_imported(book: Book) -> None:
    book.did()
    heavy = {"IPython", "jupytext", "nbformat", "ipykernel", "multiprocessing", "pandas"}
    program = (
        "import sys; from safetybook.notebooks.__main__ import main; "
        f"print(main(['execute', *{book.texts()}]), sorted({heavy} & set(sys.modules)))"
    )
    assert book.run("-c", program).stdout == "0 []\n"


def test_an_output_changed_by_hand_is_found_and_undone(book: Book) -> None:
    book.execute()
    stored = book.notebook("01_one")
    right = stored.read_text()
    stored.write_text(right.replace("'42'", "'41'"))

    check = book.execute("--check")
    assert check.returncode == 1
    assert "01_one.ipynb is not what its text, code and data give" in check.stderr
    assert stored.read_text() != right, "a check writes nothing"

    assert book.did() == {"executed": ["01"]}
    assert stored.read_text() == right
    assert book.execute("--check").returncode == 0


def test_stored_notebooks_hold_no_trace_of_the_run(book: Book) -> None:
    book.execute()
    notebook = json.loads(book.notebook("01_one").read_text())
    assert set(notebook["metadata"]) == {"jupytext", "kernelspec"}
    assert [c["execution_count"] for c in notebook["cells"] if c["cell_type"] == "code"] == [1, 2]
    assert all(c["metadata"] == {} for c in notebook["cells"])
    assert len({c["id"] for c in notebook["cells"]}) == len(notebook["cells"])


def test_a_text_is_brought_into_the_form_that_jupyter_saves(book: Book) -> None:
    book.execute()
    text, stored = book.text("01_one"), book.notebook("01_one")
    header, cells = text.read_text().split("```{code-cell} ipython3\n", maxsplit=1)
    typed = f"{header}\n```{{code-cell}} ipython3\n---\ntags: [b]\nmystnb: {{a: 1}}\n---\n{cells}"
    text.write_text(typed)
    check = book.execute("--check")
    assert "01_one.md is not as Jupyter would save it" in check.stderr
    assert text.read_text() == typed, "a check writes nothing"

    assert book.did() == {"paired anew": ["01"]}
    assert "mystnb:\n  a: 1\ntags: [b]\n" in text.read_text()
    assert text.read_text() == text_of(stored.read_text())
    assert book.execute("--check").returncode == 0

    content, time = stored.read_bytes(), stored.stat().st_mtime_ns
    text.write_text(typed)
    assert book.did() == {}
    assert text.read_text() == text_of(stored.read_text())
    assert (stored.read_bytes(), stored.stat().st_mtime_ns) == (content, time)


def test_code_that_the_page_folds_is_folded_again_in_text_and_notebook(book: Book) -> None:
    """Jupyter takes the mark away when somebody unfolds the cell to read it, and saves."""
    folded = (
        "```{code-cell} ipython3\n---\njupyter:\n  source_hidden: true\ntags: [hide-input]\n---\n1\n```\n"
    )
    book.write("01_one", folded.replace("jupyter:\n  source_hidden: true\n", ""))
    book.execute()
    assert book.text("01_one").read_text().endswith(f"\n{folded}")
    (cell,) = json.loads(book.notebook("01_one").read_text())["cells"][1:]
    assert cell["metadata"] == {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    assert book.did() == {}


def test_what_is_folded_again_has_its_metadata_in_the_order_of_a_file() -> None:
    """Or else Jupyter, when it saves, and the runner would each rewrite the text of the other."""
    unfolded = "```{code-cell} ipython3\n---\nmystnb: {a: 1}\ntags: [remove-cell]\n---\n1\n```\n"
    (cell,) = code_cells(parse(HEADER + unfolded))
    assert list(cell.metadata) == ["jupyter", "mystnb", "tags"]


def test_a_text_is_never_older_than_its_notebook(book: Book) -> None:
    def younger() -> bool:
        return book.text("01_one").stat().st_mtime_ns >= book.notebook("01_one").stat().st_mtime_ns

    book.execute()
    assert younger()
    book.change("data/n.csv", "42", "43")
    assert book.did() == {"executed": ["01"]}
    assert younger()
    book.change("notebooks/01_one.md", "# A chapter", "# Another")
    assert book.did() == {"paired anew": ["01"]}
    assert younger()


# What changes while a notebook runs ---------------------------------------------------------------------

CHANGES = """
import threading
times = Path("../../times")
def change():
    number = len(times.read_text()) if times.exists() else 0
    if number < {limit}:
        times.write_text("x" * (number + 1))
        Path("../data/n.csv").write_text(str(43 + number))
thread = threading.Thread(target=change)
thread.start()
thread.join()
"""


def test_data_that_change_while_a_cell_runs_leave_no_stale_output(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", {"01": [READS], "02": [READS, CHANGES.format(limit=1)]})
    result = book.execute("--jobs", "1")
    assert result.returncode == 0, result.stderr
    # The first was fresh when the second changed what it had read.
    assert sorted(result.stdout.split()) == ["executed"] * 3 + ["notebooks/01.md:"] * 2 + ["notebooks/02.md:"]
    assert book.values("01") == book.values("02") == ["'43'"]
    assert book.did() == {}


def test_data_that_never_rest_are_an_error_and_nothing_is_stored(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", {"01": [READS, CHANGES.format(limit=99)]})
    book.notebook("01").write_text("as stored")
    for _ in range(2):
        result = book.execute()
        assert result.returncode == 1
        assert result.stderr.splitlines() == [
            "notebooks/01.md is not up to date: data/n.csv changed while it ran, 3 times over"
        ]
        assert book.notebook("01").read_text() == "as stored"
    assert len((tmp_path / "times").read_text()) == 6


def test_a_lock_that_changes_too_ends_the_run(tmp_path: Path) -> None:
    changes = CHANGES.format(limit=1) + '_ = Path("../requirements.txt").write_text("a==1")'
    book = Book(tmp_path / "book", {"01": [READS, changes]})
    result = book.execute()
    assert result.returncode == 1
    assert result.stderr == "requirements.txt or what executes the notebooks changed: run it again\n"
    assert book.did() == {"executed": ["01"]}
    assert book.values("01") == ["'43'"]


def test_what_is_called_once_beforehand_hides_no_dependency(tmp_path: Path) -> None:
    shows = "from shared import datum\ndatum()"
    book = Book(tmp_path / "book", {"01": [shows], "02": ["import user\nuser.datum()"], "03": ["3"]})
    (book.root / "src" / "user.py").write_text("from shared import datum\n")
    (book.root / "src" / "shared.py").write_text(
        "from functools import cache\nfrom pathlib import Path\nROOT = Path(__file__).parents[1]\n"
        "@cache\ndef datum():\n"
        "    with (ROOT.parent / 'calls').open('a') as calls: calls.write('x')\n"
        "    return (ROOT / 'data' / 'n.csv').read_text()\n"
    )
    calls = tmp_path / "calls"
    warm = ("--warm", "shared:datum")
    assert book.did(*warm) == {"executed": ["01", "02", "03"]}
    assert calls.read_text() == "x"
    assert book.did(*warm) == {}
    book.change("data/n.csv", "42", "43")
    assert book.did(*warm) == {"executed": ["01", "02"]}
    assert book.values("01") == book.values("02") == ["'43'"]
    # What fails beforehand fails where it is used, and says so there.
    (book.root / "data" / "n.csv").unlink()
    failed = book.execute(*warm)
    assert "notebooks/01.md:18: code cell 1 of 1 failed:\n" in failed.stderr
    assert failed.stderr.count("FileNotFoundError: ") == 1
    assert "The same: notebooks/02.md:18: code cell 1 of 1" in failed.stderr


WAITS = "import time\nwhile not Path('../../go').exists():\n    time.sleep(0.05)"


@pytest.mark.parametrize("way", ["reads no more", "is killed"])
def test_who_asked_is_gone_and_no_process_is_left_and_nothing_half_written(tmp_path: Path, way: str) -> None:
    """As when the command line stands before ``| head``, or is ended from outside."""
    slow = [READS, "import time\ntime.sleep(120)"]
    book = Book(tmp_path / "book", {"01": [READS], "02": [READS, WAITS], "03": slow, "04": slow})
    before = "as stored"
    for name in ("02", "03", "04"):
        book.notebook(name).write_text(before)
    command = [sys.executable, "-m", "safetybook.notebooks", "execute", "--jobs", "3", *book.texts()]
    environment = {**os.environ, "PYTHONPATH": str(book.root / "src"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        cwd=book.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "notebooks/01.md: executed\n"
        process.stdout.close()
        if way == "is killed":
            process.kill()
        (tmp_path / "go").touch()
        began = time.monotonic()
        assert process.wait(timeout=60) == (1 if way == "reads no more" else -signal.SIGKILL)
        assert process.stderr.read() == ""
    while alive(process.pid) and time.monotonic() < began + 30:
        time.sleep(0.05)
    assert not alive(process.pid)
    names = {path.name for path in (book.root / "notebooks").iterdir()}
    assert names == {f"{number}.{kind}" for number in ("01", "02", "03", "04") for kind in ("md", "ipynb")}
    assert book.notebook("03").read_text() == book.notebook("04").read_text() == before
    assert book.notebook("02").read_text() == before or book.values("02")[0] == "'42'"


def alive(group: int) -> bool:
    """Whether a group has a process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


# What is read unseen ------------------------------------------------------------------------------------

SHOWN = "import {0}\n{0}.X"
LOADS = "import pickle\npickle.loads(b'cb\\nX\\n.')"
PACKAGE = "import os, sys\nsys.path.insert(0, os.path.abspath('{0}'))\n" + SHOWN.format("m")


@pytest.mark.parametrize(
    ("file", "cell_of_01", "cell_of_02"),
    [
        ("src/b.py", SHOWN.format("b"), "from importlib import import_module as load\nload('b').X"),
        ("src/b.py", SHOWN.format("b"), "exec('import b')\nb.X"),
        ("src/b.py", SHOWN.format("b"), LOADS),
        ("helper.py", SHOWN.format("helper"), "import user\nuser.X"),
        ("lib/m.py", PACKAGE.format("../lib"), PACKAGE.format("../lib")),
    ],
)
def test_a_module_is_an_input_however_and_from_wherever_it_is_imported(
    tmp_path: Path, file: str, cell_of_01: str, cell_of_02: str
) -> None:
    book = Book(tmp_path / "book", {"01": [cell_of_01], "02": [cell_of_02]})
    (book.root / "src" / "user.py").write_text("from helper import X\n")
    (book.root / file).parent.mkdir(exist_ok=True)
    (book.root / file).write_text("X = 1\n")
    for _ in range(2):  # the second time from what was compiled the first time
        assert book.did() == {"executed": ["01", "02"]}
        assert book.values("01") == book.values("02") == ["1"]
        (book.root / "_build" / "notebooks.json").unlink()
    assert book.did() == {"executed": ["01", "02"]}
    assert book.did() == {}
    book.change(file, "1", "2222")
    assert book.did() == {"executed": ["01", "02"]}
    assert book.values("01") == book.values("02") == ["2222"]


def test_a_notebook_finds_loaded_what_it_imports_alone(tmp_path: Path) -> None:
    asks = "import sys\nimport p\n'b' in sys.modules, hasattr(p, 'c')"
    book = Book(tmp_path / "book", {"01": ["import b, p.c"], "02": [asks]})
    (book.root / "src" / "p").mkdir()
    for name in ("b", "p/__init__", "p/c"):
        (book.root / "src" / f"{name}.py").write_text("")
    book.did()
    assert book.values("02") == ["(False, False)"]


def test_a_file_that_appears_among_the_data_may_have_been_asked_for(tmp_path: Path) -> None:
    asks = "from pathlib import Path\nPath('../data/set/flag.csv').exists()"
    book = Book(tmp_path / "book", {"01": [asks]})
    book.did()
    (book.root / "data" / "set").mkdir()
    assert book.did() == {"executed": ["01"]}
    for flag in ("True", "False"):
        file = book.root / "data" / "set" / "flag.csv"
        file.unlink() if file.exists() else file.write_text("")
        assert book.did() == {"executed": ["01"]}
        assert book.values("01") == [flag]


def test_a_file_in_a_package_that_the_import_system_reads_is_an_input(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", {"01": ["import pkgutil\npkgutil.get_data('p', 'n.txt')"]})
    (book.root / "src" / "p").mkdir()
    (book.root / "src" / "p" / "__init__.py").write_text("")
    (book.root / "src" / "p" / "n.txt").write_text("1")
    book.did()
    book.change("src/p/n.txt", "1", "2")
    assert book.did() == {"executed": ["01"]}
    assert book.values("01") == ["b'2'"]


def test_data_that_a_library_opens_by_itself_are_an_input(tmp_path: Path) -> None:
    read = "import pandas as pd\nint(pd.read_parquet('../data/set/x.parquet').a.sum())"
    book = Book(tmp_path / "book", {"01": [read]})
    file = book.root / "data" / "set" / "x.parquet"
    file.parent.mkdir()
    for value in ("1", "2"):
        pd.DataFrame({"a": [int(value)]}).to_parquet(file)
        assert book.did() == {"executed": ["01"]}
        assert book.values("01") == [value]
    assert book.did() == {}


# What is asked for --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["--jobs", "0", "notebooks/01_one.md"],
        ["--jobs", "-1", "notebooks/01_one.md"],
        ["notebooks/01_one.ipynb"],
        ["../elsewhere.md"],
        ["_build/built.md"],
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(book: Book, arguments: list[str]) -> None:
    book.did()
    stored = book.notebook("01_one").read_bytes()
    result = book.run("-m", "safetybook.notebooks", "execute", *arguments)
    assert result.returncode == 2
    assert "error: argument" in result.stderr
    assert repr(arguments[-1] if len(arguments) == 1 else arguments[1]) in result.stderr
    assert book.notebook("01_one").read_bytes() == stored


def test_a_text_is_executed_once_however_it_is_spelt(book: Book) -> None:
    spelt = ["notebooks/01_one.md", "./notebooks/../notebooks/01_one.md", str(book.text("01_one").resolve())]
    result = book.run("-m", "safetybook.notebooks", "execute", *spelt)
    assert result.stdout == "notebooks/01_one.md: executed\n"


def test_a_stored_notebook_whose_text_is_gone_is_told(book: Book) -> None:
    book.did()
    (book.root / "notebooks" / "Untitled.ipynb").write_text("{}")
    assert book.did() == {}
    book.text("01_one").unlink()
    for options in ([], ["--check"]):
        result = book.execute(*options)
        assert result.returncode == 1
        assert result.stderr == "notebooks/01_one.ipynb is left, but its text is gone\n"


@pytest.mark.parametrize("content", [b"\xff\xfe bad", b"---\na: [\n---\n\n# x\n", None])
def test_a_text_that_cannot_be_read_fails_alone(book: Book, content: bytes | None) -> None:
    texts = [book.text("01_one"), book.root / "notebooks" / "03.md"]
    book.did()
    for text in texts:
        text.unlink(missing_ok=True) if content is None else text.write_bytes(content)
    book.change("notebooks/02_two.md", "globals()", "globals(), 1")
    names = ["notebooks/01_one.md", "notebooks/02_two.md", "notebooks/03.md"]
    result = book.run("-m", "safetybook.notebooks", "execute", *names)
    assert result.returncode == 1
    assert result.stdout == "notebooks/02_two.md: executed\n"
    for name in (names[0], names[2]):
        assert f"{name} failed:\nit cannot be read: " in result.stderr
    assert "02_two" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_source_says_in_what_encoding_it_is(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", {"01": ["import q\nq.X"], "02": ["2"]})
    (book.root / "src" / "q.py").write_bytes("# -*- coding: latin-1 -*-\nX = 'é'\n".encode("latin-1"))
    (book.root / "src" / "gone.py").symlink_to("nowhere")
    assert book.did() == {"executed": ["01", "02"]}
    assert book.values("01") == ["'é'"]
    (book.root / "src" / "q.py").write_bytes("X = 'é'\n".encode("latin-1"))
    result = book.execute()
    assert "notebooks/01.md:18: code cell 1 of 1 failed:" in result.stderr
    assert "q.py" in result.stderr


# The note -----------------------------------------------------------------------------------------------

NOTED = Noted("text", "code", "stored", "sources", "inputs", ("data/n.csv",), {"a.ipynb": "b"}, ("c",))
LISTS = '"read": [], "shown": {}, "unknown": []'
ENTRY = f'{{"text": "", "code": "", "stored": "", "sources": "", "inputs": "", {LISTS}}}'


def test_a_note_is_read_as_it_was_written_in_its_environment(tmp_path: Path) -> None:
    note = Note("here", {"notebooks/01.md": NOTED}, {"book/a.md": {"book/a.md": "digest"}})
    note.store(tmp_path)
    assert Note.stored(tmp_path, "here") == note
    assert Note.stored(tmp_path, "elsewhere") == Note("elsewhere")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\x00\x80",
        b"null",
        b"[]",
        b"7",
        b"{}",
        b"[" * 100_000,
        b'{"of": "here", "notebooks": []}',
        b'{"of": "here", "notebooks": {"a": 1}}',
        b'{"of": "here", "notebooks": {"a": {}}}',
        b'{"of": "here", "notebooks": {}}',
        b'{"of": "here", "notebooks": {}, "pages": {"a": {"b": 1}}}',
        b'{"of": "here", "notebooks": {}, "pages": {"a": 1}}',
        *(
            b'{"of": "here", "pages": {}, "notebooks": {"a": %s}}' % entry.encode()
            for entry in (
                ENTRY.replace("[]", "[1]"),
                ENTRY.replace("[]", "null"),
                ENTRY.replace('"text": ""', '"text": 1'),
                ENTRY.replace('"shown": {}', '"shown": {"a": 1}'),
                ENTRY.replace("{", '{"more": "",', 1),
            )
        ),
    ],
)
def test_a_damaged_note_is_no_note(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(content)
    assert Note.stored(tmp_path, "here") == Note("here")


def test_a_damaged_note_heals(book: Book) -> None:
    book.did()
    note = book.root / FILE
    whole = note.read_bytes()
    note.write_bytes(whole[: len(whole) // 2])
    assert book.did() == {"executed": ["01", "02"]}
    assert note.read_bytes() == whole


# What a text imports ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a.b, c as d", ["a.b", "c"]),
        ("from a import b, c", ["a", "a.b", "a.c"]),
        ("from . import b", ["here.there", "here.there.b"]),
        ("from ..a import b", ["here.a", "here.a.b"]),
        ("def f():\n    class C:\n        import a", ["a"]),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", ["b"]),
        ("import typing\nif typing.TYPE_CHECKING:\n    import a", ["typing"]),
        ("from importlib.metadata import version", ["importlib.metadata", "importlib.metadata.version"]),
        ("import re\nre.compile('a')", ["re"]),
        ("x = 'import a'", []),
    ],
)
def test_import_statements_are_found_wherever_they_stand(text: str, expected: list[str]) -> None:
    assert sorted(imported(text, ("here", "there"))) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "%load_ext a",
        "x = )",
        "import_module(name)",
        "__import__('.a', package)",
        "import importlib as i",
        "import importlib.util",
        "from importlib import import_module as load",
        "from some.where import import_module",
        "some.importlib.import_module('a')",
        "exec('import a')",
        "run = eval",
        "exec(compile('import a', '', 'exec'))",
        "import builtins",
        "__builtins__['exec']('import a')",
        "import pkgutil",
        "from runpy import run_path",
        "get_ipython().run_cell('import a')",
    ],
)
def test_code_that_may_import_anything_reaches_every_source(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnknownImportsError):
        imported(text)
    (tmp_path / "a.py").write_text("")
    assert Sources(tmp_path).reached([text]) == {tmp_path / "a.py"}


def test_a_module_is_reached_with_its_packages_and_what_they_import(tmp_path: Path) -> None:
    for name, text in {
        "p/__init__.py": "from . import first",
        "p/first.py": "import q",
        "p/second.py": "",
        "p/third.py": "",
        "q.py": "import p.third",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    reached = Sources(tmp_path).reached(["import p.second", "import pandas"])
    assert {str(path.relative_to(tmp_path)) for path in reached} == {
        "p/__init__.py",
        "p/first.py",
        "p/second.py",
        "p/third.py",
        "q.py",
    }


# Failures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError: division by zero"),
        ("x = )", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("import os\nos._exit(3)", "its process ended without a result (exit code 3)"),
        ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "raster image"),
        ("from IPython.display import clear_output\nclear_output()", "clears its output"),
    ],
)
def test_a_failing_cell_names_its_place_and_leaves_the_stored_outputs(
    book: Book, source: str, message: str
) -> None:
    book.text("01_one").unlink()
    book.write("02_two", cell("good = True") + cell(source))
    book.notebook("02_two").write_text("as stored")
    result = book.execute()
    assert result.returncode == 1
    assert message in result.stderr
    assert "02_two.md" in result.stderr
    if "os._exit" not in source:
        assert result.stderr.startswith("notebooks/02_two.md:22: code cell 2 of 2 failed:")
    assert book.notebook("02_two").read_text() == "as stored"


def test_what_is_wrong_with_the_data_is_told_once_and_as_a_list(tmp_path: Path) -> None:
    shows = "from wrong import study\nstudy()"
    book = Book(tmp_path / "book", {f"0{n}": [f"n = {n}", shows] for n in range(1, 4)} | {"04": ["1 / 0"]})
    (book.root / "src" / "wrong.py").write_text(
        "from safetybook.problems import BadStudyError, Problem\n"
        "def study():\n"
        "    found = [Problem('a.csv', n, 'AGE', '-1', 'a number') for n in range(2, 14)]\n"
        "    raise BadStudyError('data', found)\n"
    )
    result = book.execute("--jobs", "1")
    assert result.returncode == 1
    listed = [f"  a.csv, row {n}, AGE: found '-1', expected a number" for n in range(2, 14)]
    same = [f"The same: notebooks/0{n}.md:22: code cell 2 of 2" for n in (2, 3)]
    first, expected = result.stderr.splitlines(), ["12 problems in data:", *listed, *same]
    assert first[0] == "notebooks/01.md:22: code cell 2 of 2 failed:"
    assert first[1 : 1 + len(expected)] == expected
    assert first[1 + len(expected)] == "notebooks/04.md:18: code cell 1 of 1 failed:"
