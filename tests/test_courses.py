"""Courses: the pair of cycles that permitted a drug, and a picture that leaves no cycle out."""

import re

import pytest

from safetybook.courses import Course, Visit, consecutive, courses
from safetybook.figures import Figure, Palette

PALETTE = Palette(("IVIg", "Placebo"))


def course(events: str, premedicated: set[int], treatment: str = "IVIg") -> Course:
    visits = (
        Visit(number, treatment, int(count), number in premedicated)
        for number, count in enumerate(events, start=1)
    )
    return Course("007", tuple(visits))


def draw(*members: Course) -> Figure:
    return courses(
        "a", "Courses", PALETTE, [("IVIg", members)], cycles=10, breaks=[(1, "First"), (5, "Later")]
    )


@pytest.mark.parametrize(
    ("affected", "before", "pair"),
    [
        ([1, 2], 3, (1, 2)),
        ([1, 2, 3], 4, (2, 3)),
        ([1, 2], 6, (1, 2)),  # previous, but not directly
        ([1, 3], 4, None),
        ([2, 3], 3, None),  # the second is not before
        ([], 3, None),
    ],
)
def test_the_grounds_are_the_last_consecutive_pair_before(
    affected: list[int], before: int, pair: tuple[int, int] | None
):
    assert consecutive(affected, before) == pair


def test_a_course_knows_when_the_drug_began_and_why():
    found = course("1301", {4, 3})
    assert (found.first, found.grounds) == (3, (1, 2))


def test_a_course_without_the_drug_is_refused():
    with pytest.raises(ValueError, match="never"):
        course("11", set())


def test_every_cycle_is_drawn():
    assert len(re.findall(r"<use [^>]*var\(--sb-colour-1", draw(course("1101", {3})).svg)) == 4


def test_the_text_alternative_tells_every_course():
    assert draw(course("1101", {3}), course("101", {3})).alt == (
        "Courses. IVIg: patient 007, events after cycles 1 and 2, premedicated from cycle 3; "
        "patient 007, events after no two cycles in a row, premedicated from cycle 3."
    )


def test_two_drawings_are_the_same_bytes():
    assert draw(course("11", {2})).html() == draw(course("11", {2})).html()
