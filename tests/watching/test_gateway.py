"""The watch over Discord's gateway: a pause is borne, a deaf shard is not."""

import math

import pytest

from bot.model.errors import NewProcessNeeded
from bot.watching.gateway import GatewayWatch
from tests.stand_ins import HandClock


class Shards(dict):
    """Each shard's latency, as a client would tell it."""

    def __call__(self):
        return self


def watch_over(shards, clock):
    return GatewayWatch(latencies=shards, deaf_seconds=180.0, clock=clock)


def looked_at_for(watch, clock, seconds):
    for _ in range(seconds):
        clock.now += 1.0
        watch.look()


def test_connected_shards_are_left_alone():
    clock = HandClock()
    looked_at_for(watch_over(Shards({0: 0.1, 1: 0.2}), clock), clock, 400)


def test_one_deaf_shard_of_several_ends_the_run_and_is_named_once(caplog):
    clock, shards = HandClock(), Shards({0: 0.1, 1: 0.1})
    watch = watch_over(shards, clock)
    shards[1] = math.inf
    looked_at_for(watch, clock, 181)
    with pytest.raises(NewProcessNeeded, match="181 seconds"):
        looked_at_for(watch, clock, 1)
    (record,) = caplog.records
    assert (record.levelname, record.shard, record.seconds) == ("CRITICAL", 1, 181)


def test_a_shard_that_hears_again_has_its_whole_time_anew():
    clock, shards = HandClock(), Shards({0: math.inf})
    watch = watch_over(shards, clock)
    looked_at_for(watch, clock, 179)
    shards[0] = 0.1
    looked_at_for(watch, clock, 1)
    shards[0] = math.inf
    looked_at_for(watch, clock, 180)


def test_shards_that_are_deaf_in_turn_are_no_deaf_shard():
    clock, shards = HandClock(), Shards()
    watch = watch_over(shards, clock)
    for turn in range(10):
        shards.update({0: math.inf, 1: 0.1} if turn % 2 else {0: 0.1, 1: math.inf})
        looked_at_for(watch, clock, 100)


def test_a_client_that_never_gets_a_shard_ends_the_run_too():
    clock = HandClock()
    watch = watch_over(Shards(), clock)
    with pytest.raises(NewProcessNeeded):
        looked_at_for(watch, clock, 183)
