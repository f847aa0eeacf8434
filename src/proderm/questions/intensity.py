"""Questions on causality, intensity and recurrence: Tables 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands.adverse_events import (
    INFUSIONAL,
    INTENSITIES,
    RELATED,
    RELATED_INTENSITIES,
    TEAE,
    UNRELATED,
)
from proderm.estimands.families import Category, patients
from proderm.questions.family import (
    CAUSALITY,
    SEVERITY,
    YES_NO,
    Family,
    Question,
    by_exposure,
    combined,
    filters,
    has,
    in_words,
    kinds,
    place,
    pools,
    recurrence,
)


def intensity(printed: Mapping[str, int]) -> Family:
    """Tables 1 and 2: events by causality, intensity and infusional onset."""
    categories = (TEAE, INFUSIONAL, RELATED, UNRELATED, *INTENSITIES, *RELATED_INTENSITIES)
    rows = kinds(AEREL=CAUSALITY, AESEV=SEVERITY, INFUSFL=YES_NO)
    asked = (
        *(
            Question(patients(category, IVIG_EXT), IVIG_EXT, f"{in_words(category)} in the extension")
            for category in categories
        ),
        *(
            Question(patients(UNRELATED, column), column, f"Unrelated TEAEs, {place(column)}")
            for column in (IVIG_P1, IVIG_ALL, PLACEBO_P1)
        ),
        *recurrence((TEAE, RELATED, UNRELATED)),
        *(_only_in_the_extension(category) for category in (TEAE, RELATED)),
        *_relation_and_intensity(),
    )
    return Family("intensity", by_exposure(rows), pools(printed), filters(categories), asked)


def _only_in_the_extension(category: Category) -> Question:
    predicate = has(category, IVIG_EXT) & ~has(category, IVIG_P1)
    name = f"extension_only.{category.id}"
    return combined(
        name, f"{in_words(category)} in the extension and not before on IVIg", predicate, IVIG_EXT
    )


def _relation_and_intensity() -> Iterator[Question]:
    for column in (IVIG_P1, IVIG_ALL, PLACEBO_P1):
        at = place(column)
        only_unrelated = has(TEAE, column) & ~has(RELATED, column)
        only_related = has(RELATED, column) & ~has(UNRELATED, column)
        both = has(RELATED, column) & has(UNRELATED, column)
        yield combined("none_related", f"TEAEs, none related, {at}", only_unrelated, column)
        yield combined("only_related", f"TEAEs, all related, {at}", only_related, column)
        yield combined("both_causalities", f"Related and unrelated TEAEs, {at}", both, column)
        for name, words, (mild, moderate, severe) in (
            ("", "TEAE", INTENSITIES),
            ("related_", "related TEAE", RELATED_INTENSITIES),
        ):
            yield combined(
                f"worst_{name}moderate",
                f"Worst {words} moderate, {at}",
                has(moderate, column) & ~has(severe, column),
                column,
            )
            yield combined(
                f"worst_{name}mild",
                f"Worst {words} mild, {at}",
                has(mild, column) & ~has(moderate, column) & ~has(severe, column),
                column,
            )
            two = (has(mild, column) & has(moderate, column)) | (has(mild, column) & has(severe, column))
            yield combined(
                f"several_{name}levels",
                f"{words}s of several intensities, {at}".replace("related TEAEs", "Related TEAEs"),
                two | (has(moderate, column) & has(severe, column)),
                column,
            )
