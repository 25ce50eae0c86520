"""The owner's hand on the queue, and what everybody sees of it, over the whole bot."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.sandbox.errors import ClientRefusal
from tests.flow.house import answer_to, is_final, serving

LONG = 60


@pytest.fixture
async def house(sandbox, tmp_path):
    async with serving(sandbox, tmp_path) as house:
        yield house


async def said(member, command, **options):
    """What a member is told in private of a command."""
    reply = await member.slash(command, **options)
    told = await reply.until(lambda message: not message.thinking, 30)
    assert told.ephemeral
    return told.text


@pytest.mark.happens("the bot's owner pauses a queue")
async def test_a_paused_server_lets_requests_wait_through_a_restart_until_it_is_resumed(
    sandbox, tmp_path, caplog
):
    caplog.set_level("INFO")
    async with serving(sandbox, tmp_path) as house:
        assert "is paused" in await said(house.member("owner"), "queue pause")
        waits = await house.imagine()
        await waits.until(lambda message: "The queue is paused" in message.text)
        assert "is paused by order of" in caplog.text
        elsewhere = sandbox.acting("member", "lobby")
        other = await elsewhere.slash("imagine", prompt="a red apple", steps=2)
        assert (await answer_to(other)).files
    async with serving(sandbox, tmp_path) as house:
        listed = await said(house.member("patron"), "waiting")
        assert f"**#1** <@{house.member().user.id}> · paused" in listed
        assert "This server's queue was paused" in listed
        assert not is_final(house.member().sees(waits.message))
        assert "goes on" in await said(house.member("owner"), "queue resume")
        assert (await answer_to(waits)).files
        assert await said(house.member(), "waiting") == "Nothing waits and nothing is being drawn."


@pytest.mark.happens("the bot's owner lets a queue run dry")
async def test_a_draining_bot_draws_what_waits_and_refuses_the_rest_everywhere(house, caplog):
    caplog.set_level("INFO")
    drawn = await house.imagine(steps=20)
    owner = house.member("owner")
    assert "takes nothing new in" in await said(owner, "queue drain", scope="the whole bot")
    refused = await house.sandbox.acting("member", "lobby").slash("imagine", prompt="a cat")
    assert "The bot takes no new requests" in (await refused.followed_up()).text
    assert "is draining by order of" in caplog.text
    assert (await answer_to(drawn)).files
    await said(owner, "queue resume", scope="the whole bot")
    assert (await answer_to(await house.imagine())).files


async def test_the_owner_bumps_and_cancels_anybodys_request_by_its_number(house):
    owner = house.member("owner")
    replies = [await house.imagine(steps=LONG, count=4) for _ in range(4)]
    await replies[0].until(lambda message: "Drawing" in message.text)
    assert "#4 is the next" in await said(owner, "queue bump", job=4)
    await replies[3].until(lambda message: "position 1" in message.text)
    offered = await owner.autocomplete("queue cancel", "job", "#")
    assert [choice["value"] for choice in offered] == [1, 2, 4, 3]
    assert "#1, being drawn" in offered[0]["name"]
    for number, reply in enumerate(replies, start=1):
        assert "is cancelled" in await said(owner, "queue cancel", job=number)
        assert "Cancelled by the bot's owner" in (await answer_to(reply)).text
    assert "nothing to cancel" in await said(owner, "queue cancel", job=1)
    assert "#1 does not wait" in await said(owner, "queue bump", job=1)


BROKEN = """
    CREATE TRIGGER no_lift BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'broken'); END;
    CREATE TRIGGER no_move BEFORE UPDATE ON jobs BEGIN SELECT RAISE(ABORT, 'broken'); END;
"""


def take_no_more(path):
    """Let the database refuse what an order or a press would change."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(BROKEN)


async def test_an_order_or_a_press_that_came_to_nothing_is_not_told_of_as_a_request(
    house, tmp_path
):
    owner, member = house.member("owner"), house.member()
    await said(owner, "queue pause")
    waits = await (await house.imagine()).until(lambda message: bool(message.controls()))
    # Elsewhere than in the loop, without which the bot would not come to the end of a write.
    await asyncio.to_thread(take_no_more, tmp_path / "bot.db")
    pressed = await member.click(waits, "Cancel")
    for told in (await said(owner, "queue resume"), (await pressed.followed_up()).text):
        assert "Something went wrong on the bot's side and nothing was changed." in told


async def test_nobody_but_the_bots_owner_may_use_the_owners_commands(house):
    with pytest.raises(ClientRefusal):
        await house.member("moderator").slash("queue pause")
    # Patron owns the workshop, so Discord offers the command there.
    patron = house.sandbox.acting("patron", "lobby")
    for command in ("queue pause", "queue drain", "queue resume", "queue list"):
        assert "Only the owner of this bot" in await said(patron, command, scope="the whole bot")
    for command in ("queue bump", "queue cancel"):
        assert "Only the owner of this bot" in await said(patron, command, job=1)
        assert await patron.autocomplete(command, "job") == []
    assert (await answer_to(await house.imagine())).files


async def test_in_a_team_its_owner_admins_and_developers_may_use_them(open_sandbox, tmp_path):
    async with open_sandbox() as sandbox:
        users = {user.username: user for user in sandbox.world.users.values()}
        sandbox.world.application_owner = users["moderator"]
        sandbox.world.application_team = [(users["owner"], "read_only"), (users["patron"], "admin")]
        async with serving(sandbox, tmp_path):
            patron, owner = sandbox.acting("patron", "lobby"), sandbox.acting("owner", "general")
            assert "Nothing waits" in await said(patron, "queue list")
            assert "Only the owner of this bot" in await said(owner, "queue list")


@pytest.mark.happens("one request in the database cannot be read")
async def test_a_request_that_cannot_be_read_is_answered_at_the_start_and_the_others_are_drawn(
    sandbox, tmp_path, caplog
):
    async with serving(sandbox, tmp_path) as house:
        await said(house.member("owner"), "queue pause")
        spoilt, whole = await house.imagine(), await house.imagine()
        for waits in (spoilt, whole):
            await waits.until(lambda message: "The queue is paused" in message.text)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database, database:
        database.execute("UPDATE jobs SET recipe = '{}' WHERE id = 1")
    async with serving(sandbox, tmp_path) as house:
        assert "can no longer read what it was to draw" in (await answer_to(spoilt)).text
        assert "a request cannot be read" in caplog.text
        await said(house.member("owner"), "queue resume")
        assert (await answer_to(whole)).files
