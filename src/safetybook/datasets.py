"""The data sets of a study as data: variables with their types, codes and bounds, and keys.

Names, labels and shapes are those of CDISC ADaM (ADSL, OCCDS) where ADaM has them; codes come
from CDISC controlled terminology, package sdtmct-2015-12-18. The definitions here hold for any
trial of infusions. A trial replaces and adds variables with :meth:`Dataset.extended`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

Code = str | int | float


class Kind(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATETIME = "datetime"
    DATE = "date"
    FLAG = "flag"


FLAG_CODES = frozenset({"Y", "N"})


@dataclass(frozen=True)
class Variable:
    """One variable of a data set.

    `codes` are the only values allowed (for a flag always ``Y`` and ``N``). A `required` variable
    is never empty. `low` and `high` are inclusive bounds in the variable's own unit. A variable
    `per_cycle` belongs to a whole infusion cycle: it is the same on every episode of the cycle.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    codes: frozenset[Code] | None = None
    required: bool = False
    low: float | None = None
    high: float | None = None
    per_cycle: bool = False

    def __post_init__(self) -> None:
        if self.kind is Kind.FLAG and self.codes is None:
            object.__setattr__(self, "codes", FLAG_CODES)

    @property
    def values(self) -> str:
        """The values allowed, in words: ``MILD, MODERATE, SEVERE`` or ``0 to 150``."""
        if self.codes is not None:
            return ", ".join(map(str, sorted(self.codes, key=_code_order)))
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{self.low:g} or more"
        return f"{self.high:g} or less" if self.high is not None else ""


@dataclass(frozen=True)
class Dataset:
    """One file of a study: ``<name>.csv``, with the variables whose values identify a row."""

    name: str
    label: str
    key: tuple[str, ...]
    variables: tuple[Variable, ...]

    def __post_init__(self) -> None:
        unknown = set(self.key) - set(self.names)
        if unknown:
            raise ValueError(f"{self.name}: the key names no variable: {', '.join(sorted(unknown))}")
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"{self.name}: a variable is defined twice")

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.name}.csv"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the variables, in the order of the file's columns."""
        return tuple(variable.name for variable in self.variables)

    @property
    def per_cycle(self) -> tuple[str, ...]:
        """The variables that belong to a whole infusion cycle."""
        return tuple(variable.name for variable in self.variables if variable.per_cycle)

    def __getitem__(self, name: str) -> Variable:
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise KeyError(f"{self.name} defines no variable {name}")

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def needs(self, name: str) -> bool:
        """Whether a cell of this variable may not be empty: it is required, or part of the key."""
        return name in self.key or self[name].required

    def extended(self, *variables: Variable, label: str | None = None) -> Dataset:
        """This data set with variables replaced (same name, same place) or, if new, added at the end."""
        new = {variable.name: variable for variable in variables}
        kept = tuple(new.pop(variable.name, variable) for variable in self.variables)
        return replace(self, label=label or self.label, variables=kept + tuple(new.values()))


def _code_order(code: Code) -> tuple[bool, float, str]:
    """Numbers in their order, then texts in theirs; the text of a number counts as a number."""
    number = str(code).replace(".", "", 1).isdigit()
    return not number, float(code) if number else 0.0, str(code)


def dictionary(datasets: Iterable[Dataset]) -> str:
    """The data dictionary in Markdown: a heading and a table of variables for each data set."""
    sections = []
    for dataset in datasets:
        lines = [
            f"## `{dataset.file}`: {dataset.label}",
            "",
            f"Key: {', '.join(f'`{name}`' for name in dataset.key)}",
            "",
            "| variable | label | type | values | may be empty |",
            "|---|---|---|---|---|",
        ]
        for variable in dataset.variables:
            empty = "no" if dataset.needs(variable.name) else "yes"
            cells = (variable.name, variable.label, variable.kind, variable.values, empty)
            lines.append(f"| {' | '.join(cells)} |")
        sections.append("\n".join(lines) + "\n")
    return "\n".join(sections)


def text(name: str, label: str, *codes: str, required: bool = False, per_cycle: bool = False) -> Variable:
    """A text variable, with its codes if it has a code list."""
    return Variable(
        name, label, Kind.TEXT, frozenset(codes) if codes else None, required=required, per_cycle=per_cycle
    )


def flag(name: str, label: str, *, required: bool = True) -> Variable:
    """A variable that is ``Y`` or ``N``."""
    return Variable(name, label, Kind.FLAG, required=required)


def number(
    name: str,
    label: str,
    low: float | None = None,
    high: float | None = None,
    *,
    kind: Kind = Kind.DECIMAL,
    required: bool = False,
    per_cycle: bool = False,
) -> Variable:
    """A numeric variable with inclusive bounds, decimal unless `kind` says otherwise."""
    return Variable(name, label, kind, None, required, low, high, per_cycle)


def moment(name: str, label: str, *, kind: Kind = Kind.DATETIME, required: bool = False) -> Variable:
    """A date-time variable, or a date if `kind` says so."""
    return Variable(name, label, kind, required=required)


SUBJECT = text("USUBJID", "Unique Subject Identifier", required=True)

ADSL = Dataset(
    "adsl",
    "one row per randomised patient",
    ("USUBJID",),
    (
        text("STUDYID", "Study Identifier", required=True),
        SUBJECT,
        text("SUBJID", "Subject Identifier for the Study", required=True),
        text("TRT01P", "Planned Treatment for Period 01", required=True),
        flag("SAFFL", "Safety Population Flag"),
        number("AGE", "Age (years)", 0, 120, kind=Kind.INTEGER),
        text("SEX", "Sex", "F", "M"),
        text("RACE", "Race"),
        text("EOSSTT", "End of Study Status", "COMPLETED", "DISCONTINUED", "ONGOING"),
        text("DCSREAS", "Reason for Discontinuation from Study"),
    ),
)

ADEX = Dataset(
    "adex",
    "one row per infusion episode",
    ("USUBJID", "CYCLE", "EPISODE"),
    (
        SUBJECT,
        text("TRTA", "Actual Treatment", required=True, per_cycle=True),
        number("APERIOD", "Period", 1, kind=Kind.INTEGER, required=True, per_cycle=True),
        text("APERIODC", "Period (C)", required=True, per_cycle=True),
        number("CYCLE", "Infusion Cycle, numbered over the study", 1, kind=Kind.INTEGER),
        number("EPISODE", "Infusion Episode, numbered within the cycle", 1, kind=Kind.INTEGER),
        moment("ASTDTM", "Analysis Start Date/Time", required=True),
        moment("AENDTM", "Analysis End Date/Time", required=True),
        number("EXDOSE", "Dose of the Episode (g)", 0),
        number("DOSEGKG", "Dose of the Whole Cycle (g/kg)", 0, per_cycle=True),
        number("EXRATMAX", "Maximum Infusion Rate of the Episode (mL/kg/min)", 0),
    ),
)

ADAE = Dataset(
    "adae",
    "one row per adverse event",
    ("USUBJID", "AESEQ"),
    (
        SUBJECT,
        number("AESEQ", "Sequence Number", 1, kind=Kind.INTEGER),
        text("AEDECOD", "Dictionary-Derived Term", required=True),
        text("AEBODSYS", "Body System or Organ Class", required=True),
        moment("ASTDTM", "Analysis Start Date/Time", required=True),
        moment("AENDTM", "Analysis End Date/Time (empty: not resolved)"),
        flag("TRTEMFL", "Treatment Emergent Analysis Flag"),
        text("TRTA", "Actual Treatment: of the most recent infusion at onset"),
        number("APERIOD", "Period of the most recent infusion at onset", 1, kind=Kind.INTEGER),
        number("CYCLE", "Cycle of the most recent infusion at onset", 1, kind=Kind.INTEGER),
        text("AESEV", "Severity/Intensity", "MILD", "MODERATE", "SEVERE", required=True),
        flag("AESER", "Serious Event"),
        flag("AESHOSP", "Requires or Prolongs Hospitalization", required=False),
        flag("AESLIFE", "Is Life Threatening", required=False),
        flag("AESMIE", "Other Medically Important Serious Event", required=False),
        flag("AESDTH", "Results in Death", required=False),
        flag("AESDISAB", "Persist or Signif Disability/Incapacity", required=False),
        text("AEREL", "Causality", required=True),
        text(
            "AEACN", "Action Taken with Study Treatment",
            "DOSE INCREASED", "DOSE NOT CHANGED", "DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN",
            "NOT APPLICABLE", "UNKNOWN",
        ),
        text(
            "AEOUT", "Outcome of Adverse Event",
            "FATAL", "NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE",
            "RECOVERING/RESOLVING", "UNKNOWN",
        ),
        flag("INFUSFL", "Infusional Event Flag: onset in the cycle or within 72 h after its end"),
        number("AELATENC", "Latency (days): 0 during the cycle, else since the start of the cycle", 0),
        number("ADURN", "Analysis Duration (N) (days): last date - first date + 1", 1, kind=Kind.INTEGER),
    ),
)  # fmt: skip

ADMH = Dataset(
    "admh",
    "one row per condition in the medical history",
    ("USUBJID", "MHSEQ"),
    (
        SUBJECT,
        number("MHSEQ", "Sequence Number", 1, kind=Kind.INTEGER),
        text("MHCAT", "Category for Medical History", required=True),
        text("MHGRPTRM", "Term as the Analysis Groups It", required=True),
        text("MHDECOD", "Dictionary-Derived Term", required=True),
    ),
)

ADCM = Dataset(
    "adcm",
    "one row per concomitant medication given for an infusion",
    ("USUBJID", "CMSEQ"),
    (
        SUBJECT,
        number("CMSEQ", "Sequence Number", 1, kind=Kind.INTEGER),
        text("CMCAT", "Category for Medication", required=True),
        text("CMCLAS", "Medication Class", required=True),
        text("CMDECOD", "Standardized Medication Name", required=True),
        moment("ASTDTM", "Analysis Start Date/Time", required=True),
        text("TRTA", "Actual Treatment: of the infusion it was given for", required=True),
        number("APERIOD", "Period of the infusion it was given for", 1, kind=Kind.INTEGER, required=True),
        number("CYCLE", "Cycle of the infusion it was given for", 1, kind=Kind.INTEGER, required=True),
    ),
)

ADWELLS = Dataset(
    "adwells",
    "one row per Wells score at a visit",
    ("USUBJID", "PARAMCD", "AVISITN"),
    (
        SUBJECT,
        text("PARAMCD", "Parameter Code", "WELLSDVT", "WELLSPE", required=True),
        number("AVISITN", "Analysis Visit (N)", kind=Kind.INTEGER),
        number("AVAL", "Analysis Value (points)", -2, 12.5),
        moment("ADT", "Analysis Date", kind=Kind.DATE, required=True),
    ),
)
