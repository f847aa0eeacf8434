"""What is known of the last executions: ``_build/notebooks.json``.

.. code-block:: json

   {"of": "digest of the lock, the Python version and this package",
    "notebooks": {"notebooks/01_one.md": {
      "text": "digest of the text",
      "code": "digest of the sources of its code cells",
      "stored": "digest of the .ipynb as written",
      "sources": "digest of the names of all sources: a new one may be what an import now finds",
      "inputs": "digest of the digests of all that it read",
      "read": ["data/n.csv", "src/one.py"],
      "shown": {"notebooks/02_two.ipynb": "digest of another notebook whose numbers the text shows"},
      "unknown": ["what is wrong with the numbers of the text"]}},
    "pages": {"book/index.md": {"book/index.md": "digest of a page whose numbers are right",
      "notebooks/01_one.ipynb": "digest of a notebook whose numbers it shows"}}}

A file that is damaged, or of another environment, is no note: everything is executed, and a new one written.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetybook import whole_files

FILE = Path("_build/notebooks.json")


@dataclass(frozen=True)
class Noted:
    """The state in which a notebook was executed, and what it read: names below the root, in their order.

    `shown` and `unknown` are of its text: other notebooks whose numbers it shows, with their digests, and the
    numbers that cannot be written.
    """

    text: str
    code: str
    stored: str
    sources: str
    inputs: str
    read: tuple[str, ...]
    shown: dict[str, str]
    unknown: tuple[str, ...]


@dataclass
class Note:
    """The notebooks that were executed in an environment, by the name of their text.

    `pages` are other pages that show numbers: by name, the digests of the page and of the notebooks that have
    them.
    """

    of: str
    notebooks: dict[str, Noted] = field(default_factory=dict)
    pages: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def stored(cls, root: Path, of: str) -> Note:
        """The note below a root; an empty one if there is none of this environment."""
        try:
            known = json.loads((root / FILE).read_bytes())
            notebooks = {name: _noted(entry) for name, entry in known["notebooks"].items()}
            pages = {name: _digests(entry) for name, entry in known["pages"].items()}
            return cls(of, notebooks, pages) if known["of"] == of else cls(of)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls(of)

    def store(self, root: Path) -> None:
        """Write the note, whole or not at all."""
        whole_files.write(root / FILE, json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


def _noted(entry: dict[str, Any]) -> Noted:
    """An entry of the file; one of the errors that make it no note if it has other members or types."""
    read, unknown = tuple(entry["read"]), tuple(entry["unknown"])
    noted = Noted(**{**entry, "read": read, "shown": _digests(entry["shown"]), "unknown": unknown})
    digests = (noted.text, noted.code, noted.stored, noted.sources, noted.inputs)
    if not all(isinstance(one, str) for one in (*digests, *read, *unknown)):
        raise TypeError
    return noted


def _digests(entry: dict[str, Any]) -> dict[str, str]:
    if not all(isinstance(one, str) for one in entry.values()):
        raise TypeError
    return entry
