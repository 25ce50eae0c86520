"""One request after the other, each with a fall at another point of its way; each answered once.

The points are every commit of the database's, before and after it, the end of every look into it,
and every request that Discord has heard and whose answer the bot does not live to hear.
"""

import asyncio
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.replies import Reply
from bot.sandbox.server import Sandbox
from tests.flow.chaos.controls import Controls
from tests.flow.chaos.lives import Life, Nursery, nursery
from tests.flow.house import is_final
from tests.flow.processes import environment

MOST_POINTS = 120
"""Far more than a request passes; one that passes them all was answered without a fall."""
Falls = Callable[["Ward", int], Awaitable[tuple[Reply, bool]]]
LEAST_COMMITS, LEAST_REQUESTS = 12, 2


@dataclass
class Ward:
    """A bot that is started again after each of its falls."""

    sandbox: Sandbox
    nursery: Nursery
    folder: Path
    controls: Controls
    life: Life | None = None

    async def revive(self) -> None:
        """A new bot, signed in; the sandbox hears of nothing else meanwhile."""
        await self.sandbox.wait_for_departure(60)
        settings = environment(self.sandbox, self.folder, LOG_FORMAT="json", MODEL="starter")
        self.life = await self.nursery.start(settings, self.folder / "controls", painter="sketch")
        self.life.when_it_stands = lambda: self.life.signal(signal.SIGKILL)
        await self.sandbox.wait_for_bot(60)

    async def fell(self, reply: Reply, reached: Callable[[], bool]) -> bool:
        """Wait for a fall, or for the answer of a request that does not come as far as that."""
        answered = asyncio.create_task(reply.until(is_final, 60))
        await asyncio.wait({answered, self.life.ended}, return_when=asyncio.FIRST_COMPLETED)
        answered.cancel()
        if reached():
            await self.life.ended
        return self.life.over

    async def told(self, reply: Reply) -> None:
        """Wait for the end of what a fall has left; nobody hears of what was not taken in."""
        if reply.interaction_id in self.jobs() or reply.acknowledged_ms is not None:
            await reply.until(is_final, 60)

    def jobs(self) -> dict[int, tuple[int, str]]:
        """The job and its state, by the interaction it came from."""
        with closing(sqlite3.connect(self.folder / "data" / "bot.db")) as connection:
            rows = connection.execute("SELECT interaction_id, id, state FROM jobs")
            return {interaction: (job, state) for interaction, job, state in rows}


@asynccontextmanager
async def ward(sandbox: Sandbox, folder: Path) -> AsyncIterator[Ward]:
    """A bot on duty, which draws sketches."""
    async with nursery(folder) as born:
        opened = Ward(sandbox, born, folder, Controls(folder / "controls"))
        await opened.revive()
        yield opened
        opened.life.signal(signal.SIGTERM)
        assert await opened.life.ended == 0


async def ask(sandbox, number):
    """A command; nobody waits for the acknowledgement, which may never come."""
    member = sandbox.acting("member", "general")
    return await member.slash("imagine", prompt=f"wish {number}", steps=1, seed=number)


async def falls_at_commits(here: Ward, point: int) -> tuple[Reply, bool]:
    """A request that falls at such a point of the database's work, and whether there was one."""

    def reached() -> bool:
        left, here.controls.fuse = here.controls.fuse, 0
        return left == 0

    here.controls.fuse = point
    reply = await ask(here.sandbox, point)
    return reply, await here.fell(reply, reached)


async def falls_at_requests(here: Ward, point: int) -> tuple[Reply, bool]:
    """The same with what Discord hears."""
    heard = []

    def hear(exchange: object) -> None:
        heard.append(exchange)
        if len(heard) == point:
            here.life.signal(signal.SIGKILL)

    unobserve = here.sandbox.observe(hear)
    reply = await ask(here.sandbox, point)
    fell = await here.fell(reply, lambda: len(heard) >= point)
    unobserve()
    return reply, fell


async def one_after_the_other(here: Ward, falls: Falls) -> list[Reply]:
    """Requests of which the n-th falls at its n-th point, up to the one that has none so late."""
    replies = []
    for point in range(1, MOST_POINTS):
        reply, fell = await falls(here, point)
        replies.append(reply)
        if not fell:
            return replies
        await here.revive()
        await here.told(reply)
    raise AssertionError(f"no request came through within {MOST_POINTS} points")


async def test_a_fall_at_any_point_of_a_requests_way_leaves_exactly_one_answer(sandbox, tmp_path):
    async with ward(sandbox, tmp_path) as here:
        at_commits = await one_after_the_other(here, falls_at_commits)
        at_requests = await one_after_the_other(here, falls_at_requests)
    # The last of each came through.
    assert len(at_commits) > LEAST_COMMITS
    assert len(at_requests) > LEAST_REQUESTS
    replies = [*at_commits, *at_requests]
    jobs = here.jobs()
    assert {state for _, state in jobs.values()} == {"delivered"}
    posted = [one for one in sandbox.messages.all() if one.author == sandbox.world.bot]
    pictures = Counter(file.filename.split("-")[1] for one in posted for file in one.files)
    assert pictures == {str(job): 1 for job, _ in jobs.values()}
    for reply in replies:
        lost = reply.interaction_id not in jobs
        assert not lost or reply.message is None or "ask again" in reply.message.text
    assert sandbox.violations == []
    assert {one.what for one in sandbox.unfinished()} <= {"never answered"}
    # Who was heard of by a bot that had fallen already sees that it did not respond.
    sandbox.forgive()
