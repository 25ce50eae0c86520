"""Drawing from a picture: the stock img2img pipeline, over the modules that all calls share."""

from collections.abc import Mapping
from typing import Any

import torch
from diffusers import StableDiffusionXLImg2ImgPipeline, StableDiffusionXLPipeline
from diffusers.utils.torch_utils import randn_tensor
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
    return {"image": _image(source), "strength": recipe.strength}


def varied(
    pipeline: AnyPipeline, recipe: Recipe, source: Pixels | None, generator: torch.Generator
) -> dict[str, Any]:
    """The latents a variation begins with, as an argument of the stock call; else nothing.

    The generator is left as the stock call leaves it once it has drawn its own first noise, so
    that a variation by an amount of 0 is the image that it varies.
    """
    if recipe.variation is None:
        return {}
    if source is None:
        factor = pipeline.vae_scale_factor
        channels = pipeline.unet.config.in_channels
        shape = (1, channels, recipe.height // factor, recipe.width // factor)
        return {"latents": _mixed(_noise(shape, generator, pipeline), recipe.variation, pipeline)}
    return {"latents": _varied_picture(pipeline, recipe, source, generator)}


def _varied_picture(
    pipeline: StableDiffusionXLImg2ImgPipeline,
    recipe: Recipe,
    source: Pixels,
    generator: torch.Generator,
) -> torch.Tensor:
    """A picture's latents under mixed noise: what the stock pipeline prepares, in its order."""
    device, dtype = pipeline._execution_device, pipeline.unet.dtype
    pipeline.scheduler.set_timesteps(recipe.steps, device=device)
    timesteps, _ = pipeline.get_timesteps(recipe.steps, recipe.strength, device)
    image = pipeline.image_processor.preprocess(_image(source))
    latents = pipeline.prepare_latents(
        image, timesteps[:1], 1, 1, dtype, device, generator, add_noise=False
    )
    noise = _mixed(_noise(latents.shape, generator, pipeline), recipe.variation or {}, pipeline)
    return pipeline.scheduler.add_noise(latents, noise.to(device), timesteps[:1])


def _mixed(
    noise: torch.Tensor, variation: Mapping[str, Any], pipeline: AnyPipeline
) -> torch.Tensor:
    """Noise turned towards another seed's; a variation of a variation turns it once for each."""
    if before := variation.get("of"):
        noise = _mixed(noise, before, pipeline)
    generator = torch.Generator("cpu").manual_seed(variation["seed"])
    return slerp(noise, _noise(noise.shape, generator, pipeline), variation["amount"])


def _noise(
    shape: tuple[int, ...], generator: torch.Generator, pipeline: AnyPipeline
) -> torch.Tensor:
    return randn_tensor(shape, generator=generator, dtype=pipeline.unet.dtype)


def slerp(start: torch.Tensor, end: torch.Tensor, amount: float) -> torch.Tensor:
    """The way from `start` to `end` on the sphere that both lie on (Shoemake 1985)."""
    one, other = start.double(), end.double()
    angle = torch.acos((one * other).sum() / (one.norm() * other.norm()).clamp_min(1e-12))
    if not torch.sin(angle) > 1e-6:
        return start
    there, back = torch.sin(amount * angle), torch.sin((1 - amount) * angle)
    return ((back * one + there * other) / torch.sin(angle)).to(start.dtype)


def _image(source: Pixels) -> Image.Image:
    return Image.frombytes("RGB", (source.width, source.height), source.rgb)
