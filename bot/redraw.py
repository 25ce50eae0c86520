"""`python -m bot redraw`: draw the recipe in a picture again and compare the pixels."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.equipment import open_engine
from bot.imaging import png
from bot.model.errors import BotError, ConfigurationError, StorageError
from bot.model.picture import Picture, Work
from bot.model.recipe import Recipe
from bot.model.redrawing import differences, objections
from config.documents import DOCUMENTS, Documents
from config.log import set_up_logging
from config.settings import Settings

SOURCE_ADVICE = (
    "It began with a picture: give the very file with --image, or set DATA_DIR to the bot's folder."
)

Say = Callable[[str], None]


class RedrawFailed(BotError):
    """The picture cannot be drawn again, or came out different."""


@dataclass(frozen=True, slots=True)
class Redraw:
    """Which picture, where to put the new one if anywhere, what it began with if given."""

    picture: Path
    out: Path | None = None
    image: Path | None = None


async def run(redraw: Redraw, settings: Settings, say: Say) -> None:
    """The command: `again`, with the log set up."""
    set_up_logging(settings.log, secrets=settings.secrets)
    await again(redraw, settings, say)


async def again(
    redraw: Redraw, settings: Settings, say: Say, documents: Documents = DOCUMENTS
) -> None:
    """Say whether the pixels are equal; raises RedrawFailed where they are not."""
    written = await asyncio.to_thread(_read, redraw.picture)
    recipe = _recipe_in(written, redraw.picture)
    say(f"{redraw.picture}: {recipe.prompt!r}, seed {recipe.seed}, model {recipe.model!r}")
    drawn = await _drawn(recipe, settings, redraw.image, documents)
    if redraw.out is not None:
        await asyncio.to_thread(_write, redraw.out, drawn.png)
    if _same_pixels(written, drawn.png, redraw.picture):
        say("equal: every pixel is the same")
        return
    reasons = differences(recipe, drawn.recipe) or ["nothing that the recipe names"]
    raise RedrawFailed("the pixels are different. What differs:\n  " + "\n  ".join(reasons))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError((f"{path} cannot be read: {error.strerror}.",)) from error


def _write(path: Path, file: bytes) -> None:
    try:
        path.write_bytes(file)
    except OSError as error:
        raise ConfigurationError((f"{path} cannot be written: {error.strerror}.",)) from error


def _same_pixels(written: bytes, drawn: bytes, path: Path) -> bool:
    try:
        return png.same_pixels(written, drawn)
    except ValueError as error:
        raise RedrawFailed(f"{path} cannot be compared: {error}.") from error


def _recipe_in(written: bytes, path: Path) -> Recipe:
    try:
        return png.read_recipe(written)
    except ValueError as error:
        raise RedrawFailed(f"{path} cannot be drawn again: {error}.") from error


async def _drawn(
    recipe: Recipe, settings: Settings, image: Path | None, documents: Documents
) -> Picture:
    source = None if image is None else await asyncio.to_thread(_source, image, recipe)
    opening = open_engine(settings, read_source=source, documents=documents)
    async with opening as (engine, catalogue):
        if problems := objections(recipe, catalogue):
            raise RedrawFailed(" ".join(problems))
        work = Work(job_id=0, user_id=0, weight=1.0, recipes=(recipe,))
        try:
            rendered = await engine.render(work, lambda _: None)
        except StorageError as error:
            raise RedrawFailed(f"{error.reason} {SOURCE_ADVICE}") from error
        return rendered.pictures[0]


def _source(image: Path, recipe: Recipe) -> Callable[[str], bytes]:
    """What gives the engine the file that was given, if it is the one that the recipe names."""
    file = _read(image)
    if hashlib.sha256(file).hexdigest() != recipe.source_sha256:
        raise RedrawFailed(f"{image} is not the file that the picture began with.")
    return lambda sha256: file
