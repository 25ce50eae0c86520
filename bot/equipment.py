"""The engine and what it may draw with, as the settings say."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.imaging import sdxl
from bot.imaging.engine import Engine
from bot.imaging.executor import Tuning
from bot.imaging.marker import StepMarker
from bot.imaging.memory import Resources
from bot.imaging.painter import Painter
from bot.leaving import NEW_PROCESS, leave_at_once
from bot.model.catalogue import offer, read_catalogue, resolve
from bot.model.checkpoint import Catalogue
from bot.model.errors import ConfigurationError, StorageError
from bot.model.fairness import lag_for
from bot.model.room import DeviceMemory
from bot.storage.sources import SourceFolder
from config.documents import DOCUMENTS, Documents, read_document
from config.settings import Settings, SettingsError, export

VERSION = "0.1.0"
PROJECT = Path(__file__).parent.parent
Painters = Callable[..., Callable[[], Painter]]
"""What makes the engine's painter, asked as `sdxl.painter_factory` is."""

log = logging.getLogger(__name__)


def catalogue_for(settings: Settings, device: str, documents: Documents = DOCUMENTS) -> Catalogue:
    """What may be drawn with on a device; the default is what MODEL means there.

    Raises ConfigurationError with every problem.
    """
    try:
        files = (documents.models, documents.styles, documents.loras)
        tables = [read_document(file) for file in files]
    except SettingsError as error:
        raise ConfigurationError(error.problems) from error
    catalogue = read_catalogue(*tables, root=PROJECT)
    checkpoint = resolve(settings.drawing.model, device, catalogue, exists=_is_here)
    if settings.drawing.model == "auto" and device != "cuda":
        log.warning(
            "no CUDA device: drawing with the small %s model; set MODEL for another",
            checkpoint.key,
        )
    return offer(_within_reach(catalogue, device), checkpoint)


def _within_reach(catalogue: Catalogue, device: str) -> Catalogue:
    """Without a GPU a member's choice must not start a download of gigabytes."""
    if device != "cpu":
        return catalogue
    local = {
        key: one
        for key, one in catalogue.checkpoints.items()
        if all(map(_is_here, (one.source, *(it.source for it in one.loras))))
    }
    loras = {key: one for key, one in catalogue.loras.items() if _is_here(one.source)}
    return replace(catalogue, checkpoints=local, loras=loras)


def _is_here(source: str) -> bool:
    """Whether a source is a file or folder of this computer, from home (`~`) or anywhere."""
    return Path(source).expanduser().exists()


def _device(wanted: str) -> str:
    # Importing torch takes seconds; before the gateway opens nobody waits for the loop.
    from bot.imaging.sdxl.devices import pick_device

    return str(pick_device(wanted).type)


def device_memory(wanted: str) -> DeviceMemory | None:
    """How much of the graphics card's memory is used; None without a card."""
    from bot.imaging.sdxl.devices import pick_device, use_of_memory

    used: DeviceMemory | None = use_of_memory(pick_device(wanted))
    return used


@asynccontextmanager
async def open_engine(
    settings: Settings,
    marker: StepMarker | None = None,
    read_source: Callable[[str], bytes] | None = None,
    painters: Painters = sdxl.painter_factory,
    documents: Documents = DOCUMENTS,
) -> AsyncIterator[tuple[Engine, Catalogue]]:
    """The engine, which begins to load the default model, and what it may draw with."""
    device = await asyncio.to_thread(_device, settings.drawing.device)
    catalogue = catalogue_for(settings, device, documents)
    native_size = catalogue.checkpoints[catalogue.default].native_size
    engine = Engine(
        painters(catalogue, device=device, bot_version=VERSION, resources=resources_for(settings)),
        tuning=_tuning(settings, native_size, marker),
        read_source=read_source or source_folder(settings).read,
    )
    engine.start()
    try:
        yield engine, catalogue
    finally:
        await engine.stop(grace=1.0)


def source_folder(settings: Settings) -> SourceFolder:
    """Where the pictures lie that images begin with."""
    return SourceFolder(settings.storage.data_dir / "pictures" / "sources")


def resources_for(settings: Settings) -> Resources:
    """What the painter may use; compiled code is kept from one start to the next."""
    drawing = settings.drawing
    if drawing.compiled:
        export("TORCHINDUCTOR_CACHE_DIR", str(settings.storage.data_dir.absolute() / "compiled"))
    return Resources(memory=drawing.memory, compiled=drawing.compiled)


def _tuning(settings: Settings, native_size: int, marker: StepMarker | None) -> Tuning:
    tuning = Tuning(
        lag=lag_for(native_size),
        job_seconds=settings.drawing.job_seconds,
        lost=partial(leave_at_once, NEW_PROCESS),
    )
    if marker is None:
        return tuning
    return replace(tuning, mark=marker.marked, mark_load=partial(marker.marked, loading=True))


def step_marker(folder: Path) -> StepMarker:
    """The crash marker in the data folder, which is made if it is missing; raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return StepMarker(folder / "stepping")
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror}.", "Point DATA_DIR at a folder that can."
        ) from error
