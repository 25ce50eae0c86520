"""The machine that the figures were taken on."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path

from bot.bench.stock import libraries
from bot.bench.workshop import Workshop, render

CPUINFO = Path("/proc/cpuinfo")


async def describe(shop: Workshop) -> Mapping[str, str]:
    """Device, cores, versions and model; draws one small picture to learn what draws."""
    async with shop.engine() as (engine, _):
        (picture,) = (await render(engine, shop.sketch(1))).pictures
    recipe = picture.recipe
    return {
        "device": f"{recipe.device}, {recipe.dtype}",
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **libraries(),
        "model": f"{recipe.model}, {shop.checkpoint.native_size} px, "
        f"SHA-256 {recipe.model_sha256[:10]}",
        "load at the start": load(),
    }


def processor() -> str:
    """The processor's name as far as the system tells it."""
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def load() -> str:
    """What the machine has been doing for a minute, in busy cores; others' work is noise here."""
    if not hasattr(os, "getloadavg"):
        return "unknown"
    return f"{os.getloadavg()[0]:.1f} busy cores"
