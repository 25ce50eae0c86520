"""An interaction is answered once and in time, and its token lives a quarter of an hour."""

from typing import Any

import pytest

from bot.sandbox.replies import NotAnswered, Reply
from bot.sandbox.server import Sandbox
from tests.sandbox.raw import RawBot

DEFER = {"type": 5}


async def drawn(bot: RawBot) -> Reply:
    """A member has sent /draw."""
    await bot.sync()
    return await bot.sandbox.acting("member", "general").slash("draw")


async def test_an_answer_after_three_seconds_comes_too_late(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        sandbox.clock.advance(3.1)
        answer = await bot.callback(DEFER)
    assert (answer.status, answer.code) == (404, 10062)
    assert [each.what for each in sandbox.unfinished()] == ["never answered"]
    assert sandbox.violations == []
    sandbox.forgive()


async def test_a_second_answer_is_refused(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        await bot.callback({"type": 4, "data": {"content": "x"}})
        again = await bot.callback({"type": 4, "data": {"content": "y"}})
    assert again.code == 40060
    assert [each.code for each in sandbox.violations] == [40060]
    sandbox.forgive()


async def test_a_token_dies_after_a_quarter_of_an_hour(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        await bot.callback(DEFER)
        sandbox.clock.advance(14 * 60)
        young = await bot.webhook("PATCH", "/messages/@original", {"content": "x"})
        sandbox.clock.advance(61)
        old = await bot.webhook("PATCH", "/messages/@original", {"content": "y"})
    assert young.status == 200
    assert (old.status, old.code) == (401, 50027)


async def test_a_thought_that_is_never_finished_is_reported(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        reply = await drawn(bot)
        await bot.callback(DEFER)
    assert reply.message is not None
    assert reply.message.thinking
    assert [each.what for each in sandbox.unfinished()] == ["still thinking"]
    sandbox.forgive()


async def test_original_is_found_with_an_escaped_sign_too(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        await bot.callback({"type": 4, "data": {"content": "x"}})
        plain = await bot.webhook("GET", "/messages/@original")
        escaped = await bot.webhook("GET", "/messages/%40original")
    assert plain.body["id"] == escaped.body["id"]


async def test_a_webhook_is_closed_until_the_first_answer(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        answer = await bot.webhook("PATCH", "/messages/@original", {"content": "x"})
        assert answer.code == 10015
        await bot.callback({"type": 4, "data": {"content": "x"}})


async def test_privacy_is_fixed_when_the_answer_is_deferred(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        reply = await drawn(bot)
        await bot.callback({"type": 5, "data": {"flags": 64}})
        await bot.webhook("POST", "", {"content": "x"})
    assert reply.message is not None
    assert reply.message.ephemeral
    assert sandbox.acting("patron", "general").messages() == []


async def test_a_private_answer_is_out_of_reach_of_channel_routes(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        reply = await drawn(bot)
        await bot.callback({"type": 4, "data": {"content": "x", "flags": 64}})
        assert reply.message is not None
        path = f"/channels/{reply.message.channel_id}/messages/{reply.message.id}"
        answer = await bot.ask("PATCH", path, {"content": "y"})
    assert answer.code == 10008


async def test_a_deleted_answer_is_unknown(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        reply = await drawn(bot)
        await bot.callback({"type": 4, "data": {"content": "x"}})
        assert (await bot.webhook("DELETE", "/messages/@original")).status == 204
        answer = await bot.webhook("PATCH", "/messages/@original", {"content": "y"})
    assert answer.code == 10008
    assert reply.message is None
    assert sandbox.violations == []


async def test_the_second_version_of_components_cannot_be_left_again(sandbox: Sandbox) -> None:
    words = [{"type": 10, "content": "x"}]
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        await bot.callback({"type": 4, "data": {"flags": 1 << 15, "components": words}})
        plain = await bot.webhook("PATCH", "/messages/@original", {"content": "y"})
        removed = await bot.webhook("PATCH", "/messages/@original", {"flags": 0})
    assert plain.code == removed.code == 50035
    sandbox.forgive()


@pytest.mark.parametrize("old", [{"content": "x"}, {"embeds": [{"title": "x"}]}])
async def test_the_second_version_of_components_takes_the_place_of_what_is_taken_out(
    sandbox: Sandbox, old: dict[str, Any]
) -> None:
    new = {"flags": 1 << 15, "components": [{"type": 10, "content": "y"}]}
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        await bot.callback({"type": 4, "data": old})
        beside = await bot.webhook("PATCH", "/messages/@original", new)
        instead = await bot.webhook(
            "PATCH", "/messages/@original", {**new, "content": None, "embeds": []}
        )
    assert beside.codes() == {"MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"}
    assert instead.status == 200
    assert (instead.body["content"], instead.body["embeds"]) == ("", [])
    sandbox.forgive()


async def test_an_edit_that_empties_a_message_is_refused_and_undone(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        reply = await drawn(bot)
        await bot.callback({"type": 4, "data": {"content": "x"}})
        answer = await bot.webhook("PATCH", "/messages/@original", {"content": ""})
    assert answer.code == 50006
    assert reply.message is not None
    assert reply.message.content == "x"
    sandbox.forgive()


@pytest.mark.parametrize(
    "body",
    [
        {"type": 7, "data": {"content": "x"}},
        {"type": 8, "data": {"choices": []}},
        {"type": 1},
        {"type": 5, "data": {"colour": 1}},
        {"type": 4, "data": {"content": "x", "nonce": "y"}},
        {"type": 9, "data": {"custom_id": "m", "title": "x" * 46, "components": [
            {"type": 1, "components": [
                {"type": 4, "custom_id": "a", "style": 1, "label": "A"}]}]}},
        {"type": 9, "data": {"custom_id": "m", "title": "x", "components": []}},
    ],
)  # fmt: skip
async def test_an_answer_that_does_not_fit_is_refused(sandbox: Sandbox, body: Any) -> None:
    async with RawBot(sandbox) as bot:
        await drawn(bot)
        answer = await bot.callback(body)
    assert answer.code == 50035
    assert len(sandbox.violations) == 1
    sandbox.forgive()


async def test_twenty_six_choices_are_too_many(sandbox: Sandbox) -> None:
    choices = [{"name": str(i), "value": str(i)} for i in range(26)]
    async with RawBot(sandbox) as bot:
        await bot.sync()
        with pytest.raises(NotAnswered):
            await sandbox.acting("member", "general").autocomplete("ask", "what", "x", timeout=0.01)
        answer = await bot.callback({"type": 8, "data": {"choices": choices}})
        assert answer.code == 50035
        await bot.callback({"type": 8, "data": {"choices": choices[:25]}})
    sandbox.violations.clear()
    assert sandbox.interactions.all()[-1].choices == choices[:25]


async def test_a_refused_answer_may_be_corrected(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        reply = await drawn(bot)
        await bot.callback({"type": 4, "data": {"content": "x" * 2001}})
        await bot.callback({"type": 4, "data": {"content": "x"}})
    assert reply.message is not None
    assert reply.message.content == "x"
    sandbox.violations.clear()
