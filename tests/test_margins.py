"""Margins: the ends of a combination's size, against every membership of a few people."""

from collections import Counter
from itertools import chain, combinations, combinations_with_replacement

import pytest

from safetybook.margins import InconsistentMarginsError, size_bounds

SETS = ("A", "B", "C")
SUBSETS = [
    frozenset(own)
    for own in chain.from_iterable(combinations(SETS, number) for number in range(len(SETS) + 1))
]


def margins(people):
    sizes = {name: sum(name in own for own in people) for name in SETS}
    return sizes, dict(Counter(len(own) for own in people))


def test_by_hand():
    """Three in A, one in B; of three people one is in both sets, so A alone is two, and nothing is open."""
    found = size_bounds({"A": 3, "B": 1}, {1: 2, 2: 1}, [frozenset("A"), frozenset("B"), frozenset("AB")])
    assert found == {frozenset("A"): (2, 2), frozenset("B"): (0, 0), frozenset("AB"): (1, 1)}


def test_two_sets_of_one_that_share_a_pair_or_not():
    """A and B have one each, C has two; two people have two sets: A with B and C with C cannot be."""
    of = [frozenset("AC"), frozenset("BC"), frozenset("AB")]
    found = size_bounds({"A": 1, "B": 1, "C": 2}, {2: 2}, of)
    assert found == {of[0]: (1, 1), of[1]: (1, 1), of[2]: (0, 0)}


def test_both_ends_are_those_of_every_membership_of_five_people():
    by_margins = {}
    for people in combinations_with_replacement(SUBSETS, 5):
        sizes, members = margins(people)
        key = (tuple(sizes.items()), tuple(sorted(members.items())))
        by_margins.setdefault(key, []).append(Counter(people))
    open_ones = sorted(key for key, found in by_margins.items() if len(found) > 2)
    assert len(open_ones) > 10
    for key in open_ones:
        found = size_bounds(dict(key[0]), dict(key[1]), SUBSETS)
        for own in SUBSETS:
            sizes = [people[own] for people in by_margins[key]]
            assert found[own] == (min(sizes), max(sizes)), (key, own)


def test_margins_that_nobody_can_have_are_refused():
    with pytest.raises(InconsistentMarginsError, match="no membership"):
        size_bounds({"A": 3}, {1: 2}, [frozenset("A")])


def test_a_set_without_a_size_is_refused():
    with pytest.raises(ValueError, match="no size is given of B"):
        size_bounds({"A": 3}, {1: 3}, [frozenset("B")])
