"""Drawing from a picture: the stock img2img pipeline, over the modules that all calls share."""

from typing import Any

from diffusers import StableDiffusionXLImg2ImgPipeline, StableDiffusionXLPipeline
from PIL import Image

from bot.imaging.painter import Pixels
from bot.model.recipe import Recipe

AnyPipeline = StableDiffusionXLPipeline | StableDiffusionXLImg2ImgPipeline


def from_pictures(own: StableDiffusionXLPipeline) -> StableDiffusionXLImg2ImgPipeline:
    """The img2img pipeline on the same modules and the same scheduler."""
    pipeline = StableDiffusionXLImg2ImgPipeline(
        **own.components, force_zeros_for_empty_prompt=own.config.force_zeros_for_empty_prompt
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def beginning_of(recipe: Recipe, source: Pixels | None) -> dict[str, Any]:
    """What the stock call begins with: noise of a size, or a picture and how far to go from it."""
    if source is None:
        return {"width": recipe.width, "height": recipe.height}
    image = Image.frombytes("RGB", (source.width, source.height), source.rgb)
    return {"image": image, "strength": recipe.strength}
