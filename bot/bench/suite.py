"""`python -m bot bench`: every measurement in turn, and the table."""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.bench import (
    cancel,
    crowd,
    encode,
    flood,
    history,
    machine,
    memory,
    overhead,
    speed,
    waits,
)
from bot.bench.report import HEADING, Section, as_json, missed, table
from bot.bench.workshop import Workshop
from bot.equipment import catalogue_for
from bot.model.catalogue import offer
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import ConfigurationError
from config.log import set_up_logging
from config.settings import Settings, read_settings

Measure = Callable[[Workshop], Awaitable[Section]]

MEASURES: Mapping[str, Measure] = {
    "overhead": overhead.measure,
    "waits": waits.measure,
    "flood": flood.measure,
    "lag": crowd.measure_lag,
    "crowd": crowd.measure_crowd,
    "cancel": cancel.measure,
    "encode": encode.measure,
    "memory": memory.measure,
    "history": history.measure,
    "speed": speed.measure,
}
"""In the order they are run in."""

RANDOM = "random-sdxl"
"""The model that is SDXL in all but its weights, for a device without a checkpoint at hand."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to measure, how thoroughly, with which model, and where to write it."""

    quick: bool = False
    only: tuple[str, ...] = ()
    model: str = "starter"
    json: Path | None = None
    device: str = "auto"


async def run(wish: Wish, say: Say) -> None:
    """Measure and print; raises BotError with a plain sentence."""
    chosen = _chosen(wish)
    settings = read_settings({"MODEL": "starter", "DEVICE": wish.device, "LOG_LEVEL": "ERROR"})
    set_up_logging(settings.log)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="imagine-bench-"))
    try:
        shop = await _workshop(wish, settings, folder, say)
        await _measure(shop, chosen, wish, say)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _chosen(wish: Wish) -> Sequence[str]:
    if unknown := sorted(set(wish.only) - set(MEASURES)):
        names = ", ".join(MEASURES)
        raise ConfigurationError((f"--only: {', '.join(unknown)} is none of {names}.",))
    if wish.json is not None and not wish.json.parent.is_dir():
        raise ConfigurationError((f"--json: there is no folder {wish.json.parent}.",))
    return [name for name in MEASURES if not wish.only or name in wish.only]


async def _measure(shop: Workshop, chosen: Sequence[str], wish: Wish, say: Say) -> None:
    about = await machine.describe(shop)
    for name, value in about.items():
        say(f"{name}: {value}")
    say(f"\n{HEADING}")
    sections = []
    for name in chosen:
        began = time.monotonic()
        section = await MEASURES[name](shop)
        sections.append(replace(section, seconds=time.monotonic() - began))
        say(table(sections[-1]))
    about = {**about, "load at the end": machine.load()}
    say(f"\nload at the end: {about['load at the end']}")
    say(_summary(sections))
    if wish.json is not None:
        text = json.dumps(as_json(about, sections), indent=2, ensure_ascii=False)
        await asyncio.to_thread(wish.json.write_text, text, encoding="utf-8")


def _summary(sections: Sequence[Section]) -> str:
    with_goals = [one for section in sections for one in section.figures if one.met is not None]
    failed = missed(sections)
    if not failed:
        return f"All {len(with_goals)} goals are met."
    names = "; ".join(one.name for one in failed)
    return f"{len(with_goals) - len(failed)} of {len(with_goals)} goals are met; missed: {names}."


async def _workshop(wish: Wish, settings: Settings, folder: Path, say: Say) -> Workshop:
    device = await asyncio.to_thread(_device, wish.device)
    catalogue = await asyncio.to_thread(_catalogue, wish, settings, device, folder)
    shop = Workshop(catalogue, device, folder, wish.quick)
    if shop.checkpoint.key == RANDOM:
        say(f"The pictures of {RANDOM} are noise: its weights are random, its work is SDXL's.")
    return shop


def _device(wanted: str) -> str:
    from bot.imaging.sdxl.quiet import hush

    hush()
    from bot.imaging.sdxl.devices import pick_device

    return str(pick_device(wanted).type)


def _catalogue(wish: Wish, settings: Settings, device: str, folder: Path) -> Catalogue:
    if wish.model != RANDOM:
        drawing = replace(settings.drawing, model=wish.model)
        return catalogue_for(replace(settings, drawing=drawing), device)
    catalogue = catalogue_for(settings, device)
    from bot.imaging.sdxl.measures import Anatomy, write_random

    starter = Path(catalogue.checkpoints["starter"].source)
    source = write_random(folder / RANDOM, Anatomy(), tokenizers=starter, device=device, seed=1)
    return offer(catalogue, Checkpoint(key=RANDOM, source=str(source), title="random weights"))
