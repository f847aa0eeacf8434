"""Made-up trials of any size, in the shape of ADSL, ADEX and ADAE: two treatments, two periods, no meaning.

A trial comes in parts, each with patients of its own, so that one larger than memory can be written and
read. The same size and seed give the same trial.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

EVENTS_PER_PATIENT = 7
PART = 1_000_000
"""Events in a part; the last has what remains."""

CLASSES, TERMS = 30, 300

SEGMENTS = (("IVIg", 1), ("Placebo", 1), ("IVIg", 2))
"""Treatment and period of an exposure."""

LEVELS: dict[str, tuple[tuple[str | None, float], ...]] = {
    "TRTEMFL": (("Y", 0.97), (None, 0.03)),
    "AESEV": (("MILD", 0.73), ("MODERATE", 0.22), ("SEVERE", 0.04), (None, 0.01)),
    "AESER": (("N", 0.95), ("Y", 0.04), (None, 0.01)),
    "AEREL": (
        ("NOT RELATED", 0.39),
        ("UNLIKELY", 0.13),
        ("POSSIBLE", 0.21),
        ("PROBABLE", 0.26),
        (None, 0.01),
    ),
    "AEACN": (("DOSE NOT CHANGED", 0.95), ("DRUG WITHDRAWN", 0.03), (None, 0.02)),
    "AESDTH": (("N", 0.999), ("Y", 0.001)),
    "INFUSFL": (("Y", 0.6), ("N", 0.39), (None, 0.01)),
    "CQ01NAM": ((None, 0.985), ("THROMBOEMBOLIC EVENT", 0.015)),
    "CQ02NAM": ((None, 0.995), ("HAEMOLYTIC TRANSFUSION REACTION", 0.005)),
}
"""The values of each flag and grade with their probabilities, missing ones among them."""

Codes = npt.NDArray[np.int64]
Frames = dict[str, pa.Table]
"""The data sets ``adsl``, ``adex`` and ``adae``."""


def parts(events: int, seed: int = 1) -> Iterator[Frames]:
    """A trial of so many events, in parts."""
    first = 0
    for number, start in enumerate(range(0, events, PART)):
        size = min(PART, events - start)
        patients = max(2, round(size / EVENTS_PER_PATIENT))
        yield _part(np.random.default_rng([seed, number]), first, patients, size)
        first += patients


def write(folder: Path, events: int, seed: int = 1) -> None:
    """Write a trial as Parquet: in `folder` a folder for each data set, in it a file for each part."""
    for number, frames in enumerate(parts(events, seed)):
        for name, frame in frames.items():
            path = folder / name / f"{number:05}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(frame, path)


def _part(random: np.random.Generator, first: int, patients: int, events: int) -> Frames:
    names = pa.array([f"SYN-{first + number:09}" for number in range(patients)])
    placebo = random.random(patients) < 0.5
    exposed = np.column_stack(
        [
            # One patient in twenty on placebo switches within the first period.
            ~placebo | (random.random(patients) < 0.05),
            placebo,
            random.random(patients) < 0.9,
        ]
    )
    adsl = pa.table({"USUBJID": names, "TRT01P": _texts(placebo.astype(np.int64), ["IVIg", "Placebo"])})
    who, segment = np.nonzero(exposed)
    adex = pa.table({"USUBJID": names.take(pa.array(who)), **_segments(segment)})
    return {"adsl": adsl, "adex": adex, "adae": _adae(random, names, exposed, events)}


def _adae(
    random: np.random.Generator, names: pa.Array, exposed: npt.NDArray[np.bool_], events: int
) -> pa.Table:
    """The events, by patient; some patients have many and some none."""
    burden = random.gamma(0.8, size=len(names))
    who = np.repeat(np.arange(len(names)), random.multinomial(events, burden / burden.sum()))
    sides = exposed.cumsum(axis=1)[who]
    drawn = np.floor(random.random(events) * sides[:, -1])
    segment = (sides <= drawn[:, None]).sum(axis=1)
    often = 1 / np.arange(1, TERMS + 1)
    term = _drawn(random, often, events)
    columns = {
        "USUBJID": names.take(pa.array(who)),
        "AEDECOD": _texts(term, [f"Preferred term {number:03}" for number in range(TERMS)]),
        "AEBODSYS": _texts(term % CLASSES, [f"System organ class {number:02}" for number in range(CLASSES)]),
        **_segments(segment),
    }
    for variable, levels in LEVELS.items():
        codes = _drawn(random, np.array([share for _, share in levels]), events)
        columns[variable] = _texts(codes, [value for value, _ in levels])
    return pa.table(columns)


def _segments(codes: Codes) -> dict[str, pa.Array]:
    periods = np.array([period for _, period in SEGMENTS])
    return {
        "TRTA": _texts(codes, [treatment for treatment, _ in SEGMENTS]),
        "APERIOD": pa.array(periods[codes]),
    }


def _drawn(random: np.random.Generator, weights: npt.NDArray[np.float64], size: int) -> Codes:
    ends = np.cumsum(weights)
    drawn: Codes = np.searchsorted(ends, random.random(size) * ends[-1], side="right")
    return drawn


def _texts(codes: Codes, values: list[str] | list[str | None]) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(codes))
