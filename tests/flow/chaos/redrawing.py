"""What stock diffusers makes of a picture's recipe: plain calls on a load of its own, no engine."""

import asyncio
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionXLPipeline

from bot.imaging import png
from bot.imaging.painter import Pixels
from bot.imaging.sdxl.call import pipeline_for, varied_arguments_of
from bot.imaging.sdxl.devices import use_threads
from bot.imaging.sdxl.loading import load
from bot.imaging.sdxl.quiet import hush
from bot.imaging.sdxl.tiles import draw_tiles
from bot.imaging.sources import fitted
from bot.model.checkpoint import Checkpoint
from bot.model.recipe import Recipe, plain
from bot.sandbox.events import Event
from bot.sandbox.messages import Attachment, Message
from bot.sandbox.server import Sandbox
from bot.storage.sources import SourceFolder
from tests.flow.chaos.history import Image

NATIVE_SIZE = 128
STARTER = Path(__file__).parents[3] / "bot" / "imaging" / "starter"


class Redrawing:
    """Draws every picture that is posted again, in a process of its own while the run goes on."""

    def __init__(self, pool: ProcessPoolExecutor, data: Path) -> None:
        self._pool = pool
        self._sources = data / "pictures" / "sources"
        self._verdicts: dict[str, Future[Image]] = {}

    def follow(self, sandbox: Sandbox) -> None:
        """Draw again what is posted from now on."""
        sandbox.events.subscribe(self._hear)

    async def image(self, file: Attachment) -> Image:
        """A picture, and whether its pixels are those that its recipe gives."""
        return await asyncio.wrap_future(self._verdict(file))

    def _hear(self, event: Event) -> None:
        if event.name not in ("message.created", "message.edited"):
            return
        message: Message = event.data
        for file in message.files:
            if is_picture(file):
                self._verdict(file)

    def _verdict(self, file: Attachment) -> "Future[Image]":
        """An answer that is posted a second time is no other picture."""
        key = f"{file.filename} {hashlib.sha256(file.data).hexdigest()}"
        if key not in self._verdicts:
            verdict = self._pool.submit(_look, file.filename, file.data, self._sources)
            self._verdicts[key] = verdict
        return self._verdicts[key]


def is_picture(file: Attachment) -> bool:
    """Whether a file is a finished picture and no preview."""
    return file.filename.startswith("imagine-")


@contextmanager
def redrawing(data: Path) -> Iterator[Redrawing]:
    """What draws pictures again, from the sources in a bot's data folder."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield Redrawing(pool, data)


def _look(name: str, file: bytes, sources: Path) -> Image:
    try:
        recipe = png.read_recipe(file)
        drawn = png.encode(_drawn(recipe, sources), recipe)
        return Image(name, plain(recipe), png.same_pixels(file, drawn))
    except ValueError:
        return Image(name, {}, equal=False)


@cache
def _pipeline() -> StableDiffusionXLPipeline:
    hush()
    use_threads(torch.device("cpu"), NATIVE_SIZE)
    pipeline = load(Checkpoint("starter", str(STARTER)), torch.float32).pipeline
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _drawn(recipe: Recipe, sources: Path) -> Pixels:
    source = None
    if recipe.source_sha256:
        file = SourceFolder(sources).read(recipe.source_sha256)
        source = fitted(file, recipe.width, recipe.height)
    if recipe.upscale is not None and source is not None:
        return draw_tiles(_call, recipe, source, lambda _: None)[0]
    return _call(recipe, source)[0]


def _call(recipe: Recipe, source: Pixels | None, _: object = None) -> tuple[Pixels, bool]:
    """One plain call; it never had to be decoded in another precision on the CPU."""
    own = pipeline_for(_pipeline(), recipe)
    with torch.inference_mode():
        image = own(**varied_arguments_of(own, recipe, source), output_type="np").images[0]
    levels = (image * 255).round().astype(np.uint8)
    return Pixels(levels.shape[1], levels.shape[0], levels.tobytes()), False
