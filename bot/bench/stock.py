"""What is compared with: stock diffusers calls, one after the other on a thread."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from bot.model.checkpoint import Checkpoint
from bot.model.recipe import Recipe

if TYPE_CHECKING:
    from bot.imaging.sdxl.measures import StockPipeline

T = TypeVar("T")


class Stock:
    """One thread with a stock pipeline; calls are served first come, first served."""

    def __init__(self, thread: ThreadPoolExecutor, pipeline: "StockPipeline") -> None:
        self._thread = thread
        self._pipeline = pipeline

    async def draw(self, recipe: Recipe) -> float:
        """The seconds of one plain call, from the prompt to the decoded picture."""
        return await self._on_thread(self._timed, recipe)

    async def flops_of_a_step(self, recipe: Recipe) -> int:
        """Floating-point operations of one denoising step."""
        return await self._on_thread(self._pipeline.flops_of_a_step, recipe)

    def _timed(self, recipe: Recipe) -> float:
        began = time.perf_counter()
        self._pipeline.draw(recipe)
        return time.perf_counter() - began

    async def _on_thread(self, call: Callable[[Recipe], T], recipe: Recipe) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, recipe)


@asynccontextmanager
async def stock_pipeline(checkpoint: Checkpoint, device: str) -> AsyncIterator[Stock]:
    """Load the stock pipeline on a thread of its own, and let go of it at the end."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="stock") as thread:
        pipeline = await loop.run_in_executor(thread, _load, checkpoint, device)
        try:
            yield Stock(thread, pipeline)
        finally:
            await loop.run_in_executor(thread, pipeline.close)


def _load(checkpoint: Checkpoint, device: str) -> "StockPipeline":
    from bot.imaging.sdxl.quiet import hush

    hush()
    from bot.imaging.sdxl.measures import StockPipeline

    return StockPipeline(checkpoint, device)


def libraries() -> Mapping[str, str]:
    """The versions that speed depends on; imports them."""
    from bot.imaging.sdxl import measures

    return dict(measures.libraries())


def forget_peak_memory() -> None:
    """Begin to watch the device's memory anew."""
    from bot.imaging.sdxl import measures

    measures.forget_peak_memory()


def peak_memory() -> int | None:
    """The most bytes in use on a CUDA device since; None without one."""
    from bot.imaging.sdxl import measures

    peak: int | None = measures.peak_memory()
    return peak
