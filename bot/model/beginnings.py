"""Whether what a stranger's recipe says of its source, variation and enlargement may be drawn."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.model.deriving import DEEPEST, FACTORS, OVERLAP
from bot.model.recipe import Recipe
from bot.model.request import PROMPT_LENGTH, SEEDS, STEPS, STRENGTHS

TILES = (64, 2048)
"""Pixels of a tile's side."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def beginning_objections(recipe: Recipe) -> Iterator[str]:
    """Why the recipe is not drawn from what it says it begins with, a sentence each."""
    source = recipe.source or {}
    if not _is_table(source, {"sha256", "job", "image"}):
        yield "The source must name a file by its SHA-256, and perhaps a job and its image."
    elif not _SHA256.fullmatch(str(source.get("sha256", "0" * 64))):
        yield "The source's SHA-256 is none."
    if (recipe.strength is None) != (recipe.source_sha256 == ""):
        yield "There is a strength where there is a source's file, and nowhere else."
    elif recipe.strength is not None and not _takes_a_step(recipe.strength, recipe.steps):
        yield f"The strength must be from {STRENGTHS[0]:g} to 1 and take one of the steps."
    if recipe.variation is not None and not _is_variation(recipe.variation, DEEPEST):
        yield f"The variation must have a seed and an amount from 0 to 1, {DEEPEST} deep at most."
    if recipe.upscale is not None and not _is_upscale(recipe):
        yield "The enlargement must be 2 or 4 times, over a source, in tiles of a usual size."


def _takes_a_step(strength: float, steps: int) -> bool:
    known = _is_number(strength, STRENGTHS) and _is_number(steps, STEPS)
    return known and int(steps * strength) >= 1


def _is_variation(variation: Any, deepest: int) -> bool:
    if deepest < 1 or not _is_table(variation, {"seed", "amount", "of"}):
        return False
    seeded = type(variation.get("seed")) is int and _is_number(variation["seed"], SEEDS)
    before = variation.get("of")
    return (
        seeded
        and _is_number(variation.get("amount"), (0.0, 1.0))
        and (before is None or _is_variation(before, deepest - 1))
    )


def _is_upscale(recipe: Recipe) -> bool:
    table: Any = recipe.upscale
    names = {"factor": int, "tile": int, "overlap": int, "prompt": str}
    if not _is_table(table, set(names)) or len(table) < len(names):
        return False
    if any(type(table[name]) is not kind for name, kind in names.items()):
        return False
    return (
        table["factor"] in FACTORS
        and _is_number(table["tile"], TILES)
        and table["tile"] % 8 == 0
        and 0 <= table["overlap"] <= table["tile"] // OVERLAP
        and len(table["prompt"]) <= PROMPT_LENGTH
        and recipe.source_sha256 != ""
        and recipe.variation is None
    )


def _is_table(value: Any, names: set[str]) -> bool:
    return isinstance(value, Mapping) and set(value) <= names


def _is_number(value: Any, bounds: tuple[float, float]) -> bool:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and bounds[0] <= value <= bounds[1]
