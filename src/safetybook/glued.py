"""Texts that sentences show: what a notebook stores of each beside its words, and how far it is fixed."""

from __future__ import annotations

from dataclasses import dataclass

from safetybook.determinacy import SHOWS_ENDS, Determinacy, Standing, told
from safetybook.rounding import places


@dataclass(frozen=True)
class Glued:
    """A text that a sentence shows, and what the notebook stores beside it.

    `standing` says how far the article fixes the number, `label` what it is, and `of` the
    estimand or the claim.
    """

    text: str
    standing: Standing
    label: str = ""
    of: str = ""

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, str]]:
        kind, ends, why, _ = told(self.standing, decimals_of(self.text.partition(" ")[0]))
        beside = {"standing": kind, "ends": ends, "why": why, "label": self.label, "of": self.of}
        return {"text/plain": repr(self.text)}, {name: text for name, text in beside.items() if text}


def with_ends(text: str, standing: Standing) -> str:
    """A number as a sentence quotes it: with its ends if it is bounded, with a mark if it is illustrative."""
    if standing.kind is Determinacy.ILLUSTRATIVE:
        return text + standing.mark
    if standing.kind is not Determinacy.BOUNDED or SHOWS_ENDS.search(text):
        return text
    return f"{text} (bounded: {standing.text(decimals_of(text))})"


def decimals_of(text: str) -> int:
    """The decimals of a printed number; 0 for words."""
    return places(text) if text.lstrip("−").replace(".", "", 1).isdigit() else 0
