"""A watched sandbox complains of all that a bot in order would not cause."""

import pytest

from bot.sandbox.server import Sandbox
from tests.discord_fixtures import complaints, watched
from tests.sandbox.raw import RawBot


async def test_nothing_is_complained_of_where_nothing_was_wrong() -> None:
    async with watched() as sandbox, RawBot(sandbox) as bot:
        await bot.sync()


async def test_a_violation_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="rule violation"):
        async with watched() as sandbox, RawBot(sandbox) as bot:
            await bot.say("general", {"content": "x" * 2001})


async def test_an_unknown_route_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="404: Not Found"):
        async with watched() as sandbox, RawBot(sandbox) as bot:
            await bot.ask("GET", "/nowhere")


@pytest.mark.parametrize(
    ("answer", "words"), [(None, "never answered"), ({"type": 5}, "still thinking")]
)
async def test_what_was_left_open_fails_the_test(answer: object, words: str) -> None:
    async def leave_open() -> None:
        async with watched() as sandbox, RawBot(sandbox) as bot:
            await bot.sync()
            await sandbox.acting("member", "general").slash("draw")
            if answer is not None:
                await bot.callback(answer)

    with pytest.raises(AssertionError, match=words):
        await leave_open()


async def test_what_was_forgiven_is_not_complained_of_again(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        await bot.say("general", {"content": ""})
    assert len(complaints(sandbox, None)) == 1
    sandbox.forgive()
    assert complaints(sandbox, None) == []
