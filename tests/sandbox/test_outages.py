"""What the gateway does to a real discord.py client when it is disturbed."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest

from bot.sandbox.doors import Door
from bot.sandbox.remote import RemoteSandbox
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import controlled
from tests.sandbox.example_bot import ExampleClient, ShardedClient, point_at, running
from tests.sandbox.raw import RawGateway, gateway

GUILDS = discord.Intents(guilds=True)


async def still_serves(sandbox: Sandbox) -> bool:
    """Whether the bot answers a member, once it is back."""
    await sandbox.wait_for_bot(60)
    reply = await sandbox.acting("member", "general").slash("echo", text="here")
    return (await reply.finished()).content == "here"


@asynccontextmanager
async def followed_by(sandbox: Sandbox, event: str) -> AsyncIterator[None]:
    """The block's deed, and then an event that it leads to."""
    seen: list[str] = []
    unsubscribe = sandbox.events.subscribe(lambda each: seen.append(each.name))
    try:
        yield
        await sandbox.events.wait(lambda: event in seen or None, 60)
    finally:
        unsubscribe()


@pytest.mark.parametrize("code", [4000, 4008])
async def test_a_close_code_that_may_be_resumed_is_resumed(sandbox: Sandbox, code: int) -> None:
    async with running(sandbox) as client:
        async with followed_by(sandbox, "gateway.resumed"):
            await sandbox.gateway.close(code)
        await asyncio.wait_for(client.resumed.wait(), 60)
        assert await still_serves(sandbox)


@pytest.mark.parametrize("code", [4007, 4009])
async def test_a_close_code_that_ends_the_session_leads_to_a_new_one(
    sandbox: Sandbox, code: int
) -> None:
    async with running(sandbox) as client:
        async with followed_by(sandbox, "gateway.ready"):
            await sandbox.gateway.close(code)
        assert not client.resumed.is_set()
        assert await still_serves(sandbox)


async def test_a_token_that_is_refused_in_mid_run_ends_the_client(sandbox: Sandbox) -> None:
    point_at(sandbox)
    client = ExampleClient(GUILDS)
    started = asyncio.create_task(client.start(sandbox.token))
    await sandbox.wait_for_bot(60)
    await sandbox.gateway.close(4004)
    with pytest.raises(discord.ConnectionClosed) as caught:
        await started
    assert caught.value.code == 4004


@pytest.mark.parametrize(("resumable", "event"), [(True, "resumed"), (False, "ready")])
async def test_op_9_asks_for_a_resume_or_for_a_new_session(
    sandbox: Sandbox, resumable: bool, event: str
) -> None:
    async with running(sandbox):
        async with followed_by(sandbox, f"gateway.{event}"):
            sandbox.gateway.invalidate(resumable=resumable)
        assert await still_serves(sandbox)


@pytest.mark.parametrize("kind", [ExampleClient, ShardedClient])
async def test_a_silent_gateway_is_left_and_resumed_once_it_speaks_again(
    sandbox: Sandbox, kind: type[discord.Client]
) -> None:
    sandbox.gateway.heartbeat = 0.2
    client = kind(intents=GUILDS, heartbeat_timeout=1.0)
    async with running(sandbox, client):
        async with followed_by(sandbox, "gateway.left"):
            sandbox.gateway.silence()
        assert client.latency == math.inf
        async with followed_by(sandbox, "gateway.resumed"):
            sandbox.gateway.speak()
        assert await still_serves(sandbox)


async def test_silence_keeps_the_socket_open_and_holds_back_what_was_to_be_sent(
    sandbox: Sandbox,
) -> None:
    async with gateway(sandbox) as connection:
        await connection.identify(sandbox.token)
        await connection.until("READY")
        for _ in sandbox.world.guilds:
            await connection.until("GUILD_CREATE")
        sandbox.gateway.silence()
        await connection.socket.send_json({"op": 1, "d": None})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.read(), 0.1)
        assert not connection.socket.closed
        sandbox.gateway.speak()
        assert (await connection.read())["op"] == 11


async def test_a_gateway_that_only_acknowledges_takes_nobody_in_until_it_speaks(
    sandbox: Sandbox,
) -> None:
    sandbox.gateway.only_ack()
    async with gateway(sandbox) as connection:
        assert (await connection.read())["op"] == 10
        await connection.identify(sandbox.token)
        await connection.socket.send_json({"op": 1, "d": None})
        assert (await connection.read())["op"] == 11
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.read(), 0.1)
        sandbox.gateway.speak()
        await connection.until("READY")


async def test_a_handshake_that_is_refused_is_tried_again(sandbox: Sandbox) -> None:
    async with running(sandbox):
        sandbox.gateway.resuming.shut(1)
        async with followed_by(sandbox, "gateway.resumed"):
            sandbox.gateway.cut()
        assert sandbox.gateway.resuming.turned_away == 1
        assert await still_serves(sandbox)


async def turned_away(sandbox: Sandbox, door: Door, times: int) -> None:
    await sandbox.events.wait(lambda: door.turned_away >= times or None, 60)


async def test_a_client_asks_a_dead_resume_address_for_ever_and_still_calls_itself_ready(
    sandbox: Sandbox,
) -> None:
    seen: list[str] = []
    async with running(sandbox) as client:
        sandbox.gateway.resuming.shut()
        sandbox.events.subscribe(lambda each: seen.append(each.name))
        sandbox.gateway.cut()
        await turned_away(sandbox, sandbox.gateway.resuming, 3)
        assert client.is_ready()
        assert client.latency == math.inf
        assert "gateway.ready" not in seen


async def test_a_sharded_client_leaves_a_dead_resume_address_for_the_main_one(
    sandbox: Sandbox,
) -> None:
    async with running(sandbox, ShardedClient(GUILDS)):
        sandbox.gateway.resuming.shut()
        async with followed_by(sandbox, "gateway.ready"):
            sandbox.gateway.cut()
        assert await still_serves(sandbox)


async def test_a_sharded_client_whose_every_address_is_dead_still_calls_itself_ready(
    sandbox: Sandbox,
) -> None:
    async with running(sandbox, ShardedClient(GUILDS)) as client:
        sandbox.gateway.resuming.shut()
        sandbox.gateway.main.shut()
        sandbox.gateway.cut()
        await turned_away(sandbox, sandbox.gateway.main, 1)
        assert client.is_ready()
        assert client.latency == math.inf


async def test_another_process_can_disturb_the_gateway_in_every_way() -> None:
    async with controlled(Sandbox()) as sandbox, RemoteSandbox(sandbox.url) as remote:
        await remote.disturb("shut", times=1, status=500)
        await remote.disturb("shut for resuming")
        await _is_turned_away(sandbox.gateway_url, 500)
        await _is_turned_away(sandbox.gateway.resuming.url, 503)
        await remote.disturb("shut for resuming", times=0)
        async with gateway(sandbox) as connection:
            await remote.disturb("silence")
            await remote.disturb("acks only")
            assert (await connection.read())["op"] == 10
            await remote.disturb("speak")
            await connection.identify(sandbox.token)
            await connection.until("READY")
            await remote.disturb("invalidate", resumable=True)
            assert await _next_that_is_no_event(connection) == {"op": 9, "d": True}
            await remote.disturb("close", code=4009)
            with pytest.raises(ConnectionError):
                await connection.until("the end")
            assert connection.socket.close_code == 4009


async def _is_turned_away(url: str, status: int) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(url)
        assert caught.value.status == status


async def _next_that_is_no_event(connection: RawGateway) -> object:
    while (payload := await connection.read())["op"] == 0:
        pass
    return payload
