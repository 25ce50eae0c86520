"""The stages between admission and delivery, as the bot has them, fed by a trace of arrivals."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from bot.bench.arrivals import FLOODER, Arrival, Durations
from bot.bench.statistics import median
from bot.bench.workshop import BenchFailed, Workshop
from bot.dispatcher import Dispatcher
from bot.imaging.engine import Engine
from bot.imaging.executor import Tuning
from bot.imaging.marker import StepMarker
from bot.model.errors import BotError
from bot.model.fairness import cost_of
from bot.model.job import NewJob
from bot.model.picture import EngineStatus, Progress, Rendered, Work
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest, Origin
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.gauge import DiskGauge
from bot.storage.pictures import PictureFolder
from bot.storage.queue import FairQueue

NO_LIMIT = 1_000_000

Ask = Callable[[Arrival], Awaitable[None]]


class Answers:
    """The Engine port round the engine, which tells whoever asked that a job's picture is there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outcomes: defaultdict[int, asyncio.Future[None]] = defaultdict(
            asyncio.get_running_loop().create_future
        )
        self.drawn: list[tuple[int, float]] = []
        """Of each picture its steps, and the seconds that the thread has spent on it."""

    async def of(self, job_id: int) -> None:
        """Wait for a job's picture; raises what ended it."""
        await self._outcomes[job_id]

    def status(self) -> EngineStatus:
        """As the engine's."""
        return self._engine.status()

    def free_slots(self) -> int:
        """As the engine's."""
        return self._engine.free_slots()

    def fetching(self) -> Collection[int]:
        """As the engine's."""
        return self._engine.fetching()

    async def render(self, work: Work, progress: Callable[[Progress], None]) -> Rendered:
        """As the engine does, and tell."""
        outcome = self._outcomes[work.job_id]
        try:
            rendered = await self._engine.render(work, progress)
        except BotError as error:
            outcome.set_exception(error)
            outcome.exception()  # at the end of a measurement nobody waits for the flood
            raise
        self.drawn.append((work.recipes[0].steps, rendered.draw_seconds))
        outcome.set_result(None)
        return rendered

    def cancel(self, job_id: int) -> None:
        """As the engine does."""
        self._engine.cancel(job_id)

    async def stop(self, *, grace: float) -> bool:
        """As the engine does."""
        return await self._engine.stop(grace=grace)


class Stages:
    """The durable queue and the dispatcher on an engine."""

    def __init__(
        self, shop: Workshop, queue: FairQueue, dispatcher: Dispatcher, answers: Answers
    ) -> None:
        self._shop = shop
        self._queue = queue
        self._dispatcher = dispatcher
        self._answers = answers
        self._asked = 0

    @property
    def draw_seconds(self) -> float:
        """What the thread has spent on all pictures so far."""
        return sum(seconds for _, seconds in self._answers.drawn)

    def pace(self, times: Durations) -> float:
        """What the thread has spent on all pictures so far, over what it should have by `times`."""
        return self.draw_seconds / sum(times.solo(steps) for steps, _ in self._answers.drawn)

    async def durations(self, *, times: int) -> Durations:
        """What a step and all round the steps take here, one request after the other."""
        sizes = (8, 30)
        for _ in range(times):
            for steps in sizes:
                await self.ask(Arrival(0.0, FLOODER, steps))
        few, many = (
            median([seconds for steps, seconds in self._answers.drawn if steps == size])
            for size in sizes
        )
        return Durations.by(dict(zip(sizes, (few, many), strict=True)))

    async def ask(self, arrival: Arrival) -> None:
        """Queue a request and wait for its picture."""
        await self._answers.of(await self.enqueue(arrival))

    async def enqueue(self, arrival: Arrival) -> int:
        """Queue a request; the job's id."""
        self._asked += 1
        job = asked(arrival, self._shop.sketch(arrival.steps), number=self._asked)
        queued = await self._queue.enqueue(
            job, per_member=NO_LIMIT, per_server=NO_LIMIT, now=time.time()
        )
        self._dispatcher.wake()
        return queued.id


def asked(arrival: Arrival, recipe: Recipe, *, number: int) -> NewJob:
    """The job of an arrival; `number` is its interaction's."""
    return NewJob(
        origin=_origin(arrival.member, number),
        request=ImageRequest(recipe.prompt, steps=arrival.steps),
        recipe=recipe,
        cost=cost_of(recipe, 1),
    )


def _origin(member: int, number: int) -> Origin:
    return Origin(
        guild_id=1,
        channel_id=1,
        user_id=member + 1,
        interaction_id=number,
        application_id=1,
        token="",
        token_born=0.0,
        filesize_limit=10 * 2**20,
    )


@asynccontextmanager
async def stages(shop: Workshop, tuning: Tuning) -> AsyncIterator[Stages]:
    """The stages at work, on a database and an engine of their own."""
    folder = shop.folder / f"queue-{time.monotonic_ns()}"
    async with shop.engine(tuning) as (engine, _), open_database(folder / "bot.db") as database:
        answers, queue = Answers(engine), FairQueue(database)
        dispatcher = Dispatcher(
            queue=queue,
            board=JobBoard(database),
            engine=answers,
            album=PictureFolder(folder / "pictures"),
            disk=DiskGauge(folder, reserve=0, clock=time.time),
            marker=StepMarker(folder / "stepping"),
            clock=time.time,
        )
        running = asyncio.create_task(dispatcher.run(), name="dispatcher")
        try:
            yield Stages(shop, queue, dispatcher, answers)
        finally:
            await dispatcher.stop(grace=0.1)
            await running


async def replay(trace: Sequence[Arrival], ask: Ask) -> list[float]:
    """Ask for everything when it is due; the seconds each waited from then on."""
    began = time.perf_counter()

    async def one(arrival: Arrival) -> float:
        await asyncio.sleep(max(0.0, began + arrival.at - time.perf_counter()))
        await ask(arrival)
        return time.perf_counter() - began - arrival.at

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(arrival)) for arrival in trace]
    except* BotError as errors:
        raise BenchFailed(f"a request came to nothing: {errors.exceptions[0]}") from errors
    return [task.result() for task in tasks]
