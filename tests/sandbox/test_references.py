"""A message says what it answers: a command, an answer before it, or another message."""

import pytest

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox
from tests.sandbox.example_bot import running
from tests.sandbox.raw import RawBot


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
