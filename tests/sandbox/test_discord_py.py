"""An unmodified discord.py client lives in the sandbox as it does in Discord."""

import asyncio
import sys

import discord
import pytest

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.options import FileOption
from bot.sandbox.server import Sandbox
from bot.sandbox.sessions import Intent
from tests.sandbox.example_bot import PNG, ExampleClient, ShardedClient, point_at, running


async def test_a_deferred_command_thinks_and_then_shows_its_picture(sandbox: Sandbox) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("newcomer", "general").slash("draw", prompt="horse", count=2)
        await reply.acknowledged()
        shown = await reply.until(lambda message: bool(message.files))
    assert shown.content == "2 × horse"
    assert [each.message["content"] for each in reply.history] == ["", "Drawing…", "2 × horse"]
    assert [each.message["flags"] & 128 for each in reply.history] == [128, 0, 0]
    assert reply.acknowledged_ms is not None
    file = shown.files[0]
    assert (file.width, file.height, file.description) == (64, 32, "a picture")
    assert sandbox.attachment_bytes(file) == PNG
    assert shown.json["attachments"] == [], "a file that an embed shows is no attachment any more"


async def test_an_ephemeral_answer_is_seen_by_nobody_else(sandbox: Sandbox) -> None:
    async with running(sandbox):
        reader = sandbox.acting("newcomer", "general")
        reply = await reader.slash("draw", prompt="horse", private=True)
        shown = await reply.until(lambda message: bool(message.files))
    assert shown.ephemeral
    assert [each.id for each in reader.messages()] == [shown.id]
    assert sandbox.acting("patron", "general").messages() == []


async def test_autocomplete_offers_what_fits_the_typed_text(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        choices = await member.autocomplete("style", focused="name", value="p")
    assert [each["name"] for each in choices] == ["pixel art", "pastel"]


async def test_a_dynamic_button_counts_on_the_message_it_is_on(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        first = await (await member.slash("poll")).finished()
        second = await (await member.click(first, "Vote (0)")).until(lambda m: bool(m.edited))
        third = await sandbox.acting("patron", "general").click(second, "vote:1")
        await third.until(lambda message: message.control("vote:2") is not None)
        latest = [each.history[-1] for each in sandbox.interactions.all()]
        assert latest[0] is latest[1], "a change is kept once, however many clicks led to it"
    assert [each.id for each in member.messages()] == [first.id]


async def test_a_select_menu_answers_the_one_who_chose(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        menu = await (await member.slash("paint")).finished()
        answer = await (await member.select(menu, "colour", ["Blue"])).finished()
    assert answer.content == "You chose blue."
    assert answer.ephemeral


async def test_a_modal_is_filled_in_and_answered(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        opened = await (await member.slash("form")).acknowledged()
        with pytest.raises(ClientRefusal, match="required"):
            await member.submit(opened, {"name": ""})
        answer = await (await member.submit(opened, {"name": "member"})).finished()
    assert answer.content == "Hello, member."


async def test_a_gallery_shows_its_file(sandbox: Sandbox) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("member", "general").slash("gallery")
        shown = await reply.finished()
    assert shown.text == "A gallery"
    assert sandbox.attachment_bytes(shown.files[0]) == PNG
    assert shown.json["attachments"] == []


async def test_follow_ups_are_edited_and_deleted_by_the_webhook(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        reply = await member.slash("several")
        await sandbox.events.wait(
            lambda: True if [each.change for each in reply.history][-1:] == ["deleted"] else None, 5
        )
    assert [each.content for each in member.messages()] == ["one", "two, edited"]


async def test_the_first_follow_up_fulfils_a_deferred_answer_in_public(sandbox: Sandbox) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("member", "general").slash("later")
        shown = await reply.finished()
    assert (shown.content, shown.ephemeral) == ("done", False)
    assert reply.followups == []


async def test_a_deleted_thought_leaves_room_for_a_private_follow_up(sandbox: Sandbox) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("member", "general").slash("refuse")
        shown = await reply.followed_up()
    assert (shown.content, shown.ephemeral, reply.message) == ("not for you", True, None)


async def test_a_direct_message_reaches_its_user(sandbox: Sandbox) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("member", "general").slash("whisper")
        answer = await reply.finished()
        received = sandbox.acting("member").messages()
    assert [str(each.id) for each in received] == [answer.content]
    assert sandbox.attachment_bytes(received[0].files[0]) == PNG


async def test_the_bot_reads_the_file_of_an_attachment_option(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        reply = await member.slash("look", file=FileOption("a picture.png", PNG))
        shown = await reply.finished()
    assert shown.content == f"a_picture.png 64x32 {len(PNG)} bytes"


async def test_context_menus_and_nested_groups_reach_their_commands(sandbox: Sandbox) -> None:
    async with running(sandbox):
        owner = sandbox.acting("owner", "general")
        said = await sandbox.acting("patron", "general").say("words")
        quoted = await (await owner.message_command("Quote", said)).finished()
        greeted = await (
            await owner.user_command("Greet", sandbox.world.user_named("patron"))
        ).finished()
        studio = next(iter(sandbox.world.guilds.values()))
        role = next(each for each in studio.roles.values() if each.name == "patron")
        limited = await (await owner.slash("rules limit put", role=role, most=3)).finished()
    assert quoted.content == "> words"
    assert greeted.mentioned == [], "the client allows no mentions"
    assert limited.content == "patron: 3"


async def test_a_client_refuses_what_a_command_does_not_take(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        for options in ({}, {"prompt": ""}, {"prompt": "x", "count": 5}, {"prompt": "x", "no": 1}):
            with pytest.raises(ClientRefusal):
                await member.slash("draw", **options)
        with pytest.raises(ClientRefusal, match="age-restricted"):
            await member.slash("nightly")
        await (await sandbox.acting("member", "after-dark").slash("nightly")).finished()


async def test_a_cut_connection_is_resumed_and_nothing_is_missed(sandbox: Sandbox) -> None:
    async with running(sandbox) as client:
        sandbox.gateway.cut()
        await sandbox.wait_for_departure()
        reply = await sandbox.acting("member", "general").slash("echo", text="while away")
        shown = await reply.until(lambda message: message.content == "while away")
        await asyncio.wait_for(client.resumed.wait(), 60)
    assert shown.content == "while away"
    assert len(sandbox.gateway.sessions) <= 1


async def test_the_gateway_asks_for_a_reconnect_and_ends_a_session(sandbox: Sandbox) -> None:
    async with running(sandbox) as client:
        sandbox.gateway.reconnect()
        await asyncio.wait_for(client.resumed.wait(), 60)
        before = {each.id for each in sandbox.gateway.sessions}
        sandbox.gateway.invalidate()
        await sandbox.events.wait(
            lambda: {each.id for each in sandbox.gateway.sessions} - before or None, 60
        )
        await sandbox.wait_for_bot()
        await (await sandbox.acting("member", "general").slash("echo", text="back")).finished()


async def test_each_shard_hears_of_its_own_guilds(open_sandbox) -> None:
    async with open_sandbox(shards=2) as sandbox:
        client = ShardedClient(discord.Intents(guilds=True))
        async with running(sandbox, client):
            await sandbox.events.wait(
                lambda: len([s for s in sandbox.gateway.sessions if s.ready]) == 2 or None, 60
            )
            for channel in ("general", "lobby"):
                reply = await sandbox.acting("member", channel).slash("echo", text=channel)
                assert (await reply.finished()).content == channel
            assert {each.shard for each in sandbox.gateway.sessions} == {0, 1}


async def test_words_of_others_are_hidden_without_the_privileged_intent(sandbox: Sandbox) -> None:
    heard: list[str] = []
    done = asyncio.Event()

    class Listener(ExampleClient):
        async def on_message(self, message: discord.Message) -> None:
            heard.append(message.content)
            done.set()

    client = Listener(discord.Intents(guilds=True, guild_messages=True))
    async with running(sandbox, client):
        await sandbox.acting("member", "general").say("secret")
        await asyncio.wait_for(done.wait(), 60)
    assert heard == [""]


async def test_a_privileged_intent_that_was_not_granted_ends_the_connection(
    sandbox: Sandbox,
) -> None:
    point_at(sandbox)
    client = ExampleClient(discord.Intents(guilds=True, message_content=True))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.start(sandbox.token)
    await client.close()
    assert sandbox.world.privileged_intents & Intent.MESSAGE_CONTENT == 0


async def test_a_client_without_zstandard_reads_the_zlib_stream(sandbox: Sandbox) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sandbox.zlib_client",
        sandbox.api_url, sandbox.gateway_url, sandbox.token,
        stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await sandbox.wait_for_bot(60)
    reply = await sandbox.acting("member", "general").slash("echo", text="by zlib")
    assert (await reply.finished()).content == "by zlib"
    await asyncio.wait_for(process.communicate(b""), 60)
    assert process.returncode == 0


async def test_a_wrong_token_is_refused_at_login(sandbox: Sandbox) -> None:
    point_at(sandbox)
    client = ExampleClient(discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()
