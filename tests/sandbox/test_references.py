"""A message says what it answers: a command, an answer before it, or another message."""

from typing import Any

import pytest

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from tests.sandbox.example_bot import running
from tests.sandbox.raw import RawBot, gateway


async def test_an_answer_names_the_command_and_its_sub_commands(sandbox: Sandbox) -> None:
    role = sandbox.world.role_named("patron")
    async with running(sandbox):
        member = sandbox.acting("owner", "general")
        reply = await member.slash("rules limit put", role=role, most=3)
        shown = (await reply.finished()).json
    assert shown["interaction"]["name"] == "rules limit put"
    assert shown["interaction"]["user"] == shown["interaction_metadata"]["user"]


async def test_what_follows_a_modal_names_the_command_that_opened_it(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        opened = await (await member.slash("form")).acknowledged()
        shown = (await (await member.submit(opened, {"name": "Ann"})).finished()).json
    assert shown["interaction"]["name"] == "form"
    assert shown["interaction"]["type"] == 5


async def test_a_follow_up_names_the_first_answer_in_place_of_the_command(sandbox: Sandbox) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("member", "general").slash("several")
        second = (await reply.followed_up()).json
    assert reply.message is not None
    original = str(reply.message.id)
    assert second["interaction_metadata"]["original_response_message_id"] == original
    assert "interaction" not in second


async def test_a_reply_carries_the_message_it_answers_until_that_is_deleted(
    sandbox: Sandbox,
) -> None:
    async with RawBot(sandbox) as bot:
        first = (await bot.say("general", {"content": "first"})).body
        named = {"message_id": first["id"]}
        second = (await bot.say("general", {"content": "x", "message_reference": named})).body
        place = f"/channels/{first['channel_id']}/messages"
        await bot.ask("DELETE", f"{place}/{first['id']}")
        later = (await bot.ask("GET", f"{place}/{second['id']}")).body
    assert second["referenced_message"]["content"] == "first"
    assert later["message_reference"]["message_id"] == first["id"]
    assert later["referenced_message"] is None


async def test_a_bot_does_not_read_a_members_words_through_a_reply(sandbox: Sandbox) -> None:
    said = await sandbox.acting("member", "general").say("between us")
    named = {"message_id": str(said.id)}
    async with RawBot(sandbox) as bot:
        answer = (await bot.say("general", {"content": "x", "message_reference": named})).body
        place = f"/channels/{answer['channel_id']}/messages"
        read = (await bot.ask("GET", f"{place}/{answer['id']}")).body
    assert [each["content"] for each in (answer, read)] == ["x", "x"]
    assert [each["referenced_message"]["content"] for each in (answer, read)] == ["", ""]


async def test_a_member_who_answers_the_bot_mentions_it_and_so_is_read_by_it(
    sandbox: Sandbox,
) -> None:
    member = sandbox.acting("member", "general")
    async with RawBot(sandbox) as bot, gateway(sandbox) as connection:
        await connection.identify(sandbox.token, intents=1 | 1 << 9)
        await connection.until("READY")
        first = (await bot.say("general", {"content": "first"})).body
        await connection.until("MESSAGE_CREATE")
        await member.say("thanks", reply_to=int(first["id"]))
        heard = (await connection.until("MESSAGE_CREATE"))["d"]
    assert heard["content"] == "thanks"
    assert [each["id"] for each in heard["mentions"]] == [str(sandbox.world.bot.id)]


async def test_a_member_who_answers_their_own_message_mentions_only_whom_it_names(
    sandbox: Sandbox,
) -> None:
    member, patron = sandbox.acting("member", "general"), sandbox.world.user_named("patron")
    said = await member.say("first")
    answer = await member.say(f"<@{patron.id}> second", reply_to=said.id)
    assert answer.mentioned == [patron.id]


@pytest.mark.parametrize(("allowed", "mentioned"), [
    ({}, True),
    ({"allowed_mentions": None}, True),
    ({"allowed_mentions": {"replied_user": True}}, True),
    ({"allowed_mentions": {"replied_user": False}}, False),
    ({"allowed_mentions": {"parse": ["users", "roles", "everyone"]}}, False),
    ({"allowed_mentions": {"parse": []}}, False)])  # fmt: skip
async def test_a_bots_answer_mentions_whom_it_answers_where_it_is_not_kept_from_it(
    sandbox: Sandbox, allowed: dict[str, Any], mentioned: bool
) -> None:
    said = await sandbox.acting("member", "general").say("first")
    named = {"content": "x", "message_reference": {"message_id": str(said.id)}}
    async with RawBot(sandbox) as bot:
        answer = (await bot.say("general", {**named, **allowed})).body
    assert [each["username"] for each in answer["mentions"]] == ["member"] * mentioned


async def whispered(sandbox: Sandbox) -> Message:
    """An answer that its member alone sees."""
    sandbox.commands.replace(None, [{"name": "ask", "description": "Ask"}])
    reply = await sandbox.acting("member", "general").slash("ask")
    opened = sandbox.interactions.by_id(reply.interaction_id)
    assert opened is not None
    answer = {"type": 4, "data": {"content": "between us", "flags": 64}}
    told = sandbox.interactions.answer(opened.id, opened.token, answer, ())
    return sandbox.interactions.original(told)


async def test_a_message_elsewhere_or_for_one_member_alone_cannot_be_answered(
    sandbox: Sandbox,
) -> None:
    elsewhere = await sandbox.acting("member", "sketches").say("there")
    private = await whispered(sandbox)
    async with RawBot(sandbox) as bot:
        for each in (elsewhere.id, private.id):
            named = {"content": "x", "message_reference": {"message_id": str(each)}}
            assert (await bot.say("general", named)).codes() == {"REPLIES_UNKNOWN_MESSAGE"}
    sandbox.forgive()
    with pytest.raises(ClientRefusal, match="you alone see"):
        await sandbox.acting("member", "general").say("what?", reply_to=private.id)
