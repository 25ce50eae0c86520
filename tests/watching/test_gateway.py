"""The watch over Discord's gateway: a pause is borne, a deaf shard is not."""

import asyncio
import math
from contextlib import asynccontextmanager

import pytest

from bot.circuit import InvalidAnswers
from bot.client import ImagineClient, point_at
from bot.model.errors import NewProcessNeeded
from bot.watching.gateway import GatewayWatch
from tests.discord_fixtures import open_sandbox, sandbox
from tests.stand_ins import HandClock, settle

__all__ = ["open_sandbox", "sandbox"]


RESUME = 6


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


@asynccontextmanager
async def signed_in(sandbox, folder):
    """The bot's client, holding the gateway."""
    point_at(sandbox.api_url, sandbox.gateway_url)
    invalid = InvalidAnswers(clock=sandbox.clock.now)
    client = ImagineClient(synced=folder / "synced", invalid=invalid, guild_ready_timeout=0.1)
    async with client:
        await client.sign_in(sandbox.token)
        serving = asyncio.create_task(client.serve())
        await settle(lambda: serves(client, shard=0))
        yield client
        serving.cancel()
        await asyncio.wait({serving})


def serves(client, *, shard):
    """Whether a shard is connected by what the bot says of it."""
    return math.isfinite(client.latency_of_shards().get(shard, math.inf))


def hears_heartbeats(client):
    """Whether discord.py takes the gateway for alive."""
    (shard,) = client.shards.values()
    return math.isfinite(shard.latency) and not shard.is_closed()


@asynccontextmanager
async def followed_by_a_resume(sandbox):
    """The block's deed, and the client's wish to go on with its session after it."""
    asked = []

    def hear(event):
        if event.name == "gateway.received" and event.data["op"] == RESUME:
            asked.append(event)

    unsubscribe = sandbox.events.subscribe(hear)
    yield
    await sandbox.events.wait(lambda: asked or None, 60)
    unsubscribe()


@pytest.mark.happens("Discord's gateway stays away")
async def test_a_gateway_that_answers_heartbeats_and_never_takes_the_bot_in_ends_the_run(
    sandbox, tmp_path
):
    clock = HandClock()
    async with signed_in(sandbox, tmp_path) as client:
        watch = watch_over(client.latency_of_shards, clock)
        looked_at_for(watch, clock, 400)
        sandbox.gateway.only_ack()
        async with followed_by_a_resume(sandbox):
            sandbox.gateway.cut()
        await settle(lambda: hears_heartbeats(client))
        assert client.latency_of_shards() == {0: math.inf}
        with pytest.raises(NewProcessNeeded):
            looked_at_for(watch, clock, 183)
        sandbox.gateway.speak()
        await settle(lambda: serves(client, shard=0))


async def test_a_shard_that_is_still_to_be_launched_is_deaf_beside_those_that_serve(
    open_sandbox, tmp_path
):
    clock = HandClock()
    async with open_sandbox(shards=2) as sandbox, signed_in(sandbox, tmp_path) as client:
        # discord.py lets five seconds pass before the second one identifies.
        assert client.latency_of_shards()[1] == math.inf
        with pytest.raises(NewProcessNeeded):
            looked_at_for(watch_over(client.latency_of_shards, clock), clock, 183)
