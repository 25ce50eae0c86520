"""The time left of what waits: all the work before it, at the pace that was measured."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.estimate import (
    Ahead,
    InHand,
    Pace,
    Queued,
    Standing,
    pace_of,
    rounded,
    standing_of,
    standings,
)
from bot.model.fairness import Tags
from bot.model.job import Job, State
from tests.fakes import new_job, origin, recipe

MODELS = ("large", "small")
costs = st.floats(0.01, 500.0)
models = st.sampled_from(MODELS)
queues = st.lists(st.tuples(models, costs), max_size=30)
flights = st.lists(st.tuples(models, costs, st.floats(0.0, 1.0)), max_size=16)
paces = st.fixed_dictionaries({model: st.floats(0.001, 10.0) for model in MODELS})


def waiting(queue):
    return [Queued(number, model, cost) for number, (model, cost) in enumerate(queue)]


def drawing(flight):
    return [in_hand(model, cost, done) for model, cost, done in flight]


def in_hand(model, cost, done=0.0):
    asked = new_job(1, 7, cost=cost)
    job = Job(
        id=1,
        origin=origin(),
        request=asked.request,
        recipe=recipe(model=model),
        cost=cost,
        weight=1.0,
        tags=Tags(0.0, cost),
        state=State.RUNNING,
        created_at=1.0,
    )
    return InHand(job, done)


def seconds(flight, queue, pace):
    """What each waiting job has before it and in itself, not rounded."""
    costs, found = {}, []
    for one in drawing(flight):
        costs[one.job.recipe.model] = costs.get(one.job.recipe.model, 0.0) + one.remaining
    for model, cost in queue:
        costs[model] = costs.get(model, 0.0) + cost
        found.append(pace.seconds(costs))
    return found


def test_what_is_in_flight_and_all_that_is_before_a_job_and_it_itself_are_drawn_first():
    pace = Pace({"large": 2.0, "small": 0.5}, overall=1.0)
    found = standings(
        [in_hand("large", 40.0, done=0.75)],
        [Queued(5, "small", 20.0), Queued(3, "large", 100.0)],
        pace,
    )
    assert found == {5: Standing(1, 30.0), 3: Standing(2, 240.0)}


def test_what_is_paused_has_neither_place_nor_time_and_nobody_waits_for_it():
    queue = [Queued(1, "large", 9.0), Queued(2, "large", 20.0), Queued(3, "large", 9.0, True)]
    found = standings([], queue[::-1], Pace({}, overall=1.0))
    assert found == {3: Standing(None), 2: Standing(1, 20.0), 1: Standing(2, 30.0)}
    assert standing_of([], Ahead(None, {}), Pace({}, overall=1.0)) == Standing(None)


def test_nothing_is_said_of_time_where_nothing_was_ever_measured():
    found = standings([in_hand("large", 40.0)], [Queued(5, "large", 20.0)], pace_of({"large": ()}))
    assert found == {5: Standing(1, None)}


def test_a_model_that_was_never_drawn_with_is_as_fast_as_all_together():
    pace = pace_of({"large": [2.0, 2.0, 2.0], "small": [1.0]})
    assert pace.seconds({"new": 10.0}) == 20.0


def test_one_job_that_took_very_long_does_not_change_the_pace():
    pace = pace_of({"large": [1.0, 1.1, 0.9, 60.0, 1.0]})
    assert pace.models["large"] == 1.0


@given(flights, queues, paces, models, costs, st.integers(0, 30))
def test_more_work_before_a_job_never_shortens_its_time(flight, queue, pace, model, cost, at):
    pace = Pace(pace, overall=1.0)
    at = min(at, len(queue))
    longer = [*queue[:at], (model, cost), *queue[at:]]
    before, after = seconds(flight, queue, pace), seconds(flight, longer, pace)
    for number, one in enumerate(before):
        assert after[number + (number >= at)] >= one - 1e-9
    told = standings(drawing(flight), waiting(queue), pace)
    told_later = standings(drawing(flight), waiting(longer), pace)
    for number in range(len(queue)):
        now, later = told[number], told_later[number + (number >= at)]
        assert later.place >= now.place
        assert later.seconds_left >= now.seconds_left


@given(flights, queues, paces)
def test_a_place_further_back_is_never_told_a_shorter_time(flight, queue, pace):
    told = list(standings(drawing(flight), waiting(queue), Pace(pace, overall=1.0)).values())
    assert [one.place for one in told] == list(range(1, len(queue) + 1))
    assert [one.seconds_left for one in told] == sorted(one.seconds_left for one in told)


@given(flights, queues.filter(bool), paces)
def test_the_last_one_waits_for_all_the_work_there_is_and_for_no_more(flight, queue, pace):
    work = [(model, cost * (1.0 - done)) for model, cost, done in flight] + queue
    total = sum(pace[model] * cost for model, cost in work)
    assert seconds(flight, queue, Pace(pace, overall=1.0))[-1] == pytest.approx(total)
    told = standings(drawing(flight), waiting(queue), Pace(pace, overall=1.0))
    assert told[len(queue) - 1].seconds_left == pytest.approx(rounded(total), rel=0.5, abs=5.0)


@given(flights, queues.filter(bool), paces)
def test_one_job_by_itself_is_told_what_it_is_told_among_all(flight, queue, pace):
    pace = Pace(pace, overall=1.0)
    summed = {}
    for model, cost in queue:
        summed[model] = summed.get(model, 0.0) + cost
    alone = standing_of(drawing(flight), Ahead(len(queue), summed), pace)
    assert alone == standings(drawing(flight), waiting(queue), pace)[len(queue) - 1]


@given(flights.filter(bool), queues.filter(bool), paces)
def test_what_is_drawn_meanwhile_only_shortens_the_time(flight, queue, pace):
    pace = Pace(pace, overall=1.0)
    before = standings(drawing(flight), waiting(queue), pace)
    further = [replace(one, done=(1.0 + one.done) / 2) for one in drawing(flight)]
    after = standings(further, waiting(queue), pace)
    assert all(after[job_id].seconds_left <= before[job_id].seconds_left for job_id in before)


@pytest.mark.parametrize(
    ("exact", "told"),
    [(0.2, 5), (12, 10), (44, 45), (57, 55), (58, 60), (100, 120), (631, 600), (760, 900)],
)
def test_the_longer_a_time_the_rougher_it_is_told(exact, told):
    assert rounded(exact) == told


@pytest.mark.parametrize(("exact", "told"), [(3449, 3300), (3500, 3600), (5000, 5400)])
def test_hours_are_told_by_halves(exact, told):
    assert rounded(exact) == told


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_a_longer_time_is_never_told_as_a_shorter_one(one, other):
    assert (rounded(one) <= rounded(other)) or one > other
