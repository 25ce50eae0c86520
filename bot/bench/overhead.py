"""What sharing the thread costs one image that shares it with nobody."""

import time

from bot.bench.report import Figure, Section
from bot.bench.statistics import Spread, median, pair_ratios, spread
from bot.bench.stock import Stock, stock_pipeline
from bot.bench.watch import Watch
from bot.bench.workshop import Workshop, render
from bot.imaging.engine import Engine
from bot.model.recipe import Recipe

GOAL = 1.02


async def measure(shop: Workshop) -> Section:
    """Ours over a bare call, by pairs in alternating order."""
    recipe = shop.image(shop.choose(8, shop.checkpoint.steps))
    pairs = shop.choose(5, 40)
    async with (
        shop.engine() as (engine, watch),
        stock_pipeline(shop.checkpoint, shop.device) as stock,
    ):
        bench = _Pairs(engine, watch, stock, recipe)
        await bench.once(0)
        bench.forget()
        for number in range(pairs):
            await bench.once(number)
    return Section("overhead", _definition(recipe, pairs), bench.figures())


def _definition(recipe: Recipe, pairs: int) -> str:
    return (
        f"One image of {recipe.width}×{recipe.height}, {recipe.steps} steps, alone, {pairs} pairs "
        "in alternating order; the figure is the median of the pairs' ratios. Bare: "
        "StableDiffusionXLPipeline's __call__ on its own load and thread, in inference mode, from "
        "the prompt to the decoded picture. Ours: from Engine.render on the event loop, through "
        "the queue into the executor thread, to the decoded pixels there; PNG is written on "
        "another thread afterwards. Same recipe, dtype, number of threads and layout on a card."
    )


class _Pairs:
    """Pairs of one image each way."""

    def __init__(self, engine: Engine, watch: Watch, stock: Stock, recipe: Recipe) -> None:
        self._engine, self._watch = engine, watch
        self._stock, self._recipe = stock, recipe
        self.forget()

    def forget(self) -> None:
        """Begin anew, after warming up."""
        self._bare: list[float] = []
        self._ours: list[float] = []
        self._answered: list[float] = []

    async def once(self, number: int) -> None:
        """A pair, whose order depends on its number."""
        if number % 2:
            await self._draw_ours()
        self._bare.append(await self._stock.draw(self._recipe))
        if not number % 2:
            await self._draw_ours()

    async def _draw_ours(self) -> None:
        began = time.perf_counter()
        await render(self._engine, self._recipe)
        self._answered.append(time.perf_counter() - began)
        self._ours.append(self._watch.pictures[-1][1] - began)

    def figures(self) -> tuple[Figure, ...]:
        """The ratio, and what stands behind it."""
        ratios = pair_ratios(self._ours, self._bare)
        between = pair_ratios(self._bare[1:], self._bare[:-1])
        found = spread(ratios)
        extra = 1000 * median(
            [ours - bare for ours, bare in zip(self._ours, self._bare, strict=True)]
        )
        png = [done - drawn for done, drawn in zip(self._answered, self._ours, strict=True)]
        return (
            Figure(
                "one image, ours over a bare diffusers call", found.middle, GOAL,
                reason=explained(found, spread(between), extra),
            ),
            Figure("one image, bare", 1000 * median(self._bare), unit="ms"),
            Figure("one image, ours, to the pixels", 1000 * median(self._ours), unit="ms"),
            Figure("from the pixels to the PNG on the loop", 1000 * median(png), unit="ms"),
        )  # fmt: skip


def explained(found: Spread, noise: Spread, extra_ms: float) -> str:
    """Whether a miss is ours or the machine's, by how much bare calls differ among themselves."""
    half = (noise.high - noise.low) / 2
    facts = (
        f"The pairs' ratio is {found}, {extra_ms:+.1f} ms an image; two bare calls in a row "
        f"differ by {100 * half:.1f} % half of the time."
    )
    if found.low <= GOAL:
        return f"{facts} The goal lies within the quartiles: the machine's noise decides here."
    return f"{facts} The goal lies below the quartiles: this is a cost of ours, not noise."
