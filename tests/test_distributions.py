"""What follows from how often each value occurs, worked by hand; at random in ``test_coded.py``."""

from fractions import Fraction

import pytest

from safetybook.distributions import nth, quantile


def test_quantiles_worked_by_hand():
    # Of 1, 1, 2, 5 a half end between the second and the third, three quarters between the third and fourth.
    values = {Fraction(5): 1, Fraction(1): 2, Fraction(2): 1}
    expected = {0: 1, Fraction(1, 4): 1, Fraction(1, 2): Fraction(3, 2), Fraction(3, 4): Fraction(7, 2), 1: 5}
    assert {share: quantile(values, Fraction(share)) for share in expected} == expected
    assert quantile({}, Fraction(1, 2)) is None
    with pytest.raises(IndexError):
        nth(values, 5)
