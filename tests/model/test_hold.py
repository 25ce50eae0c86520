"""Places when a pause ends, and when one is put before all others."""

from hypothesis import given
from hypothesis import strategies as st

from bot.model.fairness import Tags, tags_for
from bot.model.hold import put_first, taken_up
from bot.model.refund import Place, pulled_forward

lengths = st.floats(0.1, 50.0)
clocks = st.floats(0.0, 200.0)


def asked(lengths, entered=0.0, last_finish=0.0):
    """A member's jobs that were asked for one after the other."""
    places = []
    for length in lengths:
        tags = tags_for(virtual_time=entered, last_finish=last_finish, cost=length, weight=1.0)
        places.append(Place(tags, entered, length))
        last_finish = tags.finish
    return places


def near(one, other):
    return abs(one - other) < 1e-6


@given(st.lists(lengths, min_size=1, max_size=8), clocks, clocks, clocks)
def test_after_a_pause_a_members_jobs_stand_as_if_they_were_asked_for_then(
    lengths, before, now, last_finish
):
    paused = asked(lengths, entered=min(before, now))
    anew = taken_up(paused, virtual_time=now, last_finish=last_finish)
    fresh = asked(lengths, entered=now, last_finish=last_finish)
    assert [one.tags for one in anew] == [one.tags for one in fresh]
    came = [now, *(one.entered for one in anew)]
    assert came == sorted(set(came))
    assert near(came[-1], now)


@given(st.lists(lengths, min_size=1, max_size=8), clocks)
def test_a_pause_gives_nobody_credit_changes_no_order_and_no_cost(lengths, now):
    paused = asked(lengths)
    anew = taken_up(paused, virtual_time=now, last_finish=0.0)
    assert all(place.tags.start >= now for place in anew)
    assert all(place.tags.start >= old.tags.start for place, old in zip(anew, paused, strict=True))
    starts = [place.tags.start for place in anew]
    assert starts == sorted(starts)
    for place, old in zip(anew, paused, strict=True):
        assert near(place.tags.finish - place.tags.start, old.length)


@given(st.lists(lengths, min_size=1, max_size=8), clocks)
def test_a_pause_in_which_nobody_was_served_moves_nobody(lengths, last_finish):
    paused = asked(lengths, last_finish=last_finish)
    anew = taken_up(paused, virtual_time=0.0, last_finish=last_finish)
    assert [one.tags for one in anew] == [one.tags for one in paused]


@given(lengths, clocks, st.floats(-100.0, 100.0))
def test_a_job_put_first_starts_before_the_first_and_counts_as_before(length, start, first):
    place = Place(Tags(start, start + length), start / 2, length)
    moved = put_first(place, first)
    assert moved.tags.start < first
    assert (moved.tags.finish, moved.entered, moved.length) == (start + length, start / 2, length)


@given(st.lists(lengths, min_size=1, max_size=6), st.data(), lengths, clocks)
def test_a_refund_moves_the_others_by_as_much_whoever_was_put_first(lengths, data, freed, entered):
    later = asked(lengths, entered=entered, last_finish=data.draw(st.floats(0.0, 300.0)))
    number = data.draw(st.integers(0, len(later) - 1))
    bumped = list(later)
    bumped[number] = put_first(later[number], first_start=-5.0)
    plain, given_back = pulled_forward(freed, later)
    moved, given_back_too = pulled_forward(freed, bumped)
    assert near(given_back, given_back_too)
    for at, (one, other) in enumerate(zip(plain, moved, strict=True)):
        if at != number:
            assert near(one.start, other.start)
            assert near(one.finish, other.finish)
