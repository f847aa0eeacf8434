"""The five patients of Table 5 as the ledger prints them, and the infusion before each event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from proderm.estimands.adverse_events import preferred_term
from proderm.estimands.listings import RELATED_TEES, RISK_FACTORS
from proderm.reconstruction.published import Published
from safetybook.rounding import exact, half_up


@dataclass(frozen=True)
class TeePatient:
    """A patient with a related thromboembolic event.

    Attributes:
        sex: ``F`` or ``M``.
        activity: physician global disease activity, a code of GDABL.
        weight: kg, from dose and dose per kg: 180 g / 1.978 g/kg = 91 kg.
        index: body mass index, kg/m2.
        episodes: infusion episodes of the cycle before the event, one a day.
        rate: its maximum infusion rate, mL/kg/min.
        minutes: its active infusion time over all episodes.
        latency: days from its start to the diagnosis.
        factors: risk factors, category to the words printed.
    """

    sex: str
    activity: str
    weight: int
    index: float
    episodes: int
    rate: float
    minutes: int
    latency: int
    factors: Mapping[str, str]


@lru_cache(maxsize=1)
def tee_patients(published: Published) -> dict[str, TeePatient]:
    """Table 5 by the article's patient number."""
    return {patient: _read(published, patient, term) for patient, term in RELATED_TEES}


def _read(published: Published, patient: str, term: str) -> TeePatient:
    stem = f"p{patient}"
    cycle = f"{stem}.tee_cycle"
    dose, per_kg = (exact(published.text(f"{cycle}.{name}")) for name in ("dose", "dose_per_kg"))
    return TeePatient(
        sex=published.text(f"{stem}.sex")[0].upper(),
        activity=_activity(published, patient),
        weight=int(half_up(dose / per_kg, 0)),
        index=float(published.text(f"{stem}.bmi")),
        episodes=published.integer(f"{cycle}.episodes"),
        rate=float(published.text(f"{cycle}.speed")),
        minutes=published.integer(f"{cycle}.minutes"),
        latency=published.integer(f"{stem}.{preferred_term(term).id}.tee.latency"),
        factors={name: published.text(_factor(stem, name)) for name in RISK_FACTORS[patient]},
    )


def _factor(stem: str, name: str) -> str:
    return f"{stem}.risk.{name.lower().replace(' ', '_').replace('-', '_')}"


def _activity(published: Published, patient: str) -> str:
    """GDABL. Patient 7's printed activity is given up: Table 6 leaves moderate.

    Table 6 has no patient with a TEE and severe activity, and its columns add up to the baseline
    percentages that the sponsor prints elsewhere (27, 59, 14 %).
    """
    return published.text(f"p{patient}.disease_activity", missing="Moderate").upper()
