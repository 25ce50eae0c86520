"""Arrivals, first come first served, and the executor's rule on a clock that only it moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bench.arrivals import (
    EQUAL,
    FLOODER,
    MIXED,
    Arrival,
    Durations,
    first_come,
    flood,
    pieces,
    poisson,
)
from bot.bench.scenes import FLOODS, scene
from bot.bench.simulation import shared
from bot.bench.statistics import mean

SECOND = Durations(step=1.0, beside=0.0)
LAG = 240.0

traces = st.lists(
    st.builds(Arrival, st.floats(0, 200), st.integers(1, 5), st.integers(1, 20)),
    min_size=1,
    max_size=30,
).map(lambda trace: tuple(sorted(trace, key=lambda arrival: arrival.at)))
durations = st.builds(Durations, st.floats(0.1, 2), st.floats(0, 3))


def test_first_come_is_first_served():
    trace = (Arrival(0.0, 1, 10), Arrival(2.0, 2, 5), Arrival(30.0, 1, 1))
    assert first_come(trace, SECOND) == [10.0, 13.0, 1.0]


def test_what_an_image_takes_beside_its_steps_is_waited_for_as_well():
    trace = (Arrival(0.0, 1, 4), Arrival(0.0, 2, 4))
    assert first_come(trace, Durations(step=1.0, beside=0.5)) == [4.5, 9.0]


@given(traces, durations)
def test_nobody_is_served_before_the_time_it_takes(trace, given_durations):
    for waits in (
        first_come(trace, given_durations),
        shared(trace, given_durations, lag=LAG),
    ):
        for arrival, wait in zip(trace, waits, strict=True):
            assert wait >= given_durations.solo(arrival.steps) - 1e-6


@given(traces, durations)
def test_both_ways_end_their_work_at_the_same_time(trace, given_durations):
    ends = [
        max(arrival.at + wait for arrival, wait in zip(trace, waits, strict=True))
        for waits in (
            first_come(trace, given_durations),
            shared(trace, given_durations, lag=LAG),
        )
    ]
    assert ends[0] == pytest.approx(ends[1])


def test_a_sketch_does_not_wait_for_a_large_image():
    trace = (Arrival(0.0, 1, 120), Arrival(10.5, 2, 8))
    assert shared(trace, SECOND, lag=LAG)[1] < 9
    assert first_come(trace, SECOND)[1] > 100


def test_a_flood_leaves_the_others_their_share():
    others = scene(SECOND, seed=1, counts=4)
    flooding = FLOODS[0].arrivals(counts=4)
    trace = (*flooding, *others.others)
    ours = mean(shared(trace, SECOND, lag=LAG)[len(flooding) :])
    in_a_row = mean(first_come(trace, SECOND)[len(flooding) :])
    assert ours < in_a_row / 3


def test_a_large_job_beside_a_flood_of_sketches_has_its_share():
    times = Durations(step=0.015, beside=0.03)
    trace = (*FLOODS[1].arrivals(), Arrival(0.0, FLOODER + 1, 120))
    assert shared(trace, times, lag=LAG)[-1] < 2.1 * 2 * times.solo(120)


def test_the_simulation_gives_the_same_again():
    trace = poisson(MIXED, SECOND, load=0.8, count=200, members=25, seed=5)
    assert shared(trace, SECOND, lag=LAG) == shared(trace, SECOND, lag=LAG)


@given(st.sampled_from([0.3, 0.5, 0.8]), durations)
def test_arrivals_come_at_the_load_that_was_asked_for(load, given_durations):
    trace = poisson(MIXED, given_durations, load=load, count=4000, members=25, seed=1)
    busy = sum(given_durations.solo(arrival.steps) for arrival in trace)
    assert busy / trace[-1].at == pytest.approx(load, rel=0.1)
    assert {arrival.member for arrival in trace} == set(range(1, 26))


def test_both_mixes_have_thirty_steps_on_average():
    for mix in (MIXED, EQUAL):
        assert sum(steps * share for steps, share in mix) == pytest.approx(30, abs=0.5)
        assert sum(share for _, share in mix) == pytest.approx(1)


def test_a_flood_is_one_members():
    assert set(flood(3, 8)) == {Arrival(0.0, FLOODER, 8)}
    assert len(flood(3, 8)) == 3


@given(traces, durations, st.integers(1, 8))
def test_a_trace_that_is_cut_where_the_thread_rests_makes_nobody_wait_otherwise(
    trace, given_durations, least
):
    parts = pieces(trace, given_durations, least=least)
    waits = [wait for part in parts for wait in first_come(part, given_durations)]
    assert waits == pytest.approx(first_come(trace, given_durations))
    assert [(one.member, one.steps) for part in parts for one in part] == [
        (one.member, one.steps) for one in trace
    ]
    assert len(parts) == 1 or min(map(len, parts)) >= least


def test_a_busy_hour_has_many_places_to_cut():
    trace = poisson(MIXED, SECOND, load=0.8, count=400, members=25, seed=3)
    assert len(pieces(trace, SECOND, least=20)) > 5
