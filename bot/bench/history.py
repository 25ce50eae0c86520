"""What a long past costs: the queue's statements beside a million finished jobs."""

import time
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bot.bench.arrivals import Arrival
from bot.bench.queueing import NO_LIMIT, asked
from bot.bench.report import Figure, Section
from bot.bench.statistics import median, pair_ratios, spread
from bot.bench.workshop import BenchFailed, Workshop
from bot.model.job import Job
from bot.model.recipe import Recipe
from bot.storage.database import Database, open_database
from bot.storage.outbox import JobOutbox
from bot.storage.past import write_past
from bot.storage.queue import FairQueue

FEW, MANY, QUICK_MANY = 1_000, 1_000_000, 50_000
"""Finished jobs; a million take some 40 seconds to write."""
GOAL = 1.5
MEMBERS = 200
"""Whose jobs those are; half of them wait for one more while the statements are timed."""
STATEMENTS = ("enqueue", "claim")

T = TypeVar("T")


@dataclass(slots=True)
class Bot:
    """A database with a past, and how long its statements take."""

    queue: FairQueue
    outbox: JobOutbox
    recipe: Recipe
    seconds: Mapping[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in STATEMENTS}
    )
    asked: int = 0

    async def enqueue(self) -> Job:
        """One more request, of the next member."""
        self.asked += 1
        arrival = Arrival(0.0, self.asked % MEMBERS, self.recipe.steps)
        job = asked(arrival, self.recipe, number=self.asked)
        return await self.queue.enqueue(
            job, per_member=NO_LIMIT, per_server=NO_LIMIT, now=time.time()
        )

    async def claim(self) -> Job:
        """The fairest request."""
        job = await self.queue.claim(now=time.time())
        if job is None:
            raise BenchFailed("nothing was waiting to be claimed")
        return job

    async def end(self, job: Job) -> None:
        """Drawn and answered: it is one of the past now."""
        await self.queue.rendered(job.id, draw_seconds=1.0, now=time.time())
        await self.outbox.answered(job.id, message_id=1, now=time.time())

    async def go_round(self) -> None:
        """One request more and one less, with both statements timed."""
        await self._timed("enqueue", self.enqueue())
        await self.end(await self._timed("claim", self.claim()))

    async def _timed(self, name: str, statement: Awaitable[T]) -> T:
        began = time.perf_counter()
        value = await statement
        self.seconds[name].append(time.perf_counter() - began)
        return value


async def measure(shop: Workshop) -> Section:
    """Both statements in turn on a database with many finished jobs and one with few."""
    many = shop.choose(QUICK_MANY, MANY)
    rounds = shop.choose(40, 300)
    async with AsyncExitStack() as stack:
        long = await stack.enter_async_context(with_past(shop, many))
        short = await stack.enter_async_context(with_past(shop, FEW))
        for number in range(rounds):
            for bot in (long, short) if number % 2 else (short, long):
                await bot.go_round()
    return Section("history", _definition(many, rounds), figures(long.seconds, short.seconds, many))


@asynccontextmanager
async def with_past(shop: Workshop, count: int) -> AsyncIterator[Bot]:
    """A database with so many finished jobs, in which every second member waits for one more."""
    async with open_database(shop.folder / f"past-{count}.db") as database:
        bot = Bot(FairQueue(database), JobOutbox(database), shop.sketch(8))
        await _remember(bot, database, count)
        yield bot


async def _remember(bot: Bot, database: Database, count: int) -> None:
    await bot.enqueue()
    first = await bot.claim()
    await bot.end(first)
    await write_past(database, first.id, count=count - 1, members=MEMBERS)
    for _ in range(MEMBERS // 2):
        await bot.enqueue()


def figures(
    long: Mapping[str, Sequence[float]], short: Mapping[str, Sequence[float]], many: int
) -> tuple[Figure, ...]:
    """Of each statement the ratio of the medians, and the median itself."""
    found = []
    for name in STATEMENTS:
        pairs = spread(pair_ratios(long[name], short[name]))
        found += [
            Figure(
                f"{name} with {many:,} finished jobs, over {FEW:,}",
                median(long[name]) / median(short[name]),
                GOAL,
                reason=f"Pair by pair it is {pairs}: both are a commit to the same disk.",
            ),
            Figure(f"{name} with {many:,} finished jobs", 1000 * median(long[name]), unit="ms"),
        ]
    return tuple(found)


def _definition(many: int, rounds: int) -> str:
    smaller = "" if many == MANY else f" A run without --quick takes {MANY:,}."
    return (
        f"One request more and one claimed, each committed, {rounds} times in turn on a database "
        f"with {many:,} finished jobs of {MEMBERS} members and on one with {FEW:,}, while "
        f"{MEMBERS // 2} wait in both; medians.{smaller}"
    )
