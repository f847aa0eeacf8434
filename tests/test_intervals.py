"""Intervals against values printed in their papers, inversion by brute force, and their symmetries."""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from safetybook.intervals import (
    clopper_pearson,
    fisher,
    garwood,
    miettinen_nurminen,
    newcombe,
    quantile_of_chi_squared,
    quantile_of_normal,
    rate_ratio,
    risk_ratio,
    wilson,
)
from safetybook.rates import rate
from safetybook.rounding import half_up

SIZES = (4, 7)
TABLES = [(x, SIZES[0], y, SIZES[1]) for x, y in product(range(SIZES[0] + 1), range(SIZES[1] + 1))]
"""All tables of a small trial: no event, one, all but one and everybody, in either group."""

CHI_SQUARED = 3.841458820694124
"""The 95 % quantile of chi-squared with one degree of freedom, from a printed table."""


def limits(estimate, decimals=4):
    return round(estimate.low, decimals), round(estimate.high, decimals)


# One proportion


@pytest.mark.parametrize(
    ("events", "size", "score", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0, 0.1611), (0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_one_proportion_as_newcombe_prints_it(events, size, score, exact):
    # Newcombe RG. Two-sided confidence intervals for the single proportion. Stat Med 1998;17:857-872,
    # Table I, methods 3 and 5.
    assert tuple(round(limit, 4) for limit in wilson(events, size)) == score
    assert tuple(round(limit, 4) for limit in clopper_pearson(events, size)) == exact


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_a_proportion_with_no_event_and_its_mirror_image(interval):
    for size in (1, 2, 23):
        assert interval(0, size)[0] == 0
        assert interval(size, size)[1] == 1
        for events in range(size + 1):
            low, high = interval(events, size)
            mirrored = interval(size - events, size)
            assert (1 - high, 1 - low) == (pytest.approx(mirrored[0]), pytest.approx(mirrored[1]))
            assert 0 <= low <= events / size <= high <= 1
            assert low < high


def test_wilsons_limits_are_where_the_score_test_just_rejects():
    for events in range(1, 10):
        for limit in wilson(events, 10):
            assert (events / 10 - limit) ** 2 / (limit * (1 - limit) / 10) == pytest.approx(CHI_SQUARED)


def test_none_of_23_leaves_a_chance_of_15_percent():
    high = clopper_pearson(0, 23)[1]
    assert high == pytest.approx(1 - 0.025 ** (1 / 23))
    assert f"{100 * high:.1f}" == "14.8"


def test_the_exact_interval_covers_at_least_as_often_as_it_says():
    found = [clopper_pearson(events, 12) for events in range(13)]
    for percent in range(1, 100):
        p = percent / 100
        covered = sum(
            math.comb(12, k) * p**k * (1 - p) ** (12 - k)
            for k, (low, high) in enumerate(found)
            if low <= p <= high
        )
        assert covered >= 0.95


# A difference of two proportions

NEWCOMBE_TABLE_II = {
    # Newcombe RG. Stat Med 1998;17:873-890, Table II: methods 10 (hybrid score), 6 (Miettinen-Nurminen)
    # and 5 (Mee).
    (56, 70, 48, 80): ((0.0524, 0.3339), (0.0528, 0.3382), (0.0533, 0.3377)),
    (9, 10, 3, 10): ((0.1705, 0.8090), (0.1700, 0.8406), (0.1821, 0.8370)),
    (6, 7, 2, 7): ((0.0582, 0.8062), (0.0342, 0.8534), (0.0544, 0.8478)),
    (5, 56, 0, 29): ((-0.0381, 0.1926), (-0.0326, 0.1933), (-0.0313, 0.1926)),
    (0, 10, 0, 20): ((-0.1611, 0.2775), (-0.1658, 0.2844), (-0.1611, 0.2775)),
    (0, 10, 0, 10): ((-0.2775, 0.2775), (-0.2879, 0.2879), (-0.2775, 0.2775)),
    (10, 10, 0, 20): ((0.6791, 1), (0.7156, 1), (0.7225, 1)),
    (10, 10, 0, 10): ((0.6075, 1), (0.6636, 1), (0.6777, 1)),
}


@pytest.mark.parametrize(("table", "printed"), NEWCOMBE_TABLE_II.items())
def test_differences_as_newcombe_prints_them(table, printed):
    found = newcombe(*table), miettinen_nurminen(*table), miettinen_nurminen(*table, corrected=False)
    assert tuple(map(limits, found)) == printed
    assert {estimate.value for estimate in found} == {table[0] / table[1] - table[2] / table[3]}


def test_miettinen_and_nurminens_interval_as_sas_prints_it():
    assert miettinen_nurminen(70, 116, 49, 119).high == pytest.approx(0.31334, abs=5e-6)
    assert limits(miettinen_nurminen(10, 20, 5, 20), 3) == (-0.054, 0.513)
    assert limits(miettinen_nurminen(30, 52, 11, 48)) == (0.1573, 0.5132)


def test_mees_interval_as_gart_and_nam_print_it():
    # Gart JJ, Nam J. Biometrics 1990;46:637-643: 7 of 25 and 2 of 25.
    assert limits(miettinen_nurminen(7, 25, 2, 25, corrected=False), 3) == (-0.014, 0.412)


def likelihood(events, size, p):
    """The logarithm of the binomial probability, without its constant."""
    return sum(
        count * (math.log(chance) if chance > 0 else -math.inf)
        for count, chance in ((events, p), (size - events, 1 - p))
        if count
    )


def most_likely(log_likelihood, low, high):
    """The argument of the maximum of a concave function, by golden sections."""
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(120):
        one, two = high - golden * (high - low), low + golden * (high - low)
        if log_likelihood(one) < log_likelihood(two):
            low = one
        else:
            high = two
    return (low + high) / 2


def rejected(table, first_of, ends, distance, weight, corrected):
    """Whether a score test rejects, with the constrained maximum found without a closed form."""
    x, m, y, n = table
    two = most_likely(lambda p: likelihood(x, m, first_of(p)) + likelihood(y, n, p), *ends)
    one = first_of(two)
    variance = one * (1 - one) / m + weight**2 * two * (1 - two) / n
    factor = (m + n) / (m + n - 1) if corrected else 1
    return distance**2 > CHI_SQUARED * factor * variance


@pytest.mark.parametrize("table", TABLES)
def test_a_difference_is_in_the_interval_if_the_score_test_accepts_it(table):
    """On a grid of differences: which are accepted, and that the accepted ones have no gap."""
    x, m, y, n = table
    found = miettinen_nurminen(*table)
    value = x / m - y / n
    steps = [step / 41 for step in range(-40, 41)]
    for end in (found.low, found.high):
        steps += [end - 1e-4, end + 1e-4]
    for difference in steps:
        if not -1 < difference < 1:
            continue
        outside = rejected(
            table,
            lambda p, by=difference: p + by,
            (max(0.0, -difference), min(1.0, 1 - difference)),
            value - difference,
            1,
            corrected=True,
        )
        assert outside is not (found.low <= difference <= found.high), difference


@pytest.mark.parametrize("interval", [newcombe, miettinen_nurminen])
def test_exchanging_groups_or_outcomes_mirrors_a_difference(interval):
    for x, m, y, n in TABLES:
        found = interval(x, m, y, n)
        for other in (interval(y, n, x, m), interval(m - x, m, n - y, n)):
            assert (-other.high, -other.low) == (
                pytest.approx(found.low, abs=1e-9),
                pytest.approx(found.high, abs=1e-9),
            )


@pytest.mark.parametrize("interval", [newcombe, miettinen_nurminen])
def test_the_limits_of_a_difference_rise_with_events_in_the_first_group(interval):
    for x, m, y, n in TABLES:
        found = interval(x, m, y, n)
        assert -1 <= found.low <= found.value <= found.high <= 1
        assert (found.low == -1) is (x == 0 and y == n)
        assert (found.high == 1) is (x == m and y == 0)
        if x < m:
            more = interval(x + 1, m, y, n)
            assert more.low >= found.low
            assert more.high >= found.high
            assert more != found
        wider = interval(x, m, y, n, 0.99)
        assert wider.low <= found.low
        assert wider.high >= found.high


def test_the_score_interval_covers_about_as_often_as_it_says():
    """On average over the two proportions; single ones vary by design of the method."""
    m, n = 15, 12
    found = {(x, y): miettinen_nurminen(x, m, y, n) for x in range(m + 1) for y in range(n + 1)}
    grid = [step / 20 for step in range(1, 20)]
    coverage = [
        sum(
            chance(x, m, one) * chance(y, n, two)
            for (x, y), interval in found.items()
            if interval.low <= one - two <= interval.high
        )
        for one in grid
        for two in grid
    ]
    assert 0.945 < sum(coverage) / len(coverage) < 0.965
    assert min(coverage) > 0.9


def chance(events, size, p):
    return math.comb(size, events) * p**events * (1 - p) ** (size - events)


# A ratio of two proportions


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        # Koopman PAR. Biometrics 1984;40:513-517.
        ((36, 40, 16, 80), (2.94, 7.15)),
        # Gart JJ, Nam J. Biometrics 1988;44:323-338.
        ((8, 15, 4, 15), (0.815, 5.336)),
        ((6, 10, 6, 20), (0.844, 4.594)),
    ],
)
def test_koopmans_ratios_as_printed(table, printed):
    decimals = 2 if table[1] == 40 else 3
    assert limits(risk_ratio(*table, corrected=False), decimals) == printed


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        ((24, 73, 53, 65), (0.280, 0.560)),
        ((29, 55, 11, 11), (0.397, 0.742)),
        ((7, 18, 1, 18), (1.296, 42.544)),
    ],
)
def test_miettinen_and_nurminens_ratios_as_printed(table, printed):
    # Fagerland MW, Newcombe RG. Stat Med 2013;32:2823-2836.
    assert limits(risk_ratio(*table), 3) == printed


@pytest.mark.parametrize("corrected", [True, False])
@pytest.mark.parametrize("table", [table for table in TABLES if table[0] + table[2]])
def test_a_ratio_is_in_the_interval_if_the_score_test_accepts_it(table, corrected):
    x, m, y, n = table
    found = risk_ratio(*table, corrected=corrected)
    ratios = [1.25**step for step in range(-22, 23, 2)]
    for end in (found.low, found.high):
        ratios += [end * 0.999, end * 1.001] if 0 < end < math.inf else []
    for ratio in ratios:
        outside = rejected(
            table,
            lambda p, by=ratio: p * by,
            (0.0, min(1.0, 1 / ratio)),
            x / m - ratio * y / n,
            ratio,
            corrected,
        )
        assert outside is not (found.low <= ratio <= found.high), ratio


def test_exchanging_the_groups_inverts_a_ratio():
    for x, m, y, n in TABLES:
        found, other = risk_ratio(x, m, y, n), risk_ratio(y, n, x, m)
        assert found.low == (pytest.approx(1 / other.high) if other.high < math.inf else 0)
        assert other.low == (pytest.approx(1 / found.high) if found.high < math.inf else 0)


def test_ratios_at_the_ends():
    nothing = risk_ratio(0, 4, 0, 7)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0, math.inf)
    none, only = risk_ratio(0, 4, 3, 7), risk_ratio(3, 4, 0, 7)
    assert (none.value, none.low) == (0, 0)
    assert (only.value, only.high) == (math.inf, math.inf)
    assert 0 < none.high < math.inf
    assert 0 < only.low < math.inf
    full = risk_ratio(4, 4, 7, 7)
    assert full.low < full.value == 1 < full.high


def test_ratio_and_difference_agree_on_whether_the_groups_differ():
    for table in [*TABLES, (9, 10, 3, 10), (10, 20, 5, 20), (5, 56, 0, 29), (30, 52, 11, 48)]:
        difference, ratio = miettinen_nurminen(*table), risk_ratio(*table)
        assert (difference.low > 0) is (ratio.low > 1), table
        assert (difference.high < 0) is (ratio.high < 1), table


# Fisher's test


def test_the_lady_who_tasted_tea():
    """Three of four cups right: 16 + 1 of the 70 ways are as good or better, as many as bad or worse."""
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)


def test_fishers_p_value_adds_up_the_tables_no_more_probable():
    for x, m, y, n in TABLES:
        both = x + y
        ways = {k: math.comb(m, k) * math.comb(n, both - k) for k in range(both + 1)}
        expected = Fraction(sum(w for w in ways.values() if w <= ways[x]), math.comb(m + n, both))
        assert fisher(x, m, y, n) == pytest.approx(float(expected))
    assert fisher(0, 4, 0, 7) == fisher(4, 4, 7, 7) == 1


# Rates


def test_without_events_the_interval_starts_at_0_and_ends_at_3_69_events():
    assert rate(0, Fraction(100)) == 0
    low, high = garwood(0, Fraction(100))
    assert low == 0
    assert high == pytest.approx(-math.log(0.025))


@pytest.mark.parametrize(
    ("events", "low", "high"), [(1, "0.0253", "5.57"), (3, "0.619", "8.77"), (10, "4.80", "18.4")]
)
def test_limits_of_a_poisson_count_as_tabulated(events, low, high):
    # Pearson ES, Hartley HO. Biometrika Tables for Statisticians, vol. 1, Table 40, to three digits.
    found = garwood(events, Fraction(1), per=1)
    assert tuple(float(f"{limit:.3g}") for limit in found) == (float(low), float(high))


@pytest.mark.parametrize("events", [1, 3, 17])
def test_the_limits_are_the_poisson_means_that_leave_half_the_error_in_a_tail(events):
    low, high = garwood(events, Fraction(100), per=100)
    below = sum(math.exp(-high) * high**k / math.factorial(k) for k in range(events + 1))
    above = 1 - sum(math.exp(-low) * low**k / math.factorial(k) for k in range(events))
    assert below == pytest.approx(0.025)
    assert above == pytest.approx(0.025)


def test_the_ratio_of_the_published_rates():
    """4 events in 260 months, 2 in 370.4; Clopper and Pearson's limits of 4/6 are 0.2228 and 0.9567."""
    ratio = rate_ratio(4, Fraction(260), 2, Fraction("370.4"))
    assert half_up(Fraction(ratio.value), 2) == "2.85"
    times = 370.4 / 260
    assert ratio.low == pytest.approx(0.2228 / 0.7772 * times, rel=1e-3)
    assert ratio.high == pytest.approx(0.9567 / 0.0433 * times, rel=1e-3)
    assert (f"{ratio.low:.2f}", f"{ratio.high:.1f}") == ("0.41", "31.5")


def test_a_ratio_of_rates_as_the_documentation_of_r_prints_it():
    # The second example of R's poisson.test: 11 in 800 and 6 + 8 + 7 in 1083 + 1050 + 878 person-years.
    ratio = rate_ratio(11, Fraction(800), 21, Fraction(3011))
    assert ratio.value == pytest.approx(1.971488, abs=5e-7)
    assert ratio.low == pytest.approx(0.8584264, abs=5e-8)
    assert ratio.high == pytest.approx(4.2772659, abs=5e-8)


def test_the_limits_of_a_ratio_leave_half_the_error_in_a_binomial_tail():
    """At the lower limit, 3 or more of 5 events in the first half of the time have a chance of 2.5 %."""
    ratio = rate_ratio(3, Fraction(50), 2, Fraction(50))
    share = ratio.low / (1 + ratio.low)
    tail = sum(math.comb(5, k) * share**k * (1 - share) ** (5 - k) for k in (3, 4, 5))
    assert tail == pytest.approx(0.025)


def test_the_inverse_ratio_has_the_inverse_interval():
    ratio = rate_ratio(4, Fraction(260), 2, Fraction(370))
    other = rate_ratio(2, Fraction(370), 4, Fraction(260))
    assert (other.value, other.low, other.high) == pytest.approx(
        (1 / ratio.value, 1 / ratio.high, 1 / ratio.low)
    )


def test_ratios_of_rates_without_events():
    only = rate_ratio(1, Fraction(10), 0, Fraction(10))
    assert (only.value, only.high) == (math.inf, math.inf)
    # One event of one: p is at least 0.025.
    assert only.low == pytest.approx(0.025 / 0.975)
    none = rate_ratio(0, Fraction(10), 1, Fraction(10))
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(39)
    nothing = rate_ratio(0, Fraction(10), 0, Fraction(10))
    assert (nothing.value, nothing.low, nothing.high) == (None, 0, math.inf)


# What is refused, and what holds for all counts


@pytest.mark.parametrize(("events", "size"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_proportions_are_refused(events, size):
    for interval in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match=r"at risk|no proportion"):
            interval(events, size)
    for comparison in (newcombe, miettinen_nurminen, risk_ratio, fisher):
        for table in ((events, size, 1, 2), (1, 2, events, size)):
            with pytest.raises(ValueError, match=r"at risk|no proportion"):
                comparison(*table)


@pytest.mark.parametrize(("events", "time"), [(1, 0), (1, -3), (-1, 10)])
def test_impossible_rates_are_refused(events, time):
    with pytest.raises(ValueError, match=r"person-time|count of events"):
        garwood(events, Fraction(time))
    with pytest.raises(ValueError, match=r"person-time|count of events"):
        rate_ratio(1, Fraction(1), events, Fraction(time))


@pytest.mark.parametrize("level", [0, 1, 95])
def test_levels_are_shares_not_percentages(level):
    for interval in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.95"):
            interval(1, 2, level)
    for comparison in (newcombe, miettinen_nurminen, risk_ratio):
        with pytest.raises(ValueError, match="confidence level"):
            comparison(1, 2, 1, 2, level)
    with pytest.raises(ValueError, match="confidence level"):
        garwood(1, Fraction(1), level=level)
    with pytest.raises(ValueError, match="confidence level"):
        rate_ratio(1, Fraction(1), 1, Fraction(1), level)


@given(st.data())
def test_every_interval_holds_its_value_in_trials_of_any_size(data):
    m, n = (data.draw(st.integers(1, 3000)) for _ in range(2))
    x, y = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
    for comparison in (newcombe, miettinen_nurminen, risk_ratio):
        found = comparison(x, m, y, n)
        assert not math.isnan(found.low + found.high)
        assert found.low < found.high
        if found.value is not None:
            assert found.low <= found.value <= found.high


# Quantiles


def test_quantiles_are_those_of_scipys_distributions_to_the_last_bit():
    levels = [0.5, 0.8, 0.9, 0.95, 0.975, 0.99, 0.999, *(n / 997 for n in range(1, 997))]
    assert [quantile_of_normal(p) for p in levels] == [float(norm.ppf(p)) for p in levels]
    for degrees in (1, 2, 3, 4, 10, 84, 85, 282, 1000, 1362):
        found = [quantile_of_chi_squared(p, degrees) for p in levels]
        assert found == [float(x) for x in chi2.ppf(levels, degrees)], degrees
