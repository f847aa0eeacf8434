"""What the reconstruction assumes about patients where the article says nothing, so that it can be varied.

`make data` follows :data:`USUAL`. Each member of the ensemble draws its own, so that the members differ in
more than in who is who.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Assumptions:
    """Plausibility, not claims.

    Attributes:
        shape: of the gamma distribution of the patients' tendency to have events; events per patient are
            then negative binomial (Glynn & Buring 1996, BMJ 312:364). The mean and the share of patients
            without an event are those of the article (545 TEAEs in 95 patients on IVIg, 84 of them with
            one), which gives about 1.25: variance = mean + mean^2 / shape.
        carried: the share of this tendency that a patient keeps from one treatment period to the next,
            0 to 1; the rest is drawn anew. It is the correlation of the tendencies of two periods, by the
            additive gamma model (Henderson & Shimakura 2003, Biometrika 90:355).
        susceptible: how strongly related events are preferred in the same patients over all their periods,
            in the units of the other random preferences (1 to 9 each); 0: not at all.
    """

    shape: float = 1.25
    carried: float = 1.0
    susceptible: int = 0


USUAL = Assumptions()


def drawn(seed: int) -> Assumptions:
    """The assumptions of one member: none of them better founded than another."""
    rng = random.Random(f"{seed}/assumptions")
    return Assumptions(
        shape=round(rng.uniform(0.7, 2.5), 3),
        carried=round(rng.uniform(0.2, 1.0), 3),
        susceptible=rng.randrange(13),
    )
