"""How fast the device draws: images, FLOPs and memory."""

from collections.abc import Sequence
from itertools import pairwise

from bot.bench.report import Figure, Section
from bot.bench.statistics import median
from bot.bench.stock import forget_peak_memory, peak_memory, stock_pipeline
from bot.bench.workshop import Workshop, render
from bot.model.recipe import Recipe


async def measure(shop: Workshop) -> Section:
    """Images by the engine; the FLOPs of a step are counted in a stock call."""
    recipe, times = shop.image(), shop.choose(1, 10)
    async with stock_pipeline(shop.checkpoint, shop.device) as stock:
        flops = await stock.flops_of_a_step(recipe)
    forget_peak_memory()
    async with shop.engine() as (engine, watch):
        await render(engine, recipe)
        seconds = [(await render(engine, recipe)).draw_seconds for _ in range(times)]
    step = median(gaps([at for _, at in watch.steps[1:]], recipe.steps))
    return Section("speed", _definition(recipe), _figures(median(seconds), step, flops))


def gaps(ends: Sequence[float], steps: int) -> list[float]:
    """The seconds between the ends of two steps of the same image, of images one by one."""
    images = (ends[first : first + steps] for first in range(0, len(ends), steps))
    return [after - before for image in images for before, after in pairwise(image)]


def _definition(recipe: Recipe) -> str:
    guided = "with" if recipe.guidance_scale > 1 else "without"
    return (
        f"The engine draws one image of {recipe.width}×{recipe.height}, {recipe.steps} steps, "
        f"{guided} guidance, alone; the FLOPs of a denoising step are counted by torch in a stock "
        "call, two for a multiplication with its addition."
    )


def _figures(image: float, step: float, flops: int) -> tuple[Figure, ...]:
    figures = (
        Figure("seconds an image", image, unit="s"),
        Figure("steps a second", 1 / step, unit="1/s"),
        Figure("counted FLOPs of a step", flops / 1e12, unit="TFLOP"),
        Figure("throughput of the steps", flops / step / 1e12, unit="TFLOP/s"),
    )
    peak = peak_memory()
    if peak is None:
        return figures
    return (*figures, Figure("peak device memory", peak / 2**30, unit="GiB"))
