"""Upscaling: an enlargement drawn over tile by tile, each by an img2img call of its own."""

from collections.abc import Callable
from dataclasses import replace

from bot.imaging.mosaic import Mosaic
from bot.imaging.painter import Between, Pixels, Step
from bot.model.recipe import Recipe

DrawOne = Callable[[Recipe, Pixels | None, Between], tuple[Pixels, bool]]
"""One stock call: the image, and whether it was decoded in fp32."""


def draw_tiles(
    draw: DrawOne, recipe: Recipe, enlargement: Pixels, between: Between
) -> tuple[Pixels, bool]:
    """The upscaled picture, and whether it was decoded in fp32: all its tiles or none."""
    pixels, vae_upcast = _drawn(draw, recipe, enlargement, between)
    if vae_upcast and not recipe.vae_upcast:
        return _drawn(draw, replace(recipe, vae_upcast=True), enlargement, between)
    return pixels, vae_upcast


def _drawn(
    draw: DrawOne, recipe: Recipe, enlargement: Pixels, between: Between
) -> tuple[Pixels, bool]:
    mosaic = Mosaic(enlargement, recipe.tiles, (recipe.upscale or {})["overlap"])
    upcast = False
    for number, box in enumerate(mosaic.boxes):
        drawn, vae_upcast = draw(
            recipe.of_tile(number), mosaic.tile(box), _counted(between, number, mosaic)
        )
        mosaic.put(box, drawn)
        upcast = upcast or vae_upcast
    return mosaic.pixels(), upcast


def _counted(between: Between, number: int, mosaic: Mosaic) -> Between:
    """The steps of one tile as steps of the whole picture."""

    def step(one: Step) -> None:
        done, of = number * one.of + one.done, len(mosaic.boxes) * one.of
        between(Step(done, of, mosaic.preview))

    return step
