"""Whatever a bot sends, the sandbox answers as an API does, and never falls over."""

import asyncio
import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.errors import InvalidForm
from bot.sandbox.payloads import KEYS, NO_FLAGS, Flag, Payload, Place, check
from bot.sandbox.server import Sandbox
from tests.sandbox.raw import RawBot

WORDS = st.sampled_from(
    ["type", "components", "content", "title", "fields", "footer", "image", "url", "items", "media",
     "label", "custom_id", "style", "options", "accessory", "attachment://x", "id"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-3, 20) | WORDS | st.floats(allow_nan=False)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4)
)


@settings(max_examples=300)
@given(
    fields=st.dictionaries(st.sampled_from(sorted(KEYS[Place.CHANNEL])), ANYTHING),
    new=st.booleans(),
)
def test_no_payload_can_break_the_rules_themselves(fields: dict[str, Any], new: bool) -> None:
    flags = Flag.COMPONENTS_V2 if new else NO_FLAGS
    with contextlib.suppress(InvalidForm):
        check(Payload(Place.CHANNEL, fields), flags=flags, kept={})


@pytest.mark.parametrize("body", ["{", "[", "[]", '"x"', "1"])
async def test_a_body_that_is_no_object_is_refused(sandbox: Sandbox, body: str) -> None:
    place = sandbox.world.channel_named("general")
    async with RawBot(sandbox) as bot:
        answer = await bot.send("POST", f"/channels/{place.id}/messages", body.encode())
    assert answer.status == 400
    assert answer.code in (50035, 50109)
    sandbox.forgive()


async def test_a_hundred_members_at_once_are_all_answered(sandbox: Sandbox) -> None:
    studio = next(iter(sandbox.world.guilds.values()))
    users = sandbox.world.add_members(studio, 100, prefix="guest")
    general = sandbox.world.channel_named("general")
    async with RawBot(sandbox) as bot:
        await bot.sync()

        def answer(event: Any) -> None:
            if event.name == "interaction.created":
                path = f"/interactions/{event.data.id}/{event.data.token}/callback"
                body = {"type": 4, "data": {"content": "x"}}
                tasks.append(asyncio.ensure_future(bot.ask("POST", path, body)))

        tasks: list[asyncio.Future[Any]] = []
        sandbox.events.subscribe(answer)
        replies = [await sandbox.acting(user, general).slash("draw") for user in users]
        for reply in replies:
            await reply.acknowledged(60)
        await asyncio.gather(*tasks)
    assert len({each.interaction_id for each in replies}) == 100
