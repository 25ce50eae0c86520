"""Which ways are open, which may have been gone, and what a channel has to allow."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.answer import PERMISSIONS, may_have_been_told, missing_permissions, ways_for
from bot.model.fairness import Tags
from bot.model.job import TOKEN_LIFE, Job, State
from bot.model.ways import Hop, Outcome, Way
from tests.fakes import new_job

BORN = 1000.0


def job(*, private: bool = False, finished_at: float = BORN + 60) -> Job:
    new = new_job(1, 7, token_born=BORN)
    return Job(
        id=1,
        origin=new.origin,
        request=replace(new.request, private=private),
        recipe=new.recipe,
        cost=1.0,
        weight=1.0,
        tags=Tags(0.0, 1.0),
        state=State.RENDERED,
        created_at=BORN,
        finished_at=finished_at,
    )


def refused(*ways: Way) -> dict[Way, Hop]:
    return {way: Hop(1, way).begun(BORN).ended(Outcome.REFUSED, BORN) for way in ways}


HOPS = st.dictionaries(
    st.sampled_from(Way),
    st.none() | st.sampled_from(Outcome),
).map(lambda ends: {way: Hop(1, way, outcome=outcome) for way, outcome in ends.items()})


@given(HOPS, st.floats(0, 3600), st.floats(0, 3600))
def test_what_is_private_never_goes_to_a_channel(hops, age, finished):
    private = job(private=True, finished_at=BORN + finished)
    assert Way.CHANNEL not in ways_for(private, hops, now=BORN + age)


@given(HOPS, st.booleans(), st.floats(0, 3600))
def test_the_best_way_comes_first_and_none_that_was_refused(hops, private, age):
    ways = ways_for(job(private=private), hops, now=BORN + age)
    assert list(ways) == [way for way in Way if way in ways]
    assert all(way not in hops or hops[way].outcome is not Outcome.REFUSED for way in ways)
    assert (Way.ORIGINAL in ways) <= (age < TOKEN_LIFE)
    assert (Way.ORIGINAL in ways) <= (Way.CHANNEL not in hops and Way.DIRECT not in hops)


@pytest.mark.parametrize("outcome", [None, Outcome.INTERRUPTED])
@pytest.mark.parametrize("way", [Way.CHANNEL, Way.DIRECT])
def test_a_message_that_was_begun_may_have_been_sent(way, outcome):
    hops = {**refused(Way.ORIGINAL), way: Hop(1, way, tries=1, outcome=outcome)}
    assert may_have_been_told(job(), hops, way)
    assert not may_have_been_told(job(), hops, Way.ORIGINAL)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_edit_of_the_original_that_was_tried_may_stand_whatever_came_of_it(outcome):
    tried = {Way.ORIGINAL: Hop(1, Way.ORIGINAL, tries=1, outcome=outcome)}
    assert may_have_been_told(job(finished_at=BORN + TOKEN_LIFE), tried, Way.CHANNEL)


def test_an_edit_of_the_original_may_stand_in_the_channel_unless_it_came_too_late():
    assert may_have_been_told(job(), {}, Way.CHANNEL)
    assert not may_have_been_told(job(finished_at=BORN + TOKEN_LIFE), {}, Way.CHANNEL)
    assert not may_have_been_told(job(), {}, Way.DIRECT)


def test_a_thread_needs_the_permission_to_send_in_threads_and_a_channel_the_other():
    assert missing_permissions(set(PERMISSIONS) - {"send_messages"}, in_thread=True) == ()
    assert missing_permissions(set(PERMISSIONS) - {"send_messages"}, in_thread=False) == (
        "Send Messages",
    )
    threads = set(PERMISSIONS) - {"send_messages_in_threads"}
    assert missing_permissions(threads, in_thread=True) == ("Send Messages in Threads",)
    assert missing_permissions(threads, in_thread=False) == ()


@given(st.sets(st.sampled_from(sorted(PERMISSIONS))), st.booleans())
def test_what_is_missing_is_named_as_discord_names_it(granted, in_thread):
    missing = missing_permissions(granted, in_thread=in_thread)
    assert {PERMISSIONS[name] for name in granted}.isdisjoint(missing)
