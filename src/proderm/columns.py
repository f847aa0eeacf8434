"""The columns of the article's tables and the groups of patients that its sentences speak of.

A column is a treatment in a period, with everyone who was exposed to it. The five patients who
switched from placebo to IVIg within the first period are at risk in both first-period columns,
so these columns do not add up to the number of patients.
"""

from safetybook.estimands import Column, Count, Unit, where

IVIG_P1 = Column("ivig_p1", "IVIg, first period", where(TRTA="IVIg", APERIOD=1))
PLACEBO_P1 = Column("placebo_p1", "Placebo, first period", where(TRTA="Placebo", APERIOD=1))
IVIG_ALL = Column("ivig_all", "IVIg, overall period", where(TRTA="IVIg"))
IVIG_EXT = Column("ivig_ext", "IVIg, extension period", where(TRTA="IVIg", APERIOD=2))
ANY_P1 = Column("any_p1", "Either treatment, first period", where(APERIOD=1))
ALL = Column("all", "All patients, overall period", where())

IVIG_ARM = Column("ivig_arm", "Randomised to IVIg", where(TRT01P="IVIg"))
PLACEBO_ARM = Column("placebo_arm", "Randomised to placebo", where(TRT01P="Placebo"))

TEE = Column("tee", "Patients with a thromboembolic event on IVIg", where(TEEFL="Y"))
NO_TEE = Column("no_tee", "Patients without a thromboembolic event on IVIg", where(TEEFL="N"))

REDUCED = Column("reduced", "IVIg at the reduced dose of 1.0 g/kg", where(TRTA="IVIg", DOSEPGKG=1.0))

SAFETY_COLUMNS = (IVIG_P1, PLACEBO_P1, IVIG_ALL)
"""The three columns of Tables 1 and 2, in the article's order."""

PERIOD_COLUMNS = (IVIG_P1, PLACEBO_P1)
"""The two columns of Table 3."""


def randomised(column: Column) -> Count:
    """The patients of a column that is a group of patients: an arm, with or without an event."""
    return Count(f"randomised.{column.id}", f"Patients: {column.label}", "adsl", column.where, Unit.PATIENTS)
