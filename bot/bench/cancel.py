"""How soon a cancelled drawing leaves the thread."""

import asyncio
import random
import time
from dataclasses import replace
from itertools import pairwise

from bot.bench.report import Figure, Section
from bot.bench.statistics import median
from bot.bench.watch import Watch
from bot.bench.workshop import BenchFailed, Workshop, render
from bot.imaging.engine import Engine
from bot.model.errors import RenderCancelled
from bot.model.picture import Progress, Work

GOAL = 1.0


async def measure(shop: Workshop) -> Section:
    """Cancel at a random moment of a step, again and again."""
    chance = random.Random(1)  # noqa: S311 - a moment, not a secret
    async with shop.engine() as (engine, watch):
        trial = _Trial(shop, engine, watch)
        tries = [await trial.once(chance.random(), job) for job in range(1, shop.choose(6, 40))]
    steps, seconds = zip(*tries, strict=True)
    step = trial.step_seconds()
    after = [one / step for one in seconds]
    return Section(
        "cancel",
        "Engine.cancel from the event loop at a random moment of a step of an image that is drawn "
        "alone; counted on the thread are the steps that end after the call, the one in hand "
        "included. No picture may be decoded.",
        (
            Figure(
                "steps that end after a cancel, the most", max(steps), GOAL, "steps",
                reason=f"{sum(one > GOAL for one in steps)} of {len(steps)} cancels came "
                "later than the step in hand: the loop or the thread was held up between the "
                "call and the next look at the commands.",
            ),
            Figure("from the cancel to a free thread, median", median(after), unit="steps"),
            Figure("pictures decoded in vain", len(watch.pictures) - 1 - len(tries), 0),
        ),
    )  # fmt: skip


class _Trial:
    """Draws an image and cancels it."""

    def __init__(self, shop: Workshop, engine: Engine, watch: Watch) -> None:
        self._recipe = shop.image(60)
        self._engine = engine
        self._watch = watch

    async def once(self, moment: float, job: int) -> tuple[int, float]:
        """Cancel `moment` of a step after the third one; the steps and seconds that still came."""
        underway = asyncio.Event()

        def progressed(progress: Progress) -> None:
            if progress.step >= 3:
                underway.set()

        work = Work(job, 1, 1.0, (self._recipe,))
        drawing = asyncio.create_task(self._engine.render(work, progressed))
        await underway.wait()
        await asyncio.sleep(moment * self.step_seconds())
        before, ended = time.perf_counter(), len(self._watch.broken_off)
        self._engine.cancel(job)
        await asyncio.gather(drawing, return_exceptions=True)
        if not isinstance(drawing.exception(), RenderCancelled):
            raise BenchFailed("a cancelled drawing did not end as cancelled")
        await render(self._engine, replace(self._recipe, steps=1))  # the thread comes to it after
        after = self._watch.broken_off[ended]
        late = [at for _, at in self._watch.steps if before < at <= after]
        return len(late), after - before

    def step_seconds(self) -> float:
        """The median step so far."""
        times = [at for _, at in self._watch.steps]
        gaps = [after - before for before, after in pairwise(times)]
        return median(gaps[-50:])
