"""The conflicts and the sensitivity of the checks as last computed: that takes longer than a page may."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from proderm.claims import LEDGER
from proderm.consistency.finder import Found, find
from proderm.consistency.sensitivity import Noticed, sensitivity
from safetybook import whole_files
from safetybook.claims import read_ledger
from safetybook.stored_answers import StaleAnswersError

STORE = LEDGER.with_name("consistency.json")
"""Where `make consistency` keeps them."""

TABLES = ("Table 1", "Table 2", "Table 3", "Table 6")
"""Parts of the article whose misprints are tried."""


@dataclass(frozen=True)
class Stored:
    """What was found in a ledger."""

    found: tuple[Found, ...]
    noticed: tuple[Noticed, ...]


def stored(path: Path = STORE, ledger: Path = LEDGER) -> Stored:
    """What `make consistency` found.

    Raises:
        StaleAnswersError: if the ledger has changed since.
    """
    known = json.loads(path.read_text(encoding="utf-8"))
    if known["ledger"] != digest(ledger):
        raise StaleAnswersError(path, "another ledger", "consistency")
    return Stored(
        tuple(Found(one["by"], tuple(one["claims"])) for one in known["found"]),
        tuple(Noticed(**one) for one in known["noticed"]),
    )


def digest(ledger: Path = LEDGER) -> str:
    """What tells one ledger from another."""
    return "sha256:" + hashlib.sha256(ledger.read_bytes()).hexdigest()


def main() -> int:
    """Find all conflicts, try all misprints, and store both with the digest of the ledger they are of."""
    ledger = read_ledger(LEDGER)
    found = find(ledger)
    noticed = sensitivity(ledger, found, TABLES)
    known = {
        "ledger": digest(),
        "found": [asdict(one) for one in found],
        "noticed": [asdict(one) for one in noticed],
    }
    whole_files.write(STORE, json.dumps(known, indent=1) + "\n")
    print(f"Wrote {len(found)} conflicts and the misprints of {len(noticed)} claims to {STORE}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
