"""What the measurements share: the model on the bench, its recipes, and an engine of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.bench.arrivals import STEPS_OF_AN_IMAGE, Durations
from bot.bench.statistics import median
from bot.bench.stock import Stock
from bot.bench.watch import Watch, watched
from bot.imaging import sdxl
from bot.imaging.engine import Engine
from bot.imaging.executor import Tuning
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import BotError
from bot.model.fairness import cost_of_a_pass
from bot.model.picture import Rendered, Work
from bot.model.planning import plan
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest

PROMPT = "a red apple on a blue background"
LOAD_WITHIN = 900.0
"""Seconds; a full-size checkpoint from a slow disk takes minutes."""

NO_TIME = "Takes minutes: a run without --quick measures it."

LAG_IMAGES = 8
"""How the design states the lag: so many images of so many steps."""


class BenchFailed(BotError):
    """A measurement did not come to its figures."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """The model that is measured, and how long measuring may take."""

    catalogue: Catalogue
    device: str
    folder: Path
    """For databases and pictures; thrown away at the end."""
    quick: bool

    @property
    def checkpoint(self) -> Checkpoint:
        """What is drawn with."""
        return self.catalogue.checkpoints[self.catalogue.default]

    def choose(self, quick: int, full: int) -> int:
        """How many, by how long measuring may take."""
        return quick if self.quick else full

    def image(self, steps: int | None = None) -> Recipe:
        """An image as members get it where they choose nothing, or of more steps than they may."""
        recipe = plan(ImageRequest(PROMPT), self.catalogue, seed=1)
        return recipe if steps is None else replace(recipe, steps=steps)

    def sketch(self, steps: int) -> Recipe:
        """An image of half the side and without guidance: the shortest steps there are."""
        image = self.image(steps)
        return replace(image, width=image.width // 2, height=image.height // 2, guidance_scale=1.0)

    def lag_for(self, recipe: Recipe) -> float:
        """The lag of eight images of 30 steps, each step costing what the recipe's do."""
        return LAG_IMAGES * STEPS_OF_AN_IMAGE * cost_of_a_pass(recipe)

    @asynccontextmanager
    async def engine(self, tuning: Tuning | None = None) -> AsyncIterator[tuple[Engine, Watch]]:
        """An engine with the model loaded, and the notes taken on its thread."""
        watch = Watch()
        factory = sdxl.painter_factory(self.catalogue, device=self.device)
        engine = Engine(watched(factory, watch), tuning=tuning)
        engine.start()
        try:
            async with asyncio.timeout(LOAD_WITHIN):
                await render(engine, self.sketch(1))
            yield engine, watch
        finally:
            await engine.stop(grace=30.0)


async def render(engine: Engine, recipe: Recipe, *, job: int = 0, member: int = 0) -> Rendered:
    """One image, in nobody's way."""
    return await engine.render(Work(job, member, 1.0, (recipe,)), lambda _: None)


async def durations(stock: Stock, sketch: Callable[[int], Recipe], *, times: int) -> Durations:
    """What a step and all round the steps take in a stock call, by medians of few and many."""
    few, many = 2, 12
    short: list[float] = []
    long: list[float] = []
    await stock.draw(sketch(few))
    for _ in range(times):
        short.append(await stock.draw(sketch(few)))
        long.append(await stock.draw(sketch(many)))
    return Durations.by({few: median(short), many: median(long)})
