"""A local Discord with a hundred members, in a process of its own so that only the bot is measured.

`python -m bot.bench.members` prints its addresses as a line of JSON, then carries out orders, one
a line on its input: `{"id": …, "do": …, …}`, answered by a line with the same id when it is done.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.sandbox.defaults import default_world
from bot.sandbox.members import ActingMember
from bot.sandbox.replies import NotAnswered, Reply
from bot.sandbox.server import Sandbox
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.world import World

CHANNEL, PREFIX, MOST = "general", "member-", 100
START_WITHIN, ANSWER_WITHIN = 120.0, 600.0
"""Seconds."""

Order = Mapping[str, Any]


@dataclass(slots=True)
class Crowd:
    """What members of a crowd saw."""

    acknowledged_ms: list[float] = field(default_factory=list)
    answered_seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def crowded_world() -> World:
    """The default world with a hundred more members where the commands are typed."""
    world = default_world()
    guild = world.guild_of(world.channel_named(CHANNEL))
    if guild is None:
        raise LookupError(f"{CHANNEL} is in no server")
    world.add_members(guild, MOST, prefix=PREFIX)
    return world


def is_final(message: Snapshot) -> bool:
    """Whether an answer stays as it is."""
    return not message.thinking and not message.controls()


class Theatre:
    """The members' deeds by name."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def do(self, order: Order) -> Mapping[str, Any]:
        """Carry out one order."""
        match order["do"]:
            case "wait":
                await self._sandbox.wait_for_bot(START_WITHIN)
                return {}
            case "crowd":
                return asdict(await self._crowd(order["count"], order["options"], order["refused"]))
            case "draw":
                await self._draw(order["seconds"])
                return {}
            case _:
                return {"unfinished": [one.what for one in self._sandbox.unfinished()]}

    async def _crowd(self, count: int, options: Mapping[str, Any], refused: bool) -> Crowd:
        """Members type the same command in the same moment and wait for what comes of it."""
        crowd = Crowd()
        members = [self._member(number) for number in range(1, count + 1)]
        replies = [await member.slash("imagine", **options) for member in members]
        began = time.perf_counter()

        async def one(reply: Reply) -> None:
            try:
                await reply.acknowledged()
                crowd.acknowledged_ms.append(reply.acknowledged_ms or 0.0)
                await _outcome(reply, refused)
                crowd.answered_seconds.append(time.perf_counter() - began)
            except NotAnswered as error:
                crowd.failures.append(str(error))

        await asyncio.gather(*map(one, replies))
        return crowd

    async def _draw(self, seconds: float) -> None:
        """Keep the thread drawing for so long, and cancel what is left then."""
        member = self._sandbox.acting("member", CHANNEL)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            reply = await member.slash("imagine", prompt="a red apple", steps=60, count=4)
            await reply.acknowledged()
            try:
                await reply.until(is_final, timeout=left)
            except NotAnswered:
                await self._cancel(member, reply)

    async def _cancel(self, member: ActingMember, reply: Reply) -> None:
        shown = await reply.until(lambda message: bool(message.controls()))
        pressed = await member.click(shown, "Cancel")
        await pressed.acknowledged()
        await reply.until(is_final)

    def _member(self, number: int) -> ActingMember:
        return self._sandbox.acting(f"{PREFIX}{number}", CHANNEL)


async def _outcome(reply: Reply, refused: bool) -> None:
    if refused:
        await reply.followed_up(timeout=ANSWER_WITHIN)
        return
    answer = await reply.until(is_final, timeout=ANSWER_WITHIN)
    if not answer.files:
        raise NotAnswered(answer.text)


async def serve() -> None:
    """Serve until the input ends."""
    async with Sandbox(crowded_world()) as sandbox, asyncio.TaskGroup() as group:
        theatre = Theatre(sandbox)
        _tell({"api": sandbox.api_url, "gateway": sandbox.gateway_url, "token": sandbox.token})
        while line := await asyncio.to_thread(sys.stdin.readline):
            group.create_task(_carry_out(theatre, json.loads(line)))


async def _carry_out(theatre: Theatre, order: Order) -> None:
    _tell({"id": order["id"], **await theatre.do(order)})


def _tell(value: Mapping[str, Any]) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
