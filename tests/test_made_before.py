"""What the last build made of a text is what the text gives, in whatever order texts come and go."""

import importlib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

EXTENSIONS = Path(__file__).parents[1] / "book" / "_ext"


@pytest.fixture(scope="module")
def made_before() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXTENSIONS))
        return importlib.import_module("made_before")


def test_a_place_has_what_its_last_text_gave(made_before: ModuleType) -> None:
    known, written = made_before.Made(), []
    for text in ("a", "a", "b", "a"):
        known.of("here", text, lambda text=text: written.append(text))
    assert written == ["a", "b", "a"]
    known.of("there", "a", lambda: written.append("a there"))
    known.forget("here")
    known.of("here", "a", lambda: written.append("a again"))
    assert written[3:] == ["a there", "a again"]


@pytest.mark.parametrize("read", [{"one"}, {"one", "two"}])
def test_only_a_build_that_goes_on_takes_what_the_last_one_made(
    read: set[str], made_before: ModuleType, tmp_path: Path
) -> None:
    last, this = SimpleNamespace(doctreedir=tmp_path), SimpleNamespace(doctreedir=tmp_path)
    made_before.made(last).of("here", "a", lambda: "of the last build")
    made_before.keep(last, None)
    env = SimpleNamespace(found_docs={"one", "two"}, whole_book=SimpleNamespace(read=read))
    made_before.take(this, env, [])
    goes_on = read == {"one"}
    wanted = "of the last build" if goes_on else "of this one"
    assert made_before.made(this).of("here", "a", lambda: "of this one") == wanted


def test_a_build_that_fails_keeps_nothing(made_before: ModuleType, tmp_path: Path) -> None:
    made_before.keep(SimpleNamespace(doctreedir=tmp_path), ValueError())
    assert not list(tmp_path.iterdir())
