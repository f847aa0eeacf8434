"""The catalogue of everything that the article counts or measures."""

from proderm.estimands import (
    adverse_events,
    baseline,
    exposure,
    listings,
    narratives,
    registry,
    thromboembolic,
)
from safetybook.estimands import Catalogue

CATALOGUE = Catalogue(
    [
        *adverse_events.overview(),
        *adverse_events.intensity(),
        *adverse_events.timing(),
        *adverse_events.seriousness(),
        *adverse_events.discontinuations(),
        *baseline.disposition(),
        *baseline.characteristics(),
        *baseline.table_6(),
        *baseline.risk_burden(),
        *exposure.infusions(),
        *exposure.events_by_duration(),
        *exposure.dose_reduction(),
        *exposure.table_6_infusions(),
        *exposure.patient_4(),
        *thromboembolic.rates(),
        *thromboembolic.times(),
        *thromboembolic.wells(),
        *thromboembolic.risk(),
        *listings.patients(),
        *listings.table_4(),
        *listings.table_5(),
        *listings.table_7(),
        *narratives.premedication(),
        *narratives.dose_reduction(),
        *narratives.means(),
        *narratives.medians(),
        *narratives.statements(),
        *registry.registry(),
    ]
)

NOT_CLAIMED = {
    "latency.*": "a cell of Table 3 without events, where a dash is printed",
    "duration.*": "a cell of Table 3 without events, where a dash is printed",
    "cycle_days.ivig.mean": "the reading that the reconstruction follows for the median of 2.4 days",
    "cycle_days_over_2.*": "the denominator of a percentage that is printed",
    "glucocorticoids.all.patients": "the count behind a percentage that is printed alone",
    "other_immunosuppressants.all.patients": "the count behind a percentage that is printed alone",
    "premedication_*.ivig_all.patients": "the count behind a percentage that is printed alone",
    "switched.ivig_arm.percent": "printed as `no patients`, without a percentage",
    "entered_extension.all.percent": "the count is printed without a percentage",
    "registry.*": "from the trial's registry record, not from the article",
    "infusional_any.*": "from the sponsor's page, not from the article",
}
"""Why an estimand that no claim names is in the catalogue, by pattern of its id."""
