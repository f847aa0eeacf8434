"""Tables 4 and 7: what the data say of the numbered patients' events, laid out as the article does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby

from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import preferred_term
from proderm.pages import Page
from safetybook.listings import Entry, Listing, Section
from safetybook.tables import Cell, Row

PRINTED = {"DRUG WITHDRAWN": "Study drug withdrawn", "DOSE NOT CHANGED": "Dose of study drug unchanged"}
"""Codes that the article prints in words of its own; of others it prints the words, in small letters."""

STUBS = ("Patient", "MedDRA preferred term")

Event = tuple[str, str]
"""A numbered patient and a preferred term."""


def fact(page: Page, estimand: str, location: str) -> Cell:
    """A cell with a fact about a numbered patient, in the article's words."""
    shown = page.cell("{}", CATALOGUE[estimand], location=location)
    text = shown.text
    if text.isupper():
        text = PRINTED.get(text, text.capitalize())
    return replace(shown, text=text, numeric=text.isdecimal())


def patient_table(
    page: Page,
    location: str,
    caption: str,
    selection: str,
    events: Iterable[Event],
    columns: Mapping[str, str],
    footnotes: Iterable[tuple[str, str]],
    shared: Mapping[str, Callable[[str], Cell]] | None = None,
    marks: Mapping[Event, str] | None = None,
) -> Listing:
    """The events of a listing (`serious` or `withdrawn`), patient by patient, under their treatment.

    `columns` gives the fact in each column by its heading, `shared` what makes the cell of a patient, and
    `marks` the footnotes to single events.
    """
    shared, marks = shared or {}, marks or {}

    def row(event: Event) -> Row:
        patient, term = event
        stem = f"p{patient}.{preferred_term(term).id}.{selection}"
        name = page.result(CATALOGUE[f"{stem}.term"]).formatted()
        tee = " (TEE)" if f"{stem}.tee" in CATALOGUE else ""
        cells = tuple(fact(page, f"{stem}.{column}", location) for column in columns.values())
        return Row(name + tee + marks.get(event, ""), cells)

    entries = [
        (
            page.result(CATALOGUE[f"p{patient}.{selection}.treatment"]).formatted(),
            Entry(
                f"Patient {page.result(CATALOGUE[f'p{patient}.number']).formatted()}",
                tuple(map(row, members)),
                tuple(make(patient) for make in shared.values()),
            ),
        )
        for patient, members in groupby(events, key=lambda event: event[0])
    ]
    sections = tuple(
        Section(treatment, tuple(entry for _, entry in members))
        for treatment, members in groupby(entries, key=lambda pair: pair[0])
    )
    return Listing(caption, STUBS, tuple(columns), sections, tuple(shared), tuple(footnotes))
