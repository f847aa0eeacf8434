"""Which chapter of the book rebuilds which part of the article, and under which label each table stands."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """A notebook, named without folder and suffix, and the parts of the article that it answers for."""

    name: str
    locations: tuple[str, ...]


CHAPTERS = (
    Chapter("01_disposition", ("Results: Patient demographics and baseline characteristics", "Fig. 1")),
    Chapter("02_ae_overview", ("Results: Overview of adverse events", "Table 1", "Supplementary Table 1")),
    Chapter(
        "03_intensity",
        ("Results: Adverse events stratified by intensity and seriousness", "Table 2", "Table 4"),
    ),
    Chapter("04_latency", ("Table 3",)),
    Chapter("05_tees", ("Results: Adverse events of special interest", "Table 5", "Table 6")),
    Chapter("06_dose_reduction", ("Results: Effect of dose reduction",)),
    Chapter("07_premedication", ("Results: Premedication",)),
    Chapter("08_discontinuation", ("Results: Outcomes", "Table 7")),
)
"""The chapters in the book's order. No part of the article belongs to two of them."""

FLOATS = {
    **{f"Table {number}": f"table-{number}" for number in range(1, 8)},
    "Supplementary Table 1": "suppl-table-1",
    "Fig. 1": "fig-design",
}
"""The label under which each table and figure of the article stands in the book."""


def responsible(location: str) -> Chapter | None:
    """The chapter that answers for a part of the article; None for parts that no chapter rebuilds."""
    return next((chapter for chapter in CHAPTERS if location in chapter.locations), None)


def number(location: str) -> int:
    """The article's number of a table or figure: 4 for ``Table 4``."""
    return int(location.split()[-1])


def rebuilt(location: str) -> bool:
    """Whether a chapter must rebuild a part of the article: its results, its tables, its figures."""
    return re.match(r"Results: |(Supplementary )?Table \d|Fig\. \d", location) is not None
