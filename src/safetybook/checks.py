"""Checks between the records of a study: patients, infusion episodes, events, derived variables.

Each check yields the problems it finds. It looks only at what could be read, and what follows from
a fault is not told as a fault of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from safetybook import derive
from safetybook.problems import Problem
from safetybook.reading import Table

_EPISODE = ("USUBJID", "CYCLE", "EPISODE", "ASTDTM", "AENDTM", "TRTA", "APERIOD")


def between_records(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """Every problem between the records of the data sets that could be read, by data set name.

    Infusions and what follows from them are checked where the files have what
    :mod:`safetybook.derive` needs.
    """
    subjects, exposure, events = (tables.get(name) for name in ("adsl", "adex", "adae"))
    uncertain: set[str] = set()
    if subjects is not None and subjects.has("USUBJID"):
        for table in tables.values():
            if table.has("USUBJID"):
                unknown = _unknown_patients(table, subjects)
                uncertain |= set(table.frame.loc[unknown, "USUBJID"])
                yield from table.problems(unknown, "USUBJID", f"a patient of {subjects.dataset.file}")
    if events is not None and events.has("ASTDTM", "AENDTM"):
        yield from _resolutions(events)
    if exposure is None or not exposure.has(*_EPISODE):
        return
    if subjects is not None and subjects.has("USUBJID", "SAFFL"):
        yield from _safety_set(subjects, exposure)
    yield from _within_cycle(exposure)
    yield from _episodes(exposure)
    infusions = exposure.frame.dropna(subset=["USUBJID", "CYCLE", "EPISODE", "ASTDTM", "AENDTM"])
    uncertain |= _patients_in_doubt(exposure)
    for table in tables.values():
        if table is events and table.has("USUBJID", "ASTDTM", "AENDTM"):
            yield from _events(table, infusions, uncertain)
        elif table not in (exposure, events) and table.has("USUBJID", "CYCLE"):
            yield from _attribution(table, derive.infusion_cycles(infusions), uncertain)


def _unknown_patients(table: Table, subjects: Table) -> pd.Series[bool]:
    patients = table.frame["USUBJID"]
    return patients.notna() & ~patients.isin(subjects.frame["USUBJID"])


def _safety_set(subjects: Table, exposure: Table) -> Iterator[Problem]:
    """The safety set is everyone who received at least part of one infusion."""
    exposed = subjects.frame["USUBJID"].isin(exposure.frame["USUBJID"])
    safety, file = subjects.frame["SAFFL"], exposure.dataset.file
    yield from subjects.problems((safety == "Y") & ~exposed, "SAFFL", f"N, as no infusion is in {file}")
    yield from subjects.problems((safety == "N") & exposed, "SAFFL", f"Y, as an infusion is in {file}")


def _within_cycle(exposure: Table) -> Iterator[Problem]:
    """Variables of a cycle are the same on each of its episodes."""
    frame = exposure.frame.dropna(subset=["USUBJID", "CYCLE"])
    groups = frame.groupby(["USUBJID", "CYCLE"])
    for name in exposure.dataset.per_cycle:
        if exposure.has(name):
            first = groups[name].transform("first")
            differs = (frame[name].notna() & (frame[name] != first)).astype(bool)
            for row in frame.index[differs]:
                yield exposure.problem(row, name, f"{first[row]}, as on an earlier row of this cycle")


def _episodes(exposure: Table) -> Iterator[Problem]:
    """Episodes end after they start, and follow one another in the order of their numbers."""
    backwards = _backwards(exposure.frame)
    for row in exposure.frame.index[backwards]:
        start = _iso(exposure.frame["ASTDTM"], row)
        yield exposure.problem(row, "AENDTM", f"an end after the start, {start}")
    ends = _ends_before(exposure.frame[~backwards])
    overlap = exposure.frame.loc[ends.index, "ASTDTM"] < ends
    for row in overlap.index[overlap]:
        end = _iso(ends, row)
        yield exposure.problem(row, "ASTDTM", f"a start at or after the end of the episode before, {end}")


def _backwards(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["AENDTM"] <= frame["ASTDTM"]


def _ends_before(frame: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """For each complete episode, when the patient's episodes with lower numbers had all ended."""
    key = ["USUBJID", "CYCLE", "EPISODE"]
    complete = frame.dropna(subset=[*key, "ASTDTM", "AENDTM"])
    episodes = complete.drop_duplicates(key).sort_values(key)
    latest = episodes.groupby("USUBJID")["AENDTM"].cummax()
    return latest.groupby(episodes["USUBJID"]).shift()


def _patients_in_doubt(exposure: Table) -> set[str]:
    """Patients with a fault in their infusions: nothing that follows from those is checked for them."""
    frame = exposure.frame
    ends = _ends_before(frame)
    overlap = (frame.loc[ends.index, "ASTDTM"] < ends).reindex(frame.index, fill_value=False)
    faulty = frame[list(_EPISODE)].isna().any(axis=1) | _backwards(frame) | overlap
    faulty |= frame.duplicated(["USUBJID", "CYCLE", "EPISODE"])
    kinds = frame.groupby(["USUBJID", "CYCLE"])[["TRTA", "APERIOD"]].transform("nunique")
    faulty |= (kinds > 1).any(axis=1)
    return set(frame.loc[faulty, "USUBJID"].dropna())


def _resolutions(events: Table) -> Iterator[Problem]:
    onset = events.frame["ASTDTM"]
    for row in onset.index[events.frame["AENDTM"] < onset]:
        yield events.problem(row, "AENDTM", f"a resolution at or after the onset, {_iso(onset, row)}")


def _events(events: Table, infusions: pd.DataFrame, uncertain: set[str]) -> Iterator[Problem]:
    """Events follow an infusion, and their derived variables equal what the dates give."""
    frame = events.frame
    derived = derive.event_variables(frame, infusions)
    placed = frame["USUBJID"].notna() & frame["ASTDTM"].notna() & ~frame["USUBJID"].isin(uncertain)
    early = placed & derived["CYCLE"].isna() & _said_to_follow_an_infusion(events)
    first = infusions.groupby("USUBJID")["ASTDTM"].min()
    for row in frame.index[early]:
        patient = frame["USUBJID"].loc[row]
        expected = (
            f"an onset at or after the patient's first infusion, {_iso(first, patient)}"
            if patient in first
            else "an infusion of the patient before the onset: there is none at all"
        )
        yield events.problem(row, "ASTDTM", expected)
    dated = frame["ASTDTM"].notna() & ~events.unread("AENDTM") & ~(frame["AENDTM"] < frame["ASTDTM"])
    for name in derive.EVENT_VARIABLES:
        if events.has(name):
            yield from _derived(events, name, derived[name], dated if name == "ADURN" else placed & ~early)


def _said_to_follow_an_infusion(events: Table) -> pd.Series[bool]:
    """By the value of a variable, or because a variable of the infusion may not be empty."""
    said: pd.Series[bool] = pd.Series(False, index=events.frame.index)
    for name in ("TRTA", "APERIOD", "CYCLE"):
        if name in events.dataset:
            said |= events.frame[name].notna() | events.dataset.needs(name)
    return said | (events.frame["TRTEMFL"] == "Y") if "TRTEMFL" in events.dataset else said


def _derived(events: Table, name: str, right: pd.Series, rows: pd.Series[bool]) -> Iterator[Problem]:
    """Cells of a derived variable that differ from what is right, in some of the rows."""
    written = events.frame[name]
    if name == "AELATENC":
        written = written.round(derive.LATENCY_DECIMALS)
    same = (written == right).fillna(False) | (written.isna() & right.isna())
    already_told = events.unread(name) | (written.isna() & events.dataset.needs(name))
    for row in written.index[(rows & ~same & ~already_told).astype(bool)]:
        expected = "nothing" if pd.isna(right[row]) else str(right[row]).removesuffix(".0")
        yield events.problem(row, name, f"{expected}, which follows from the dates")


def _attribution(table: Table, cycles: pd.DataFrame, uncertain: set[str]) -> Iterator[Problem]:
    """Records that name an infusion cycle name one that took place, with its treatment and period."""
    key = ["USUBJID", "CYCLE"]
    named = table.frame.dropna(subset=key)
    named = named[~named["USUBJID"].isin(uncertain)]
    right = named[key].merge(cycles, on=key, how="left").set_axis(named.index)
    absent = right["CYCDAYS"].isna()
    for row in named.index[absent]:
        yield table.problem(row, "CYCLE", "a cycle of the patient's infusions")
    for name in ("TRTA", "APERIOD"):
        if table.has(name):
            differs = ~absent & named[name].notna() & (named[name] != right[name])
            for row in named.index[differs.astype(bool)]:
                yield table.problem(row, name, f"{right[name].loc[row]}, as in the infusion cycle it names")


def _iso(moments: pd.Series[pd.Timestamp], label: int | str) -> str:
    """One of some date-times, as the files write it."""
    moment = pd.Timestamp(moments.loc[label])
    return moment.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
