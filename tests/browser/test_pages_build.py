"""The built book, whichever builds led to it, is the one that a build from nothing gives."""

import subprocess
import sys
from pathlib import Path

from built import ROOT

BUILD = "import sys; from pathlib import Path; from safetybook.html_book import build_pages; "
BUILD += "build_pages(Path(), Path(sys.argv[1]))"


def test_the_pages_are_those_of_a_clean_build(book: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=ROOT, check=True)
    clean = tmp_path / "_build" / "html"
    found, wanted = (sorted(path.relative_to(top) for path in top.rglob("*")) for top in (book, clean))
    assert found == wanted
    files = [path for path in wanted if (clean / path).is_file()]
    assert [str(path) for path in files if (book / path).read_bytes() != (clean / path).read_bytes()] == []
