"""What writing a picture takes beside drawing it."""

import asyncio
import time

from bot.bench.report import Figure, Section
from bot.bench.statistics import median
from bot.bench.workshop import Workshop, render
from bot.imaging.painter import Drawn
from bot.imaging.png import encode


async def measure(shop: Workshop) -> Section:
    """The encoding of a drawn picture, on a thread that nothing competes with."""
    drawings, times = shop.choose(1, 3), shop.choose(9, 25)
    recipe = shop.image()
    async with shop.engine() as (engine, watch):
        drawing = [(await render(engine, recipe)).draw_seconds for _ in range(drawings)]
        drawn = watch.pictures[-1][0]
    writing = [await asyncio.to_thread(_seconds_of, drawn) for _ in range(times)]
    ratio = median(writing) / median(drawing)
    size = (recipe.width * recipe.display_scale, recipe.height * recipe.display_scale)
    return Section(
        "encode",
        f"Enlarging the drawn pixels to {size[0]}×{size[1]} and writing the PNG with its recipe, "
        f"over drawing the image of {recipe.steps} steps. It runs on a thread of its own while the "
        "next job is drawn.",
        (
            Figure("encoding over drawing", ratio),
            Figure("encoding one picture", 1000 * median(writing), unit="ms"),
        ),
    )


def _seconds_of(drawn: Drawn) -> float:
    recipe = drawn.completed()
    began = time.perf_counter()
    encode(drawn.pixels, recipe)
    return time.perf_counter() - began
