"""What Sphinx's environment remembers of all pages: the same whoever read them, and in any order."""

import importlib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from docutils import nodes

EXTENSIONS = Path(__file__).parents[1] / "book" / "_ext"


@pytest.fixture(scope="module")
def whole_book() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXTENSIONS))
        return importlib.import_module("whole_book")


class Shown:
    """Something that an extension notes."""

    def __init__(self, ids: set[str]) -> None:
        self.ids = ids
        self.itself = self


def test_equal_values_are_told_alike_and_others_are_not(whole_book: ModuleType) -> None:
    first = {"a": [1, {"x", "y"}], "b": Shown({"p", "q"}), "c": nodes.title("", "Words")}
    second = {"c": nodes.title("", "Words"), "b": Shown({"q", "p"}), "a": [1, {"y", "x"}]}
    assert whole_book.said(first) == whole_book.said(second)
    for other in ({"a": [1, {"x"}]}, {"b": Shown({"p"})}, {"c": nodes.title("", "Other")}):
        assert whole_book.said(first | other) != whole_book.said(first)
    assert whole_book.said([1, 2]) != whole_book.said([2, 1])


def test_what_another_process_has_read_is_taken_and_what_is_purged_is_gone(whole_book: ModuleType) -> None:
    mine, theirs = SimpleNamespace(), SimpleNamespace()
    for env, pages in ((mine, "ab"), (theirs, "bc")):
        for page in pages:
            whole_book.kept(env).texts[page] = f"text of {page}"
            whole_book.kept(env).sources[page] = {page}
            whole_book.facts(env, f"extension of {pages}")[page] = page
    whole_book.merge(None, mine, ["c"], theirs)
    known = whole_book.kept(mine)
    assert known.texts == {page: f"text of {page}" for page in "abc"}
    assert known.sources == {page: {page} for page in "abc"}
    assert known.facts == {"extension of ab": {"a": "a", "b": "b"}, "extension of bc": {"c": "c"}}
    for page in "ac":
        whole_book.purge(None, mine, page)
    assert (set(known.texts), set(known.sources)) == ({"b"}, {"b"})
    assert known.facts == {"extension of ab": {"b": "b"}, "extension of bc": {}}
