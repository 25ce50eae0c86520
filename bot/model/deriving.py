"""From an image that was drawn to the recipe of one made from it, as pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from bot.model.checkpoint import Checkpoint
from bot.model.errors import EnlargementTooLarge, NotVariable, UnknownOption
from bot.model.planning import strong_enough
from bot.model.recipe import Recipe

FACTORS = (2, 4)
AMOUNTS: Mapping[str, float] = MappingProxyType({"subtle": 0.15, "strong": 0.45})
"""How far the first noise is turned towards another seed's, by the name members know."""
UPSCALE_STRENGTH = 0.2
"""More puts things into the empty parts of a picture that are not there."""
OVERLAP = 4
"""Neighbouring tiles share a quarter of their side."""
LARGEST_AREA = 4096 * 4096
"""Pixels that an enlargement may be shown with."""
DEEPEST = 8
"""Variations of variations: the noise of each is drawn again for the next."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One image of a job, counted from 1; the member's last job where none is named."""

    job_id: int | None = None
    image: int = 1


@dataclass(frozen=True, slots=True)
class UpscaleRequest:
    """The options of one `/upscale`."""

    choice: Choice
    factor: int = 2
    private: bool = False


@dataclass(frozen=True, slots=True)
class VaryRequest:
    """The options of one `/vary`."""

    choice: Choice
    amount: str = "subtle"
    count: int = 1
    private: bool = False


def upscaled(
    parent: Recipe, *, factor: int, source: Mapping[str, Any], checkpoint: Checkpoint
) -> Recipe:
    """The recipe of an enlargement: the same seed, over the picture in `source`.

    It is `factor` times as large as the parent in the pixels that are drawn, and so in those that
    are shown. Its tiles are drawn without words and guidance, which would put the whole subject
    into each of them. Raises EnlargementTooLarge, or UnknownOption for another factor.
    """
    if factor not in FACTORS:
        raise UnknownOption("factor", str(factor), tuple(map(str, FACTORS)))
    width, height = parent.width * factor, parent.height * factor
    shown = (width * parent.display_scale, height * parent.display_scale)
    if shown[0] * shown[1] > LARGEST_AREA:
        raise EnlargementTooLarge(*shown)
    side = checkpoint.native_size
    return replace(
        parent,
        width=width,
        height=height,
        source=source,
        strength=strong_enough(UPSCALE_STRENGTH, parent.steps),
        guidance_scale=1.0,
        variation=None,
        upscale={"factor": factor, "tile": side, "overlap": side // OVERLAP, "prompt": ""},
    )


def varied(parent: Recipe, *, amount: str, seed: int, source: Mapping[str, Any]) -> Recipe:
    """The recipe of a variation: all as in the parent but for its first noise.

    Where the parent began with a picture, so does the variation. Raises NotVariable, or
    UnknownOption for another amount.
    """
    if amount not in AMOUNTS:
        raise UnknownOption("amount", amount, tuple(AMOUNTS))
    if parent.upscale is not None:
        raise NotVariable("enlargement")
    if depth_of(parent.variation) >= DEEPEST:
        raise NotVariable("depth")
    variation: dict[str, Any] = {"seed": seed, "amount": AMOUNTS[amount]}
    if parent.variation is not None:
        variation["of"] = dict(parent.variation)
    if parent.source_sha256:
        source = {"sha256": parent.source_sha256, **source}
    return replace(parent, source=source, variation=variation)


def depth_of(variation: Mapping[str, Any] | None) -> int:
    """How many variations led to this one, itself counted."""
    return 0 if variation is None else 1 + depth_of(variation.get("of"))
