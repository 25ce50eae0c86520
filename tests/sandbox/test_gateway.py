"""The gateway speaks as Discord's does, frame by frame."""

from typing import Any

import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.raw import RawBot, RawGateway, gateway


@pytest.mark.parametrize("compress", [None, "zlib-stream", "zstd-stream"])
async def test_one_stream_lasts_for_a_whole_connection(
    sandbox: Sandbox, compress: str | None
) -> None:
    async with gateway(sandbox, compress) as connection:
        assert (await connection.read())["op"] == 10
        await connection.identify(sandbox.token)
        ready = await connection.until("READY")
        guilds = [await connection.until("GUILD_CREATE") for _ in sandbox.world.guilds]
        await connection.socket.send_json({"op": 1, "d": ready["s"]})
        assert (await connection.read())["op"] == 11
    assert {each["id"] for each in ready["d"]["guilds"]} == {each["d"]["id"] for each in guilds}
    assert all(each["unavailable"] for each in ready["d"]["guilds"])


async def closed_with(connection: RawGateway) -> int | None:
    with pytest.raises(ConnectionError):
        await connection.until("the end")
    return connection.socket.close_code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 1}}, 4004),
        ({"op": 2, "d": {"token": None}}, 4004),
        ({"op": 3, "d": {}}, 4003),
        ({"nothing": 1}, 4002),
        ({"op": 2, "d": {"token": "TOKEN", "intents": -1}}, 4013),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 15}}, 4014),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1, "shard": [2, 2]}}, 4010),
    ],
)
async def test_what_is_out_of_order_closes_the_connection(
    sandbox: Sandbox, payload: dict[str, Any], code: int
) -> None:
    if payload.get("d", {}).get("token") == "TOKEN":
        payload = {**payload, "d": {**payload["d"], "token": sandbox.token}}
    async with gateway(sandbox) as connection:
        await connection.socket.send_json(payload)
        assert await closed_with(connection) == code


async def test_a_resume_replays_what_was_missed(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        await bot.sync()
        async with gateway(sandbox) as first:
            await first.identify(sandbox.token)
            ready = await first.until("READY")
            last = [await first.until("GUILD_CREATE") for _ in sandbox.world.guilds][-1]
            sandbox.gateway.cut()
        await sandbox.wait_for_departure()
        await sandbox.acting("member", "general").slash("draw")
        async with gateway(sandbox) as second:
            session = {"token": sandbox.token, "session_id": ready["d"]["session_id"]}
            await second.socket.send_json({"op": 6, "d": {**session, "seq": last["s"]}})
            missed = await second.until("INTERACTION_CREATE")
            resumed = await second.until("RESUMED")
            assert (missed["s"], resumed["s"]) == (last["s"] + 1, last["s"] + 2)
        await bot.callback({"type": 4, "data": {"content": "x"}})


async def test_a_new_session_takes_the_place_of_one_that_was_left(sandbox: Sandbox) -> None:
    async with gateway(sandbox) as first:
        await first.identify(sandbox.token)
        await first.until("READY")
        sandbox.gateway.cut()
    await sandbox.wait_for_departure()
    left = sandbox.gateway.sessions
    async with gateway(sandbox) as second:
        await second.identify(sandbox.token)
        await second.until("READY")
        assert len(left) == len(sandbox.gateway.sessions) == 1
        assert left[0].id != sandbox.gateway.sessions[0].id


async def test_a_session_that_is_ended_is_left_at_once_and_told_of_once(sandbox: Sandbox) -> None:
    left: list[bool] = []
    async with gateway(sandbox) as connection:
        await connection.identify(sandbox.token)
        await connection.until("GUILD_CREATE")
        sandbox.events.subscribe(
            lambda event: (
                left.append(sandbox.gateway.connected) if event.name == "gateway.left" else None
            )
        )
        sandbox.gateway.invalidate()
        assert left == [False], "nobody is signed in, though the socket is open"
        await connection.identify(sandbox.token)
        await connection.until("READY")
        sandbox.gateway.invalidate(resumable=True)
        assert left == [False]
        assert sandbox.gateway.connected
    await sandbox.wait_for_departure()
    assert left == [False, False]


async def test_an_unknown_session_is_invalid(sandbox: Sandbox) -> None:
    async with gateway(sandbox) as connection:
        await connection.read()
        data = {"token": sandbox.token, "session_id": "gone", "seq": 1}
        await connection.socket.send_json({"op": 6, "d": data})
        assert await connection.read() == {"op": 9, "d": False}


async def test_an_interaction_says_all_that_a_bot_needs(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot, gateway(sandbox) as connection:
        await bot.sync()
        await connection.identify(sandbox.token)
        await sandbox.wait_for_bot()
        await sandbox.acting("patron", "announcements").slash("draw")
        data = (await connection.until("INTERACTION_CREATE"))["d"]
        await bot.callback({"type": 4, "data": {"content": "x"}})
    assert data["attachment_size_limit"] == 10 * 1024 * 1024
    assert int(data["app_permissions"]) & (1 << 11) == 0, "the bot may not post there"
    assert int(data["member"]["permissions"]) & (1 << 11)
    assert data["context"] == 0
    assert data["guild_id"] == data["channel"]["guild_id"]


async def test_a_direct_message_has_no_member(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot, gateway(sandbox) as connection:
        await bot.sync()
        await connection.identify(sandbox.token)
        await sandbox.wait_for_bot()
        await sandbox.acting("patron").slash("draw")
        data = (await connection.until("INTERACTION_CREATE"))["d"]
        await bot.callback({"type": 4, "data": {"content": "x"}})
    assert "member" not in data
    assert data["user"]["username"] == "patron"
    assert data["context"] == 1


async def test_members_are_sent_on_request(sandbox: Sandbox) -> None:
    studio = next(iter(sandbox.world.guilds.values()))
    async with gateway(sandbox) as connection:
        await connection.identify(sandbox.token)
        await connection.until("READY")
        wanted = {"guild_id": str(studio.id), "query": "mod", "limit": 5, "nonce": "n"}
        await connection.socket.send_json({"op": 8, "d": wanted})
        chunk = (await connection.until("GUILD_MEMBERS_CHUNK"))["d"]
    assert [each["user"]["username"] for each in chunk["members"]] == ["moderator"]
    assert chunk["nonce"] == "n"
