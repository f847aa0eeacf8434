"""The whole book as one PDF: ``python -m proderm.paper [file]``, after ``make book``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from proderm.claims import ROOT
from safetybook import whole_files
from safetybook.browsers import NoBrowserError, running
from safetybook.one_page import Look, UnboundError, one_page
from safetybook.proofreading import misprints
from safetybook.typesetting import TypesettingError, described, typeset

BUILT = ROOT / "_build" / "html"
FILE = ROOT / "_build" / "pdf" / "safety-of-ivig-in-dermatomyositis.pdf"

EXPLORER = """<p class="sb-note">On paper this chapter has only its rules. The filter, the counts and
the events are on its page in the book.</p>"""

COVER = """
<p class="sb-cover-title">The safety of IVIg in dermatomyositis</p>
<p class="sb-cover-subtitle">The safety results of the ProDERM trial, recomputed number by number</p>
<div class="sb-cover-note">
<p><strong>The patient-level data behind this book are synthetic.</strong> The trial’s records are not
public. What stands in their place is a reconstruction that agrees with the published article. No row
describes a person, and what the article leaves open is made up.</p>
<p>The article: Aggarwal R, Schessl J, Charles-Schoeman C, et al. Safety and tolerability of intravenous
immunoglobulin in patients with active dermatomyositis: results from the randomised, placebo-controlled
ProDERM study. <em>Arthritis Research &amp; Therapy</em> 2024;26. doi:10.1186/s13075-023-03232-2.
Its authors, the investigators and the sponsor of the trial have no part in this book.</p>
<p>Text and data: CC BY 4.0. Code: MIT.</p>
</div>
"""

ABOUT = {
    "Author": "The safetybook contributors",
    "Subject": "Safety results of the ProDERM trial, recomputed from synthetic patient-level data",
    "Creator": "safetybook",
}

LOOK = Look(
    title="The safety of IVIg in dermatomyositis",
    cover=COVER,
    opening="Introduction",
    instead={("book/explorer", "explorer"): EXPLORER},
    listed=("claim-", "book/claims"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the PDF; return 1, and say why, if that cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE, help="PDF to write")
    file: Path = parser.parse_args(arguments).file
    made = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    try:
        page = one_page(BUILT, LOOK)
        with running() as browser:
            pdf = described(typeset(page.html, made, browser), page.headings, ABOUT)
    except (NoBrowserError, TypesettingError, UnboundError) as error:
        print(error, file=sys.stderr)
        return 1
    if wrong := misprints(pdf, page):
        print(f"{file} not written:", *wrong, sep="\n", file=sys.stderr)
        return 1
    whole_files.write(file, pdf)
    print(f"{file}: {len(page.titles)} chapters, {len(page.floats)} numbered tables and figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
