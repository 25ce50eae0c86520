"""The statistics hold for any numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bench.speed import gaps
from bot.bench.statistics import growth, mean, median, pair_ratios, quantile, spread

numbers = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=50)
shares = st.floats(0, 1)


@given(numbers, shares)
def test_a_quantile_lies_between_the_least_and_the_most(values, share):
    assert min(values) <= quantile(values, share) <= max(values) * (1 + 1e-9)


@given(numbers, shares, shares)
def test_a_larger_share_has_no_smaller_quantile(values, one, other):
    low, high = sorted((one, other))
    assert quantile(values, low) <= quantile(values, high) * (1 + 1e-9)


@given(numbers)
def test_the_ends_are_the_least_and_the_most(values):
    assert quantile(values, 0) == min(values)
    assert quantile(values, 1) == pytest.approx(max(values))


@given(numbers, st.randoms())
def test_the_order_does_not_matter(values, chance):
    shuffled = chance.sample(values, len(values))
    assert spread(shuffled) == spread(values)


@given(numbers)
def test_half_of_the_values_lie_on_each_side_of_the_median(values):
    middle = median(values)
    assert sum(value <= middle * (1 + 1e-9) for value in values) >= len(values) / 2
    assert sum(value >= middle * (1 - 1e-9) for value in values) >= len(values) / 2


@given(numbers, st.floats(0.1, 10))
def test_what_is_always_a_factor_more_has_that_ratio(values, factor):
    ratios = pair_ratios([factor * value for value in values], values)
    assert ratios == pytest.approx([factor] * len(values))


@given(st.floats(1, 1e9), st.integers(1, 300))
def test_what_stays_as_it_is_does_not_grow(value, count):
    assert growth([value] * count) == 0


def test_growth_is_the_last_tenth_over_the_first():
    assert growth([100.0] * 10 + [140.0] * 80 + [150.0] * 10) == pytest.approx(0.5)


def test_nothing_has_no_quantile():
    with pytest.raises(ValueError, match="nothing"):
        quantile([], 0.5)


@given(numbers)
def test_the_mean_lies_between_the_least_and_the_most(values):
    assert min(values) * (1 - 1e-9) <= mean(values) <= max(values) * (1 + 1e-9)


def test_the_pause_between_two_images_is_no_step():
    assert gaps([1.0, 2.0, 3.0, 10.0, 12.0, 14.0], 3) == [1.0, 1.0, 2.0, 2.0]
