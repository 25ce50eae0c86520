"""The recipe: everything that is needed to draw the same pixels again, a public format.

A recipe is written before drawing with what was ordered; the engine completes it with what it
drew with (dtype, device, versions, …). Its JSON stands in every PNG under the keyword `recipe`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType, UnionType
from typing import Any, get_args, get_origin

from bot.model.tiling import Box, tiles

FORMAT = 1
SEED_SPACE = 2**32

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Lora:
    """A low-rank adapter and the weight it is mixed in with."""

    id: str
    weight: float
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One image's recipe; width and height are in pixels as drawn, before `display_scale`."""

    prompt: str
    negative_prompt: str
    seed: int
    width: int
    height: int
    steps: int
    guidance_scale: float
    scheduler: str
    """The diffusers class, e.g. `EulerDiscreteScheduler`."""
    model: str
    scheduler_config: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """What differs from the checkpoint's own scheduler configuration."""
    prompt_encoder: str = ""
    """`stock` or `compel`; empty in an order, where the engine chooses."""
    revision: str = ""
    model_sha256: str = ""
    vae: str = ""
    loras: tuple[Lora, ...] = ()
    dtype: str = ""
    device: str = ""
    vae_tiling: bool = False
    vae_upcast: bool = False
    display_scale: int = 1
    source: Mapping[str, Any] | None = None
    strength: float | None = None
    variation: Mapping[str, Any] | None = None
    upscale: Mapping[str, Any] | None = None
    versions: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    format: int = FORMAT

    def numbered(self, index: int) -> "Recipe":
        """The recipe of image `index` of a job: the same but for the seed, which counts up.

        A variation keeps the seed that it varies; the one it is mixed with counts up.
        """
        if self.variation is None:
            return replace(self, seed=(self.seed + index) % SEED_SPACE)
        seed = (self.variation["seed"] + index) % SEED_SPACE
        return replace(self, variation={**self.variation, "seed": seed})

    @property
    def tiles(self) -> tuple[Box, ...]:
        """The parts that are drawn one after the other: the whole image, unless it is upscaled."""
        if self.upscale is None:
            return (Box(0, 0, self.width, self.height),)
        side, overlap = self.upscale["tile"], self.upscale["overlap"]
        return tiles(self.width, self.height, side, overlap)

    def of_tile(self, number: int) -> "Recipe":
        """The recipe of one tile, the seed of which counts up: a plain img2img one.

        Of an image that is not upscaled its only tile is the image.
        """
        if self.upscale is None:
            return self
        box = self.tiles[number]
        return replace(
            self,
            prompt=self.upscale["prompt"],
            negative_prompt="",
            seed=(self.seed + number) % SEED_SPACE,
            width=box.width,
            height=box.height,
            upscale=None,
        )

    @property
    def source_sha256(self) -> str:
        """The hash of the file that drawing begins with; empty if it begins with noise alone."""
        return str((self.source or {}).get("sha256", ""))

    @property
    def passes(self) -> int:
        """Passes through the UNet for one image: Heun takes two a step but the last."""
        steps = self.steps if self.strength is None else steps_taken(self.steps, self.strength)
        passes = 2 * steps - 1 if self.scheduler == "HeunDiscreteScheduler" else steps
        return passes * len(self.tiles)

    @property
    def evaluations(self) -> int:
        """UNet evaluations for one image: guidance takes two in a pass."""
        return self.passes * (2 if self.guidance_scale > 1 else 1)

    @property
    def megapixels(self) -> float:
        """The area of one pass in millions of pixels."""
        box = self.tiles[0]
        return box.width * box.height / 1_000_000

    def to_json(self) -> str:
        """The recipe as one line of JSON with sorted keys."""
        return json.dumps(plain(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read a recipe back; ValueError says what is wrong with a text that is none."""
        try:
            table = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"the recipe is not JSON: {error}") from error
        except RecursionError as error:
            raise ValueError("the recipe is nested too deeply") from error
        if not isinstance(table, dict) or table.get("format") != FORMAT:
            raise ValueError(f"the recipe is not of format {FORMAT}")
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(table) - known):
            raise ValueError(f"the recipe has unknown fields: {', '.join(map(repr, unknown))}")
        try:
            table["loras"] = tuple(Lora(**lora) for lora in table.get("loras", ()))
            recipe = cls(**table)
        except TypeError as error:
            raise ValueError(f"the recipe is incomplete: {error}") from error
        values = {one.name: (one.type, getattr(recipe, one.name)) for one in fields(cls)}
        if wrong := [name for name, (kind, value) in values.items() if not _fits(kind, value)]:
            raise ValueError(f"the recipe has values of a wrong kind: {', '.join(wrong)}")
        return recipe


def _fits(kind: Any, value: Any) -> bool:
    """Whether a value read from JSON is of a field's type."""
    if isinstance(kind, UnionType):
        return any(_fits(one, value) for one in get_args(kind))
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, int | float)
    return isinstance(value, get_origin(kind) or kind)


def steps_taken(steps: int, strength: float) -> int:
    """How many of the steps are taken from a picture: what the stock img2img pipeline does."""
    return max(1, min(int(steps * strength), steps))


def plain(recipe: Recipe) -> dict[str, Any]:
    """The recipe as a plain table of JSON values."""
    table: dict[str, Any] = {}
    for one in fields(recipe):
        value = getattr(recipe, one.name)
        if one.name == "loras":
            value = [asdict(lora) for lora in value]
        elif isinstance(value, Mapping):
            value = dict(value)
        table[one.name] = value
    return table
