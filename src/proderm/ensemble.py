"""The ensemble: many reconstructions in ``data/ensemble``, each of which agrees with the article.

Whatever differs between its members, the article leaves open. What it allows in all is wider than their
spread: see :mod:`proderm.bounds`. They are made by :mod:`proderm.reconstruct_many`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proderm import study as proderm
from safetybook import archives, whole_files
from safetybook.study import Study

FOLDER = proderm.FOLDER.with_name("ensemble")
MANIFEST = "MANIFEST.json"
SUMMARY = "summary.csv"
"""What the members have in some counts; see :mod:`proderm.spread`."""

TITLE = "Synthetic reconstructions of the ProDERM safety data; not the trial's records"


@dataclass
class Ensemble:
    """The members in a folder, as its manifest lists them.

    Attributes:
        folder: where the members are.
        made_with: all that a member depends on besides its seed: the solver, the ledgers, the effort.
        digests: of the members' texts, by seed.
        skipped: the seeds that gave no member, with the reason.
    """

    folder: Path = FOLDER
    made_with: Mapping[str, Any] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, folder: Path = FOLDER) -> Ensemble:
        """The ensemble of a folder; without members if there is no manifest yet."""
        path = folder / MANIFEST
        if not path.exists():
            return cls(folder)
        known = json.loads(path.read_text(encoding="utf-8"))
        digests, skipped = ({int(k): v for k, v in known[name].items()} for name in ("members", "skipped"))
        return cls(folder, known["made_with"], digests, skipped)

    def store(self) -> None:
        """Write the manifest, whole or not at all."""
        text = json.dumps(
            {
                "title": TITLE,
                "made_with": self.made_with,
                "members": dict(sorted(self.digests.items())),
                "skipped": dict(sorted(self.skipped.items())),
            },
            indent=1,
        )
        whole_files.write(self.folder / MANIFEST, text + "\n")

    def path(self, seed: int) -> Path:
        """The file of a member."""
        return self.folder / f"{seed:04d}{archives.SUFFIX}"

    def files(self, seed: int) -> dict[str, str]:
        """The texts of a member's CSV files by name.

        Raises:
            BadArchiveError: if the file is damaged or not the one that the manifest lists.
            OSError: if it cannot be read.
        """
        files = archives.read(self.path(seed))
        if archives.digest(files) != self.digests[seed]:
            expected = f"the data with digest {self.digests[seed]}"
            raise archives.BadArchiveError(f"{self.path(seed).name}: expected {expected}, as in {MANIFEST}")
        return files

    def intact(self, seed: int) -> bool:
        """Whether a member is there, and is the one that the manifest lists."""
        try:
            return bool(self.files(seed))
        except (OSError, archives.BadArchiveError):
            return False

    def member(self, seed: int) -> Study:
        """One member as a study; errors as for :meth:`files`, and BadStudyError."""
        return proderm.parse(self.files(seed), self.path(seed).name)


def members(folder: Path = FOLDER) -> Iterator[Study]:
    """The studies of all members in the order of their seeds, each read when it is asked for."""
    ensemble = Ensemble.stored(folder)
    return (ensemble.member(seed) for seed in sorted(ensemble.digests))
