"""One image: one call of the stock pipeline, and what is done at the end of its steps."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import diffusers
import numpy as np
import torch
from diffusers import AutoencoderKL, StableDiffusionXLPipeline

from bot.imaging.memory import MemoryPolicy
from bot.imaging.painter import Between, Pixels, Step
from bot.imaging.sdxl.derived import AnyPipeline, beginning_of, from_pictures, varied
from bot.imaging.sdxl.prediction import Prediction
from bot.imaging.sdxl.preview import Preview
from bot.model.errors import NotFinite, UnknownOption
from bot.model.recipe import Recipe
from bot.model.schedulers import SCHEDULERS

SCHEDULER_CLASSES = frozenset(one.diffusers_class for one in SCHEDULERS.values())

SMALLEST_TILE = 64
"""Pixels a side."""


def pipeline_for(shared: StableDiffusionXLPipeline, recipe: Recipe) -> AnyPipeline:
    """A pipeline object of the recipe's own: the shared modules, and a scheduler nobody shares."""
    if recipe.scheduler not in SCHEDULER_CLASSES:
        raise UnknownOption("scheduler", recipe.scheduler, tuple(sorted(SCHEDULER_CLASSES)))
    scheduler = getattr(diffusers, recipe.scheduler)
    own = copy.copy(shared)
    own.scheduler = scheduler.from_config(shared.scheduler.config, **recipe.scheduler_config)
    return from_pictures(own) if recipe.source_sha256 else own


def arguments_of(recipe: Recipe, source: Pixels | None = None) -> dict[str, Any]:
    """What the stock pipeline is called with for a recipe; the noise is drawn on the CPU."""
    return {
        "prompt": recipe.prompt,
        "negative_prompt": recipe.negative_prompt or None,
        "num_inference_steps": recipe.steps,
        "guidance_scale": recipe.guidance_scale,
        "generator": torch.Generator("cpu").manual_seed(recipe.seed),
        **beginning_of(recipe, source),
    }


def varied_arguments_of(
    pipeline: AnyPipeline, recipe: Recipe, source: Pixels | None
) -> dict[str, Any]:
    """The same with the first noise of a variation, if the recipe is one."""
    arguments = arguments_of(recipe, source)
    return {**arguments, **varied(pipeline, recipe, source, arguments["generator"])}


class Call:
    """One call; `vae_upcast` says afterwards whether it was decoded in fp32.

    `tile` is the side of the VAE's tiles in pixels, None where it works on the whole picture.
    """

    def __init__(
        self,
        pipeline: AnyPipeline,
        arguments: Callable[[AnyPipeline], Mapping[str, Any]],
        *,
        vae_upcast: bool,
        tile: int | None,
        preview: Preview,
        after_step: Callable[[int], None],
    ) -> None:
        self._pipeline = pipeline
        self._arguments = arguments
        self._tile = tile
        self._preview = preview
        self._prediction = Prediction(pipeline.scheduler)
        self._after_step = after_step
        self._latents: Any = None
        self.vae_upcast = vae_upcast

    def draw(self, between: Between) -> Pixels:
        """The image; raises NotFinite, and whatever `between` raises."""
        vae = self._pipeline.vae
        with _as_it_was(vae):
            self._tile_if_asked(vae)
            images = self._pipeline(
                **self._arguments(self._pipeline),
                output_type="latent" if self.vae_upcast else "np",
                callback_on_step_end=self._on_step_end(between),
            ).images
            if self.vae_upcast or not np.isfinite(images).all():
                self.vae_upcast = True
                images = self._decoded_in_fp32(self._latents)
        if not np.isfinite(images).all():
            raise NotFinite
        return _pixels(images[0])

    def _on_step_end(self, between: Between) -> Callable[..., dict[str, Any]]:
        def on_step_end(
            pipeline: AnyPipeline, index: int, _: Any, tensors: dict[str, Any]
        ) -> dict[str, Any]:
            latents, of = tensors["latents"], pipeline.num_timesteps
            if index == 0:
                pipeline.vae.use_tiling = False  # a picture to begin with is encoded
            self._after_step(index)
            between(Step(index + 1, of, lambda: self._preview(self._prediction.clean(latents))))
            if index + 1 == of:
                self._before_decoding(latents)
            return {}

        return on_step_end

    def _before_decoding(self, latents: torch.Tensor) -> None:
        """From here to the end of the call nothing else is drawn, so the VAE is this call's."""
        if not torch.isfinite(latents).all():
            raise NotFinite
        self._latents = latents
        self._tile_if_asked(self._pipeline.vae)

    def _tile_if_asked(self, vae: AutoencoderKL) -> None:
        if self._tile is not None:
            tile_by(self._tile, vae)

    def _decoded_in_fp32(self, latents: torch.Tensor) -> Any:
        """What the stock pipeline does with `force_upcast`, from the latents at hand."""
        pipeline, vae = self._pipeline, self._pipeline.vae
        vae.to(dtype=torch.float32)
        with torch.no_grad():
            image = vae.decode(_unscaled(latents.to(torch.float32), vae), return_dict=False)[0]
        return pipeline.image_processor.postprocess(image, output_type="np")


def in_tiles(recipe: Recipe, vae: AutoencoderKL, policy: MemoryPolicy) -> bool:
    """Whether the VAE works in tiles: as was asked, or where it takes fp32 and too much of it."""
    if recipe.vae_tiling or policy.vae_tiling:
        return True
    one = recipe.of_tile(0)
    takes_fp32 = vae.dtype == torch.float16 and vae.config.force_upcast
    return takes_fp32 and one.width * one.height > policy.most_pixels_in_fp32


def tile_side(native_size: int) -> int:
    """The side of a VAE's tiles in pixels, for a checkpoint of that native size.

    The VAE's own default would tile no native image, and what its configuration calls its size is
    what it was trained on, which may be less than it is drawn with.
    """
    return max(SMALLEST_TILE, native_size // 2)


def tile_by(side: int, vae: AutoencoderKL) -> None:
    """Encode and decode in tiles of so many pixels a side."""
    vae.enable_tiling()
    vae.tile_sample_min_size = side
    vae.tile_latent_min_size = side // 2 ** (len(vae.config.block_out_channels) - 1)


def _unscaled(latents: torch.Tensor, vae: AutoencoderKL) -> torch.Tensor:
    """Latents as the VAE knows them, by the stock pipeline's formula."""
    mean, std = vae.config.latents_mean, vae.config.latents_std
    if mean is None or std is None:
        return latents / vae.config.scaling_factor
    mean, std = (torch.tensor(one).view(1, -1, 1, 1).to(latents) for one in (mean, std))
    return latents * std / vae.config.scaling_factor + mean


@contextmanager
def _as_it_was(vae: AutoencoderKL) -> Iterator[None]:
    """Put back how the VAE tiles and calculates, however the call ends."""
    tiling = vae.use_tiling, vae.tile_sample_min_size, vae.tile_latent_min_size
    dtype = vae.dtype
    try:
        yield
    finally:
        vae.use_tiling, vae.tile_sample_min_size, vae.tile_latent_min_size = tiling
        if vae.dtype != dtype:
            vae.to(dtype=dtype)


def _pixels(image: Any) -> Pixels:
    """Grey levels from numbers in 0..1, rounded as diffusers rounds for its pictures."""
    levels = (image * 255).round().astype("uint8")
    height, width = levels.shape[:2]
    return Pixels(width, height, levels.tobytes())
