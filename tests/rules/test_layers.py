"""Imports go down only, and every library has its room."""

import ast
from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.rules.source import ROOMS, Module, dotted, imports_of, modules_under, names_of

FLOOR = 40
"""Modules that the rules must have seen; far fewer would mean that they looked past the code."""

LEVELS: Mapping[str, int] = {
    "bot.model": 0,
    "bot.ports": 1,
    "bot.storage": 3,
    "bot.imaging": 3,
    "bot.sandbox": 3,
    "bot.client": 3,
    "bot.health": 3,
    "cogs": 3,
    "config": 3,
    "bot.equipment": 4,
    "bot.studio": 4,
    "bot.wiring": 5,
    "bot.running": 6,
    "bot.demo": 6,
    "bot.hosted": 6,
    "bot.redraw": 6,
    "bot.backup": 6,
    "bot.bench": 6,
    "bot.__main__": 7,
}
"""Rooms from the ground up; a file in bot/ that is not named here is a stage service."""

STAGE = 2

LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "discord": ("cogs", "bot.client"),
    "torch": ("bot.imaging.sdxl", "bot.imaging.safety"),
    "diffusers": ("bot.imaging.sdxl", "bot.imaging.safety"),
    "transformers": ("bot.imaging.sdxl", "bot.imaging.safety"),
    "safetensors": ("bot.imaging.sdxl", "bot.imaging.safety"),
    "accelerate": ("bot.imaging.sdxl",),
    "compel": ("bot.imaging.sdxl",),
    "peft": ("bot.imaging.sdxl",),
    "sqlalchemy": ("bot.storage",),
    "alembic": ("bot.storage",),
    "aiosqlite": ("bot.storage",),
    "sqlite3": ("bot.storage",),
    "filelock": ("bot.storage",),
    "dotenv": ("config.settings",),
    "aiohttp.web": ("bot.sandbox", "bot.health"),
    "prometheus_client": ("bot.health",),
}
ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.putenv")


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def room_of(name: str) -> str:
    return next((room for room in LEVELS if within(name, room)), "bot")


def level_of(name: str) -> int:
    return LEVELS.get(room_of(name), STAGE)


def own(name: str) -> bool:
    return name.split(".")[0] in ROOMS


def upward(modules: Sequence[Module]) -> Iterator[str]:
    """Imports from a higher room, or from another room of the same level."""
    for module in modules:
        for line, target in imports_of(module):
            if not own(target) or room_of(target) == room_of(module.name):
                continue
            if level_of(target) >= level_of(module.name) or within(module.name, "config"):
                yield f"{module.name}:{line} imports {target}"


def misplaced(modules: Sequence[Module]) -> Iterator[str]:
    """Libraries imported outside their rooms, and the environment read outside its own."""
    for module in modules:
        for line, target in imports_of(module):
            for library, rooms in LIBRARIES.items():
                if within(target, library) and not any(within(module.name, one) for one in rooms):
                    yield f"{module.name}:{line} imports {target}"
        if module.name != "config.settings":
            yield from (f"{module.name} reads {name}" for name in _environment_read_by(module))


def _environment_read_by(module: Module) -> Iterator[str]:
    bound = names_of(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name | ast.Attribute) and dotted(node, bound) in ENVIRONMENT:
            yield dotted(node, bound)


def circles(modules: Sequence[Module]) -> Iterator[str]:
    """Modules that import themselves by way of others."""
    names = {module.name for module in modules}
    targets = {module.name: set(_targets(module, names)) for module in modules}
    settled: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if name in path:
            yield " -> ".join([*path[path.index(name) :], name])
        elif name not in settled:
            for target in sorted(targets[name]):
                yield from walk(target, (*path, name))
            settled.add(name)

    for name in sorted(names):
        yield from walk(name, ())


def _targets(module: Module, names: set[str]) -> Iterator[str]:
    for _, target in imports_of(module):
        known = target if target in names else target.rpartition(".")[0]
        if known in names and known != module.name:
            yield known


def test_imports_go_down_only():
    modules = modules_under(*ROOMS)
    assert len(modules) >= FLOOR
    assert len({room_of(module.name) for module in modules}) >= 10
    assert list(upward(modules)) == []


def test_every_library_stays_in_its_room():
    modules = modules_under(*ROOMS)
    used = {target.split(".")[0] for module in modules for _, target in imports_of(module)}
    assert {"discord", "torch", "diffusers", "sqlalchemy", "alembic", "dotenv", "aiohttp"} <= used
    assert list(misplaced(modules)) == []


def test_no_module_imports_itself_by_way_of_others():
    modules = modules_under(*ROOMS)
    assert sum(len(set(_targets(one, {m.name for m in modules}))) for one in modules) >= 2 * FLOOR
    assert list(circles(modules)) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("bot.model.job", "from bot.ports import Clock"),
        ("bot.model.job", "def f():\n    from bot import ports"),
        ("bot.ports", "import bot.admission"),
        ("bot.admission", "from bot.storage.queue import Queue"),
        ("bot.dispatcher", "from bot.wiring import open_studio"),
        ("bot.storage.queue", "from bot.imaging.engine import Engine"),
        ("bot.sandbox.world", "from cogs import imagine"),
        ("bot.storage.queue", "from ..imaging import engine"),
        ("config.log", "from bot.model.job import Job"),
        ("config.log", "import cogs.imagine"),
        ("bot.wiring", "from bot.__main__ import main"),
    ],
)
def test_an_import_upward_or_sideways_is_found(name, source):
    assert list(upward([Module.of(name, source)]))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("bot.wiring", "from bot.model.job import Job\nfrom config.settings import Settings"),
        ("bot.storage.queue", "from bot.storage import tables\nfrom bot.ports import Board"),
        ("bot.storage.queue", "from . import tables"),
        ("bot.dispatcher", "from bot.delivery import Delivery\nimport asyncio"),
    ],
)
def test_an_import_downward_or_within_a_room_is_fine(name, source):
    assert list(upward([Module.of(name, source)])) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("bot.delivery", "import discord"),
        ("bot.sandbox.gateway", "from discord import Intents"),
        ("bot.imaging.engine", "def f():\n    import torch.nn"),
        ("bot.wiring", "from diffusers import DiffusionPipeline"),
        ("cogs.queue", "import sqlalchemy as sa"),
        ("bot.imaging.sdxl", "import sqlite3"),
        ("cogs.imagine", "from aiohttp import web"),
        ("bot.running", "import aiohttp.web as server"),
        ("bot.running", "import os\nos.environ['HOME']"),
        ("bot.running", "from os import environ\nenviron.get('HOME')"),
        ("bot.running", "import os as system\nsystem.getenv('HOME')"),
        ("config.log", "import dotenv"),
    ],
)
def test_a_library_outside_its_room_is_found(name, source):
    assert list(misplaced([Module.of(name, source)]))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("cogs.imagine", "import discord\nfrom aiohttp import ClientError"),
        ("bot.imaging.sdxl.loading", "import torch"),
        ("config.settings", "import os\nos.environ"),
        ("bot.running", "import os\nos._exit(1)"),
        ("bot.discordant", "from torchless import discord"),
    ],
)
def test_a_library_in_its_room_is_fine(name, source):
    assert list(misplaced([Module.of(name, source)])) == []


def test_a_circle_is_found():
    ring = [
        Module.of("bot.a", "from bot.b import x"),
        Module.of("bot.b", "def f():\n    import bot.c"),
        Module.of("bot.c", "from bot import a"),
    ]
    assert list(circles(ring)) == ["bot.a -> bot.b -> bot.c -> bot.a"]
    assert list(circles(ring[:2])) == []
